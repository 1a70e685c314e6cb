#!/bin/sh
# The agent onto every node: the same as `minipanel rollout`, whose options it takes.
#   ./distribute-agents.sh [NODESET] [--force] [--only-failed] [--dry-run] [--remove] ... ; --help tells them all
set -eu

here=$(CDPATH='' cd "$(dirname "$0")" && pwd -P)
for minipanel in /opt/minipanel/minipanel "$here/.venv/bin/minipanel"; do
    if [ -x "$minipanel" ]; then
        exec "$minipanel" rollout "$@"
    fi
done
echo "MiniPanel is not installed on this machine; run install.sh first." >&2
exit 1
