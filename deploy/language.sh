# shellcheck shell=sh
# Sourced by the scripts that people run, to print in the reader's language.

# True if the reader wants Chinese and the terminal can show it, by the rules of minipanel/translations/language.py.
# install-agent.sh has a copy, because it goes to nodes without this file.
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
    if is_chinese; then printf '%s\n' "${2:-$1}"; else printf '%s\n' "$1"; fi
}
