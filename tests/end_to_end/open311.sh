#!/usr/bin/env bash
# A citizen's request by Open311, made with curl, lies before the clerk who serves its queue; what
# the clerk makes of it shows in GET requests/{id}, and who asked does not.
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
. "$(dirname "$0")/harness.sh"

server_init
KEY=$(guichetd intake-key add city-app --channel mobile --database "$WORK/server.db") ||
    fail "no key: $KEY"
server_start
BASE=$SERVER/open311/v2

# What a request is told to be.
told() {
    curl -fsS "$BASE/requests/$1.json" | jq -r ".[0].$2"
}

# told_is ID MEMBER EXPECTED: in time.
told_is() {
    for _ in $(seq $((400 * PATIENCE))); do
        [ "$(told "$1" "$2")" = "$3" ] && return
        sleep 0.05
    done
    fail "$2 is \"$(told "$1" "$2")\", not \"$3\""
}

curl -fsS "$BASE/services.json" | jq -e 'map(.service_code) | contains(["POTHOLE"])' >/dev/null ||
    fail "no potholes"
curl -fsS -H 'Accept-Language: fr' -d "api_key=$KEY" -d service_code=POTHOLE \
    --data-urlencode 'address_string=12, rue des Érables, Val-Clair' -d lat=46.81 -d long=-71.21 \
    --data-urlencode 'description=Un trou profond, une roue y est restée.' \
    -d 'attribute[surface]=roadway' -d 'attribute[size]=large' -d 'attribute[depth_cm]=25' \
    -d first_name=Rosalie -d last_name=Gagnon -d email=rosalie@example.ca \
    "$BASE/requests.json" >"$WORK/made" || fail "the request is not made"
ID=$(jq -r '.[0].service_request_id' "$WORK/made")
[[ $ID == C-* ]] || fail "no id: $(cat "$WORK/made")"
[ "$(told "$ID" status)" = open ] || fail "it is not open"
[ "$(told "$ID" address)" = "12, rue des Érables, Val-Clair" ] || fail "it is not there"
curl -fsS "$BASE/requests.xml" "$BASE/requests.json" "$BASE/requests/$ID.xml" >"$WORK/public"
grep -qF "$ID" "$WORK/public" || fail "it is not in the lists"
grep -qiE 'rosalie|gagnon|une roue' "$WORK/public" && fail "the person is told"

terminal a --language fr
sign_in a annie
online a 40
keys a F5
wait_for a "Travaux publics"
keys a Enter
wait_for a "Un trou profond, une roue y est restée."
wait_for a "Rosalie Gagnon"
keys a Enter
wait_for a "Dossier · $ID"
wait_for a "message du client"
wait_for a "formulaire, soumis"
wait_for a "Confirmé, à vous"

# Where the clerk says that it stands.
keys a C-r
wait_for a "Où en est le dossier"
types a 1
told_is "$ID" status_notes "It is being looked after."
told_is "$ID" status open
keys a C-r
wait_for a "Où en est le dossier"
types a "$(read_off a '[0-9]+ +(clos|fermé)' | head -1 | grep -oE '^[0-9]+')"
told_is "$ID" status closed
[ "$(curl -fsS "$BASE/requests.json?status=closed" | jq -r '.[].service_request_id')" = "$ID" ] ||
    fail "it is not among the closed ones"
[ "$(curl -fsS "$BASE/requests.json?status=open" | jq length)" = 0 ] || fail "it is open as well"

# The same again, after a restart and a kill: the same request.
server_stop KILL
server_start
BASE=$SERVER/open311/v2
for _ in 1 2; do
    curl -fsS -d "api_key=$KEY" -d service_code=GRAFFITI -d address_id=mur-7 -d 'attribute[on]=bridge' \
        -d 'attribute[hateful]=no' "$BASE/requests.json" | jq -r '.[0].token' >>"$WORK/tokens"
done
[ "$(sort -u "$WORK/tokens" | wc -l)" = 1 ] || fail "the same request has two tokens"
terminal_quit a
