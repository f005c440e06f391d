#!/bin/sh
# Server and terminal in two network namespaces, with a link of 2,400 bit/s, 2 s round trip and 20 %
# loss between them (tc netem): 20 notes and one hand-off that wait arrive once each, the hand-off
# first. Needs root, namespaces and the netem module: says so and ends with 77 where they are not.
# QDISC=none leaves the link good, to try the rest; QDISC="tbf rate 2400bit burst 1600 latency 60s"
# is only slow.
set -u
: "${abs_top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}" "${abs_top_builddir:=$PWD}"
qdisc=${QDISC:-netem delay 1000ms loss 20% rate 2400bit}
most=${NETEM_SECONDS:-900}
work=$(mktemp -d "${TMPDIR:-/tmp}/guichet-netem.XXXXXX")
near=guichet-t-$$ far=guichet-s-$$
server=

cleanup() {
    [ -z "$server" ] || kill "$server" 2>/dev/null
    ip netns del "$near" 2>/dev/null
    ip netns del "$far" 2>/dev/null
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

skip() { echo "netem: not tried: $*"; exit 77; }
fail() { echo "netem: FAILED: $*"; tail -n 5 "$work"/*.log; exit 1; }

command -v ip >/dev/null && command -v tc >/dev/null || skip "no ip and tc here (iproute2)"
ip netns add "$near" 2>/dev/null || skip "no network namespaces may be made here"
ip netns add "$far" || skip "no second network namespace"
ip link add "gt$$" type veth peer name "gs$$" 2>/dev/null || skip "no veth pair here"
ip link set "gt$$" netns "$near" && ip link set "gs$$" netns "$far" || skip "veth stays outside"
ip -n "$near" address add 10.77.0.2/24 dev "gt$$" && ip -n "$near" link set "gt$$" up
ip -n "$far" address add 10.77.0.1/24 dev "gs$$" && ip -n "$far" link set "gs$$" up
if [ "$qdisc" != none ]; then
    # Tried now, so that nothing else is done in vain; taken away again until the store is made.
    # shellcheck disable=SC2086 # a list of words
    ip netns exec "$near" tc qdisc add dev "gt$$" root $qdisc 2>"$work/tc.log" ||
        skip "tc: $(cat "$work/tc.log")"
    ip netns exec "$near" tc qdisc del dev "gt$$" root
fi

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=guichet \
    -addext subjectAltName=IP:10.77.0.1 -keyout "$work/key.pem" -out "$work/certificate.pem" \
    2>"$work/openssl.log" || fail "openssl"
"$abs_top_builddir/guichetd" init --database "$work/server.db" >"$work/init.log" &&
    "$abs_top_builddir/guichetd" import sample "$abs_top_srcdir/app/sample" \
        --database "$work/server.db" >>"$work/init.log" || fail "the database"
ip netns exec "$far" "$abs_top_builddir/guichetd" serve --user root --database "$work/server.db" \
    --listen 10.77.0.1:8737 --tls-cert "$work/certificate.pem" --tls-key "$work/key.pem" \
    >"$work/server.log" 2>&1 &
server=$!
echo guichet >"$work/password"

carry() {
    ip netns exec "$near" "$abs_top_builddir/guichet" sync --server https://10.77.0.1:8737 \
        --ca-file "$work/certificate.pem" --agent marie --password-file "$work/password" \
        --data-directory "$work/data" >>"$work/sync.log" 2>&1
}
try=0
until carry; do # the store and the catalogue, over a good link
    try=$((try + 1))
    [ $try -lt 50 ] || fail "the first sync"
    sleep 0.2
done
"$abs_top_builddir/tests/netem/netem_work" make "$work/data/agents/marie.db" guichet || fail "work"
if [ "$qdisc" != none ]; then
    for end in "$near gt$$" "$far gs$$"; do
        # shellcheck disable=SC2086
        ip netns exec ${end% *} tc qdisc add dev "${end#* }" root $qdisc || fail "tc"
    done
fi
start=$(date +%s)
try=1
until carry; do
    [ $(($(date +%s) - start)) -lt "$most" ] || fail "not through after $most s"
    try=$((try + 1))
    sleep 1
done
echo "netem: through after $(($(date +%s) - start)) s, $try tries of guichet sync ($qdisc)"
"$abs_top_builddir/tests/netem/netem_work" check "$work/server.db" || fail "what arrived"
"$abs_top_builddir/guichetd" check --database "$work/server.db" >"$work/check.log" || fail "check"
