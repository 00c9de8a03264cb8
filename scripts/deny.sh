#!/usr/bin/env bash
# Licences, advisories, bans and sources of the dependencies, as deny.toml wants them. Usage: deny.sh CARGO
set -euo pipefail

cargo=${1:?usage: deny.sh CARGO}
if "$cargo" deny --version >/dev/null 2>&1; then
    exec "$cargo" deny --workspace check
fi
echo "SKIPPED: cargo-deny is not installed, so deny.toml is not checked; to check it: cargo install --locked cargo-deny" >&2
