#!/usr/bin/env bash
# Runs every bash block of README.md, in order, in one shell that stops at the first failure, against a host of its own.
#
#   readme_walk.sh MORTISE_BINARY PLUGIN_DIRECTORY
#
# The blocks judge themselves by their exit status; what only a reader's eye would notice (states, versions, status codes) is
# compared here.
set -euo pipefail

binary=$(realpath "$1")
plugins=$(realpath "$2")
source "$(dirname "${BASH_SOURCE[0]}")/host.bash"

expect() {
    grep -qE -- "$1" "$state/walk.log" || fail "the walk shows nothing like: $1"
}

[ "$(blocks README.md | grep -c '^echo "--- README')" -ge 8 ] || fail "README.md has lost its blocks"
start_host "$binary" "$plugins"
{
    echo 'set -euo pipefail'
    blocks README.md
} >"$state/walk.sh"
TMPDIR=$state bash "$state/walk.sh" 2>&1 | tee "$state/walk.log"

expect '^completed: '
expect '"error_code":"VALIDATION_ERROR"'
expect '^users: done 1\.0\.0 -> 1\.0\.1$'
expect '^users: done 1\.0\.1 -> 1\.0\.0$'
codes=$(sed '1,/^answers by status code:$/d' "$state/walk.log" | awk '/^ +[0-9]+ [0-9]+$/ { print $2 }')
[ "$codes" = 200 ] || fail "not every request succeeded while plugins were swapped: status codes $codes"
