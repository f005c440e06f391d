#!/usr/bin/env bash
# A branch whose link to the centre dies: its agents sign in, hand off to one another and see who
# has what; what one of them takes from a queue that others serve too stays pending, and the
# supervisor is told of a threshold that the office alone crosses. Healed, the centre has all of it
# once, and what was pending is decided.
. "$(dirname "$0")/harness.sh"
# One that waits for public works is too many, and Luc alone serves them.
cp -r "$abs_top_srcdir/app/sample" "$WORK/sample"
sed -i '/"id": "public-works"/,/"next_queue"/s/"wait_minutes": 60,/&\n"thresholds": [{"measure": \
"waiting", "limit": 1, "action": "notify"}],/' "$WORK/sample/queues.json"
sed -i '/"id": "annie"/,/"password"/{/"public-works"/d;s/"front-line",/"front-line"/}' \
    "$WORK/sample/agents.json"
server_init "$WORK/sample"
server_start
CENTRE=$SERVER
server_stop

# At the relay, in English unless another language is said.
arrive() {
    SERVER=$RELAY terminal "$1" --language "${3:-en}"
    if [ "${3:-en}" = fr ]; then
        sign_in "$1" "$2"
        wait_for "$1" "$4"
    else
        sign_in "$1" "$2" Password
        wait_for "$1" "${4:-online}"
    fi
}

proxy_start
relay_make
printf 'guichet\n' >"$WORK/password"
printf 'waiting-room\n' >"$WORK/screen-password"
guichetd agent add screen --database "$WORK/server.db" --name Screen --office sample/quebec \
    --role display --language fr,en --queues sample/front-line <"$WORK/screen-password" \
    >"$WORK/screen.log" 2>&1 || fail "agent add: $(cat "$WORK/screen.log")"
guichetd serve --database "$WORK/relay.db" 2>&1 | grep -q "is a relay's database" ||
    fail "a relay's database is served as a centre's"
server_start
relay_start
centre_is up

SERVER=$CENTRE terminal p --language en
sign_in p pierre Password
online p
arrive m marie
arrive s sophie

offer() {
    keys "$1" F5
    wait_for "$1" "Context"
    types "$1" "$2"
    sleep 0.3
    keys "$1" C-x
    wait_for "$1" "Offered to"
}

echo "an offer from elsewhere comes to the branch"
contact p "lost card"
offer p "front line"
wait_for m "Ctrl-V: Pierre Gagnon hands off to you"

echo "the link dies: the bottom line says so, and a clerk signs in"
proxy_tell refuse
proxy_tell kill
wait_for m "centre cut since"
arrive l luc fr "centre coupé depuis"
centre_is down

echo "from the central queue: pending"
keys m C-v
wait_for m "State       offered"
keys m Enter
wait_for m "hand-off to Front line, accepted"
wait_for m "1 waiting"
wait_for m "pending"

echo "within the office: decided at once"
contact s "new address"
offer s "luc"
wait_for l "Sophie"
keys l C-v
wait_for l "offert"
keys l Enter
wait_for s "accepted"
wait_gone l "en attente" # what the relay decided is certain
wait_for m "1 waiting"
wait_for m " there" 60
[ "$(relay_status | grep -o 'waiting: [0-9]*')" != "waiting: 0" ] || fail "nothing waits"

echo "a public screen goes on, and comes up, without the centre"
mux new-session -d -s d -x 80 -y 24 "exec env TERM=xterm-256color '$abs_top_builddir/guichet' \
    display --server '$RELAY' --data-directory '$WORK/d' --agent screen \
    --password-file '$WORK/screen-password' --office sample/quebec 2>'$WORK/d.errors'"
TERMINALS="$TERMINALS d"
wait_for d "Nobody is called now" 30
SERVER=$RELAY terminal r --language en --counter 3
sign_in r luc Password
wait_for r "centre cut since"
types r t
wait_for r "Nobody waits"
types r n
wait_for r "Queues and services here"
first_ticket r fr
wait_for d "Waiting: 1"
wait_for d "Front line: 1"
types r c
wait_for r "A1 is called to counter 3"
wait_for d "A1   Guichet / Counter: 3"

echo "a terminal of the office at the centre itself gives numbers that the relay does not"
terminal e --language en
sign_in e luc Password
online e 40
types e t
wait_for e "Nobody waits"
types e n
wait_for e "Queues and services here"
first_ticket e fr
wait_for e "A1001"
terminal_quit e

echo "a threshold of the office's own queue: its supervisor is told"
offer s "public works"
types r ":supervise"
keys r Enter
wait_for r "Public works (311): 1 wait (limit 1)" 90

echo "without a screen it is said as well"
status() {
    "$abs_top_builddir/guichet" status --server "$RELAY" --data-directory "$WORK/m" --agent marie \
        --password-file "$WORK/password" "$@"
}
status >"$WORK/status.txt" || fail "status"
grep -q "^office relay: centre cut since 20.*, [1-9][0-9]* operations wait there$" \
    "$WORK/status.txt" || { cat "$WORK/status.txt"; fail "status says nothing of the relay"; }
status --json >"$WORK/status.json" || fail "status --json"
grep -q '"relay":{"centre":"cut","since":"20[^"]*","waiting":[1-9]' "$WORK/status.json" ||
    fail "status --json says nothing of the relay"

echo "the relay dies too, and comes back"
kill -9 "$RELAY_PID"
wait "$RELAY_PID" 2>/dev/null
wait_for m "offline since"
relay_start
wait_for m "centre cut since" 90

echo "healed: the centre has it all, and decides"
proxy_tell pass
wait_gone m "1 waiting" 90
wait_gone m "centre cut since" 60
online m
shows m "refused" && fail "the claim was refused"
wait_for p "accepted" 30
wait_that "something still waits" relay_says "waiting: 0"
wait_for r "As it is now."
wait_match r "! Public works \(311\) +1 "
told_once() {
    [ "$(screen r | grep -cE "^ +[0-9]+:[0-9]+ +Public works \(311\): 1 wait")" = 1 ]
}
wait_that "the crossing is not told, or twice" told_once
types p ":handoffs"
keys p Enter
wait_for p "Marie Tremblay"
terminal_quit s || true

kill "$RELAY_PID"
wait "$RELAY_PID" 2>/dev/null
server_stop
guichetd check --database "$WORK/server.db" >"$WORK/check.txt" || { cat "$WORK/check.txt"; fail "check"; }
guichetd check --database "$WORK/relay.db" >"$WORK/check.txt" || { cat "$WORK/check.txt"; fail "check"; }
alerts=$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'alert'")
[ "$alerts" = 1 ] || fail "the centre has $alerts alerts of one crossing"
