#!/bin/sh
# Installs MiniPanel's panel on this machine and its agents on the nodes, or upgrades both. Needs root, and no network.
#   ./install.sh                      asks; ./install.sh --yes asks nothing; --help lists the options
#   ./install.sh --uninstall          removes the panel and keeps configuration and data; --purge deletes them too
# It puts the programs below /opt/minipanel and starts `minipanel setup`. If that gives up, it removes them again.
set -eu
umask 022

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
# Alone, without the archive's other files, it speaks English.
say() { printf '%s\n' "$1"; }
# shellcheck source=deploy/language.sh
[ ! -r "$here/deploy/language.sh" ] || . "$here/deploy/language.sh"
home=/opt/minipanel
python=
release=
log=
yes=${MINIPANEL_YES:-}

main() {
    cd "$here"
    read_arguments "$@"
    [ "$(id -u)" -eq 0 ] || fail "The set-up must be run as root: sudo $0" "请以 root 权限运行：sudo $0"
    [ -d wheels ] || [ "$action" = uninstall ] || make_content "$@"
    if [ "$action" = uninstall ]; then
        uninstall "$@"
    fi
    verify
    find_python
    lock
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    lay_release
    "$release/venv/bin/python" -I -m minipanel setup "$@"
}

fail() {
    say "$@" >&2
    exit 1
}

read_arguments() {
    action=install
    for word in "$@"; do
        case $word in
            -h | --help) show_help && exit 0 ;;
            --uninstall) action=uninstall ;;
            -y | --yes) yes=1 ;;
        esac
    done
}

show_help() {
    say "Usage: sudo ./install.sh [OPTIONS]      installs, or upgrades what is installed and changes its settings
       sudo ./install.sh --uninstall [--purge]

Without options it asks for each setting. It skips what an option or a variable answers; --yes asks nothing. Once installed,
minipanel setup takes the same options to change settings.

  --yes                   ask nothing                                      MINIPANEL_YES=1
  --admin NAME            the page's account; by default miniadmin         MINIPANEL_ADMIN
  --password-file FILE    its password; by default 8 random characters     MINIPANEL_PASSWORD_FILE
  --nodes-from FILE       the nodes, instead of /etc/hosts                 MINIPANEL_NODES_FROM
  --only NODESET          only these of the nodes found                    MINIPANEL_ONLY
  --without NODESET       leave out these nodes                            MINIPANEL_WITHOUT
  --database FILE         by default /var/lib/minipanel/data.db            MINIPANEL_DATABASE
  --port PORT             by default 8080                                  MINIPANEL_PORT
  --address ADDRESS       where the nodes reach this machine               MINIPANEL_ADDRESS
  --auth munge|token      how agents authenticate; by default munge        MINIPANEL_AUTH
  --tls no|own|self-made  HTTPS; by default no                             MINIPANEL_TLS
  --tls-certificate FILE  with own: PEM, with its chain                    MINIPANEL_TLS_CERTIFICATE
  --tls-key FILE          with own: PEM, not encrypted                     MINIPANEL_TLS_KEY
  --tls-ca FILE           the CA that agents trust; else the system's      MINIPANEL_TLS_CA
  --retention-days N      how many days records are kept; by default 32    MINIPANEL_RETENTION_DAYS
  --mail ADDRESS          mail alerts to it; by default to nobody          MINIPANEL_MAIL
  --no-rollout            leave the nodes as they are                      MINIPANEL_NO_ROLLOUT=1
  --uninstall             remove the panel; configuration and data stay
  --purge                 with --uninstall: delete them too

MINIPANEL_PYTHON names the Python to use; by default install.sh searches for 3.11 or later." \
        "用法：sudo ./install.sh [选项]            安装；已安装时则升级，并按选项更改设置
      sudo ./install.sh --uninstall [--purge]

不带选项时逐项询问。已由选项或环境变量给出的不再询问；--yes 则不提问（其余采用默认值）。
安装后可用 minipanel setup 和同样的选项更改设置。

  --yes                   不提问（其余采用默认值）                  MINIPANEL_YES=1
  --admin NAME            网页的账号；默认 miniadmin                MINIPANEL_ADMIN
  --password-file FILE    密码文件，取第一行；默认随机生成          MINIPANEL_PASSWORD_FILE
  --nodes-from FILE       节点清单文件；默认 /etc/hosts             MINIPANEL_NODES_FROM
  --only NODESET          只选用其中这些节点                        MINIPANEL_ONLY
  --without NODESET       排除其中这些节点                          MINIPANEL_WITHOUT
  --database FILE         默认 /var/lib/minipanel/data.db           MINIPANEL_DATABASE
  --port PORT             默认 8080                                 MINIPANEL_PORT
  --address ADDRESS       节点访问本机所用的地址                    MINIPANEL_ADDRESS
  --auth munge|token      Agent 的认证方式；默认 munge              MINIPANEL_AUTH
  --tls no|own|self-made  HTTPS；默认 no                            MINIPANEL_TLS
  --tls-certificate FILE  证书（PEM，含证书链），用于 own           MINIPANEL_TLS_CERTIFICATE
  --tls-key FILE          私钥（PEM，未加密），用于 own             MINIPANEL_TLS_KEY
  --tls-ca FILE           Agent 信任的 CA；默认为节点系统的 CA      MINIPANEL_TLS_CA
  --retention-days N      记录保留天数；默认 32                     MINIPANEL_RETENTION_DAYS
  --mail ADDRESS          告警邮件的收件人；默认不发送              MINIPANEL_MAIL
  --no-rollout            不向节点分发 Agent                        MINIPANEL_NO_ROLLOUT=1
  --uninstall             卸载面板；保留配置和数据
  --purge                 与 --uninstall 同用：一并删除配置和数据

MINIPANEL_PYTHON 可指定所用的 Python；否则自动寻找 3.11 或更新的版本。"
}

# --- what is installed ---

# In a git checkout: makes the archive's content, as the owner of the checkout, and continues from there.
make_content() {
    [ -x scripts/release ] || fail "wheels is missing beside $0: unpack the archive again." "$0 所在目录缺少 wheels：请重新解压安装包。"
    say "This is a git checkout: building the archive's content. This needs the network." "当前是 git 检出目录：先构建安装包内容（需要联网）。"
    owner=$(stat -c %U .)
    if [ "$owner" = root ]; then
        scripts/release --folder
    else
        runuser -u "$owner" -- scripts/release --folder
    fi
    content=$(echo dist/minipanel-*-linux-"$(uname -m)")
    exec "$content/install.sh" "$@"
}

# A damaged download is found here, not halfway through.
verify() {
    sha256sum --check --quiet --strict SHA256SUMS >&2 ||
        fail "The archive is damaged: download it again and unpack it." "安装包已损坏：请重新下载或复制，再解压。"
    has_wheels "_$(uname -m)." ||
        fail "This archive is not for $(uname -m): get the one with that in its name." "此安装包不适用于 $(uname -m)：请使用文件名以 $(uname -m).tar.gz 结尾的安装包。"
}

# True if a wheel's name contains $1.
has_wheels() {
    for wheel in wheels/*"$1"*; do
        [ -e "$wheel" ] && return 0
    done
    return 1
}

# --- Python ---

# Sets `python` to a suitable one. If there is none, offers to install one.
find_python() {
    try_candidates && return
    if command -v dnf >/dev/null && wants_dnf; then
        dnf install -y python3.12 || fail "dnf could not install python3.12." "dnf 未能安装 python3.12。"
        try_candidates && return
    fi
    fail "MiniPanel needs Python 3.11, 3.12 or 3.13; install one with: $(advice)${why:+
$why}" "MiniPanel 需要 Python 3.11、3.12 或 3.13；请先安装：$(advice)${why:+
$why}"
}

advice() {
    if command -v apt-get >/dev/null && ! command -v dnf >/dev/null; then
        echo "apt-get install python3"
    else
        echo "dnf install python3.12"
    fi
}

wants_dnf() {
    [ -z "$yes" ] || return 0
    [ -t 0 ] || return 1
    say "There is no Python 3.11, 3.12 or 3.13. Run 'dnf install -y python3.12' now? [Y/n]" \
        "没有 Python 3.11、3.12 或 3.13。现在运行 'dnf install -y python3.12' 吗？[Y/n]"
    read -r answer
    case $answer in
        '' | [yY]* | 是) return 0 ;;
    esac
    return 1
}

# Sets `why` to the reason why the last Python that is new enough is not suitable.
try_candidates() {
    why=
    for candidate in ${MINIPANEL_PYTHON:-python3.12 python3.13 python3.11 python3 /usr/bin/python3 /usr/local/bin/python3.12}; do
        path=$(command -v "$candidate") || continue
        verdict=$(ask_python "$path") || continue
        minor=${verdict%% *}
        if [ "$action" = install ] && ! has_wheels "-cp$minor-"; then
            continue
        elif [ "${verdict#* }" = fits ]; then
            python=$path
            return 0
        fi
        why=$(explain "$path" "${verdict#* }")
    done
    return 1
}

# Prints why the Python $1 is not suitable: the verdict $2 as a sentence.
explain() {
    case $2 in
        module*) say "$1: lacks the module ${2#* }" "$1：缺少模块 ${2#* }" ;;
        closed*) say "$1: other users may not enter ${2#* }" "$1：其他用户无法进入目录 ${2#* }" ;;
        *) say "$1: is in a home folder, which the service does not see: ${2#* }" \
            "$1：位于家目录中，服务无法访问：${2#* }" ;;
    esac
}

# Prints "312 fits", or what is wrong instead of "fits". Fails if the Python is older than 3.11, or not a Python.
ask_python() {
    "$1" -I -c '
import os, sys
if sys.version_info < (3, 11):
    sys.exit(1)
verdict = "fits"
try:
    import ctypes, sqlite3, ssl, venv
except ImportError as error:
    verdict = "module %s" % error.name
# The panel runs as its own user, who must be able to run the interpreter.
for start in (os.path.realpath(sys.executable), os.path.realpath(sys.base_prefix)):
    folder = os.path.dirname(start)
    while folder != "/":
        if not os.stat(folder).st_mode & 1:
            verdict = "closed %s" % folder
        folder = os.path.dirname(folder)
    # ProtectHome=yes in the unit.
    if start.startswith(("/home/", "/root/", "/run/user/")):
        verdict = "home %s" % start
        break
print("%d%d %s" % (sys.version_info[0], sys.version_info[1], verdict))' 2>/dev/null
}

# --- /opt/minipanel ---

# Only one set-up at a time. The lock ends with this process.
lock() {
    mkdir -p "$home/releases"
    if command -v flock >/dev/null; then
        exec 9>"$home/.lock"
        flock --nonblock 9 || fail "Another set-up is running." "已有另一个安装程序在运行。"
    fi
}

# Installs a new release beside the others, without touching anything that runs.
lay_release() {
    sweep
    set -- wheels/minipanel-*.whl
    version=${1#wheels/minipanel-}
    version=${version%%-*}
    release=$(mktemp -d "$home/releases/$version.XXXXXX")
    chmod 755 "$release"
    say "Unpacking MiniPanel $version for $("$python" -V) ..." "正在解包 MiniPanel $version（$("$python" -V)）……"
    log=$release/log
    "$python" -I -m venv --without-pip "$release/venv" >"$log" 2>&1 || fail_with_log
    set -- wheels/pip-*.whl
    # pip's settings on this machine and anything outside the archive are ignored.
    PIP_CONFIG_FILE=/dev/null "$release/venv/bin/python" -I "$1/pip" --isolated install --quiet --no-input \
        --disable-pip-version-check --no-cache-dir --no-index --find-links wheels --no-deps --require-hashes \
        --requirement wheels/requirements.txt >"$log" 2>&1 || fail_with_log
    rm "$log"
    install -m 755 minipanel-agent "$release/minipanel-agent"
    install -m 644 deploy/minipanel.service "$release/minipanel.service"
}

# Removes what an interrupted set-up left: releases that never ran and are not the current one.
sweep() {
    for folder in "$home"/releases/*/; do
        folder=${folder%/}
        if [ -d "$folder" ] && [ ! -e "$folder/proven" ] && [ "$(readlink -f "$home/current")" != "$folder" ]; then
            rm -rf "$folder"
        fi
    done
}

fail_with_log() {
    tail -n 15 "$log" >&2
    fail "MiniPanel could not be unpacked below $home; see above." "MiniPanel 未能解包到 $home；原因见上。"
}

# Removes a release that did not become the current one, and folders that are empty then.
clean_up() {
    status=$?
    if [ -n "$release" ] && [ "$(readlink -f "$home/current")" != "$release" ]; then
        rm -rf "$release"
    fi
    [ -e "$home/current" ] || rm -f "$home/.lock"
    rmdir "$home/releases" "$home" 2>/dev/null || true
    exit "$status"
}

# --- uninstall ---

# Needs no installed panel: any suitable Python runs it from the archive's wheels, or from the checkout. Its other
# imports are pure Python, which runs straight from a wheel; in a checkout they must be installed.
uninstall() {
    find_python
    path=$here:$here/agent
    for place in "$here"/wheels/minipanel-*.whl "$here"/wheels/clustershell-*.whl \
        "$here"/.venv/lib/python3.*/site-packages "$home"/current/venv/lib/python3.*/site-packages; do
        if [ -e "$place" ]; then path=$path:$place; fi
    done
    exec "$python" -I -c '
import sys
sys.path[:0] = sys.argv.pop(1).split(":")
from minipanel.setup.change.uninstall import main
sys.exit(main())' "$path" "$@"
}

main "$@"
