#!/usr/bin/env bash
# All tests, on SQLite and PostgreSQL. Arguments go to `cargo test`.
# An own server instead of a started one: TEST_DATABASE_URL=postgres://user@host:port/postgres
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./scripts/test-tools.sh

export ZINNE_TEST_PYTHON="$PWD/target/tools/venv/bin/python"
export ZINNE_TEST_REQUIRE_ALL=1

if [ -n "${TEST_DATABASE_URL:-}" ]; then
    echo "==> PostgreSQL: the server of TEST_DATABASE_URL"
else
    echo "==> PostgreSQL: a server of its own, for the time of the tests"
fi
echo "==> cargo test --locked $*"
exec cargo test --locked "$@"
