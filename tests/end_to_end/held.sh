#!/usr/bin/env bash
# A closed case of years ago does not come to a fresh terminal, however much that would keep, and
# goes from one that does not need it; it is fetched when it is wanted, with the link cut as soon as
# the link is back; pinned, it stays, through restarts. Why is told to the server, which hands out
# nothing of it before. In both languages.
. "$(dirname "$0")/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
server_start

CLIENT=018bbbbb-0000-7000-8000-000000000001
OLD=018bbbbb-0000-7000-8000-000000000002
NOTE=018bbbbb-0000-7000-8000-000000000003
OPEN=018bbbbb-0000-7000-8000-000000000004
THEN=2023-11-10T10:00:00.000Z

# What was done years ago, and is in the server since.
work_as marie 09
a_case() { # a_case ID REFERENCE SUBJECT
    add case "$1" "{\"reference\": \"$2\", \"client\": \"$CLIENT\", \"office\": \"sample/quebec\",
        \"subject\": \"$3\", \"opened_at\": \"$THEN\", \"opened_by\": \"$AGENT\",
        \"status\": \"received\"}"
}
add client $CLIENT '{"kind": "person", "name": "Odile Tremblay", "office": "sample/quebec"}'
a_case $OLD C-AAAA-0001 "the barn that burned"
a_case $OPEN C-AAAA-0002 "the fence that leans"
add note $NOTE "{\"case\": \"$OLD\", \"channel\": \"counter\", \"kind\": \"internal\",
    \"text\": \"the insurer has paid\", \"author\": \"$AGENT\", \"office\": \"sample/quebec\",
    \"at\": \"$THEN\"}"
add case $OLD '{"status": "closed"}' claim 1
send

start() { # start NAME DAYS
    DATA_="$WORK/data-$1" terminal "$1" --language $LANGUAGE_ --wrap-up-minutes 0 --keep-days "$2"
    sign_in "$1" marie "$(say "Mot de passe" Password)"
    online "$1"
}
command() { # command NAME FRENCH ENGLISH
    keys "$1" C-g
    types "$1" "$(say "$2" "$3")"$'\r'
}
file() { # the client's file, in a contact with them
    keys "$1" F3
    waits "$1" "nom" "name"
    types "$1" "Odile"
    wait_for "$1" "Odile Tremblay"
    keys "$1" Enter
    waits "$1" "Le contact est commencé" "The contact has begun"
    command "$1" fiche file
    waits "$1" "Anciens" "Older"
    wait_for "$1" "the fence that leans"
}
held() { # held NAME RECORD: how many of that id the terminal has
    sqlite3 "$WORK"/data-"$1"/agents/marie.db "SELECT count(*) FROM record WHERE id = '$2'"
}
is_held() { [ "$(held "$1" $OLD)" = 1 ] && [ "$(held "$1" $NOTE)" = 1 ]; }
is_gone() { [ "$(held "$1" $OLD)" = 0 ] && [ "$(held "$1" $NOTE)" = 0 ]; }

# told WHAT: the trail says that it was done at a terminal, and that it was for a contact.
told() {
    guichetd audit export --database "$WORK/server.db" --kind read >"$WORK/trail" &&
        jq -se --arg what "$1" --arg client $CLIENT 'any(.[]; .client == $client and
            (.what | startswith($what)) and .purpose == "contact")' "$WORK/trail" >/dev/null
}

round() {
    LANGUAGE_=$1
    local fresh=fresh-$1 lasting=lasting-$1
    echo "in $1: a fresh terminal is spared"
    start $fresh 0
    file $fresh
    is_held $fresh && fail "the old case came to a fresh terminal"
    keys $fresh o
    wait_for $fresh "the barn that burned"
    wait_that "the old case is not fetched" is_held $fresh
    keys $fresh Down
    command $fresh stockage storage
    waits $fresh "Rien n’est épinglé" "Nothing is pinned"
    keys $fresh Escape
    wait_for $fresh "the barn that burned"
    terminal_kill $fresh

    echo "in $1: what nobody needs goes, and is fetched once the link is back"
    server_stop
    SERVER_="--feed-days 36500" server_start
    start $lasting 0
    wait_that "not everything came" is_held $lasting
    terminal_quit $lasting
    server_stop
    server_start
    start $lasting 400
    wait_that "the old case stays" is_gone $lasting
    file $lasting
    server_stop
    waits $lasting "hors ligne" "offline"
    keys $lasting o
    waits $lasting "le reste viendra au retour du lien" "the rest comes when the link is back"
    ! shows $lasting "the barn that burned" || fail "what is not here is shown"
    server_start
    wait_for $lasting "the barn that burned" 60
    wait_that "why it was fetched is not told" told "asked for at"
    wait_that "it was not fetched for that" told "files: "

    echo "in $1: pinned, it stays"
    open_old $lasting
    keys $lasting p
    waits $lasting "Épinglé : le dossier reste sur ce poste" "Pinned: the file stays on this terminal"
    waits $lasting "(épinglé)" "(pinned)"
    wait_that "why it is pinned is not told" told "pinned at"
    command $lasting "listes tous" "lists all"
    wait_match $lasting "^ p .*C-AAAA-0001"
    keys $lasting Escape
    waits $lasting "(épinglé)" "(pinned)"
    keys $lasting Escape
    wait_match $lasting "$(say épinglé pinned).*the barn that burned"
    terminal_kill $lasting
    start $lasting 1
    command $lasting stockage storage
    wait_for $lasting "C-AAAA-0001"
    is_held $lasting || fail "what is pinned has gone"
    keys $lasting Enter
    wait_for $lasting "the insurer has paid"
    terminal_kill $lasting
}

# The marked entry of the client's file moves until it is the old case.
open_old() {
    keys "$1" End
    keys "$1" Enter
    local end=$((SECONDS + 20 * PATIENCE))
    until shows "$1" "the insurer has paid"; do
        [ $SECONDS -lt $end ] || fail "the old case does not open"
        keys "$1" Escape
        wait_for "$1" "the fence that leans"
        keys "$1" Up Enter
        sleep 0.5
    done
}

# fetched TYPE ID: what the server answers a colleague who asks for the whole file.
fetched() {
    curl -sS -o "$WORK/answer" -w "%{http_code}" -H "Authorization: Bearer $COLLEAGUE" \
        "$SERVER/v1/files/$1/$2?since=$HEAD"
}
curl -sS -H "Content-Type: application/json" \
    -d '{"login": "sophie", "password": "guichet", "device": "019aaaaa-0000-7000-8000-000000000008"}' \
    "$SERVER/v1/login" >"$WORK/login"
COLLEAGUE=$(jq -r .token "$WORK/login")
HEAD=$(curl -sS -H "Authorization: Bearer $COLLEAGUE" "$SERVER/v1/changes?scope=desk&limit=1" |
    jq .head)
echo "nothing of a closed case without a reason, by the feed or for who asks"
for way in "" "&old=0&until=0" "&since=1" "&since=1&until=1&merge=1"; do
    curl -sS -H "Authorization: Bearer $COLLEAGUE" \
        "$SERVER/v1/changes?scope=desk&limit=1000$way" >"$WORK/feed"
    grep -q fence "$WORK/feed" || fail "the feed lacks what is open"
    ! grep -q -e barn -e insurer "$WORK/feed" || fail "the feed gives what is closed, asked $way"
done
[ "$(fetched case $OLD)" = 422 ] || fail "given for no reason: $(cat "$WORK/answer")"
! grep -q barn "$WORK/answer" || fail "something of it is told"
[ "$(fetched client $CLIENT)" = 200 ] || fail "what is open is not given: $(cat "$WORK/answer")"
jq -e ".part and (.records | length) == 2" "$WORK/answer" >/dev/null || fail "$(cat "$WORK/answer")"
curl -sS -o /dev/null -H "Authorization: Bearer $COLLEAGUE" -H "Content-Type: application/json" \
    -d '{"type": "client", "id": "'$CLIENT'", "purpose": "written"}' "$SERVER/v1/open"
[ "$(fetched case $OLD)" = 200 ] || fail "not given for a reason: $(cat "$WORK/answer")"
grep -q barn "$WORK/answer" || fail "nothing of it is told"

round fr
round en
echo "held: all good"
