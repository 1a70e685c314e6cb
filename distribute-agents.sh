#!/bin/sh
# Installs the agent on every node: the same as `minipanel rollout`, whose options it takes.
#   ./distribute-agents.sh [NODESET] [--force] [--only-failed] [--dry-run] [--remove] ... ; --help lists them all
# Without options, at a terminal, it first offers what is new, gone or changed in /etc/hosts: `minipanel nodes sync`.
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
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

# Whatever the result, the nodes that are configured get their agent; but not by a configuration that can't be read.
offer_what_is_new() {
    [ -t 0 ] && [ -t 1 ] || return 0
    # Ctrl-C ends this script too, though the command has said so itself and ended in order.
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

# True where the reader wants Chinese and the terminal shows it: as minipanel/translations/language.py has it.
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

# Prints the English or the Chinese sentence, as the reader wants.
say() {
    if is_chinese; then printf '%s\n' "$2"; else printf '%s\n' "$1"; fi
}

fail() {
    say "$@" >&2
    exit 1
}

main "$@"
