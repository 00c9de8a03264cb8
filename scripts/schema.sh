#!/usr/bin/env bash
# Asks every route of a house what its OpenAPI document says may be asked, and what it says may not, as each role: no 5xx,
# no status that is not declared, no answer that breaks its schema (schemathesis, from PyPI; see tests/schema/README.md).
# Usage: schema.sh PROGRAM [EXAMPLES], the examples of each operation and role beside those of every boundary (some 4,700 a
# role); without EXAMPLES only three of each, for the tests. Exit code 1: something was found.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:?usage: schema.sh PROGRAM [EXAMPLES]}")
examples=${2:-3}
phases=examples,coverage,fuzzing
[ $# -gt 1 ] || phases=fuzzing
folder=${CARGO_TARGET_DIR:-$here/target}/schema
needs=$here/tests/schema/requirements.txt

skip() {
    echo "SKIPPED: the OpenAPI document was not held against the routes: $*" >&2
    exit 0
}

if ! cmp -s "$needs" "$folder/ready" || [ ! -x "$folder/bin/schemathesis" ]; then
    command -v python3 >/dev/null 2>&1 || skip "there is no python3"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))' || skip "Python 3.10 or later is needed"
    rm -rf "$folder"
    python3 -m venv "$folder" >&2 || skip "python3 makes no virtual environment (Debian: apt-get install python3-venv)"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$needs" >&2 ||
        skip "pip could not install tests/schema/requirements.txt"
    cp "$needs" "$folder/ready"
fi

house=$(mktemp -d)
server=
# The server writes until it has ended.
trap '[ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true; rm -rf "$house"' EXIT
port=$("$folder/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
savoir() { (cd "$house" && SAVOIR_SPEECH__ENGINE=none SAVOIR_LOG__LEVEL=warn "$program" --data "$house/data" "$@"); }

savoir import "$here/demo/interventions.jsonl" >/dev/null
roles="administrator expert safety technician contractor coordinator customer service"
for role in $roles; do
    of=()
    case $role in contractor) of=(--organisation Nordservice) ;; customer) of=(--organisation "Laiterie du Val") ;; esac
    savoir token create --role "$role" --name "Schema $role" "${of[@]}" >"$house/$role"
done
# The limits are another test's: here one address asks as fast as it can.
(
    cd "$house"
    export SAVOIR_SPEECH__ENGINE=none SAVOIR_LOG__LEVEL=warn SAVOIR_LIMITS__READS_PER_MINUTE=0
    export SAVOIR_LIMITS__WRITES_PER_MINUTE=0 SAVOIR_LIMITS__ANONYMOUS_PER_MINUTE=0 SAVOIR_LIMITS__FAILURES_PER_MINUTE=0
    exec "$program" --data "$house/data" serve --listen "127.0.0.1:$port"
) >"$folder/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
    "$folder/bin/python" -c "import urllib.request as r; r.urlopen('http://127.0.0.1:$port/readyz')" 2>/dev/null && break
    sleep 0.2
done

found=0
asked=0
checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance
for role in anonymous $roles; do
    bearer=()
    [ "$role" = anonymous ] || bearer=(--header "Authorization: Bearer $(cat "$house/$role")")
    # A stream does not end; it has tests of its own. What is found is in the log of the role.
    if ! "$folder/bin/schemathesis" run "http://127.0.0.1:$port/api/openapi.json" "${bearer[@]}" --checks "$checks" \
        --exclude-path /api/v1/events --phases "$phases" --max-examples "$examples" --mode all \
        --continue-on-failure --no-shrink --suppress-health-check all --request-timeout 30 --warnings off --seed 1 \
        >"$folder/$role.log" 2>&1; then
        found=1
        echo "schema: $role: something was found, see $folder/$role.log" >&2
        grep -E '^(- |_____|    curl|\[[0-9]+\])' "$folder/$role.log" | sort | uniq -c | sort -rn | head -40 >&2 || true
    fi
    cases=$(sed -nE 's/.*[^0-9]([0-9,]+) generated.*/\1/p' "$folder/$role.log" | tail -n 1 | tr -d ,)
    asked=$((asked + ${cases:-0}))
    echo "schema: $role: ${cases:-?} requests"
done
kill -0 "$server" 2>/dev/null || { echo "schema: the server has ended, see $folder/server.log" >&2; found=1; }
echo "schema: $asked requests in all"
exit "$found"
