# A chromedriver: started here, ended when standard input ends, that is when the test process has ended in whatever way;
# its Chromiums end with it, for they hang on its pipes. Says `folder FOLDER`, then what chromedriver says; all profiles
# are in FOLDER, which is removed at the end.
# Arguments: the path of chromedriver.
set -eu
cd /

# What a killed watchdog left behind. A folder without a pid is just being made.
for stale in "${TMPDIR:-/tmp}"/savoir-browser.*; do
    [ -O "$stale" ] && [ -s "$stale/watchdog.pid" ] || continue
    kill -0 "$(cat "$stale/watchdog.pid")" 2>/dev/null || rm -rf "$stale"
done

folder=$(mktemp -d "${TMPDIR:-/tmp}/savoir-browser.XXXXXX")
driver=
end() {
    [ -z "$driver" ] || { kill "$driver" && wait "$driver"; } 2>/dev/null || true
    # The last Chromium may still be writing its profile.
    for _ in 1 2 3 4 5; do rm -rf "$folder" 2>/dev/null && break || sleep 0.2; done
}
trap end EXIT
trap 'exit 1' HUP INT TERM
echo $$ >"$folder/watchdog.pid"
echo "folder $folder"

# A watchdog that is killed outright cannot end it: then the kernel does.
TMPDIR=$folder setpriv --pdeathsig KILL "$1" --port=0 </dev/null 2>"$folder/log" &
driver=$!
cat >/dev/null
