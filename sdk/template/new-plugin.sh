#!/usr/bin/env bash
# Writes a new plugin with one resource into a directory of its own: model, schema, rules, SQL, routes, migration, settings, tests, Debian packaging.
#
#   new-plugin.sh NAME DIR [MAINTAINER]
#
# NAME is the plural of what it keeps, in snake_case: books, order_items. MAINTAINER is "Name <mail>" for the package; otherwise
# DEBFULLNAME and DEBEMAIL say it.
#
# plugin/ holds the files as they will be, except for these words, in contents and in file names:
#
#   @plugin@   order_items    name of the plugin, of its schema, settings and log area
#   @path@     order-items    in URLs
#   @thing@    order_item     one of them, in JSON and SQL
#   @Plugin@   OrderItems     C++ class names
#   @Thing@    OrderItem
#   @THING@    ORDER_ITEM     error codes
#   @maintainer@, @date@      for the package
set -euo pipefail

fail() {
    printf 'new-plugin: %s\n' "$*" >&2
    exit 1
}

[ $# -eq 2 ] || [ $# -eq 3 ] || fail "usage: new-plugin.sh NAME DIR [MAINTAINER]"
name=$1
target=$2
maintainer=${3:-${DEBFULLNAME:-Nobody yet} <${DEBEMAIL:-nobody@localhost}>}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)

[[ $name =~ ^[a-z][a-z0-9]*(_[a-z0-9]+)*$ && ${#name} -le 31 ]] ||
    fail "\"$name\" is no name for a plugin: small letters, digits and single underscores, at most 31, a letter first"
[[ $maintainer =~ ^[^\<\>/\&\\]+\ \<[^\<\>\ /\&\\]+@[^\<\>\ /\&\\]+\>$ ]] ||
    fail "\"$maintainer\" is no maintainer of a package: Name <name@example.com>"
[ ! -e "$target" ] || [ -z "$(ls -A "$target")" ] || fail "\"$target\" is not empty"

singular() {
    case $1 in
        *ies) printf '%sy' "${1%ies}" ;;
        *sses | *xes | *ches | *shes) printf '%s' "${1%es}" ;;
        *ss) printf '%s_item' "$1" ;;
        *s) printf '%s' "${1%s}" ;;
        *) printf '%s_item' "$1" ;;
    esac
}
pascal() { sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$1"; }

thing=$(singular "$name")
words=(-e "s/@plugin@/$name/g" -e "s/@path@/${name//_/-}/g" -e "s/@thing@/$thing/g" -e "s/@Plugin@/$(pascal "$name")/g"
    -e "s/@Thing@/$(pascal "$thing")/g" -e "s/@THING@/${thing^^}/g" -e "s/@maintainer@/$maintainer/g" -e "s/@date@/$(date -R)/g")

(cd "$here/plugin" && find . -type f -printf '%P\n') | while read -r file; do
    written=$target/$(sed "${words[@]}" <<<"${file%.in}")
    mkdir -p "$(dirname "$written")"
    sed "${words[@]}" "$here/plugin/$file" >"$written"
done
chmod +x "$target/debian/rules"

# In a clone the CMake files lie beside the template, installed they are found by their prefix.
where=
if [ -f "$here/../cmake/MortiseConfig.cmake" ]; then
    where=" -DMortise_DIR=$(cd "$here/../cmake" && pwd)"
else
    prefix=$(cd "$here/../../.." && pwd)
    case $prefix in /usr | /usr/local) ;; *) where=" -DCMAKE_PREFIX_PATH=$prefix" ;; esac
fi

cat <<NEXT
The plugin "$name" is in $target. README.md there says what stands where.

    cmake -S $target -B $target/build$where
    cmake --build $target/build
    ctest --test-dir $target/build
NEXT
