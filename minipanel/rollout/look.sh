# shellcheck shell=sh
# The roll-out sends this script to a node before it changes anything. It prints its findings as lines
# "minipanel:key=value". To test whether it can write, it creates empty files and deletes them at once.
# The roll-out puts a line before it: auth=... panel_host=... panel_port=... munge_socket=...
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
home=/opt/minipanel-agent
unit=minipanel-agent.service
: "${auth:=munge}" "${panel_host:=}" "${panel_port:=}" "${munge_socket:=}"

say() {
    printf 'minipanel:%s=%s\n' "$1" "$2"
}

# The same search as at the head of the agent's file. Sets `python`, or `hidden` to one that the agent's unit hides.
find_python() {
    for candidate in /usr/libexec/platform-python /usr/bin/python3 python3.14 python3.13 python3.12 python3.11 \
        python3.10 python3.9 python3.8 python3.7 python3.6; do
        candidate=$(command -v "$candidate") || continue
        home=$("$candidate" -I -S -c '
import os, sys
for path in map(os.path.realpath, (sys.executable, os.__file__)):
    if path.startswith(("/home/", "/root/", "/run/user/")):
        print(path)
sys.exit(sys.version_info < (3, 6))
' 2>/dev/null) || continue
        if [ -z "$home" ]; then
            python=$candidate
            return
        fi
        : "${hidden:=$(echo "$home" | head -n 1)}"
    done
}

look_at_munge() {
    if ! command -v munge >/dev/null; then
        say munge_trouble "munge is not installed"
    elif ! "$1" -I -S -c 'import ctypes; ctypes.CDLL("libmunge.so.2")' 2>/dev/null; then
        say munge_trouble "$1 can't load libmunge.so.2"
    elif credential=$(munge ${munge_socket:+--socket="$munge_socket"} --string="minipanel/1 look" 2>&1); then
        say credential "$credential"
    else
        say munge_trouble "$(printf '%s' "$credential" | head -n 1)"
    fi
}

look_at_panel() {
    trouble=$("$1" -I -S -c '
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 4).close()
except socket.timeout:
    print("no answer within 4 s")
except OSError as error:
    print(error.strerror or error)
' "$panel_host" "$panel_port" 2>&1)
    say panel_trouble "$trouble"
}

# Looks at the folder $2, or the one where it will be made: prints its free space in KiB, and why it can't be written.
look_at_folder() {
    place=$2
    while [ ! -d "$place" ]; do
        place=$(dirname "$place")
    done
    rm -f "$place"/.minipanel-look.* 2>/dev/null
    say "free_$1" "$(df -Pk "$place" 2>/dev/null | awk 'NR == 2 { print $4 }')"
    if file=$(mktemp "$place/.minipanel-look.XXXXXX" 2>&1); then
        rm -f "$file"
    else
        say "write_$1" "${file##*: }"
    fi
}

look_at_installed() {
    for name in minipanel-agent config.toml ca.pem; do
        [ ! -f "$home/$name" ] || say "sum_$name" "$(sha256sum <"$home/$name" | cut -d ' ' -f 1)"
    done
    [ ! -f "/etc/systemd/system/$unit" ] || say "sum_$unit" "$(sha256sum <"/etc/systemd/system/$unit" | cut -d ' ' -f 1)"
    # A killed run of install-agent.sh leaves the previous files here: the agent that runs may be the old or the new one.
    if [ -d "$home/.before" ]; then
        say is_active unfinished
    else
        say is_active "$(systemctl is-active "$unit" 2>/dev/null)"
    fi
    say is_enabled "$(systemctl is-enabled "$unit" 2>/dev/null)"
    # The last one is left by a roll-out that was killed while it sent its files.
    for path in "$home" /var/lib/minipanel-agent "/etc/systemd/system/$unit" /opt/.minipanel-agent.*; do
        [ ! -e "$path" ] || say is_there yes
    done
}

file=''
trap 'rm -f "$file"' EXIT
trap 'exit 1' HUP INT TERM
say clock "$(date +%s)"
say uid "$(id -u)"
[ ! -d /run/systemd/system ] || say systemd yes
look_at_installed
for folder in opt:/opt var:/var/lib etc:/etc/systemd/system; do
    look_at_folder "${folder%%:*}" "${folder#*:}"
done
python='' hidden=''
find_python
say python "$python"
[ -n "$python" ] || say python_hidden "$hidden"
if [ -n "$python" ]; then
    [ "$auth" != munge ] || look_at_munge "$python"
    [ -z "$panel_host" ] || look_at_panel "$python"
fi
say looked yes
