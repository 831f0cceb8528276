#!/usr/bin/env bash
# Runs every bash block of docs/tutorial.md up to "Without a clone" (which installed.sh runs) against a host of its own, and looks
# for its other blocks in what is compiled.
#
#   tutorial_walk.sh MORTISE_BINARY PLUGIN_DIRECTORY
set -euo pipefail

binary=$(realpath "$1")
plugins=$(realpath "$2")
source "$(dirname "${BASH_SOURCE[0]}")/host.bash"

expect() {
    grep -qE -- "$1" "$state/walk.log" || fail "the walk shows nothing like: $1"
}

start_host "$binary" "$plugins"
{
    echo 'set -euo pipefail'
    blocks docs/tutorial.md | sed '/\/opt\/mortise/,$d'
    # shellcheck disable=SC2016 # For the shell of the walk.
    echo 'cp -r "$work/books" "$TMPDIR/books"'
} >"$state/walk.sh"
[ "$(grep -c '^echo "--- docs' "$state/walk.sh")" -ge 9 ] || fail "the tutorial has lost its blocks"
TMPDIR=$state bash "$state/walk.sh" 2>&1 | tee "$state/walk.log"

expect 'accepted'
expect '"status_code":201.*"name":"Emma"'
expect '"total":1'
expect '"error_code":"VALIDATION_ERROR".*"name"'
expect '"error_code":"BOOK_NAME_TAKEN"'
expect '"error_code":"NOT_AUTHENTICATED"'
expect '^books: done 0\.1\.0 -> 0\.2\.0$'
expect 'Must be at most 20 characters'
expect '^books: done 0\.2\.0 -> 0\.1\.0$'
expect '"name":"A name that is longer'
expect 'not today'
expect '^refused, as it should be$'
expect '^books: done 0\.2\.0 -> 0\.3\.0$'

python3 "$root/tests/system/verbatim.py" "$root/docs/tutorial.md" "$state/books" "$root/sdk/examples/notes"
