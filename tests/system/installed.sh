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

# Where packages put things: /etc is no part of /usr.
DESTDIR=$state/image cmake --install "$build" --prefix /usr >>"$state/install.log" || fail "it does not install below DESTDIR"
for file in etc/mortise/mortise.properties usr/bin/mortise usr/lib/mortise/plugins/users.so usr/lib/mortise/libmortise-testing.so \
    usr/include/mortise/abi.h usr/share/cmake/Mortise/MortiseConfig.cmake usr/share/pkgconfig/mortise-sdk.pc; do
    [ -f "$state/image/$file" ] || fail "/$file is not installed for the prefix /usr"
done
outside=$(find "$state/image" -type f \( -path "$state/image/usr/etc/*" -o \
    -not -path "$state/image/usr/*" -not -path "$state/image/etc/mortise/*" \))
[ -z "$outside" ] || fail "files lie where no package may put them: $outside"

# A plugin in C, without CMake. Its note is what mortise_add_plugin() would write, so this is its code alone.
flags=$(PKG_CONFIG_PATH=$prefix/share/pkgconfig pkg-config --cflags mortise-sdk)
# shellcheck disable=SC2086
cc -std=c11 -Wall -Wextra -Werror -fPIC -shared -Wl,-z,defs $flags "$root/sdk/examples/hello/hello.c" -o "$state/hello.so" ||
    fail "plain C does not compile with the flags of pkg-config"
nm -D --defined-only "$state/hello.so" | grep mortise_plugin_open_v1 >/dev/null || fail "its entry is not exported"

use_sanitizers "$build/CMakeCache.txt"
# The block of the tutorial, as it stands there but for the prefix. No option says where the plugins are: the host finds those of
# its own prefix, the project those of the SDK.
start_host "$prefix/bin/mortise" ""
blocks docs/tutorial.md | sed -n '/\/opt\/mortise/,$p' | sed "s#/opt/mortise#$prefix#g" >"$state/walk.sh"
[ "$(grep -c "$prefix" "$state/walk.sh")" -ge 3 ] || fail "the tutorial has lost its last block"
(cd "$state" && bash -euo pipefail walk.sh </dev/null >walk.log 2>&1) || { cat "$state/walk.log"; fail "what the tutorial says does not work"; }
grep -q -- "-DCMAKE_PREFIX_PATH=$prefix" "$state/walk.log" || fail "the next steps do not name the installation"
grep -q '100% tests passed' "$state/walk.log" || fail "its tests did not pass"
grep -q orders_routes "$state/walk.log" || fail "the routes were not tested"
curl -sS --fail-with-body "$MORTISE_URL/openapi.json" | grep '"/api/v1/orders/{order_id}"' >/dev/null || fail "the document lacks its routes"
# The page loads the document through its script; where the assets of the page are not installed it says so and links it.
curl -sS "$MORTISE_URL/docs" "$MORTISE_URL/docs/initializer.js" | grep '/openapi.json' >/dev/null || fail "the docs page does not load the document"
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$MORTISE_URL/api/v1/orders")" = 401 ] || fail "it does not serve"
"$prefix/bin/mortise" plugin list | grep users >/dev/null || fail "the installed plugins were not found"

# A package of it, from what stands in debian/. Where the tools are missing nothing is known about it.
if command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null; then
    "$prefix/bin/mortise" new plugin parcels --directory "$state/package/parcels" --maintainer "Plugin Team <plugins@example.com>" \
        </dev/null >/dev/null
    (cd "$state/package/parcels" && MORTISE_PREFIX=$prefix dpkg-buildpackage -b -us -uc -d) >"$state/package.log" 2>&1 ||
        { tail -n 40 "$state/package.log"; fail "its package does not build"; }
    dpkg-deb -x "$state"/package/mortise-plugin-parcels_0.1.0_*.deb "$state/unpacked"
    "$prefix/bin/mortise" plugin check "$state/unpacked/usr/lib/mortise/plugins/parcels.so"
else
    echo "dpkg-buildpackage or dh is missing: the package of a plugin was not built"
fi

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
