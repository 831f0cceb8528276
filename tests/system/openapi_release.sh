#!/usr/bin/env bash
# What clients of a release rely on: no change of the plugins breaks docs/openapi.json, unless docs/openapi-breaking.txt says so.
#
#   openapi_release.sh MORTISE_BINARY PLUGIN_DIRECTORY
set -euo pipefail

mortise=$1
plugins=$2
docs=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../docs" && pwd)
today=$(mktemp)
other=$(mktemp)
trap 'rm -f "$today" "$other"' EXIT

fail() {
    printf 'openapi_release: %s\n' "$*" >&2
    exit 1
}

"$mortise" openapi --config="$docs/../etc/mortise.properties" --plugins.directory="$plugins" >"$today"
"$mortise" openapi diff "$docs/openapi.json" "$today" --meant="$docs/openapi-breaking.txt" ||
    fail "the API breaks what docs/openapi.json promises: take the change back, or write the lines above into docs/openapi-breaking.txt"

# The check itself can fail: a promise that is not kept is found, and so is a meant break that is not there.
sed 's|"/api/v1/jobs"|"/api/v1/promised"|' "$docs/openapi.json" >"$other"
if answer=$("$mortise" openapi diff "$other" "$today"); then
    fail "a lost route was not noticed"
elif [ $? -ne 2 ]; then
    fail "a lost route has the wrong exit code"
fi
grep -q 'GET /api/v1/promised: is gone' <<<"$answer" || fail "a lost route is not named: $answer"
printf 'GET /api/v1/promised: is gone\n' >"$other"
if "$mortise" openapi diff "$docs/openapi.json" "$today" --meant="$other" >/dev/null; then
    fail "a meant break that is not there was not noticed"
fi
"$mortise" openapi diff "$today" "$today" --json | grep -F '{"undeclared":[],"declared":[],"stale":[]}' >/dev/null || fail "--json says something else"
