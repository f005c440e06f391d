#!/usr/bin/env bash
# Mail by a bearer token, as large providers want it, with a real Dovecot that checks signed tokens
# (JWT): a good one fetches mail, one that has run out is refused and said so, and when whatever
# renews it has replaced the file, mail comes again without a restart. No token is in the log.
. "$(dirname "$0")/harness.sh"
trap 'dovecot_stop; cleanup' EXIT
. "$abs_top_srcdir/tests/email/dovecot.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
chmod 755 "$WORK"

# counts EXPECTED: waits until so many messages are taken.
counts() {
    local end=$((SECONDS + 40 * PATIENCE)) found=
    until found=$(sqlite3 -readonly "$WORK/server.db" \
        "SELECT count(*) FROM record WHERE type = 'message'" 2>/dev/null); [ "$found" = "$1" ]; do
        [ $SECONDS -lt $end ] || { cat "$WORK/dovecot/log"; fail "$found messages instead of $1"; }
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

base64url() {
    openssl base64 -A | tr '+/' '-_' | tr -d '='
}

# token SECONDS: one that is good for so long, in the file that the server reads.
token() {
    local now head body
    now=$(date +%s)
    head=$(printf '{"alg":"HS256","typ":"JWT"}' | base64url)
    body=$(printf '{"sub":"bureau","iat":%d,"exp":%d}' "$((now - 7200))" "$((now + $1))" | base64url)
    printf '%s.%s.%s\n' "$head" "$body" "$(printf '%s.%s' "$head" "$body" |
        openssl dgst -sha256 -hmac "$IMAP_JWT_SECRET" -binary | base64url)" >"$WORK/token.new"
    mv "$WORK/token.new" "$WORK/token"
}

# mail NUMBER
mail() {
    printf 'From: Client <client%d@example.ca>\r\nSubject: Demande %d\r\n\r\nBonjour.\r\n' "$1" "$1" \
        >"$WORK/mail"
    deliver "$WORK/mail"
}

IMAP_JWT_SECRET=a-secret-of-the-provider-that-signs
dovecot_start "$WORK/dovecot"
token 3600
export GUICHETD_IMAP_URL=imap://127.0.0.1:$IMAP_PORT GUICHETD_IMAP_POLL_SECONDS=1
export GUICHETD_IMAP_USER=bureau GUICHETD_IMAP_TOKEN_FILE=$WORK/token
export GUICHETD_IMAP_ADDRESS=bureau@ville.example GUICHETD_IMAP_QUEUE=sample/civil-status
mail 1
server_start
counts 1

echo "a token that has run out"
token -3600
mail 2
log_says "the sign-in was refused"
counts 1

echo "renewed"
token 3600
counts 2
log_says "the mailbox can be read again"
grep -qF "$(cut -c1-20 "$WORK/token")" "$WORK/server.log" && fail "the token is in the log"
server_stop

echo "a password and a token are one too many"
printf 'x\n' >"$WORK/password"
guichetd serve --database "$WORK/server.db" --listen 127.0.0.1:0 \
    --imap-password-file "$WORK/password" 2>"$WORK/refused" && fail "it started with both"
grep -qF "one of them" "$WORK/refused" || { cat "$WORK/refused"; fail "it does not say why"; }
exit 0
