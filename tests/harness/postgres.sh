# A throw-away PostgreSQL: started here, stopped and removed when standard input ends, that is when the test process
# has ended in whatever way. Says `ready FOLDER` when it answers; its socket is in FOLDER.
# Arguments: the folder of PostgreSQL's programs.
set -eu
PATH="$1:$PATH"
cd /

stop_and_remove() {
    if [ -f "$1/data/postmaster.pid" ]; then
        pg_ctl --pgdata "$1/data" --mode immediate --silent stop >&2 || true
    fi
    rm -rf "$1"
}

# What a killed watchdog left behind. A folder without a pid is just being made.
for stale in /tmp/savoir-postgres.*; do
    [ -O "$stale" ] && [ -s "$stale/watchdog.pid" ] || continue
    kill -0 "$(cat "$stale/watchdog.pid")" 2>/dev/null || stop_and_remove "$stale"
done

# Not under TMPDIR: the path of a socket has room for a hundred characters only.
folder=$(mktemp -d /tmp/savoir-postgres.XXXXXX)
trap 'stop_and_remove "$folder"' EXIT
trap 'exit 1' HUP INT TERM
echo $$ >"$folder/watchdog.pid"

initdb --pgdata "$folder/data" --username savoir --auth trust --encoding UTF8 --locale C.UTF-8 --no-sync \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
pg_ctl --pgdata "$folder/data" --log "$folder/log" --silent --wait --options \
    "-k $folder -c listen_addresses='' -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
    start >/dev/null || { cat "$folder/log" >&2; exit 1; }
echo "ready $folder"
cat >/dev/null
