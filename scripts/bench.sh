#!/usr/bin/env bash
# The benchmarks: what the service and an import cost beside the bare operation (docs/PERFORMANCE.md).
# Without arguments both. Arguments go to the load benchmark: ./scripts/bench.sh --seconds 3 --rounds 3
# or, after the word, to that of the import: ./scripts/bench.sh import --rounds 5
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

import() {
    echo "==> cargo bench --locked --bench import -- $*"
    cargo bench --locked --bench import -- "$@"
}
if [ "${1:-}" = import ]; then
    shift
    import "$@"
    exit
fi

# The benchmark reads the log of the server, so it takes none but its own.
unset TEST_DATABASE_URL
./scripts/test-tools.sh

debian_programs() {
    local bin
    for bin in /usr/lib/postgresql/*/bin; do
        if [ -x "$bin/$1" ]; then
            printf '%s\n' "$bin"
            return
        fi
    done
}

find_pgbench() {
    local bin
    command -v pgbench >/dev/null && return
    bin=$(debian_programs pgbench)
    [ -z "$bin" ] || PATH="$PATH:$bin"
}
find_pgbench
missing=()
command -v wrk >/dev/null || missing+=(wrk)
command -v pgbench >/dev/null || missing+=(postgresql-contrib)
if [ ${#missing[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        printf 'error: please install: %s (names of Debian)\n' "${missing[*]}" >&2
        exit 1
    fi
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" </dev/null
    find_pgbench
fi

[ $# -gt 0 ] || import
echo "==> cargo bench --locked --bench load -- $*"
exec cargo bench --locked --bench load -- "$@"
