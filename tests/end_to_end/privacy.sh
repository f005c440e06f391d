#!/usr/bin/env bash
# A client asks what we have on them, and then that it goes: a page with all of it and who looked, a
# hold that keeps it, its erasure beside a server that runs; the terminal that shows the case loses
# it, and no file of the server or the terminal holds the client's words any more. The same by a
# privacy officer at a terminal, in both languages, and what the rules erase next.
. "$(dirname "$0")/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

ordered() {
    guichetd "$@" --database "$WORK/server.db"
}

server_start
KEY=$(ordered intake-key add site --channel web --queue sample/civil-status) || fail "intake-key add"
cat >"$WORK/message.json" <<END
{"message_id": "m-1", "kind": "request", "subject": "Mon acte de naissance",
 "text": "Je m'appelle Zéphyrine & <b>j'attends</b>", "language": "fr",
 "client": {"name": "Zéphyrine Bellefleur", "email": "zephyrine@example.org"},
 "attachments": [{"name": "lettre.txt", "type": "text/plain",
   "content": "$(printf 'Ma lettre de Zephyrine' | base64 -w0)"}]}
END
status=$(curl -sS -o "$WORK/answer.json" -w '%{http_code}' -H "Authorization: Bearer $KEY" \
    -H 'Content-Type: application/json' -d @"$WORK/message.json" "$SERVER/v1/intake/web")
[ "$status" = 200 ] || fail "not taken: $(cat "$WORK/answer.json")"
REFERENCE=$(grep -o 'C-[0-9A-Z]*-[0-9A-Z]*' "$WORK/answer.json" | head -1)
MATTER=$(jq -r .case "$WORK/answer.json")
rm "$WORK/message.json" "$WORK/answer.json"

terminal a --language fr
sign_in a pierre
wait_for a "Mon acte de naissance"
types a 1
wait_for a "Zéphyrine Bellefleur"
keys a Enter
wait_for a "$REFERENCE"
wait_for a "message du client"

# The copy: readable, everything in it, nothing of it runs; made once.
ordered disclose "$REFERENCE" "$WORK/copy.html" --language fr >/dev/null || fail "no copy"
for words in "Zéphyrine Bellefleur" "zephyrine@example.org" "Ce que nous avons au dossier" \
    "Qui y a eu accès" "Pierre" "$REFERENCE" "&lt;b&gt;j&#39;attends&lt;/b&gt;" 'download="lettre.txt"' \
    "$(printf 'Ma lettre de Zephyrine' | base64)"; do
    grep -qF "$words" "$WORK/copy.html" || fail "the copy lacks: $words"
done
[ "$(stat -c %a "$WORK/copy.html")" = 600 ] || fail "others can read the copy"
! ordered disclose "$REFERENCE" "$WORK/copy.html" 2>"$WORK/again" || fail "a copy was overwritten"
grep -q "is there already" "$WORK/again" || fail "it is not said why"
[ -z "$(find "$WORK" -name '*.disclosure-*')" ] || fail "a copy stays beside the database"
rm "$WORK/copy.html"

# Still at work; then held back; then gone.
! ordered erase client "$REFERENCE" --reason "asked" 2>"$WORK/bar" || fail "an open case was erased"
grep -Eq "is (open|waiting)" "$WORK/bar" || fail "it is not said why: $(cat "$WORK/bar")"
TOKEN=$(curl -sS -H 'Content-Type: application/json' \
    -d '{"login":"pierre","password":"guichet","device":"019aaaaa-0000-7000-8000-0000000000aa"}' \
    "$SERVER/v1/login" | jq -r .token)
PIERRE=$(sqlite3 "$WORK/server.db" "SELECT id FROM record WHERE type = 'agent' \
    AND json_extract(document, '\$.body.login') = 'pierre'")
# Closes a case, in one operation of this id.
close_case() {
    jq -n --arg record "$1" --arg id "$2" --arg agent "$PIERRE" --arg now "$(date -u +%FT%T.000Z)" \
        --argjson base "$(sqlite3 "$WORK/server.db" "SELECT rev FROM record WHERE id = '$1'")" '
        {operations: [{id: $id, kind: "claim", type: "case", record: $record, base: $base,
            agent: $agent, device: "019aaaaa-0000-7000-8000-0000000000aa", time: $now, tick: 0,
            body: {status: "closed"}}]}' >"$WORK/close.json"
    curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
        --data-binary @"$WORK/close.json" "$SERVER/v1/operations" >"$WORK/closed.json"
    grep -q '"applied"' "$WORK/closed.json" || fail "not closed: $(cat "$WORK/closed.json")"
}
close_case "$MATTER" 019aaaaa-0000-7000-8001-000000000001
ordered hold add client "$REFERENCE" --reason "a court asks" || fail "not held"
ordered hold list | grep -q "a court asks" || fail "the hold is not listed"
! ordered erase case "$REFERENCE" --reason "asked" 2>"$WORK/bar" || fail "what is held was erased"
grep -q "is held" "$WORK/bar" || fail "it is not said why: $(cat "$WORK/bar")"
ordered hold end client "$REFERENCE" --reason "over" || fail "not let go"
ordered erase client "$REFERENCE" --reason "asked by the client" >"$WORK/erased" ||
    fail "not erased"
grep -Eq "^erased: [4-9] records, 1 attachments" "$WORK/erased" || fail "$(cat "$WORK/erased")"

# The terminal that had it open says that it is gone, and keeps nothing.
wait_gone a "Zéphyrine"
! ordered erase client "$REFERENCE" --reason "asked" 2>/dev/null || fail "erased twice"

# An officer, at a terminal: in French on 80 columns, then in English on 60.
cat >"$WORK/message.json" <<END
{"message_id": "m-2", "kind": "request", "subject": "Mon permis", "text": "Bonjour",
 "language": "fr", "client": {"name": "Aristide Beaulieu", "phone": "418 555-0199"}}
END
curl -sS -o "$WORK/answer.json" -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
    -d @"$WORK/message.json" "$SERVER/v1/intake/web" || fail "not taken"
OFFICERS=$(jq -r .reference "$WORK/answer.json")
OFFICERS_MATTER=$(jq -r .case "$WORK/answer.json")
rm "$WORK/message.json" "$WORK/answer.json"
entries_of() {
    sqlite3 "$WORK/server.db" "SELECT count(*) FROM audit WHERE $1"
}
ENV_="HOME=$WORK" terminal b --language fr
wait_for a "Mon permis"
types a 1
wait_for a "Aristide Beaulieu"
keys a Enter
wait_for a "$OFFICERS"
sign_in b helene
online b
keys b C-g
types b "conservation $OFFICERS"$'\r'
wait_for b "le dossier $OFFICERS n’est pas clos"
wait_for b "Aristide Beaulieu"
close_case "$OFFICERS_MATTER" 019aaaaa-0000-7000-8001-000000000002
types b h
wait_for b "Suspendre l’effacement : Aristide Beaulieu"
types b "un tribunal le demande"$'\r'
wait_for b "Suspendre l’effacement ?"
types b 2
wait_for b "un tribunal le demande"
wait_for b "l’effacement est suspendu."
! ordered erase client "$OFFICERS" --reason "asked" 2>"$WORK/bar" || fail "what is held was erased"
grep -q "is held" "$WORK/bar" || fail "it is not said why: $(cat "$WORK/bar")"
# The copy: only where it was confirmed, for its owner alone, and nothing beside it.
types b c
wait_for b "$WORK/guichet-"
keys b C-x
wait_for b "non scellée"
[ -z "$(find "$WORK" -name '*.html')" ] || fail "a copy before it was confirmed"
types b 2
wait_for b "Une copie est dans"
[ "$(find "$WORK" -name '*.html*' | wc -l)" = 1 ] || fail "not one copy"
COPY=$(find "$WORK" -name 'guichet-*.html')
[ "$(stat -c %a "$COPY")" = 600 ] || fail "others can read the copy"
tail -1 "$COPY" | grep -q "</html>" && grep -q "Aristide Beaulieu" "$COPY" || fail "not all of it"
rm "$COPY"
types b h
wait_for b "Lever la suspension : Aristide Beaulieu"
types b "le tribunal a fini"$'\r'
wait_for b "Lever la suspension ?"
types b 2
wait_for b "rien ne l’empêche"
terminal_quit b

# Held again behind the officer's back: the server refuses, and the screen says why.
COLUMNS_=60 ROWS_=16 terminal c --language en
sign_in c helene Password
online c
keys c C-g
types c "keeping $OFFICERS"$'\r'
wait_for c "nothing bars it"
ordered hold add client "$OFFICERS" --reason "a court asks" || fail "not held"
types c e
wait_for c "type “erase” to confirm"
types c $'asked by the client\rerase\r'
wait_for c "it is held back"
wait_for c "who administers the server"
ordered hold end client "$OFFICERS" --reason "over" || fail "not let go"
types c r
wait_for c "nothing bars it"
types c e
wait_for c "type “erase” to confirm"
types c $'asked by the client\rwrong\r'
wait_for c "nothing was erased"
keys c C-u
types c $'erase\r'
wait_for c "Erased: "
wait_gone c "Beaulieu"
keys c C-g
types c "retention"$'\r'
wait_for c "There is no rule"
ordered retention set stray 6 || fail "no rule"
types c r
wait_for c "cases of no client"
terminal_quit c
for entry in "kind = 'erase' AND what = 'held back' AND device <> ''" \
    "kind = 'erase' AND what = 'hold ended' AND device <> ''" \
    "kind = 'export' AND what = 'disclosure at a terminal'" "kind = 'refused' AND what = 'erase: held'" \
    "kind = 'erase' AND what = 'erased: asked by the client' AND device <> '' AND type = 'client'" \
    "kind = 'read' AND what = 'retention: what is due' LIMIT 1"; do
    [ "$(entries_of "$entry")" -ge 1 ] || fail "not in the trail: $entry"
done
ordered retention remove stray || fail "a rule stays"
# Nobody else: Pierre serves clients.
keys a C-g
types a "conservation $REFERENCE"$'\r'
wait_for a "Votre rôle ne permet ni d’effacer"
terminal_quit a
server_stop
guichetd check --database "$WORK/server.db" >"$WORK/check" || { cat "$WORK/check"; fail "check"; }
if grep -rlai -e "Bellefleur" -e "zephyrine@" -e "Beaulieu" -e "lettre de Zeph" "$WORK" --include='*.db*' \
    --include='*.journal*' --include='*.log'; then
    fail "a file still holds what was erased"
fi

# Rules: what was closed long ago goes by itself; first it is only counted, and listed.
ordered retention set case 24 --service sample/birth-certificate || fail "no rule"
ordered retention set client 0 || fail "no rule"
ordered retention list | grep -q "^case	sample/birth-certificate	24$" || fail "the rule is not listed"
ordered retention run --dry-run | grep -q "^to be erased: 0 files" || fail "a round"
! ordered retention set promise 3 2>"$WORK/none" || fail "a rule for promises"
grep -q 'no rule of retention for "promise"' "$WORK/none" || fail "it is not said why"
! ordered retention set case many 2>/dev/null || fail "a rule without a number"

# A note of no case, months old: listed first, held back, gone; who holds it is told.
server_start
sign_in_again() {
    curl -sS -H 'Content-Type: application/json' \
        -d '{"login":"pierre","password":"guichet","device":"019aaaaa-0000-7000-8000-0000000000aa"}' \
        "$SERVER/v1/login" | jq -r .token
}
TOKEN=$(sign_in_again)
NOTE=0197aaaa-0000-7000-8001-000000000001
OFFICE=sample/$(sqlite3 "$WORK/server.db" "SELECT json_extract(document, '\$.body.office') FROM record \
    WHERE id = '$PIERRE'")
jq -n --arg note $NOTE --arg agent "$PIERRE" --arg office "$OFFICE" '
    {operations: [{id: "0197aaaa-0000-7000-8001-000000000002", kind: "append", type: "note",
        record: $note, base: 0, agent: $agent, device: "019aaaaa-0000-7000-8000-0000000000aa",
        time: "2025-06-26T10:00:00.000Z", tick: 0,
        body: {channel: "phone", kind: "contact", text: "Aurélie a rappelé", author: $agent,
            office: $office, at: "2025-06-26T10:00:00.000Z"}}]}' >"$WORK/note.json"
curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
    --data-binary @"$WORK/note.json" "$SERVER/v1/operations" >"$WORK/noted.json"
grep -q '"applied"' "$WORK/noted.json" || fail "no note: $(cat "$WORK/noted.json")"
rm "$WORK/note.json" "$WORK/noted.json"
sees() {
    curl -sS -o "$WORK/seen.json" -w '%{http_code}' -H "Authorization: Bearer $TOKEN" \
        "$SERVER/v1/records/note/$NOTE"
}
[ "$(sees)" = 200 ] && grep -q Aur "$WORK/seen.json" || fail "the note is not seen"
SINCE=$(curl -sS -H "Authorization: Bearer $TOKEN" "$SERVER/v1/changes?since=0&limit=1000" |
    jq -r '.next')
ordered retention set note 3 || fail "no rule for notes"
ordered hold add note $NOTE --reason "a court asks" || fail "a note is not held"
ordered retention run | grep -q "^erased: 0 files.*held back 1" || fail "what is held went"
ordered hold end note $NOTE --reason "over" || fail "a note is not let go"
ordered retention run --dry-run --list >"$WORK/due" || fail "nothing listed"
grep -q "^note	$NOTE	2025-06-26T10:00:00.000Z	1$" "$WORK/due" || fail "$(cat "$WORK/due")"
grep -q "^to be erased: 1 files with 1 records" "$WORK/due" || fail "$(cat "$WORK/due")"
[ "$(sees)" = 200 ] || fail "looking erased it"
ordered retention run | grep -q "^erased: 1 files with 1 records" || fail "the note stays"
[ "$(sees)" != 200 ] || fail "the note is seen"
curl -sS -H "Authorization: Bearer $TOKEN" "$SERVER/v1/changes?since=$SINCE&limit=1000" |
    jq -e --arg note $NOTE '.gone | any(.id == $note)' >/dev/null || fail "nobody is told"
rm "$WORK/seen.json"
server_stop
guichetd check --database "$WORK/server.db" >"$WORK/check" || { cat "$WORK/check"; fail "check"; }
! grep -rlai "Aurélie" "$WORK" --include='*.db*' --include='*.log' || fail "a file still holds it"
