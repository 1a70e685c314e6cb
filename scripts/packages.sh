# shellcheck shell=bash
# Sourced by test: the system packages that the tests need. Root gets them installed, others get a list.
# The RHEL family has chromium and ShellCheck in EPEL; that branch is untested.

# One package per line: the command that shows that it is installed, Debian's package, the RHEL family's package.
needed_packages='munged munge munge
shellcheck shellcheck ShellCheck
chromium chromium chromium
cjk-font fonts-noto-cjk google-noto-sans-cjk-ttc-fonts
sshd openssh-server openssh-server
sudo sudo sudo
ping iputils-ping iputils
ip iproute2 iproute
systemd-nspawn systemd-container systemd-container
mmdebstrap mmdebstrap mmdebstrap
openssl openssl openssl
curl curl curl
jq jq jq
Rscript r-base-core R-core
gcc gcc gcc
libc-headers libc6-dev glibc-devel
prometheus prometheus golang-github-prometheus
victoria-metrics victoria-metrics victoria-metrics'

# Sets `chromium` to the browser's path, empty if there is none.
find_chromium() {
    local name
    for name in chromium chromium-browser google-chrome; do
        chromium=$(command -v "$name" || true)
        if [ -n "$chromium" ]; then
            return
        fi
    done
}

has_cjk_font() {
    [ -n "$(find /usr/share/fonts -iname '*cjk*' -print -quit 2>/dev/null)" ] ||
        [ -n "$(find /usr/share/fonts -iname '*wqy*' -print -quit 2>/dev/null)" ]
}

is_there() {
    case $1 in
        chromium) find_chromium && [ -n "$chromium" ] ;;
        cjk-font) has_cjk_font ;;
        # Debian's gcc comes without these headers.
        libc-headers) [ -e /usr/include/stdio.h ] ;;
        # munged is in /usr/sbin, which a user's PATH may lack.
        *) PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null ;;
    esac
}

# Prints the missing packages on one line, by their names for the family $1.
missing_packages() {
    local key debian rhel names=()
    while read -r key debian rhel; do
        if ! is_there "$key"; then
            [ "$1" = rhel ] && names+=("$rhel") || names+=("$debian")
        fi
    done <<<"$needed_packages"
    echo "${names[*]}"
}

# Installs what is missing if it can; otherwise lists what is missing, and fails under CI=true.
ensure_packages() {
    local family=debian missing
    command -v dnf >/dev/null && family=rhel
    missing=$(missing_packages "$family")
    if [ -n "$missing" ] && [ "$(id -u)" -eq 0 ]; then
        install_packages "$family" "$missing"
        missing=$(missing_packages "$family")
    fi
    if [ -n "$missing" ]; then
        [ "${CI:-}" != true ] || fail "The tests need these packages, and they could not be installed: $missing"
        echo "Not installed, so what needs them is skipped: $missing" >&2
    fi
}

install_packages() {
    local names
    read -ra names <<<"$2"
    if [ "$1" = rhel ]; then
        step "Adding EPEL" dnf install -y epel-release || true
        step "Installing $2" dnf install -y --setopt=strict=False "${names[@]}" 9<&- || show_log
    elif command -v apt-get >/dev/null; then
        step "Reading Debian's package lists" refresh_lists "${names[@]}" || show_log
        show_unread_lists
        # Services started by packages must not hold the set-up's lock.
        step "Installing $2" apt_install "${names[@]}" 9<&- || show_log
    fi
}

# A killed run may leave packages half installed, so that dpkg fails, or a running apt-get, for which apt-get waits.
apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    dpkg --configure -a || true
    apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Reads the lists. An extra source that can't be reached is no failure if the packages $@ are available anyway.
refresh_lists() {
    apt-get update || apt-get install --simulate --no-install-recommends "$@"
}

# Prints one line with the sources that could not be read, if they are not needed.
show_unread_lists() {
    local unread
    # shellcheck disable=SC2154 # of setup.sh: the output of the step before
    unread=$(sed -nE 's/^Err:[0-9]+ ([^ ]+ [^ ]+).*/\1/p' "$step_log" | LC_ALL=C sort -u | paste -sd , | sed 's/,/, /g')
    if [ -n "$unread" ]; then
        echo "Could not be read, and may not be needed: $unread" >&2
    fi
}
