#!/bin/bash
# A backup is made while terminals work, sealed for a recipient or by a passphrase, and put back: all
# of it is there. One with a flipped byte, a cut, another key or something behind it is refused, and
# then nothing is there; a full disk leaves none under its name. A terminal knows a restored server.
. "$(dirname "$0")/harness.sh"

command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }

server_start
guichetd backup-identity "$WORK/identity" >"$WORK/recipient" || fail "backup-identity"
guichetd backup-identity "$WORK/identity" >/dev/null 2>&1 && fail "an identity is made over another"
[ "$(stat -c %a "$WORK/identity")" = 600 ] || fail "others read the identity"
guichetd backup-identity "$WORK/other" >"$WORK/other-recipient" || fail "backup-identity"
printf 'a passphrase of many words\n' >"$WORK/passphrase"
printf 'a passphrase of other words\n' >"$WORK/other-passphrase"
chmod 600 "$WORK/passphrase" "$WORK/other-passphrase"
guichetd delivery-key --delivery-key "$WORK/delivery.pem" >/dev/null || fail "delivery-key"

backup() {
    guichetd backup --database "$WORK/server.db" --delivery-key "$WORK/delivery.pem" "$@"
}

restore() {
    guichetd restore --database "$WORK/back/server.db" --delivery-key "$WORK/back/delivery.pem" "$@"
}

backup --recipient "$WORK/recipient" "$WORK/b1" >"$WORK/said" 2>"$WORK/progress" ||
    { cat "$WORK/progress"; fail "backup"; }
grep -q "made $WORK/b1" "$WORK/said" || fail "it does not say so"
grep -q "100 %" "$WORK/progress" || fail "no progress"
backup --recipient "$WORK/recipient" "$WORK/b1" >/dev/null 2>&1 && fail "a backup over another"
backup --passphrase-file "$WORK/passphrase" "$WORK/b2" >/dev/null 2>&1 || fail "by a passphrase"
backup "$WORK/b3" >/dev/null 2>&1 && fail "an open backup"
[ "$(stat -c %a "$WORK/b1")" = 600 ] || fail "others read the backup"
ls "$WORK" | grep -E 'partial|snapshot' && fail "something was left"
grep -qa -e marie -e sqlite_schema -e 'SQLite format' "$WORK/b1" && fail "the backup is open"

# A server that serves was not kept up.
curl -sf "$SERVER/healthz" | grep -q ok || fail "healthz"

# While somebody writes without pause, a backup holds one moment of it.
(
    for i in $(seq 60); do
        curl -s -o "$WORK/login.$i" -H 'Content-Type: application/json' \
            -d '{"login":"luc","password":"guichet"}' "$SERVER/v1/login"
    done
) &
writer=$!
backup --recipient "$WORK/recipient" "$WORK/b4" >/dev/null 2>&1 || fail "a backup of a busy one"
mkdir "$WORK/back"
restore --identity "$WORK/identity" "$WORK/b4" >/dev/null 2>"$WORK/error" ||
    { cat "$WORK/error"; fail "restore of a busy one"; }
kill $writer 2>/dev/null
wait $writer 2>/dev/null
rm -r "$WORK/back"

# refused WHY ARGUMENTS: and nothing is there.
refused() {
    local why=$1
    shift
    mkdir -p "$WORK/back"
    restore "$@" >"$WORK/said" 2>&1 && fail "restored: $why"
    [ -z "$(ls -A "$WORK/back")" ] || { ls -A "$WORK/back"; fail "something is there: $why"; }
}

size=$(stat -c %s "$WORK/b1")
refused "another identity" --identity "$WORK/other" "$WORK/b1"
refused "another passphrase" --passphrase-file "$WORK/other-passphrase" "$WORK/b2"
refused "a passphrase for a key" --passphrase-file "$WORK/passphrase" "$WORK/b1"
refused "a key for a passphrase" --identity "$WORK/identity" "$WORK/b2"
refused "no secret" "$WORK/b1"
refused "no file" --identity "$WORK/identity" "$WORK/nothing"
for at in 0 5 16 17 60 100 130 150 $((size / 3)) $((size / 2)) $((size - 17)) $((size - 1)); do
    cp "$WORK/b1" "$WORK/flipped"
    byte=$(od -An -tu1 -j "$at" -N 1 "$WORK/b1")
    # shellcheck disable=SC2059 # an octal escape
    printf "\\$(printf %03o $((byte ^ 1)))" |
        dd of="$WORK/flipped" bs=1 seek="$at" conv=notrunc status=none
    cmp -s "$WORK/b1" "$WORK/flipped" && fail "byte $at was not flipped"
    refused "byte $at flipped" --identity "$WORK/identity" "$WORK/flipped"
done
for length in 0 10 50 130 153 $((size / 2)) $((size - 65553)) $((size - 1)); do
    head -c "$length" "$WORK/b1" >"$WORK/cut"
    refused "cut at $length" --identity "$WORK/identity" "$WORK/cut"
done
{ cat "$WORK/b1"; printf x; } >"$WORK/longer"
refused "something behind it" --identity "$WORK/identity" "$WORK/longer"
{ head -c 65674 "$WORK/b1"; tail -c +131228 "$WORK/b1"; } >"$WORK/less"
refused "a chunk left out" --identity "$WORK/identity" "$WORK/less"

# A disk that is full: no more than a few KiB are taken.
(
    trap '' XFSZ
    ulimit -f 64
    backup --recipient "$WORK/recipient" "$WORK/b5" >"$WORK/full" 2>&1
) && fail "a backup on a full disk"
[ ! -e "$WORK/b5" ] || fail "a part of a backup has its name"
ls "$WORK" | grep -E 'partial|snapshot' && fail "something was left by a full disk"
mkdir -p "$WORK/back"
(
    trap '' XFSZ
    ulimit -f 64
    restore --identity "$WORK/identity" "$WORK/b1" >"$WORK/full" 2>&1
) && fail "restored on a full disk"
[ -z "$(ls -A "$WORK/back")" ] || fail "a full disk holds a part of it"

# All of it, as the server left it. The desk has read past the backup by then.
server_stop
backup --recipient "$WORK/recipient" "$WORK/b6" >/dev/null 2>&1 || fail "a backup of one that stands"
restore --identity "$WORK/identity" "$WORK/b6" >/dev/null 2>"$WORK/error" ||
    { cat "$WORK/error"; fail restore; }
sqlite3 "$WORK/server.db" .dump >"$WORK/before"
sqlite3 "$WORK/back/server.db" .dump >"$WORK/after"
cmp "$WORK/before" "$WORK/after" || fail "the database is another"
[ "$(wc -l <"$WORK/after")" -gt 200 ] || fail "there is nothing in it"
cmp "$WORK/delivery.pem" "$WORK/back/delivery.pem" || fail "the delivery key is another"
cmp "$WORK/server.db.audit-key" "$WORK/back/server.db.audit-key" || fail "the audit key is another"
guichetd check --database "$WORK/back/server.db" >/dev/null || fail check
restore --identity "$WORK/identity" "$WORK/b6" >"$WORK/said" 2>&1 && fail "restored over another"
grep -q "is there already" "$WORK/said" || fail "it does not say why"
[ "$(stat -c %a "$WORK/back/server.db")" = 600 ] || fail "others read the database"

# One of a database that does not hold is not put back, whoever made it.
cp "$WORK/server.db" "$WORK/bad.db"
sqlite3 "$WORK/bad.db" "INSERT INTO search (record, key) VALUES (99999, 'n:nobody')"
guichetd backup --database "$WORK/bad.db" --recipient "$WORK/recipient" "$WORK/b7" >/dev/null 2>&1 ||
    fail "a backup of what does not hold"
mkdir "$WORK/worse"
guichetd restore --database "$WORK/worse/server.db" --identity "$WORK/identity" "$WORK/b7" \
    >"$WORK/said" 2>&1 && fail "what does not hold was put back"
grep -q "does not hold" "$WORK/said" || { cat "$WORK/said"; fail "it does not say why"; }
[ -z "$(ls -A "$WORK/worse")" ] || fail "a part of it is there"

# A terminal that has read what the older copy does not know.
mkdir "$WORK/old"
guichetd restore --database "$WORK/old/server.db" --delivery-key "$WORK/old/delivery.pem" \
    --identity "$WORK/identity" "$WORK/b1" >/dev/null 2>&1 || fail "restore of the first"
mv "$WORK/server.db" "$WORK/lost.db"
rm -f "$WORK"/server.db-* "$WORK"/server.db.*
cp "$WORK"/old/server.db* "$WORK/"
server_start
feed=$(curl -s -H 'Content-Type: application/json' -d '{"login":"luc","password":"guichet"}' \
    "$SERVER/v1/login" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
[ -n "$feed" ] || fail "nobody signs in to a restored server"
status=$(curl -s -o "$WORK/answer" -w '%{http_code}' -H "Authorization: Bearer $feed" \
    "$SERVER/v1/changes?since=99999999&limit=1")
[ "$status" = 409 ] && grep -q other-history "$WORK/answer" ||
    { cat "$WORK/answer"; fail "a restored server does not know that it is: $status"; }
server_stop
