#!/bin/bash
# The whole log of a busy server: no personal data, no secret, no query string, one line an event and
# nothing that steers a terminal, whatever the requests hold.
. "$(dirname "$0")/../end_to_end/harness.sh"

export GUICHETD_LOG_REQUESTS=yes
server_start
key=$(guichetd intake-key add site --channel web --queue sample/civil-status \
    --database "$WORK/server.db") || fail "intake-key"

ask() {
    curl -s -o "$WORK/answer" -w '%{http_code}\n' "$@"
}

login() {
    curl -s -H 'Content-Type: application/json' -d "{\"login\":\"$1\",\"password\":\"$2\"}" "$SERVER/v1/login"
}

token=$(login luc guichet | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
[ -n "$token" ] || fail "no token"
login lukas-secretname wrong-secretpassword >/dev/null
login $'luc\\nguichetd: forged line' wrong-secretpassword >/dev/null
ask -H "Authorization: Bearer $token" "$SERVER/v1/changes?since=0&limit=3&q=secretquery" >"$WORK/status"
[ "$(cat "$WORK/status")" = 200 ] || fail "changes: $(cat "$WORK/status")"
ask -H "Authorization: Bearer secrettoken" "$SERVER/v1/changes" >/dev/null
ask -H "Authorization: Bearer $token" "$SERVER/v1/records/client/secretsegment%0aforged" >/dev/null
ask -H "Authorization: Bearer $token" -H "X-Request-Id: secretrequest1" "$SERVER/healthz" >/dev/null
ask -H 'X-Forwarded-For: 192.0.2.66' -H 'User-Agent: secretagent' "$SERVER/healthz" >/dev/null
ask -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
    -d '{"message_id":"secretmessage","text":"secrettext \u001b]0;x\u0007","client":{"name":"Secret Name","email":"secret@example.org"}}' \
    "$SERVER/v1/intake/web" >"$WORK/status"
grep -q '^20' "$WORK/status" || fail "intake: $(cat "$WORK/status" "$WORK/answer")"
ask -H "Authorization: Bearer $key" -H 'Content-Type: application/json' \
    -d '{"message_id":"secretrefused\nforged","text":5,"client":{"email":"secret\nforged@example.org"}}' \
    "$SERVER/v1/intake/web" >/dev/null
ask -H 'Content-Type: application/json' -d '{"operations":"secretbody"' "$SERVER/v1/operations" >/dev/null
ask "$SERVER/v1/continue/SECRETCODE7" >/dev/null
ask "$SERVER/hsds/services?search=secretsearch" >/dev/null
ask -X POST -d 'service_code=secretcode&description=secretdescription' \
    "$SERVER/open311/v2/requests.json" >/dev/null
printf 'GET /\033]0;secrettitle\007 HTTP/1.1\r\nHost: x\r\n\r\n' |
    timeout 5 bash -c "cat - > /dev/tcp/127.0.0.1/$PORT" 2>/dev/null
server_stop

log=$WORK/server.log
[ "$(grep -c ' [0-9]* ms$' "$log")" -ge 10 ] || { cat "$log"; fail "requests are not logged"; }
grep -n -i 'secret' "$log" && fail "what a request held is in the log"
grep -n -F -e "$token" -e "$key" "$log" && fail "a token is in the log"
grep -n -E '192\.0\.2\.66|example\.org' "$log" && fail "an address is in the log"
grep -n -F '?since' "$log" && fail "a query is in the log"
grep -n 'forged' "$log" && fail "a line was forged"
LC_ALL=C grep -n '[^[:print:]]' "$log" | LC_ALL=C grep '[[:cntrl:]]' && fail "something steers the terminal"
grep -n -v '^guichetd: ' "$log" && fail "a line is not the server's"
exit 0
