#!/usr/bin/env bash
# Licences, advisories, bans and sources of the dependencies, as deny.toml wants them. Usage: deny.sh CARGO
set -euo pipefail

cargo=${1:?usage: deny.sh CARGO}
if ! "$cargo" deny --version >/dev/null 2>&1; then
    echo "SKIPPED: cargo-deny is not installed, so deny.toml is not checked; to check it: cargo install --locked cargo-deny" >&2
    exit 0
fi
"$cargo" deny --workspace check licenses bans sources
# The list of advisories comes from the network: its absence is no fault of the code, and is said.
if ! "$cargo" deny fetch db >/dev/null 2>&1; then
    echo "SKIPPED: the list of security advisories cannot be fetched, so no dependency was held against it" >&2
    exit 0
fi
"$cargo" deny --workspace check advisories
