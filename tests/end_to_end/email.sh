#!/usr/bin/env bash
# Mail, with a real Dovecot: a thread of five messages in both languages, one of which comes twice, and
# between them one that is malformed. The thread is one case, which an agent sees; the malformed one
# stands on the list of refused messages and keeps up nothing. guichetd is killed and forgets how far
# it had read: nothing comes twice. Encrypted, with a password that stands in no argument and no log.
. "$(dirname "$0")/harness.sh"
trap 'dovecot_stop; cleanup' EXIT
. "$abs_top_srcdir/tests/email/dovecot.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
THREAD=$abs_top_srcdir/tests/email/thread
chmod 755 "$WORK"

# counts SQL EXPECTED WHAT: waits until the database says so.
counts() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(sqlite3 -readonly "$WORK/server.db" "$1" 2>/dev/null); [ "$found" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "$3: $found instead of $2"
        sleep 0.1
    done
}

records() {
    counts "SELECT count(*) FROM record WHERE type = '$1'" "$2" "records of type $1"
}

# files_in MAILBOX COUNT: waits until it holds so many messages.
files_in() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(folder_count "$1"); [ "$found" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "mailbox $1 holds $found instead of $2"
        sleep 0.1
    done
}

log_says() {
    local end=$((SECONDS + 40 * PATIENCE))
    until grep -qF -- "$1" "$WORK/server.log"; do
        [ $SECONDS -lt $end ] || fail "the log does not say: $1"
        sleep 0.1
    done
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/mail-key.pem" -out "$WORK/mail.pem" \
    2>"$WORK/openssl.log" || fail "openssl"
IMAP_CERTIFICATE=$WORK/mail.pem IMAP_KEY=$WORK/mail-key.pem
dovecot_start "$WORK/dovecot"
mailbox_make Taken
mailbox_make Refused
printf '%s\n' "$IMAP_PASSWORD" >"$WORK/password"
printf 'wrong-%s\n' "$IMAP_PASSWORD" >"$WORK/wrong"
export GUICHETD_IMAP_URL=imaps://127.0.0.1:$IMAP_PORT GUICHETD_IMAP_CA=$WORK/mail.pem
export GUICHETD_IMAP_USER=bureau GUICHETD_IMAP_PASSWORD_FILE=$WORK/password
export GUICHETD_IMAP_ADDRESS=bureau@ville.example GUICHETD_IMAP_QUEUE=sample/civil-status
export GUICHETD_IMAP_POLL_SECONDS=1

# --- a thread, a copy, and one that is malformed --------------------------------------------------
export GUICHETD_IMAP_TAKEN_MAILBOX=Taken GUICHETD_IMAP_REFUSED_MAILBOX=Refused
for name in 1-question 2-relance malformed 2-relance 3-english 4-out-of-office 5-documents; do
    deliver "$THREAD/$name.eml"
done
server_start
files_in Taken 6
files_in Refused 1
[ "$(inbox_count)" = 0 ] || fail "the inbox is not empty"
records message 5
records case 1
records client 1
counts "SELECT count(DISTINCT json_extract(document, '\$.body.case')) FROM record
    WHERE type = 'message'" 1 "cases of the thread"
counts "SELECT source || ' ' || reason FROM refused" "bureau@ville.example it says no sender" \
    "the list of refused messages"
counts "SELECT group_concat(json_extract(document, '\$.body.subject'), ' | ') FROM (SELECT document
    FROM record WHERE type = 'message' ORDER BY json_extract(document, '\$.body.at'))" \
    "Crédit d’impôt pour le déménagement | RE : Crédit d'impôt pour le déménagement | \
Fwd: Moving tax credit | Réponse automatique : Crédit d’impôt | Les documents" "subjects"
log_says "mail: message 3 was refused: it says no sender"

# --- an agent has it before them ------------------------------------------------------------------
terminal a --language fr
sign_in a pierre
wait_for a "Crédit d’impôt pour le déménagement"
types a 1
wait_for a "Zoé Gagnon · en français · zoe.gagnon@example.ca"
wait_for a "J’ai déménagé en octobre"
keys a Enter
for subject in "Les documents" "Réponse automatique : Crédit d’impôt" "Fwd: Moving tax credit" \
    "RE : Crédit d'impôt pour le déménagement"; do
    wait_for a "$subject"
done

# --- killed, with its memory of the mailbox lost --------------------------------------------------
unset GUICHETD_IMAP_TAKEN_MAILBOX GUICHETD_IMAP_REFUSED_MAILBOX
server_stop
server_start
deliver "$THREAD/1-question.eml"
printf 'From: luc@example.ca\r\nSubject: Sans identifiant\r\n\r\nBonjour\r\n' >"$WORK/no-id.eml"
deliver "$WORK/no-id.eml"
records message 6
server_stop KILL
sqlite3 "$WORK/server.db" "DELETE FROM property WHERE name LIKE 'mailbox %'"
deliver "$WORK/no-id.eml"
server_start
counts "SELECT count(*) FROM property WHERE name LIKE 'mailbox %' AND value LIKE '% 10'" 1 \
    "the mailbox was read again"
records message 6
records case 2
[ "$(inbox_count)" = 3 ] || fail "the inbox holds $(inbox_count) instead of 3"

# --- the mailbox numbers its messages anew --------------------------------------------------------
before=$(sqlite3 "$WORK/server.db" "SELECT value FROM property WHERE name LIKE 'mailbox %'")
server_stop
dovecot_stop
rm -f "$DOVECOT"/mail/bureau/dovecot*
dovecot_start "$WORK/dovecot"
server_start
counts "SELECT value <> '$before' AND value LIKE '% 3' FROM property WHERE name LIKE 'mailbox %'" 1 \
    "the mailbox was read anew"
records message 6

# --- a mail server that goes and comes back -------------------------------------------------------
dovecot_stop
log_says "guichetd: mail: imaps://127.0.0.1:$IMAP_PORT: "
dovecot_start "$WORK/dovecot"
printf 'From: luc@example.ca\r\nSubject: Encore\r\n\r\nBonsoir\r\n' >"$WORK/again.eml"
deliver "$WORK/again.eml"
records message 7
log_says "mail: the mailbox can be read again"

# --- secrets --------------------------------------------------------------------------------------
tr '\0' '\n' <"/proc/$SERVER_PID/cmdline" | grep -F "$IMAP_PASSWORD" && fail "password in arguments"
server_stop
GUICHETD_IMAP_PASSWORD_FILE=$WORK/wrong
cat "$WORK/server.log" >"$WORK/all.log"
server_start
log_says "mail: imaps://127.0.0.1:$IMAP_PORT: the sign-in was refused"
server_stop
cat "$WORK/server.log" >>"$WORK/all.log"

# --- a server that is not the one that is trusted learns nothing ----------------------------------
logins=$(grep -c 'Login\|auth failed' "$DOVECOT/log")
GUICHETD_IMAP_CA= GUICHETD_IMAP_PASSWORD_FILE=$WORK/password server_start
log_says "SSL peer certificate or SSH remote key was not OK"
server_stop
[ "$(grep -c 'Login\|auth failed' "$DOVECOT/log")" = "$logins" ] || fail "signed in unseen"
cat "$WORK/server.log" >>"$WORK/all.log"
for secret in "$IMAP_PASSWORD" zoe.gagnon Gagnon déménagement; do
    grep -F "$secret" "$WORK/all.log" && fail "the log says \"$secret\""
done
guichetd check --database "$WORK/server.db" || fail "guichetd check"
echo "one thread, one case"
