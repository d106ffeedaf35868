#!/usr/bin/env bash
# Brings what the tests use beside the Rust toolchain: C build tools, PostgreSQL's server programs,
# and a Python environment below target/. Does nothing where all of it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

oldest_postgres=15
venv=target/tools/venv
requirements=tests/client/requirements.txt

say() { printf '==> %s\n' "$*"; }
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

compiles_c() {
    printf '#include <stdio.h>\nint main(void) { return 0; }\n' |
        cc -x c - -o /dev/null 2>/dev/null
}

has_perl() { perl -MFindBin -MIPC::Cmd -MTime::Piece -e 1 2>/dev/null; }

has_postgres() {
    local bin version
    [ -z "${TEST_DATABASE_URL:-}" ] || return 0
    for bin in "$(dirname "$(command -v initdb || true)")" /usr/lib/postgresql/*/bin; do
        if [ ! -x "$bin/initdb" ] || [ ! -x "$bin/postgres" ]; then continue; fi
        version=$("$bin/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
        [ "$version" -lt "$oldest_postgres" ] || return 0
    done
    return 1
}

has_python() {
    python3 -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

missing_packages() {
    compiles_c || printf '%s\n' gcc libc6-dev
    command -v make >/dev/null || printf '%s\n' make
    command -v curl >/dev/null || printf '%s\n' curl
    has_perl || printf '%s\n' perl
    has_postgres || printf '%s\n' postgresql
    has_python || printf '%s\n' python3 python3-venv
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

may_be_root() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || return
    [ -t 0 ] || sudo -n true 2>/dev/null
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" </dev/null
}

# The package would create and start a server of its own; only its programs are wanted.
install_postgres() {
    local settings=/etc/postgresql-common/createcluster.conf
    apt_install postgresql-common
    as_root cp -p "$settings" "$settings.before-zinne"
    as_root sh -c "echo 'create_main_cluster = false' >>$settings"
    local result=0
    apt_install postgresql || result=$?
    as_root mv "$settings.before-zinne" "$settings"
    return "$result"
}

install_packages() {
    local package others=()
    if ! command -v apt-get >/dev/null; then
        fail "please install: $* (the names are Debian's; PostgreSQL from $oldest_postgres, Python from 3.11)"
    fi
    if ! may_be_root; then
        fail "please run: sudo apt-get install --no-install-recommends $*"
    fi
    say "installing $*"
    as_root apt-get update -qq
    for package in "$@"; do
        [ "$package" = postgresql ] || others+=("$package")
    done
    [ ${#others[@]} -eq 0 ] || apt_install "${others[@]}"
    has_postgres || install_postgres
}

make_venv() {
    local stamp="$venv/zinne-stamp" wanted
    wanted=$(
        printf '%s\n' "$PWD"
        python3 --version
        cat "$requirements"
    )
    if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    say "Python environment in $venv"
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: \
        --requirement "$requirements"
    printf '%s\n' "$wanted" >"$stamp"
}

command -v cargo >/dev/null || fail "cargo is missing: a Rust toolchain is needed"

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
    install_packages "${missing[@]}"
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] || fail "still missing or too old: ${missing[*]}"
fi
make_venv
