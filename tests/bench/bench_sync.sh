#!/bin/sh
# Sync beside PouchDB and pouchdb-server (npm, installed here and nowhere else). Usage:
# bench_sync.sh BUILD SOURCE [NOTES]; works in the current directory.
set -eu
build=$1
source=$2
notes=${3:-10000}
work=bench-sync
mkdir -p "$work"
"$build/tests/bench/bench_sync" "$build/guichetd" "$source/app/sample" "$notes" >"$work/ours"
: >"$work/peer"
if command -v npm >/dev/null && (cd "$work" && { [ -d node_modules/pouchdb-server ] ||
    npm install --silent --no-audit --no-fund --prefix . pouchdb@9 pouchdb-server@4 >/dev/null 2>&1; }); then
    cp "$source/tests/bench/bench_sync.mjs" "$work/"
    (cd "$work" && timeout 600 node bench_sync.mjs "$notes" >peer) || echo "PouchDB did not finish"
else
    echo "no npm or no PouchDB: only our own figures"
fi
awk -v notes="$notes" '
FNR == NR { peer[$1] = $2; next }
FNR == 1 { printf "%-52s %12s %12s %8s\n", notes " notes over loopback", "guichet", "PouchDB", "ratio" }
{
    said["written"] = "written by the agent, synced to disk, per second"
    said["up_rate"] = "up to the server, synced to disk, per second"
    said["up_bytes"] = "bytes on the wire, each, both ways"
    said["up_work_here"] = said["down_work_here"] = "  processor time of the terminal, us each"
    said["up_work_server"] = said["down_work_server"] = "  processor time of the server, us each"
    said["down_rate"] = "down to a fresh terminal, per second"
    said["down_bytes"] = "bytes on the wire, each, both ways"
    said["bare_rate"] = "bare SQLite: as many rows, synced to disk, per second"
    said["one_bytes"] = "one note of 200 characters on an idle link, bytes"
    said["next_bytes"] = "and one more at once, bytes"
    said["one_packets"] = "its TCP segments"
    said["one_all"] = "with 52 bytes of IP and TCP around each"
    said["idle_wakes"] = "and how often it wakes"
    if ($1 ~ /^one_(up|down):/) {
        part = $1
        sub(/:/, ": ", part)
        said[$1] = "    " substr(part, 5)
    }
    said["slow_ms"] = "100 waiting, line of 9600 bit/s, 600 ms: until sent, ms"
    said["slow_up"] = "bytes up"
    said["slow_multiple"] = "as a multiple of the bytes over the rate + 600 ms"
    said["idle_bytes"] = "an idle terminal, bytes an hour (from one minute)"
    if ($1 in peer)
        printf "%-52s %12s %12s %7.2fx\n", said[$1], $2, peer[$1], $2 / peer[$1]
    else
        printf "%-52s %12s %12s %8s\n", said[$1], $2, "-", "-"
}' "$work/peer" "$work/ours"
