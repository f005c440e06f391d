#!/usr/bin/env bash
# An agent writes to a client: by e-mail to a real SMTP sink, by SMS to a gateway that checks every
# signature; what comes of each is read on the case. The link is cut and the message waits; the
# server is killed while it hands one over, and the gateway has it once. STOP ends it; the client
# sees on the web where the case stands, and answers the questionnaire, once. In both languages.
. "$(dirname "$0")/harness.sh"
for tool in curl jq openssl sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
SINK_PID= GATEWAY_PID=
trap 'kill -9 $SINK_PID $GATEWAY_PID 2>/dev/null; cleanup' EXIT

ask() {
    sqlite3 -readonly "$WORK/server.db" "$1" 2>/dev/null
}

# until_says EXPECTED SQL: waits until the database says so.
until_says() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(ask "$2"); [ "$found" = "$1" ]; do
        [ $SECONDS -lt $end ] || fail "$found instead of $1: $2"
        sleep 0.1
    done
}

# file_has FILE TEXT: waits until it does.
file_has() {
    local end=$((SECONDS + 40 * PATIENCE))
    until grep -qF -- "$2" $1 2>/dev/null; do
        [ $SECONDS -lt $end ] || fail "$1 does not hold $2"
        sleep 0.1
    done
}

# gateway PATH BODY [SECONDS]: a signed request of the gateway's; $STATUS and $WORK/answer.
gateway() {
    local at=${3:-$(date +%s)}
    SIGNATURE="t=$at,v1=$(printf '%s' "$at.$2" | openssl dgst -sha256 -hmac "$SECRET" -r | cut -d' ' -f1)"
    STATUS=$(curl -sS -o "$WORK/answer" -w '%{http_code}' -H "Guichet-Signature: $SIGNATURE" \
        -H 'Content-Type: application/json' -d "$2" "$SERVER$1")
}

mkdir "$WORK/sink"
"$abs_top_builddir/tests/email/smtp_sink" "$WORK/sink" >"$WORK/sink.out" &
SINK_PID=$!
export GUICHETD_DELIVERY_KEY="$WORK/delivery-key.pem"
guichetd delivery-key >"$WORK/public.pem" || fail "guichetd delivery-key"
"$abs_top_builddir/tests/sms/gateway" "$WORK/public.pem" "$WORK/sms.log" >"$WORK/gateway.out" &
GATEWAY_PID=$!
file_has "$WORK/sink.out" listening
file_has "$WORK/gateway.out" listening
SECRET=sixteen-characters-and-more
(umask 077; echo "$SECRET" >"$WORK/secret")
export GUICHETD_SMTP_URL=smtp://127.0.0.1:$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$WORK/sink.out")
export GUICHETD_EMAIL_FROM=bureau@ville.example GUICHETD_EMAIL_NAME="Bureau"
export GUICHETD_SMS_GATEWAY=$(grep -o 'http://.*' "$WORK/gateway.out")/messages
export GUICHETD_SMS_SECRET=$WORK/secret GUICHETD_SMS_QUEUE=sample/civil-status
export GUICHETD_PUBLIC_ADDRESS=https://services.example GUICHETD_MESSAGE_RETRY_SECONDS=1
server_start
terminal a --language fr --channel phone --public-address https://services.example
sign_in a marie
online a

# write TEXT-OF-TEMPLATE: the list of templates, and one of it.
write() {
    keys a C-g
    types a $'message\r'
    wait_for a "Texte libre"
    local moves=0
    wait_for a "$1"
    keys a Home
    while [ $moves -lt "$2" ]; do keys a Down; moves=$((moves + 1)); done
    keys a Enter
}

keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab
types a "418 555-0101"
keys a Tab
types a "zoe@example.ca"
keys a C-x
wait_for a "Le contact est commencé."
types a "Certificat."
keys a Tab Enter
wait_for a "contact en cours"

echo "by e-mail, in the client's language"
write "Information manquante" 2
wait_for a "Manque"
wait_for a "[ce qui manque]"
keys a C-x
wait_for a "Remplissez d’abord"
types a "2026-12-10"
wait_for a "jeudi 10 décembre 2026"
keys a Tab
types a "la photo"
keys a C-x
wait_for a "Le message attend d’être envoyé"
file_has "$WORK/sink/1.eml" "Content-Language: fr"
state_of() {
    echo "SELECT json_extract(document, '\$.body.state') FROM record WHERE type = 'message' ORDER BY number DESC LIMIT 1"
}
until_says sent "$(state_of)"
grep -qi '^Message-ID: <guichet\.' "$WORK/sink/1.eml" || fail "no id of ours"
wait_for a "envoyé"

# sms NUMBER TEXT: the client's phone is that from now on; an SMS of free text.
sms() {
    keys a C-g
    types a $'client\r'
    wait_for a "Code postal"
    keys a Tab Tab End C-u
    types a "$1"
    keys a C-x
    wait_gone a "Code postal"
    keys a C-g
    types a $'message\r'
    wait_for a "Texte libre"
    keys a Home Enter
    wait_for a "Par"
    keys a BTab BTab BTab
    keys a Right
    wait_for a "GSM-7"
    keys a Tab Tab
    types a "$2"
    wait_for a "$2"
    keys a C-x
    wait_for a "Le message attend d’être envoyé"
}

echo "by SMS; a number that there is not; one that is not taken at once"
sms "418 555-0101" "Bonjour"
file_has "$WORK/sms.log" '"to":"+14185550101"'
until_says sent "$(state_of)"
sms "418 555-0199" "Bonjour encore"
until_says bounced "$(state_of)"
wait_for a "non remis"
sms "418 555-0198" "Une fois occupé"
until_says sent "$(state_of)"
grep -q rejected "$WORK/sms.log" && fail "a signature did not fit"

echo "killed while it hands one over, and without a link"
server_stop KILL
sms "418 555-0197" "À reprendre"
wait_for a "À reprendre"
keys a Home Enter
wait_for a "Reprendre"
types a t
wait_for a "Le message est repris."
sms "418 555-0197" "Sans lien"
server_start
# The gateway has it and cuts the line; the server dies before it knows.
file_has "$WORK/sms.log" "Sans lien"
server_stop KILL
server_start
until_says sent "SELECT json_extract(document, '\$.body.state') FROM record WHERE type = 'message' AND document LIKE '%Sans lien%'"
grep -q 'reprendre' "$WORK/sms.log" && fail "what was taken back went out"
[ "$(grep -c 'Sans lien' "$WORK/sms.log")" = 1 ] || fail "it went more than once"

echo "what the gateway brings"
gateway /v1/sms '{"id":"1","from":"+14185550197","text":"Merci"}'
[ "$STATUS" = 200 ] && [ "$(jq -r .outcome "$WORK/answer")" = taken ] || fail "$(cat "$WORK/answer")"
curl -sS -o "$WORK/answer" -w '%{http_code}' -H "Guichet-Signature: $SIGNATURE" \
    -H 'Content-Type: application/json' -d '{"id":"1","from":"+14185550197","text":"Merci"}' \
    "$SERVER/v1/sms" | grep -q 401 || fail "a replay was taken"
gateway /v1/sms '{"id":"2","from":"+14185550197","text":"x"}' $(($(date +%s) - 1000))
[ "$STATUS" = 401 ] || fail "an old one was taken"
gateway /v1/sms '{"id":"3","from":"+14185550197","text":"ARRET"}'
[ "$(jq -r .outcome "$WORK/answer")" = wish ] || fail "STOP was not heard"
until_says 0 "SELECT json_extract(document, '\$.body.channel_consent.sms') FROM record WHERE type = 'client' AND document LIKE '%zoe@%'"

echo "the page where it stands, and its code"
keys a C-g
types a $'code-etat\r'
wait_for a "Dites au client, en français"
code=$(read_off a '[2346789FKMRTX]{4} [2346789FKMRTX]{4} [2346789FKMRTX]{4}' | head -1 | tr -d ' ')
reference=$(ask "SELECT json_extract(document, '\$.body.reference') FROM record WHERE type = 'case' ORDER BY number LIMIT 1")
wait_for a "Utilisable dès maintenant"
curl -sS -H 'Accept: text/html' "$SERVER/v1/status/$reference?code=$code" >"$WORK/page.html"
grep -q '<html lang="fr">' "$WORK/page.html" || fail "$(cat "$WORK/page.html")"
grep -q 'Nous avons reçu votre demande' "$WORK/page.html" || fail "$(cat "$WORK/page.html")"
grep -q 'Gagnon' "$WORK/page.html" && fail "it says whose it is"
grep -qF "$code" "$WORK/server.log" && fail "the log holds the code"
keys a Escape

echo "the questionnaire, once"
write "Questionnaire" 6
wait_for a "v1/questionnaire/"
keys a C-x
wait_for a "Le message attend d’être envoyé"
file_has "$WORK/sink/2.eml" "questionnaire"
link=$(ask "SELECT json_extract(document, '\$.body.text') FROM record WHERE type = 'message' ORDER BY number DESC LIMIT 1" |
    grep -oE 'questionnaire/[2346789FKMRTX]{12}')
curl -sS "$SERVER/v1/$link" | jq -e '.form.key == "sample/satisfaction"' >/dev/null || fail "no form"
curl -sS -H 'Content-Type: application/json' -d '{"answers":{"overall":"5"}}' "$SERVER/v1/$link" |
    jq -e .taken >/dev/null || fail "not taken"
curl -sS -o /dev/null -w '%{http_code}' "$SERVER/v1/$link" | grep -q 404 || fail "it opens twice"
wait_for a "Questionnaire de satisfaction"

echo "in English"
terminal_kill a
terminal a --language en
sign_in a marie Password
wait_for a "message to the client, withdrawn"
keys a C-g
types a $'message\r'
wait_for a "Free text"
wait_for a "Information missing"
keys a Home Enter
wait_for a "Message to the client"
keys a BTab BTab BTab Right
wait_for a "the client wants no messages by this channel"
echo "passed"
