#!/usr/bin/env bash
# Fetches axe-core, which the tests hold pages against, from npm (tests/axe: one package, its version and the hash of its
# content pinned), and prints the path of its script. Prints nothing where it cannot be had: the tests then say that they
# do without, and this says why.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$here/target}/axe
needs=$here/tests/axe
script=$folder/node_modules/axe-core/axe.min.js

cannot() {
    echo "savoir: pages will not be held against axe-core: $*" >&2
    exit 0
}

if ! cmp -s "$needs/package-lock.json" "$folder/ready" || [ ! -s "$script" ]; then
    command -v npm >/dev/null 2>&1 || cannot "there is no npm"
    rm -rf "$folder"
    mkdir -p "$folder"
    cp "$needs/package.json" "$needs/package-lock.json" "$folder"
    npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent >&2 ||
        cannot "npm could not install tests/axe/package-lock.json"
    cp "$needs/package-lock.json" "$folder/ready"
fi
realpath "$script"
