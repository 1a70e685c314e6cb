# shellcheck shell=bash
# Sourced by run, test, lint and build: finds Python, makes .venv from the locks, builds the page.
# Each part writes a stamp of what it was made from, at its end: so an up-to-date part is skipped, and an interrupted one is repeated.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# shellcheck source=deploy/language.sh
. "$root/deploy/language.sh"
venv=$root/.venv
python=$venv/bin/python
step_pid=
step_log=
# What pip and npm print without a network.
no_network='NewConnectionError|Max retries exceeded|ConnectTimeout|ProxyError|name resolution|Network is unreachable|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH'

# Prints one sentence that says what is wrong and how to fix it, and exits.
fail() {
    say "$@" >&2
    exit 1
}

# Two set-ups at once in one folder would disturb each other, so the second waits.
lock_setup() {
    if command -v flock >/dev/null; then
        exec 9<"$root/scripts/setup.sh"
        flock --nonblock 9 || { say "Waiting for another set-up in $root ..." "正在等待 $root 中的另一个安装过程 ……" >&2 && flock 9; }
    fi
}

unlock_setup() {
    exec 9<&-
}

# True if the stamp file $1 contains the text $2.
is_stamped() {
    [ "$(cat "$1" 2>/dev/null)" = "$2" ]
}

hash_of() {
    sha256sum "$@" | sha256sum | cut -d ' ' -f 1
}

# --- a step: a long command, its progress, its failure ---

# Runs $2... with its output in a log and shows the seconds: on a terminal while they pass, otherwise at the end.
step() {
    local what=$1 started=$SECONDS status=0
    shift
    [ -n "$step_log" ] || step_log=$(mktemp)
    [ -t 2 ] || say "$what ..." "$what ……" >&2
    start_group "$@" >"$step_log" 2>&1
    if [ -t 2 ]; then
        show_seconds "$what" "$started"
    fi
    wait_group || status=$?
    end_step "$what" $((SECONDS - started)) "$status"
    return "$status"
}

# Starts a command in its own process group, so that a signal also ends the children of npm, pip and pytest.
# The command holds the set-up's lock: if only this script is killed, the next set-up waits for a pip that still runs.
start_group() {
    set -m
    "$@" </dev/null &
    step_pid=$!
    set +m
    trap 'stop_group 130' INT
    trap 'stop_group 143' TERM
}

# Returns the command's exit status.
wait_group() {
    local status=0
    wait "$step_pid" || status=$?
    step_pid=
    trap - INT TERM
    return "$status"
}

# Interrupts first, like Ctrl-C, so that pytest ends what its tests have started. Terminates what is left after 15 s.
stop_group() {
    local tries=0
    kill -INT -- "-$step_pid" 2>/dev/null || true
    while kill -0 "$step_pid" 2>/dev/null && [ "$tries" -lt 150 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    kill -TERM -- "-$step_pid" 2>/dev/null || true
    rm -f "$step_log"
    say '
Stopped.' '
已停止。' >&2
    exit "$1"
}

show_seconds() {
    local format
    format=$(say '%s ... %d s ' '%s …… %d 秒 ')
    while kill -0 "$step_pid" 2>/dev/null; do
        # shellcheck disable=SC2059
        printf "\\r$format" "$1" $((SECONDS - $2)) >&2
        sleep 0.2
    done
}

end_step() {
    local mark
    if [ "$3" -eq 0 ]; then mark=$(say "done in $2 s" "完成，用时 $2 秒"); else mark=$(say "failed in $2 s" "失败，用时 $2 秒"); fi
    if [ -t 2 ]; then
        printf '\r%s\n' "$(say "$1 ... $mark" "$1 …… $mark")" >&2
    else
        printf '  %s\n' "$mark" >&2
    fi
}

show_log() {
    tail -n 25 "$step_log" >&2
}

# Exits with the reason why a step failed: one sentence for a missing network, otherwise the end of its output.
fail_step() {
    if ! grep -qE "$no_network" "$step_log"; then
        show_log
        rm -f "$step_log"
        fail "$@"
    fi
    rm -f "$step_log"
    fail "The first set-up needs the package indexes of Python and npm, which could not be reached: connect this machine once, or name a proxy in HTTPS_PROXY or mirrors in PIP_INDEX_URL and npm_config_registry." \
        "首次安装需要访问 Python 和 npm 的软件源，但无法连接：请让本机联网一次，或用 HTTPS_PROXY 指定代理服务器，或用 PIP_INDEX_URL 和 npm_config_registry 指定镜像源。"
}

# --- Python ---

# Prints "major minor has_venv" of the Python $1; nothing if it is not a Python (a version manager's shim may only print an error).
ask_python() {
    "$1" -I -c '
import sys
try:
    import ensurepip, venv
    complete = 1
except ImportError:
    complete = 0
print("%d %d %d" % (sys.version_info[0], sys.version_info[1], complete))' 2>/dev/null || true
}

python_candidates() {
    local name
    if [ -n "${MINIPANEL_PYTHON:-}" ]; then
        echo "$MINIPANEL_PYTHON"
        return
    fi
    for name in python3 python3.13 python3.12 python3.11 python3.14 python3.15; do
        type -aP "$name" || true
    done
    for name in /usr{/local,}/bin/python3.{[0-9],[0-9][0-9]} /usr/libexec/platform-python; do
        if [ -x "$name" ]; then
            echo "$name"
        fi
    done
}

# Sets `found` to the first Python of 3.11 or later that can make a virtual environment.
find_python() {
    local candidate major minor complete newest=0 newest_path='' bare=''
    found=
    while read -r candidate; do
        read -r major minor complete <<<"$(ask_python "$candidate")"
        if [ "${major:-0}" -ne 3 ]; then
            continue
        elif [ "$minor" -ge 11 ] && [ "$complete" -eq 1 ]; then
            found=$candidate
            return
        elif [ "$minor" -ge 11 ]; then
            bare=${bare:-"3.$minor $candidate"}
        elif [ "$minor" -gt "$newest" ]; then
            newest=$minor
            newest_path=$candidate
        fi
    done < <(python_candidates)
    if [ -n "$bare" ]; then
        advice=$(advise "python${bare%% *}-venv" "python${bare%% *}")
        fail "Python ${bare#* } has no venv and ensurepip, which MiniPanel's set-up needs; install them with: $advice" \
            "Python ${bare#* } 缺少安装所需的 venv 和 ensurepip；请先安装：$advice"
    fi
    advice=$(advise python3-venv python3.12)
    if [ "$newest" -eq 0 ]; then
        fail "MiniPanel needs Python 3.11 or newer, and there is none; install one with: $advice" \
            "MiniPanel 需要 Python 3.11 或更新版本，本机没有；请先安装：$advice"
    fi
    fail "MiniPanel needs Python 3.11 or newer, and the newest is 3.$newest ($newest_path); install one with: $advice" \
        "MiniPanel 需要 Python 3.11 或更新版本，本机最新的是 3.$newest（$newest_path）；请先安装：$advice"
}

# The command that installs a package: $1 is its name in Debian, $2 in the RHEL family.
advise() {
    if command -v dnf >/dev/null; then
        echo "dnf install $2"
    elif command -v apt-get >/dev/null; then
        echo "apt-get install $1"
    else
        say "dnf install $2 (RHEL family), or apt-get install $1 (Debian)" "dnf install $2（RHEL 系），或 apt-get install $1（Debian）"
    fi
}

# --- .venv ---

ensure_venv() {
    local ready
    # After a move of the folder or a change of Python, the scripts in .venv no longer work.
    ready="$root $(ask_python "$python")"
    if [ -x "$python" ] && is_stamped "$venv/.ready" "$ready"; then
        return
    fi
    [ -w "$root" ] || fail "$root is not writable for $(id -un), and the set-up makes .venv there: run this as the owner, or in a copy of your own." \
        "$(id -un) 对 $root 没有写权限，而安装要在其中创建 .venv：请以该目录的属主运行，或在自己的副本中运行。"
    find_python
    step "$(say "Making .venv with $found" "正在用 $found 创建 .venv")" "$found" -m venv --clear "$venv" ||
        fail_step "$found could not make a virtual environment in $venv." "$found 未能在 $venv 中创建虚拟环境。"
    echo "$root $(ask_python "$python")" >"$venv/.ready"
}

# Runs a step that changes .venv. If it is interrupted, .venv is not ready, and the next run makes it again: pip would take
# a package that lacks files or commands for installed.
change_venv() {
    local status=0
    mv -f "$venv/.ready" "$venv/.changing" 2>/dev/null || true
    step "$@" || status=$?
    if [ "$status" -eq 0 ] || ! grep -q '^Installing collected packages' "$step_log"; then
        mv -f "$venv/.changing" "$venv/.ready" 2>/dev/null || true
    fi
    return "$status"
}

# Installs exactly what the lock $1 lists, each file checked against its hash. $3...: more arguments for pip.
ensure_lock() {
    local lock=$root/$1 stamp=$venv/.$1 made_from
    made_from=$(hash_of "$lock")
    if is_stamped "$stamp" "$made_from"; then
        return
    fi
    rm -f "$stamp"
    change_venv "$2" "$python" -m pip install --disable-pip-version-check --no-input --require-hashes --only-binary :all: "${@:3}" -r "$lock" ||
        fail_step "pip could not install $1." "pip 未能安装 $1。"
    echo "$made_from" >"$stamp"
}

# Installs what tests and checks need. Python compiles the modules that they import; pip would spend most of its time on all.
ensure_test_lock() {
    ensure_lock requirements-test.lock "$1" --no-compile
}

# Installs the project itself as links into this folder: minipanel and minipanel_agent.
ensure_project() {
    local stamp=$venv/.project made_from
    made_from=$(hash_of "$root/pyproject.toml")
    if is_stamped "$stamp" "$made_from" && [ -x "$venv/bin/minipanel" ]; then
        return
    fi
    rm -f "$stamp"
    change_venv "$(say "Installing MiniPanel itself" "正在安装 MiniPanel 本身")" "$python" -m pip install --disable-pip-version-check --no-input --no-deps --no-build-isolation -e "$root" ||
        fail_step "pip could not install MiniPanel from $root." "pip 未能从 $root 安装 MiniPanel。"
    echo "$made_from" >"$stamp"
}

# --- the page ---

# npm with the Node from a Python package, before any other on this machine.
web_npm() {
    env PATH="$venv/bin:$PATH" "$venv/bin/npm" --prefix "$root/web" "$@"
}

page_hash() {
    (
        cd "$root/web" || exit
        find . \( -name node_modules -o -name dist -o -name coverage -o -name .vite -o -name tests \) -prune -o -type f -print0 |
            LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
    )
}

ensure_web_packages() {
    local stamp=$root/web/node_modules/.installed made_from
    made_from=$(hash_of "$root/web/package-lock.json" "$root/requirements-build.lock")
    if is_stamped "$stamp" "$made_from"; then
        return
    fi
    step "$(say "Installing the page's packages" "正在安装网页的依赖包")" web_npm ci --no-audit --no-fund ||
        fail_step "npm could not install web/package-lock.json." "npm 未能安装 web/package-lock.json。"
    echo "$made_from" >"$stamp"
}

ensure_page() {
    local stamp=$root/web/node_modules/.built made_from
    made_from=$(page_hash)
    if [ -f "$root/minipanel/static/index.html" ] && is_stamped "$stamp" "$made_from"; then
        return
    fi
    ensure_web_packages
    rm -f "$stamp"
    step "$(say "Building the page" "正在构建网页")" web_npm run build ||
        fail_step "The page in web/ could not be built." "未能构建 web/ 中的网页。"
    echo "$made_from" >"$stamp"
}

# Sets up what running and building need. Python's and Node's commands are then in $venv/bin.
set_up() {
    lock_setup
    ensure_venv
    ensure_lock requirements.lock "$(say "Installing what the panel runs on" "正在安装面板的运行依赖")"
    ensure_lock requirements-build.lock "$(say "Installing what builds the page, Node among it" "正在安装网页的构建工具（含 Node）")"
    ensure_project
    "$@"
    unlock_setup
    rm -f "$step_log"
}
