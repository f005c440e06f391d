#!/usr/bin/env bash
# guichetd is killed with -9 after the mail server has a message and before it has said so: nobody
# can know what became of it. In its next life it sends the message again, under the same
# Message-ID, and the message says that it may arrive twice.
. "$(dirname "$0")/harness.sh"
SINK_PID=
trap '[ -n "$SINK_PID" ] && kill $SINK_PID 2>/dev/null; cleanup' EXIT
[ -x "$abs_top_builddir/tests/email/smtp_sink" ] || { echo "no mail sink is built: skipped"; exit 77; }

# says JSON-PATH: of the only message.
says() {
    sqlite3 -readonly "$WORK/server.db" \
        "SELECT coalesce(json_extract(document, '\$.body.$1'), '') FROM record WHERE type = 'message'"
}

# until_says JSON-PATH VALUE
until_says() {
    local end=$((SECONDS + 30 * PATIENCE))
    until [ "$(says "$1")" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "$1 of the message is $(says "$1")"
        sleep 0.1
    done
}

# until_kept NUMBER
until_kept() {
    local end=$((SECONDS + 30 * PATIENCE))
    until [ -e "$WORK/sink/$1.eml" ]; do
        [ $SECONDS -lt $end ] || fail "no message $1 came"
        sleep 0.05
    done
}

mkdir "$WORK/sink"
: >"$WORK/sink.out"
"$abs_top_builddir/tests/email/smtp_sink" "$WORK/sink" >"$WORK/sink.out" &
SINK_PID=$!
for _ in $(seq $((100 * PATIENCE))); do grep -q listening "$WORK/sink.out" && break; sleep 0.05; done
export GUICHETD_SMTP_URL=smtp://127.0.0.1:$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$WORK/sink.out")
export GUICHETD_EMAIL_FROM=bureau@ville.example GUICHETD_MESSAGE_RETRY_SECONDS=1
server_start
terminal a --language fr
sign_in a marie
online a
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab Tab
types a "hang@example.ca"
keys a C-x
wait_for a "Le contact est commencé."
types a "Certificat."
keys a Tab Enter
wait_for a "contact en cours"
keys a C-g
types a $'message\r'
wait_for a "Texte libre"
keys a Home Enter
wait_for a "Par"
types a "Votre certificat est prêt."
wait_for a "Votre certificat est prêt."
keys a C-x
wait_for a "Le message attend d’être envoyé"
until_kept 1
until_says reason answer-unknown
[ "$(says state)" = queued ] || fail "it is $(says state) before it was acknowledged"
server_stop KILL
server_start
until_kept 2
until_says state sent
until_says reason maybe-twice
first=$(grep -i '^Message-ID:' "$WORK/sink/1.eml")
[ -n "$first" ] || fail "no id"
[ "$first" = "$(grep -i '^Message-ID:' "$WORK/sink/2.eml")" ] || fail "another id: $first"
[ -e "$WORK/sink/3.eml" ] && fail "it went three times"
online a
wait_for a "message au client, envoyé" 30
keys a Home Enter
wait_for a "à la première remise"
wait_for a "envoyé"
terminal_kill a
