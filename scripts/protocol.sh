#!/usr/bin/env bash
# Prepares what the protocol's test needs (a real llama.cpp server from PyPI, see tests/protocol/README.md) and prints the
# path of its Python. Prints nothing where it cannot be had: the test then says that it is skipped, and this says why.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
folder=${CARGO_TARGET_DIR:-$here/target}/protocol
needs=$here/tests/protocol/requirements.txt

cannot() {
    echo "savoir: the protocol's test will be skipped: $*" >&2
    exit 0
}

if cmp -s "$needs" "$folder/ready" && [ -x "$folder/bin/python" ]; then
    echo "$folder/bin/python"
    exit 0
fi
command -v python3 >/dev/null 2>&1 || cannot "there is no python3"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || cannot "Python 3.11 or later is needed"
rm -rf "$folder"
python3 -m venv "$folder" >&2 || cannot "python3 makes no virtual environment (Debian: apt-get install python3-venv)"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$needs" >&2 ||
    cannot "pip could not install tests/protocol/requirements.txt"
cp "$needs" "$folder/ready"
echo "$folder/bin/python"
