#!/usr/bin/env bash
# A plugin team with nothing but an installation: host, plugins and SDK under one prefix, no clone.
#
#   installed.sh MORTISE_BINARY PLUGIN_DIRECTORY BUILD_DIRECTORY
set -euo pipefail

build=$(realpath "$3")
source "$(dirname "${BASH_SOURCE[0]}")/host.bash"

prefix=$state/prefix
cmake --install "$build" --prefix "$prefix" >"$state/install.log" || { cat "$state/install.log"; fail "it does not install"; }
for file in bin/mortise etc/mortise/mortise.properties lib/mortise/plugins/users.so include/mortise/abi.h include/mortise/plugin.hpp \
    share/cmake/Mortise/MortiseConfig.cmake share/mortise/template/new-plugin.sh share/pkgconfig/mortise-sdk.pc \
    include/mortise/testing.hpp lib/mortise/libmortise-testing.so; do
    [ -f "$prefix/$file" ] || fail "$file is not installed"
done
! find "$prefix" -name '*.in' -not -path '*/template/*' | grep . || fail "files that only the build needs are installed"

# C, without CMake.
flags=$(PKG_CONFIG_PATH=$prefix/share/pkgconfig pkg-config --cflags mortise-sdk)
# shellcheck disable=SC2086
echo '#include <mortise/plugin.h>' | cc -std=c11 -fsyntax-only $flags -x c -

(cd "$state" && "$prefix/bin/mortise" new plugin orders --directory orders </dev/null >"$state/new.log")
grep -q -- "-DCMAKE_PREFIX_PATH=$prefix" "$state/new.log" || fail "the next steps do not name the installation"
use_sanitizers "$build/CMakeCache.txt"
cmake -S "$state/orders" -B "$state/build" -DCMAKE_PREFIX_PATH="$prefix" >"$state/build.log"
cmake --build "$state/build" -j 2 >>"$state/build.log" 2>&1 || { cat "$state/build.log"; fail "it does not build"; }
ctest --test-dir "$state/build" --no-tests=error --output-on-failure | tee "$state/tests.log"
grep -q orders_routes "$state/tests.log" || fail "the routes were not tested"

# No option says where the plugins are: the host finds those of its own prefix.
start_host "$prefix/bin/mortise" ""
"$prefix/bin/mortise" plugin apply "$state/build/plugins/orders.so" | tail -n 3
curl -sS --fail-with-body "$MORTISE_URL/openapi.json" | grep -q '"/api/v1/orders/{order_id}"' || fail "the document lacks its routes"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$MORTISE_URL/api/v1/orders")" = 401 ] || fail "it does not serve"
"$prefix/bin/mortise" plugin list | grep -q users || fail "the installed plugins were not found"

# What cannot be made is said, and nothing is left behind.
if "$prefix/bin/mortise" new plugin Bad-Name --directory "$state/bad" </dev/null 2>"$state/bad.log"; then
    fail "a name that no plugin may have was taken"
fi
grep -q 'small letters' "$state/bad.log" || fail "the refusal does not help"
[ ! -e "$state/bad" ] || fail "the refusal leaves something behind"
mv "$prefix/share/mortise/template" "$prefix/share/mortise/gone"
if "$prefix/bin/mortise" new plugin others --directory "$state/others" </dev/null 2>"$state/bad.log"; then
    fail "a missing template was not noticed"
fi
grep -q 'install the SDK' "$state/bad.log" || fail "the missing template is not named"
