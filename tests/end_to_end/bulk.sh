#!/usr/bin/env bash
# The same for many cases that came from the web: a message on its day, to each client in their
# language; who could not be written to is told and stays marked; taken back before it leaves. Many
# wait for their clients, with the link cut; what came into a case of its own goes to the right one;
# many are closed with what was planned. On a small screen too.
. "$(dirname "$0")/harness.sh"
for tool in curl sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

# until_says EXPECTED SQL: waits until the database says so.
until_says() {
    local end=$((SECONDS + 30 * PATIENCE)) found=
    until found=$(sqlite3 -readonly "$WORK/server.db" "$2" 2>/dev/null); [ "$found" = "$1" ]; do
        [ $SECONDS -lt $end ] || fail "$found instead of $1: $2"
        sleep 0.1
    done
}

# post ID NAME LANGUAGE CONTACT: somebody asks for something on the web.
post() {
    curl -fsS -o /dev/null -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
        -d "{\"message_id\": \"$1\", \"kind\": \"request\", \"subject\": \"Demande $1\",
            \"text\": \"Bonjour\", \"language\": \"$3\",
            \"client\": {\"name\": \"$2\"$4}}" "$SERVER/v1/intake/web" || fail "not taken: $1"
}

OUT="FROM record WHERE type = 'message' AND json_extract(document, '\$.body.direction') = 'out'"
server_start
KEY=$(guichetd intake-key add site --channel web --queue sample/civil-status \
    --database "$WORK/server.db") || fail "intake-key add"
post un "Zoé Gagnon" fr ', "email": "zoe@example.ca"'
post deux "John Smith" en ', "email": "john@example.ca"'
post trois "Ida Wood" en ', "postal_code": "G1R 4P5"'
terminal a --language fr
sign_in a pierre
online a
types a ":lists non lus"$'\r'
wait_for a "3 dossiers"

echo "a message on its day to each"
types a "*"
wait_for a "3 marqués"
keys a C-x
wait_for a "Que faire de ces 3 dossiers ?"
wait_for a "Envoyer un message, maintenant ou plus tard"
types a 8
wait_for a "Quel message ?"
wait_match a "Rappel"
types a "$(read_off a '[0-9] +Rappel' | cut -c1)"
wait_for a "Date"
day=$(date -d "+40 days" +%F)
types a "$day"$'\r'
wait_for a "rien : tout de suite"
types a "avant-hier"$'\r'
wait_for a "Écrivez le jour"
keys a C-u
types a "+30 8:00"$'\r'
wait_for a "Prévoir ce message dans 3 dossiers"
wait_for a "8 h"
types a 1
wait_for a "Faits : 2."
wait_for a "Non faits : 1 (pas d’adresse, ou messages refusés)"
wait_for a "1 marqué"
until_says 2 "SELECT count(*) $OUT AND json_extract(document, '\$.body.send_at') IS NOT NULL"
until_says "en fr" "SELECT group_concat(l, ' ') FROM (SELECT json_extract(document, '\$.body.language') l $OUT ORDER BY l)"
until_says 1 "SELECT count(*) $OUT AND document LIKE '%Vous avez demandé un rappel%' AND document LIKE '%Zoé%'"

echo "taken back before it leaves, though it was sent to the server"
keys a C-u
wait_for a "Repris : 2."
until_says "withdrawn withdrawn" "SELECT group_concat(json_extract(document, '\$.body.state'), ' ') $OUT"

echo "they wait for their clients, with the link cut"
server_stop
wait_for a "hors ligne" 40
keys a Escape
wait_gone a "1 marqué"
types a "*"
keys a C-x
types a 4
wait_for a "Où en sont-ils"
types a 2
types a 1
wait_for a "Faits : 3."
types a "*"
keys a C-x
types a 7
wait_for a "Manque"
types a "la copie du bail"$'\r'
wait_for a "Mettre 3 dossiers en attente du client ?"
types a 1
wait_for a "Faits : 3."
server_start
until_says 3 "SELECT count(*) FROM record WHERE type = 'case' AND json_extract(document, '\$.body.status') = 'information-missing' AND json_extract(document, '\$.body.missing') = 'la copie du bail'"

echo "what came into a case of its own goes to the right one, from the message itself"
post quatre "Une voisine" fr ', "postal_code": "G1R 4P5"'
wait_for a "4 dossiers" 40
types a ":filter quatre"$'\r'
wait_for a "1 dossier"
keys a Enter
wait_for a "message du client"
keys a Home Down Enter
wait_for a "Demande quatre"
wait_for a "Classer"
types a a
wait_for a "À quel dossier appartient-il ?"
types a 2
wait_for a "La référence du dossier"
types a "C-0000-0000"$'\r'
wait_for a "Aucun dossier de ce poste"
keys a C-u
types a "$(sqlite3 -readonly "$WORK/server.db" "SELECT lower(replace(json_extract(document, '\$.body.reference'), '-', ' '))
    FROM record WHERE type = 'case' AND document LIKE '%Demande un\"%'" | cut -c3-)"$'\r'
wait_for a "Il est dans ce dossier maintenant."
until_says 1 "SELECT count(DISTINCT json_extract(document, '\$.body.case')) FROM record WHERE type = 'message' AND (document LIKE '%Demande un\"%' OR document LIKE '%Demande quatre\"%')"

echo "closed with what was planned, on a small screen, in English"
terminal_kill a
COLUMNS_=60 ROWS_=16 terminal a --language en
sign_in a pierre Password
online a
types a ":lists all"$'\r'
wait_for a "4 cases"
types a ":filter deux"$'\r'
wait_for a "1 case"
keys a C-x
wait_for a "What with this case?"
types a 8
wait_for a "Which message?"
types a "$(read_off a '[0-9] +Decision' | cut -c1)"
wait_for a "nothing: at once"
types a "+3"$'\r'
wait_for a "Done: 1."
until_says queued "SELECT json_extract(document, '\$.body.state') $OUT ORDER BY id DESC LIMIT 1"
keys a C-x
types a 4
wait_for a "Where do they stand now?"
types a "$(read_off a '[0-9] +closed' | cut -c1)"
wait_for a "take planned messages back"
types a 1
wait_for a "Done: 1."
until_says withdrawn "SELECT json_extract(document, '\$.body.state') $OUT ORDER BY id DESC LIMIT 1"
until_says 1 "SELECT count(*) FROM record WHERE type = 'case' AND json_extract(document, '\$.body.status') = 'closed'"
echo "passed"
