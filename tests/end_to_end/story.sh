#!/usr/bin/env bash
# One citizen's story, read on one case: a pothole reported by Open311, told again on the web site, by
# mail, on the phone, at the counter and by SMS. Whoever opens the case reads all of it, each with its
# channel, newest first; and it can be read in both languages.
for tool in curl jq openssl; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
. "$(dirname "$0")/harness.sh"
trap 'dovecot_stop; cleanup' EXIT
. "$abs_top_srcdir/tests/email/dovecot.sh"
chmod 755 "$WORK"

# messages COUNT: waits until the server holds so many.
messages() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(sqlite3 -readonly "$WORK/server.db" \
        "SELECT count(*) FROM record WHERE type = 'message'" 2>/dev/null); [ "$found" = "$1" ]; do
        [ $SECONDS -lt $end ] || fail "$found messages instead of $1"
        sleep 0.1
    done
}

dovecot_start "$WORK/dovecot"
printf '%s\n' "$IMAP_PASSWORD" >"$WORK/password"
export GUICHETD_IMAP_URL=imap://127.0.0.1:$IMAP_PORT GUICHETD_IMAP_POLL_SECONDS=1
export GUICHETD_IMAP_USER=bureau GUICHETD_IMAP_PASSWORD_FILE=$WORK/password
export GUICHETD_IMAP_ADDRESS=bureau@ville.example GUICHETD_IMAP_QUEUE=sample/public-works
SECRET="a secret of the gateway and ours"
(umask 077 && printf '%s\n' "$SECRET" >"$WORK/sms-secret")
export GUICHETD_SMS_SECRET=$WORK/sms-secret
server_init
CITY=$(guichetd intake-key add city-app --channel mobile --database "$WORK/server.db") ||
    fail "no key: $CITY"
SITE=$(guichetd intake-key add site --channel web --database "$WORK/server.db") ||
    fail "no key: $SITE"
server_start

# --- 311, web, mail -------------------------------------------------------------------------------
curl -fsS -d "api_key=$CITY" -d service_code=POTHOLE -d lat=46.81 -d long=-71.21 \
    --data-urlencode 'address_string=12, rue des Érables, Val-Clair' \
    --data-urlencode 'description=Un trou profond rue des Érables.' \
    -d 'attribute[surface]=roadway' -d 'attribute[size]=large' -d 'attribute[depth_cm]=25' \
    -d first_name=Rosalie -d last_name=Gagnon -d email=rosalie@example.ca -d phone=+14185550142 \
    "$SERVER/open311/v2/requests.json" >"$WORK/made" || fail "the request is not made"
REFERENCE=$(jq -r '.[0].service_request_id' "$WORK/made")
[[ $REFERENCE == C-* ]] || fail "no reference: $(cat "$WORK/made")"
curl -fsS -H "Authorization: Bearer $SITE" -H 'Content-Type: application/json' -d "{
    \"message_id\": \"web-1\", \"kind\": \"note\", \"reference\": \"$REFERENCE\",
    \"client\": {\"name\": \"Rosalie Gagnon\", \"email\": \"rosalie@example.ca\"},
    \"language\": \"fr\", \"text\": \"Il s'agrandit chaque jour.\"}" \
    "$SERVER/v1/intake/web" >"$WORK/answer" || fail "the web site: $(cat "$WORK/answer")"
cat >"$WORK/mail.eml" <<MAIL
From: Rosalie Gagnon <rosalie@example.ca>
To: bureau@ville.example
Subject: Dossier $REFERENCE
Message-ID: <rosalie-1@mail.example.ca>
Content-Type: text/plain; charset=utf-8

Une roue de mon auto y est brisée.
MAIL
deliver "$WORK/mail.eml"
messages 3

# --- the phone, the counter -----------------------------------------------------------------------
# tells NAME NEED NOTE: the citizen says which case it is about; the agent finds it, writes what was
# said, and ends the contact.
tells() {
    keys "$1" F3
    types "$1" "$REFERENCE"
    wait_for "$1" "Rosalie Gagnon" 40
    keys "$1" Enter
    wait_for "$1" "Le contact est commencé."
    types "$1" "$2"
    keys "$1" Tab Down Enter
    wait_for "$1" "Dossier · $REFERENCE"
    keys "$1" F6
    types "$1" "$3"
    keys "$1" C-x
    wait_for "$1" "La note est enregistrée."
    keys "$1" C-x
    wait_for "$1" "dossier à suivre"
    types "$1" 2
    wait_for "$1" "Le contact est terminé"
}
terminal p --language fr --channel phone
sign_in p annie
online p 40
tells p "Quand sera-ce réparé ?" "Dit au téléphone : avant jeudi."
terminal_quit p
terminal c --language fr --channel counter
sign_in c annie
online c 40
tells c "Apporte la facture de la roue." "Facture de la roue vue au comptoir."

# --- SMS ------------------------------------------------------------------------------------------
BODY='{"id": "sms-1", "from": "+14185550142", "text": "C est encore plus profond ce soir."}'
AT=$(date +%s)
SIGN=$(printf '%s' "$AT.$BODY" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)
curl -fsS -H "Guichet-Signature: t=$AT,v1=$SIGN" -H 'Content-Type: application/json' -d "$BODY" \
    "$SERVER/v1/sms" >"$WORK/answer" || fail "the SMS: $(cat "$WORK/answer")"
messages 4

# --- all of it on one case ------------------------------------------------------------------------
[ "$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'case'")" = 1 ] ||
    fail "there is more than one case"
[ "$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'client'")" = 1 ] ||
    fail "there is more than one client"
keys c F3
types c "$REFERENCE"
wait_for c "Rosalie Gagnon"
keys c Enter
wait_for c "Le contact est commencé."
keys c Tab Down Enter
wait_for c "Dossier · $REFERENCE"
for line in "4 messages du client" "le client · texto" "Annie Kettle · comptoir" \
    "Facture de la roue vue au comptoir." "Annie Kettle · téléphone" "Dit au téléphone : avant jeudi." \
    "le client · courriel"; do
    wait_for c "$line"
done
keys c End
for line in "le client · en ligne" "Il s'agrandit chaque jour." "le client · mobile" "formulaire, soumis" \
    "le serveur"; do
    wait_for c "$line"
done

# The same in English; and what came in stays as it was said.
types c ":language en"
keys c Enter
for line in "the client · online" "Il s'agrandit chaque jour." "the client · mobile"; do
    wait_for c "$line"
done
keys c Home
for line in "4 messages" "the client · text" "Facture de la roue vue au comptoir."; do
    wait_for c "$line"
done
