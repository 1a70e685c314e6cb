#!/bin/sh
# Installs MiniPanel's agent on this node, or removes it. Run as root; safe to run again.
#
#   install-agent.sh [--from DIR] [--root DIR]
#   install-agent.sh --remove [--root DIR]
#
#   --from DIR   the folder with minipanel-agent, config.toml, minipanel-agent.service and, if needed, ca.pem
#                (default: the folder of this script)
#   --root DIR   work on the image of a diskless node below DIR: nothing is started or stopped
#   --report     also print when the agent was started, for the panel's roll-out
#
# Exits with 0 if all is done, with 3 if the agent did not keep running (the previous one is restored), otherwise with 1.
set -eu
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH

unit=minipanel-agent.service
not_active=3
settle_tenths=15
from=$(dirname "$0")
root=
action=install
report=no

main() {
    reader=english
    ! is_chinese || reader=chinese
    # The output of programs is parsed.
    LC_ALL=C
    export LC_ALL
    read_options "$@"
    home=$root/opt/minipanel-agent
    state=$root/var/lib/minipanel-agent
    unit_file=$root/etc/systemd/system/$unit
    wanted_by=$root/etc/systemd/system/multi-user.target.wants/$unit
    before=$home/.before
    check_place
    if [ "$action" = remove ]; then
        remove_agent
    else
        install_agent
    fi
}

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --from | --root)
                [ -n "${2:-}" ] || fail "$1 needs a folder." "$1 后须指定目录。"
                [ "$1" = --root ] || from=$2
                [ "$1" = --from ] || root=${2%/}
                shift
                ;;
            --remove) action=remove ;;
            --report) report=yes ;;
            *) fail "$1 is not an option of install-agent.sh; its first lines list them." \
                "install-agent.sh 没有选项 $1；选项见脚本开头。" ;;
        esac
        shift
    done
}

# Copied from language.sh: this script goes to nodes without that file.
is_chinese() {
    [ "${TERM:-}" != linux ] || return 1
    ctype=${LC_CTYPE:-}
    [ "$ctype" != C.UTF-8 ] || ctype= # Python's own, for the locale C
    case ${LC_ALL:-${ctype:-${LANG:-}}} in
        *.[uU][tT][fF]8 | *.[uU][tT][fF]-8 | *.[uU][tT][fF]8@* | *.[uU][tT][fF]-8@*) ;;
        *) return 1 ;;
    esac
    wanted=${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}
    case $wanted in '' | C | POSIX) return 1 ;; esac
    for language in $(echo "${LANGUAGE:-$wanted}" | tr : ' '); do
        case $language in
            [zZ][hH]*) return 0 ;;
            [eE][nN]* | C | POSIX) return 1 ;;
        esac
    done
    return 1
}

# Prints the English or the Chinese sentence, as `reader` says.
say() {
    if [ "$reader" = chinese ]; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

fail() {
    say "$@" >&2
    exit 1
}

check_place() {
    [ "$(id -u)" -eq 0 ] || fail "install-agent.sh needs root." "install-agent.sh 须以 root 权限运行。"
    if [ -n "$root" ]; then
        [ -d "$root/etc" ] || fail "$root is not the image of a node: it has no etc." "$root 不是节点镜像：其中没有 etc。"
    else
        [ -d /run/systemd/system ] || fail "This node does not run systemd, which starts the agent." \
            "本节点未运行 systemd，而 Agent 依赖 systemd。"
    fi
}

# --- installing ---

# All files are first copied beside their places, and then renamed into them. The old files are kept until the new agent
# is up, and are restored if this ends earlier. If even that is interrupted, the next run finds them.
install_agent() {
    for name in minipanel-agent config.toml "$unit"; do
        [ -f "$from/$name" ] || fail "$from/$name is missing." "缺少 $from/$name。"
    done
    trap undo EXIT
    trap 'exit 1' HUP INT TERM PIPE
    mkdir -p "$home" "$(dirname "$unit_file")"
    chmod 755 "$home"
    copy_files
    keep_what_was
    put_files
    if [ -n "$root" ]; then
        enable_in_image
        said=$(say "Installed the agent into $root, enabled for its next start. Undo: install-agent.sh --remove --root $root" \
            "已将 Agent 装入 $root，镜像下次启动时运行。移除：install-agent.sh --remove --root $root")
    else
        start_agent
        version=$(sh "$home/minipanel-agent" --version)
        said=$(say "Installed $version to $home; $unit is enabled and running.
Undo: install-agent.sh --remove" "已将 $version 装到 $home；$unit 已启用并在运行。
移除：install-agent.sh --remove")
        [ "$report" = no ] || said="$said
minipanel:started=$started"
    fi
    forget_what_was
    echo "$said"
}

copy_files() {
    copy "$from/config.toml" "$home/config.toml.new" 600
    copy "$from/minipanel-agent" "$home/minipanel-agent.new" 755
    copy "$from/$unit" "$unit_file.new" 644
    if [ -f "$from/ca.pem" ]; then
        copy "$from/ca.pem" "$home/ca.pem.new" 644
    else
        rm -f "$home/ca.pem.new"
    fi
}

# Copies $1 to $2 with the mode $3. Nobody else can read it meanwhile.
copy() {
    (umask 077 && cp "$1" "$2")
    chmod "$3" "$2"
}

# Renamed once it is whole, so $before has all of the old files or does not exist.
keep_what_was() {
    [ ! -d "$before" ] || return 0 # from a killed run: the places may have a mixture of old and new files now
    rm -rf "$before.new"
    mkdir "$before.new"
    for path in "$home/minipanel-agent" "$home/config.toml" "$home/ca.pem" "$unit_file"; do
        [ ! -f "$path" ] || cp -p "$path" "$before.new/"
    done
    mv "$before.new" "$before"
}

# The agent first: a new agent accepts an old configuration, but an old agent may refuse a new one.
put_files() {
    for path in "$home/minipanel-agent" "$home/ca.pem" "$home/config.toml" "$unit_file"; do
        if [ -f "$path.new" ]; then
            mv -f "$path.new" "$path"
        else
            rm -f "$path"
        fi
    done
    if [ -z "$root" ] && command -v restorecon >/dev/null; then
        restorecon -RF "$home" "$unit_file" || true
    fi
}

# Renamed first, because removing it takes several steps.
forget_what_was() {
    mv "$before" "$before.old"
    rm -rf "$before.old"
}

# Runs at the end, for whatever reason it ends.
undo() {
    trap '' HUP INT TERM PIPE
    [ ! -d "$before" ] || put_back
    rm -rf "$before.new" "$before.old" "$home"/*.new "$unit_file.new"
    # Only if it is empty: a first installation that fails leaves nothing behind.
    rmdir "$home" 2>/dev/null || true
}

# Restores the previous agent, or none.
put_back() {
    [ -n "$root" ] || systemctl stop "$unit" 2>/dev/null || true
    if [ ! -f "$before/minipanel-agent" ]; then
        take_away
        return
    fi
    for path in "$home/minipanel-agent" "$home/config.toml" "$home/ca.pem" "$unit_file"; do
        rm -f "$path.new"
        [ ! -f "$before/${path##*/}" ] || cp -p "$before/${path##*/}" "$path.new"
    done
    put_files
    if [ -z "$root" ]; then
        systemctl daemon-reload
        systemctl start "$unit" || true
    fi
    forget_what_was
}

enable_in_image() {
    mkdir -p "$(dirname "$wanted_by")"
    ln -sf "/etc/systemd/system/$unit" "$wanted_by"
}

# Takes the time between the end of the old agent and the start of the new one: each later sample is the new agent's.
start_agent() {
    systemctl daemon-reload
    systemctl stop "$unit" 2>/dev/null || true
    systemctl reset-failed "$unit" 2>/dev/null || true
    started=$(date +%s)
    systemctl enable --quiet "$unit"
    if systemctl start "$unit" 2>/dev/null && stays_active; then
        return
    fi
    reason=$(journalctl --unit="$unit" --since="@$started" --output=cat --no-pager 2>/dev/null |
        grep '^minipanel-agent: ' | tail -n 1 || true)
    say "The agent did not stay up: ${reason:-see journalctl -u $unit}" "Agent 启动失败：${reason:-原因见 journalctl -u $unit}" >&2
    exit $not_active
}

# True if the unit runs, and still does a moment later without a restart.
stays_active() {
    tenths=0
    while [ "$tenths" -lt "$settle_tenths" ]; do
        systemctl is-active --quiet "$unit" || return 1
        sleep 0.1
        tenths=$((tenths + 1))
    done
}

# --- removing ---

remove_agent() {
    # A roll-out that was killed while it copied may have left this.
    rm -rf "$root"/opt/.minipanel-agent.*
    if [ ! -e "$home" ] && [ ! -e "$state" ] && [ ! -e "$unit_file" ]; then
        say "There is no agent here." "本节点没有 Agent。"
        return
    fi
    [ -n "$root" ] || systemctl stop "$unit" 2>/dev/null || true
    take_away
    say "Removed the agent: $home, $state and $unit_file are gone." \
        "已移除 Agent：$home、$state 和 $unit_file 已删除。"
}

take_away() {
    if [ -z "$root" ]; then
        systemctl disable --quiet "$unit" 2>/dev/null || true
    fi
    rm -f "$wanted_by" "$unit_file" "$unit_file.new"
    rm -rf "$home" "$state"
    if [ -z "$root" ]; then
        systemctl daemon-reload
        systemctl reset-failed "$unit" 2>/dev/null || true
    fi
}

main "$@"
