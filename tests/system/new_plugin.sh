#!/usr/bin/env bash
# What `./dev new-plugin` writes: it builds against the SDK alone, its tests pass, and it serves.
#
#   new_plugin.sh MORTISE_BINARY PLUGIN_DIRECTORY
#
# Its tests of routes need the testing kit, which lies in lib/mortise beside the directory of the plugins.
#
# The name has two words, so that every spelling of it is used.
set -euo pipefail

binary=$(realpath "$1")
plugins=$(realpath "$2")
source "$(dirname "${BASH_SOURCE[0]}")/host.bash"

"$root/sdk/template/new-plugin.sh" order_items "$state/plugin" >/dev/null
! grep -rnE '@[A-Za-z]+@' "$state/plugin" || fail "words of the template are left"
if "$root/sdk/template/new-plugin.sh" order_items "$state/plugin" 2>/dev/null; then
    fail "a directory with files in it was written to"
fi
if "$root/sdk/template/new-plugin.sh" Order-Items "$state/other" 2>/dev/null; then
    fail "a name that no plugin may have was taken"
fi

if "$root/sdk/template/new-plugin.sh" order_items "$state/other" "no mail" 2>/dev/null; then
    fail "a maintainer without a mail address was taken"
fi
[ ! -e "$state/other" ] || fail "a refusal leaves something behind"

use_sanitizers "$plugins/../CMakeCache.txt"
cmake -S "$state/plugin" -B "$state/build" -DMortise_DIR="$root/sdk/cmake" \
    -DMORTISE_TESTING_LIBRARY="$plugins/../lib/mortise/libmortise-testing.so" >"$state/build.log"
cmake --build "$state/build" -j 2 >>"$state/build.log" 2>&1 || { cat "$state/build.log"; fail "it does not build"; }
ctest --test-dir "$state/build" --no-tests=error --output-on-failure | tee "$state/tests.log"
grep -q order_items_routes "$state/tests.log" || fail "the routes were not tested"

mkdir "$state/plugins"
cp "$plugins/users.so" "$plugins/auth.so" "$state/build/plugins/order_items.so" "$state/plugins/"
start_host "$binary" "$state/plugins"

token=$(curl -sS --fail-with-body "$MORTISE_URL/api/v1/auth/register" -H 'Content-Type: application/json' \
    -d '{"email": "ada@example.com", "full_name": "Ada", "password": "correct horse battery"}' |
    sed -E 's/.*"access_token":"([^"]+)".*/\1/')
ask() { curl -sS --fail-with-body -H 'Content-Type: application/json' -H "Authorization: Bearer $token" "$@"; }
code_of() { curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$@"; }
items=$MORTISE_URL/api/v1/order-items

ask "$items" -d '{"name": "first"}' | grep '"name":"first"' >/dev/null || fail "nothing was created"
[ "$(code_of "$items" -H 'Content-Type: application/json' -d '{"name": "first"}')" = 409 ] || fail "a name was taken twice"
ask "$items" | grep '"total":1' >/dev/null || fail "the list does not have it"
ask "$items/1" | grep '"name":"first"' >/dev/null || fail "it is not found"
[ "$(code_of -X DELETE "$items/1")" = 204 ] || fail "it cannot be deleted"
[ "$(code_of "$items/1")" = 404 ] || fail "it is still there"
