#!/usr/bin/env bash
# A server whose database is older than the keys by which clients are found: it serves at once, says in
# its log how far they are, and finds everybody when they are made. Killed meanwhile, it goes on.
. "$(dirname "$0")/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

server_init
sqlite3 "$WORK/server.db" "
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO record (type, id, rev, seq, document) SELECT 'client',
    printf('018f0000-0000-7000-8000-%012d', i), 1, 1, json_object('type', 'client', 'id',
    printf('018f0000-0000-7000-8000-%012d', i), 'rev', 1, 'seq', 1, 'body', json_object('kind',
    'person', 'office', 'sample/quebec', 'name', 'Jean Tremblay ' || i), 'meta', json_object()) FROM n;
    DELETE FROM search; DELETE FROM property WHERE name = 'search';"

# made: how many clients have their keys.
made() {
    sqlite3 -readonly "$WORK/server.db" "SELECT count(DISTINCT record) FROM search"
}
progress() {
    [ "$(made)" -ge 6000 ]
}
server_start
[ "$(curl -sS -o /dev/null -w '%{http_code}' "$SERVER/healthz")" = 200 ] || fail "not well"
wait_that "no keys are made" progress
server_stop KILL
before=$(made)
# A machine so fast that all are made makes them again.
[ "$before" -lt 20000 ] ||
    sqlite3 "$WORK/server.db" "DELETE FROM search; DELETE FROM property WHERE name = 'search'"
server_start
wait_that "the keys are not made" grep -q "the keys of all clients are made" "$WORK/server.log"
[ "$(made)" -ge 20000 ] || fail "only $(made) have keys, $before before"
grep -q "search: making the keys" "$WORK/server.log" || fail "it is not told that they are made"
grep -qE "the keys of [0-9]+ of [0-9]+ clients are made" "$WORK/server.log" || fail "no progress is told"

TOKEN=$(curl -sS -H 'Content-Type: application/json' \
    -d '{"login":"marie","password":"guichet","device":"019aaaaa-0000-7000-8000-0000000000aa"}' \
    "$SERVER/v1/login" | jq -r .token)
curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    -d '{"q": "tremblay 19999", "purpose": "call-back", "words": "called back"}' \
    "$SERVER/v1/search/client" >"$WORK/found.json"
jq -e '.hits | any(.name == "Jean Tremblay 19999")' "$WORK/found.json" >/dev/null ||
    fail "not found: $(cat "$WORK/found.json")"
exit 0
