#!/usr/bin/env bash
# A hundred and sixty mails, and a guichetd that is killed with -9 again and again while it takes them,
# each time after some more: in the end each is there once, on a case of its own, and in the mailbox of
# those that were taken. Among them are one that is too large to be fetched and hostile ones, which keep
# up nothing.
. "$(dirname "$0")/harness.sh"
trap 'dovecot_stop; cleanup' EXIT
. "$abs_top_srcdir/tests/email/dovecot.sh"
chmod 755 "$WORK"

taken() {
    sqlite3 -readonly "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'message'" 2>/dev/null ||
        echo 0
}

# until_taken COUNT: waits until there are at least so many.
until_taken() {
    local end=$((SECONDS + 60 * PATIENCE))
    until [ "$(taken)" -ge "$1" ]; do
        [ $SECONDS -lt $end ] || fail "$(taken) taken instead of $1"
        sleep 0.02
    done
}

dovecot_start "$WORK/dovecot"
mailbox_make Taken
mailbox_make Refused
printf '%s\n' "$IMAP_PASSWORD" >"$WORK/password"
export GUICHETD_IMAP_URL=imap://127.0.0.1:$IMAP_PORT GUICHETD_IMAP_POLL_SECONDS=1
export GUICHETD_IMAP_USER=bureau GUICHETD_IMAP_PASSWORD_FILE=$WORK/password
export GUICHETD_IMAP_ADDRESS=bureau@ville.example GUICHETD_IMAP_QUEUE=sample/civil-status
export GUICHETD_IMAP_TAKEN_MAILBOX=Taken GUICHETD_IMAP_REFUSED_MAILBOX=Refused
export GUICHETD_IMAP_MESSAGE_KIB=64

for number in $(seq 160); do
    {
        printf 'From: Client %d <client%d@example.ca>\r\nSubject: Demande %d\r\n' \
            "$number" "$number" "$number"
        [ $((number % 3)) = 0 ] || printf 'Message-ID: <demande-%d@example.ca>\r\n' "$number"
        printf '\r\nBonjour, demande %d.\r\n' "$number"
    } >"$WORK/mail"
    deliver "$WORK/mail"
    case $number in
    20)
        { printf 'From: big@example.ca\r\n\r\n'; head -c 100000 /dev/zero | tr '\0' 'x'; } >"$WORK/mail"
        deliver "$WORK/mail"
        ;;
    40)
        printf '\0\0\r\n\r\n\0From: nobody\r\n' >"$WORK/mail"
        deliver "$WORK/mail"
        ;;
    60)
        {
            printf 'From: a@example.ca\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
            for _ in $(seq $((250 * PATIENCE))); do printf -- '--b\r\n\r\nx\r\n'; done
        } >"$WORK/mail"
        deliver "$WORK/mail"
        ;;
    esac
done

for more in 1 9 7 13 5 17 11; do
    server_start
    until_taken $(($(taken) + more))
    server_stop KILL
done
server_start
until_taken 160
end=$((SECONDS + 60 * PATIENCE))
until [ "$(inbox_count)" = 0 ]; do
    [ $SECONDS -lt $end ] || fail "the inbox holds $(inbox_count)"
    sleep 0.1
done
server_stop
[ "$(taken)" = 160 ] || fail "$(taken) messages instead of 160"
[ "$(folder_count Taken)" = 160 ] || fail "$(folder_count Taken) mails were taken"
[ "$(folder_count Refused)" = 3 ] || fail "$(folder_count Refused) mails were refused"
found=$(sqlite3 "$WORK/server.db" "SELECT count(DISTINCT json_extract(document, '\$.body.subject'))
    || ' ' || count(DISTINCT json_extract(document, '\$.body.case')) FROM record
    WHERE type = 'message'")
[ "$found" = "160 160" ] || fail "subjects and cases: $found"
found=$(sqlite3 "$WORK/server.db" "SELECT group_concat(reason, '; ')
    FROM (SELECT reason FROM refused ORDER BY reason)")
[ "$found" = "it has no headers; it has over 200 parts; it is over 64 KiB" ] ||
    fail "refused: $found"
guichetd check --database "$WORK/server.db" || fail "guichetd check"
echo "killed seven times, each mail once"
