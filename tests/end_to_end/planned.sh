#!/usr/bin/env bash
# A message that leaves on its day: an appointment, planned so many business days before it by the
# clocks of the office; seen on the case, moved, taken back, with and without a link; what becomes
# of it when its case is closed.
. "$(dirname "$0")/harness.sh"
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }
SINK_PID=
trap 'kill -9 $SINK_PID 2>/dev/null; cleanup' EXIT

# newest MEMBER: of the message that was written last.
newest() {
    sqlite3 -readonly "$WORK/server.db" "SELECT json_extract(document, '\$.body.$1') FROM record
        WHERE type = 'message' ORDER BY id DESC LIMIT 1" 2>/dev/null
}

# newest_is MEMBER EXPECTED: waits for it.
newest_is() {
    local end=$((SECONDS + 30 * PATIENCE))
    until [ "$(newest "$1")" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "$1 is $(newest "$1") instead of $2"
        sleep 0.1
    done
}

# command NAME: through the command line.
command_line() {
    keys a C-g
    types a "$1"$'\r'
}

mkdir "$WORK/sink"
"$abs_top_builddir/tests/email/smtp_sink" "$WORK/sink" >"$WORK/sink.out" &
SINK_PID=$!
until grep -q listening "$WORK/sink.out"; do sleep 0.05; done
export GUICHETD_SMTP_URL=smtp://127.0.0.1:$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$WORK/sink.out")
export GUICHETD_EMAIL_FROM=bureau@ville.example
# The terminal stands elsewhere than the office.
server_start
export ENV_=TZ=America/Vancouver
terminal a --language fr --channel phone --public-address https://services.example
sign_in a marie
online a
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab Tab
types a "zoe@example.ca"
keys a C-x
wait_for a "Le contact est commencé."
types a "Rendez-vous."
keys a Tab Enter
wait_for a "contact en cours"

echo "an appointment, two business days before it"
day=$(date -d "next wednesday + 14 days" +%F)
command_line message
wait_for a "Texte libre"
keys a Home Down Down Down Down Enter
wait_for a "Endroit"
wait_for a "[date]"
types a "$day à 14 h 30"
wait_for a "$(date -d "$day" +%-d) "
wait_for a "à 14 h 30."
wait_for a "Endroit : Comptoir de Québec"
keys a Tab End
types a ", guichet 4"
wait_for a "guichet 4"
keys a Tab Right Right
wait_for a "jours ouvrables avant"
wait_for a ", 9 h"
keys a C-x
wait_for a "Prévu pour le"
wait_for a "message au client, prévu le"
newest_is state queued
at=$(newest send_at)
[ "$(TZ=America/Toronto date -d "$at" +%H:%M)" = 09:00 ] || fail "it leaves at $at"
ahead=$((($(date -d "$day" +%s) - $(date -d "$at" +%s)) / 86400))
[ $ahead -ge 1 ] && [ $ahead -le 5 ] || fail "it leaves $ahead days before"

echo "moved, and a day that is over is refused"
keys a Home Enter
wait_for a "Prévu pour"
types a d
wait_for a "Le nouveau jour"
types a $'2020-01-01\r'
wait_for a "C’est passé"
keys a C-u
types a $'+5 16:00\r'
wait_for a "16 h"
wait_gone a "Le nouveau jour"
newest_is send_at "$(date -u -d "$(TZ=America/Vancouver date -d '+5 days' +%F) 16:00 EST" +%Y-%m-%dT%H:%M:%S.000Z)"
ls "$WORK/sink/1.eml" 2>/dev/null && fail "it left before its day"

echo "at once after all, in the client's words"
types a d
wait_for a "Le nouveau jour"
keys a Enter
newest_is state sent
grep -q "guichet 4" "$WORK/sink/1.eml" || fail "no place in it"
keys a Escape
wait_for a "message au client, envoyé"

# plan TEXT: one of free text in five days.
plan() {
    command_line message
    wait_for a "Texte libre"
    keys a Home Enter
    wait_for a "Départ"
    types a "$1"
    keys a BTab BTab Right
    wait_for a "Écrivez le jour"
    keys a Tab
    types a "+5"
    wait_gone a "Écrivez le jour"
    keys a C-x
}

echo "without a link it waits here, and is taken back here"
server_stop
wait_for a "hors ligne" 40
plan "Sans lien"
wait_for a "dans la boîte d’envoi. Prévu"
wait_for a "pas encore envoyé"
keys a Home Enter
wait_for a "Prévu pour"
types a t
wait_for a "Le message est repris."
wait_for a "message au client, retiré"
server_start
newest_is state withdrawn

echo "the case closes: what was planned is asked about"
plan "Un rappel"
newest_is state queued
keys a C-r
wait_for a "Où en est le dossier"
keys a End Enter
wait_for a "1 message au client est prévu."
keys a Escape
wait_gone a "est prévu."
newest_is state queued
keys a C-r
wait_for a "Où en est le dossier"
keys a End Enter
wait_for a "1 message au client est prévu."
keys a Enter
newest_is state withdrawn
wait_for a "fermé"

echo "or it leaves all the same"
plan "Merci de votre visite"
newest_is state queued
keys a C-r
wait_for a "Où en est le dossier"
keys a Enter
wait_gone a "Où en est le dossier"
keys a C-r
wait_for a "Où en est le dossier"
keys a End Enter
wait_for a "1 message au client est prévu."
keys a Down Enter
wait_for a "fermé"
sleep 0.5
newest_is state queued

# A code in it lives from the day on which it leaves, and not for ever.
echo "a questionnaire of a later day is open then"
command_line message
wait_for a "Questionnaire de satisfaction"
keys a End Enter
wait_for a "v1/questionnaire/"
keys a BTab BTab Right
wait_for a "Écrivez le jour"
keys a Tab
types a "+90"
wait_gone a "Écrivez le jour"
keys a C-x
wait_for a "serait échu"
keys a BTab Tab
keys a C-u
types a "+40"
keys a C-x
wait_for a "Prévu pour le"
newest_is template sample/questionnaire
until=$(sqlite3 -readonly "$WORK/server.db" "SELECT json_extract(document, '\$.body.questionnaire.expires_at')
    FROM record WHERE type = 'case'")
[ "$(date -d "$until" +%s)" -gt "$(date -d "+69 days" +%s)" ] || fail "it ends on $until"

echo "on a small screen, in English"
terminal_kill a
COLUMNS_=60 ROWS_=16 terminal a --language en
sign_in a marie Password
wait_for a "planned for"
command_line message
wait_for a "Free text"
keys a Home Down Down Down Down Enter
wait_for a "Place"
keys a Tab Tab Right Right Right
wait_for a "No day was promised in this case."
keys a Left Left Left C-x
wait_for a "Fill in"
echo "passed"
