#!/usr/bin/env bash
# Mail out and back, with a real Dovecot and a sink that speaks SMTP: a client writes, an agent answers,
# the answer stands in the client's thread; their reply to it, from another address and without a
# reference, is on the same case. A mail server's notification makes the answer bounced; what it refuses
# at once bounces too; our own message that comes back, and an absence notice to somebody else's
# message, are refused.
. "$(dirname "$0")/harness.sh"
SINK_PID=
sink_stop() {
    [ -z "$SINK_PID" ] || { kill -9 "$SINK_PID"; wait "$SINK_PID"; } 2>/dev/null
}
trap 'dovecot_stop; sink_stop; cleanup' EXIT
. "$abs_top_srcdir/tests/email/dovecot.sh"
for tool in jq openssl; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
THREAD=$abs_top_srcdir/tests/email/thread
chmod 755 "$WORK"

ask() {
    sqlite3 -readonly "$WORK/server.db" "$1" 2>/dev/null
}

# counts SQL EXPECTED WHAT: waits until the database says so.
counts() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(ask "$1"); [ "$found" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "$3: $found instead of $2"
        sleep 0.1
    done
}

# says MEMBER RECORD EXPECTED: what a message says.
says() {
    counts "SELECT json_extract(document, '\$.body.$1') FROM record WHERE id = '$2'" "$3" "$1 of $2"
}

uuid() {
    cat /proc/sys/kernel/random/uuid
}

# write_to ADDRESS: an answer to the client by Pierre; its record in $ANSWER.
write_to() {
    ANSWER=$(uuid)
    jq -n --arg id "$(uuid)" --arg record "$ANSWER" --arg to "$1" --arg case "$MATTER" \
        --arg author "$PIERRE" --arg office "$OFFICE" --arg now "$(date -u +%FT%T.000Z)" '
        {operations: [{id: $id, kind: "append", type: "message", record: $record, base: 0,
            time: $now, tick: 0, body: {channel: "email", direction: "out", case: $case, to: $to,
            subject: "Votre crédit d’impôt", text: "Bonjour,\n\nIl faut le bail.\n\nPierre",
            language: "fr", in_reply_to: "CAF1zoe-0001@mail.example.ca", author: $author,
            office: $office, at: $now, state: "queued"}}]}' >"$WORK/operation.json"
    curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
        --data-binary @"$WORK/operation.json" "$SERVER/v1/operations" >"$WORK/answer.json"
    grep -q '"applied"' "$WORK/answer.json" || { cat "$WORK/answer.json"; fail "not applied"; }
}

mkdir "$WORK/sink"
"$abs_top_builddir/tests/email/smtp_sink" "$WORK/sink" >"$WORK/sink.out" &
SINK_PID=$!
for _ in $(seq $((200 * PATIENCE))); do
    SINK_PORT=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$WORK/sink.out")
    [ -n "$SINK_PORT" ] && break
    sleep 0.05
done
dovecot_start "$WORK/dovecot"
printf '%s\n' "$IMAP_PASSWORD" >"$WORK/password"
export GUICHETD_IMAP_URL=imap://127.0.0.1:$IMAP_PORT GUICHETD_IMAP_POLL_SECONDS=1
export GUICHETD_IMAP_USER=bureau GUICHETD_IMAP_PASSWORD_FILE=$WORK/password
export GUICHETD_IMAP_ADDRESS=bureau@ville.example GUICHETD_IMAP_QUEUE=sample/civil-status
export GUICHETD_SMTP_URL=smtp://127.0.0.1:$SINK_PORT GUICHETD_EMAIL_FROM=bureau@ville.example

server_start
TOKEN=$(curl -sS -H 'Content-Type: application/json' -d '{"login": "pierre", "password": "guichet",
    "device": "019aaaaa-0000-7000-8000-000000000001"}' "$SERVER/v1/login" | jq -r .token)
PIERRE=$(ask "SELECT id FROM record WHERE type = 'agent'
    AND json_extract(document, '\$.body.login') = 'pierre'")
deliver "$THREAD/1-question.eml"
counts "SELECT count(*) FROM record WHERE type = 'message'" 1 "messages"
MATTER=$(ask "SELECT id FROM record WHERE type = 'case'")
REFERENCE=$(ask "SELECT json_extract(document, '\$.body.reference') FROM record WHERE type = 'case'")
OFFICE=$(ask "SELECT json_extract(document, '\$.body.office') FROM record WHERE type = 'case'")

# --- the answer -----------------------------------------------------------------------------------
write_to zoe.gagnon@example.ca
says state "$ANSWER" sent
FIRST=$ANSWER
cat "$WORK/sink/1.eml"
OWN_ID="guichet.$FIRST@ville.example"
for line in "Message-Id: <$OWN_ID>" "In-Reply-To: <CAF1zoe-0001@mail.example.ca>" \
    "From: bureau@ville.example" "To: zoe.gagnon@example.ca" "$REFERENCE" "Il faut le bail."; do
    grep -qF -- "$line" "$WORK/sink/1.eml" || fail "the answer does not say: $line"
done
grep -qi '^Auto-Submitted' "$WORK/sink/1.eml" && fail "what an agent wrote is no automatic message"

# --- the client's reply to it, and what machines say ----------------------------------------------
cat >"$WORK/reply.eml" <<MAIL
From: Zoé <zoe@phone.example>
To: bureau@ville.example
Subject: merci
Message-ID: <reply-1@phone.example>
In-Reply-To: <$OWN_ID>

Voici.
MAIL
cat >"$WORK/absent.eml" <<MAIL
From: zoe@phone.example
Subject: Absence du bureau
Auto-Submitted: auto-replied
Message-ID: <absent-1@phone.example>
In-Reply-To: <$OWN_ID>

Absente.
MAIL
sed "s/^In-Reply-To:.*/In-Reply-To: <somebody@else.example>/;s/absent-1/absent-2/" \
    "$WORK/absent.eml" >"$WORK/astray.eml"
deliver "$WORK/astray.eml"
deliver "$WORK/sink/1.eml"
deliver "$WORK/absent.eml"
deliver "$WORK/reply.eml"
counts "SELECT count(*) FROM record WHERE type = 'message'" 4 "messages"
counts "SELECT count(*) FROM record WHERE type = 'case'" 1 "cases"
counts "SELECT group_concat(reason, '; ') FROM (SELECT reason FROM refused ORDER BY at, reason DESC)" \
    "it is automatic, and answers no message of ours; it is a message of ours that came back" \
    "the list of refused messages"
counts "SELECT json_extract(document, '\$.body.remarks[0]') FROM record WHERE type = 'message'
    AND json_extract(document, '\$.body.message_id') = 'absent-1@phone.example'" auto-reply \
    "the absence notice"

# --- bounces --------------------------------------------------------------------------------------
sed "s/guichet\.[-0-9a-f]*@/guichet.$FIRST@/" "$THREAD/report.eml" >"$WORK/report.eml"
deliver "$WORK/report.eml"
says state "$FIRST" bounced
says reason "$FIRST" "smtp; 550 5.1.1 <zoe.gagnon@example.ca>: user unknown"
write_to bounce@example.ca
says state "$ANSWER" bounced
says reason "$ANSWER" "550 5.1.1 no such mailbox"
write_to later@example.ca
says attempts "$ANSWER" 1
says state "$ANSWER" queued
server_stop

# --- a server without STARTTLS gets no password where encryption is wanted ------------------------
logins=$(grep -c Login "$DOVECOT/log")
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail \
    -keyout "$WORK/key.pem" -out "$WORK/ca.pem" 2>"$WORK/openssl.log" || fail "openssl"
GUICHETD_IMAP_CA=$WORK/ca.pem server_start
end=$((SECONDS + 40 * PATIENCE))
until grep -q 'mail: imap://.*Requested SSL level failed' "$WORK/server.log"; do
    [ $SECONDS -lt $end ] || fail "mail is fetched unencrypted"
    sleep 0.1
done
server_stop
[ "$(grep -c Login "$DOVECOT/log")" = "$logins" ] || fail "signed in unencrypted"
guichetd check --database "$WORK/server.db" || fail "guichetd check"
echo "written, answered, replied to"
