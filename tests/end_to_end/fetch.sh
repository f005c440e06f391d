#!/usr/bin/env bash
# A closed case of years ago of one's own office, let go by the terminal, is found by a search and
# opened over a slow line: how much of it has come is counted, the line is cut in the middle and
# nothing is shown as if it were all, it goes on by itself when the line is back, and then all of it
# is there. Another time the agent gives up. In both languages, on a usual screen and a narrow one.
. "$(dirname "$0")/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
# What rested long is given, so that a terminal has it to let go.
SERVER_="--feed-days 36500" server_start

DEVICE=019aaaaa-0000-7000-8000-000000000009
CLIENT=018bbbbb-0000-7000-8000-000000000001
OLD=018bbbbb-0000-7000-8000-000000000002
NOTES=400
ALL=$((NOTES + 2)) # with the case, and whose it is
THEN=2023-11-10T10:00:00.000Z

# The past of one case, with so many notes.
curl -sS -H 'Content-Type: application/json' \
    -d '{"login": "marie", "password": "guichet", "device": "'$DEVICE'"}' \
    "$SERVER/v1/login" >"$WORK/login"
TOKEN=$(jq -r .token "$WORK/login")
AGENT=$(jq -r .agent.id "$WORK/login")
COUNT=0
operation() { # operation TYPE ID KIND BASE BODY
    COUNT=$((COUNT + 1))
    printf '%s{"id":"018bbbbb-0000-7000-8001-%012d","type":"%s","record":"%s","kind":"%s","base":%d,' \
        "$([ $COUNT = 1 ] || echo ,)" $COUNT "$1" "$2" "$3" "$4"
    printf '"agent":"%s","device":"%s","time":"%s","tick":0,"body":%s}' \
        "$AGENT" $DEVICE $THEN "$5"
}
past() {
    echo '{"operations":['
    operation client $CLIENT append 0 \
        '{"kind":"person","name":"Odile Tremblay","office":"sample/quebec"}'
    operation case $OLD append 0 '{"reference":"C-AAAA-0001","client":"'$CLIENT'",
        "office":"sample/quebec","subject":"the barn that burned","opened_at":"'$THEN'",
        "opened_by":"'"$AGENT"'","status":"received"}'
    for i in $(seq $NOTES); do # nothing that could be packed well
        operation note "$(printf '018bbbbb-0000-7000-8002-%012d' "$i")" append 0 '{"case":"'$OLD'",
            "channel":"counter","kind":"internal","text":"note '"$i of $NOTES $(head -c 150 \
            /dev/urandom | base64 -w 0)"'","author":"'"$AGENT"'","office":"sample/quebec",
            "at":"'$THEN'"}'
    done
    operation case $OLD claim 1 '{"status":"closed"}'
    echo ']}'
}
past >"$WORK/past"
curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    --data-binary @"$WORK/past" "$SERVER/v1/operations" >"$WORK/answers"
[ "$(jq '[.outcomes[] | select(.outcome == "applied")] | length' "$WORK/answers")" = $COUNT ] ||
    { head -c 2000 "$WORK/answers"; fail "the past is not in the server"; }
proxy_start
DIRECT=$SERVER

start() { # start NAME DAYS
    SERVER=$PROXIED DATA_="$WORK/data-$1" terminal "$1" --language $LANGUAGE_ --wrap-up-minutes 0 \
        --keep-days "$2"
    SERVER=$DIRECT
    sign_in "$1" marie "$(say "Mot de passe" Password)"
    online "$1" 40
}
# held NAME: how many records of the case the terminal has.
held() {
    sqlite3 "$WORK"/data-"$1"/agents/marie.db \
        "SELECT count(*) FROM record WHERE id = '$OLD' OR id LIKE '018bbbbb-0000-7000-8002-%'"
}
holds() { [ "$(held "$1")" = "$2" ]; }
is_forgotten() {
    [ "$(sqlite3 "$WORK"/data-"$1"/agents/marie.db "SELECT wanted FROM file WHERE id = '$OLD'")" = 0 ]
}
# sought NAME: the search for it, wherever it is, up to the one that was found.
sought() {
    keys "$1" C-g
    types "$1" "$(say "listes tous" "lists all")"$'\r'
    keys "$1" C-d
    waits "$1" "Dossiers de tous les bureaux" "Cases of all offices"
    types "$1" "Odile Tremblay"$'\r'
    local end=$((SECONDS + 40 * PATIENCE))
    until matches "$1" "C-AAAA-0001 +Odile"; do
        [ $SECONDS -lt $end ] || fail "the case is not found"
        ! matches "$1" 'Pourquoi|Why do you' || types "$1" 3
        sleep 0.3
    done
}
# how_far NAME: so many of how many, by its screen; nothing while it is not counted.
how_far() {
    screen "$1" | grep -oE "[0-9]+ (fiches sur|of) [0-9]+" | tr -dc '0-9 \n' | tr -s ' '
}
far() { # far NAME MORE: more than that many came
    local now
    now=$(how_far "$1" | cut -d' ' -f1)
    [ -n "$now" ] && [ "$now" -gt "$2" ] && [ "$now" -lt $ALL ]
}

round() {
    LANGUAGE_=$1
    local name=slow-$1 middle
    echo "in $1: let go, and found by a search"
    start $name 0
    wait_that "not everything came" holds $name $((NOTES + 1))
    terminal_quit $name
    start $name 400
    wait_that "the old case stays" holds $name 0
    sought $name

    echo "in $1: given up over a slow line"
    proxy_tell "rate 5000"
    keys $name Enter
    waits $name "En route depuis le serveur" "Being fetched from the server" 40
    wait_that "it is not counted" far $name 0
    waits $name "Échap y" "Esc gives"
    ! shows $name "the barn that burned" || fail "a half is shown as whole"
    keys $name Escape
    wait_gone $name "$(say "En route depuis le serveur" "Being fetched from the server")"
    wait_that "it is asked for all the same" is_forgotten $name
    middle=$(held $name)
    [ "$middle" -lt $((NOTES + 1)) ] || fail "all of it came: nothing was given up"

    echo "in $1: fetched over a slow line that is cut"
    proxy_tell pass
    start $name 400
    sought $name
    proxy_tell "rate 5000"
    keys $name Enter
    waits $name "En route depuis le serveur" "Being fetched from the server" 40
    wait_that "it is not counted" far $name 0
    proxy_tell refuse
    proxy_tell kill
    waits $name "Dès son retour, le dossier" "Once it is back, the file" 40
    ! shows $name "the barn that burned" || fail "a half is shown as whole"
    middle=$(how_far $name)
    echo "   cut after $middle"
    [ "${middle% *}" -gt 0 ] && [ "${middle#* }" -ge $NOTES ] || fail "not counted: $middle"
    proxy_tell pass
    proxy_tell "rate 20000"
    waits $name "En route depuis le serveur" "Being fetched from the server" 90
    wait_for $name "note $NOTES of $NOTES" 90
    wait_for $name "C-AAAA-0001"
    holds $name $((NOTES + 1)) || fail "$(held $name) of $((NOTES + 1)) are there"
    ! shows $name "$(say "Tout n’est pas ici" "Not all of it")" || fail "not said to be whole"
    proxy_tell pass
    terminal_quit $name
}

round fr
COLUMNS_=60 ROWS_=16 round en
echo "fetch: all good"
