#!/usr/bin/env bash
# What a declared schema costs beside the JSON library alone: see schema_bench.cpp.
#
#   ./dev bench schema [--quick]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

case ${1:-} in
    --quick | "") ;;
    *) echo "usage: bench schema [--quick]" >&2; exit 1 ;;
esac

cmake --preset release >/dev/null
cmake --build --preset release --target bench_schema >/dev/null
exec build/release/bin/bench_schema "$@"
