#!/bin/sh
# Installs the agent on every node, like `minipanel rollout`, and takes the same options.
#   ./distribute-agents.sh [NODESET] [--force] [--only-failed] [--dry-run] [--remove] ... ; --help lists them all
# Without options, at a terminal, it first offers the changes in /etc/hosts (`minipanel nodes sync`).
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
# Alone, without the archive's other files, it speaks English.
say() { printf '%s\n' "$1"; }
# shellcheck source=deploy/language.sh
[ ! -r "$here/deploy/language.sh" ] || . "$here/deploy/language.sh"
installed=/opt/minipanel/minipanel
checkout=$here/.venv/bin/minipanel
bad_config=2

main() {
    if [ -x "$installed" ]; then
        [ "$(id -u)" -eq 0 ] || asks_for_help "$@" || fail "Only root can do this; use: sudo $0" "请以 root 权限运行：sudo $0"
        [ $# -gt 0 ] || offer_what_is_new
        exec "$installed" rollout "$@"
    elif [ -x "$checkout" ]; then
        exec "$checkout" rollout "$@"
    fi
    fail "MiniPanel is not installed on this machine; run install.sh first." "本机未安装 MiniPanel；请先运行 install.sh。"
}

# Whatever the result, the configured nodes get their agent, unless the configuration can't be read.
offer_what_is_new() {
    [ -t 0 ] && [ -t 1 ] || return 0
    # Ctrl-C ends this script too, even though the command has reported it and exited cleanly.
    trap 'exit 130' INT
    code=0
    "$installed" nodes sync --no-rollout || code=$?
    trap - INT
    [ "$code" -ne "$bad_config" ] || exit "$code"
}

asks_for_help() {
    case " $* " in
        *" --help "*) return 0 ;;
    esac
    return 1
}

fail() {
    say "$@" >&2
    exit 1
}

main "$@"
