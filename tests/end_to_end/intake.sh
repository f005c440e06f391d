#!/usr/bin/env bash
# A citizen writes on a web site: the site posts the message twice with its key, an agent of the
# queue finds the matter on their screen, takes it, reads the message on the case and the file that
# came with it; a page from the scanner comes to the same case; without the server the file stays
# where it is.
. "$(dirname "$0")/harness.sh"
command -v curl >/dev/null || { echo "curl is not installed: skipped"; exit 77; }

post() {
    curl -sS -o "$WORK/answer.json" -w '%{http_code}' -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' -d @- "$SERVER/v1/intake/$1"
}

mkdir "$WORK/scans"
export GUICHETD_SCAN_FOLDER=$WORK/scans GUICHETD_INTAKE_RATE=4
server_start
# Beside the server that runs.
KEY=$(guichetd intake-key add site --channel web --queue sample/civil-status \
    --database "$WORK/server.db") || fail "intake-key add"

cat >"$WORK/message.json" <<END
{"message_id": "m-1", "kind": "request", "subject": "Mon acte de naissance",
 "text": "Bonjour, où en est ma demande ?", "language": "fr",
 "client": {"name": "Zoé Gagnon", "email": "zoe@example.org"},
 "attachments": [{"name": "lettre.txt", "type": "text/plain",
   "content": "$(printf 'La lettre \033[31mjointe' | base64 -w0)"}]}
END
[ "$(post web <"$WORK/message.json")" = 200 ] || fail "not taken: $(cat "$WORK/answer.json")"
REFERENCE=$(grep -o 'C-[0-9A-Z]*-[0-9A-Z]*' "$WORK/answer.json" | head -1)
[ "$(post web <"$WORK/message.json")" = 200 ] || fail "not taken again"
grep -q '"repeated":true' "$WORK/answer.json" || fail "taken twice"
[ "$(post chat <"$WORK/message.json")" = 403 ] || fail "a key for the web opened the chat"

terminal a --language fr
sign_in a pierre
wait_for a "Mon acte de naissance"
types a 1
wait_for a "Zoé Gagnon"
keys a Enter
wait_for a "$REFERENCE"
wait_for a "message du client"

# The scanner's page names the case by its reference.
echo "Ma carte d'identité" >"$WORK/scans/p.txt"
echo "{\"channel\": \"mail\", \"message_id\": \"p-1\", \"subject\": \"Une page\",
    \"reference\": \"$REFERENCE\"}" >"$WORK/scans/p.json"
wait_for a "Une page" 60
[ -f "$WORK/scans/done/p.txt" ] || fail "the page was not moved"

# The newest entry of the case is the page: opening it says who has read it, and its file comes.
keys a Enter
wait_for a "Arrivé par"
wait_for a "Ouvert par"
types a 1
wait_for a "Ma carte d'identité"
keys a Escape
server_stop
wait_for a "Ouvert par"
wait_for a "hors ligne" 60
types a 1
wait_for a "Le serveur n’est pas joint"
server_start

guichetd intake-refused --database "$WORK/server.db" >"$WORK/refused" || fail "intake-refused"
[ -s "$WORK/refused" ] && fail "something was refused: $(cat "$WORK/refused")"
# Four a minute.
[ "$(post web <"$WORK/message.json")" = 200 ] || fail "a new server refused"
for _ in 1 2 3; do post web <"$WORK/message.json" >/dev/null; done
[ "$(post web <"$WORK/message.json")" = 429 ] || fail "there is no limit"
guichetd intake-key revoke site --database "$WORK/server.db" || fail "intake-key revoke"
[ "$(post web <"$WORK/message.json")" = 401 ] || fail "a revoked key opens"
guichetd check --database "$WORK/server.db" >"$WORK/check" || fail "$(cat "$WORK/check")"
