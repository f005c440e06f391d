#!/usr/bin/env bash
# What an agent sees when files go bad: a store damaged while unsent notes wait is told at sign-in and
# recovered from the journal; a server restored from an older copy is told and gets back its notes; a
# journal that alone can be written saves a note all the same.
. "$(dirname "$0")/harness.sh"
server_start
echo guichet >"$WORK/password"

recover() {
    "$abs_top_builddir/guichet" recover --agent marie --data-directory "$WORK/a" \
        --password-file "$WORK/password" "$@" >"$WORK/recover.txt" 2>&1
}

# How often a text stands in what the server has.
at_server() {
    grep -oF "$1" "$WORK/records.json" | wc -l
}

arrived() {
    records_of marie
    [ "$(at_server "$1")" = 1 ]
}

note() {
    keys a F6
    types a "$1"
    keys a C-x
    wait_for a "$2"
}

echo "a contact with a note; a copy of the server's database is taken"
terminal a --language en
sign_in a marie Password
online a
keys a F3
wait_for a "Type a part of the name"
types a "Recover Rolande"
keys a C-n
wait_for a "Postal code"
keys a C-x
wait_for a "The contact has begun."
keys a Escape
note "First note, before the copy." "The note is saved."
wait_gone a "waiting" 40
server_stop
mkdir "$WORK/copy" && cp "$WORK"/server.db* "$WORK/copy/"
server_start
online a 60
note "Second note, which the server will lose." "The note is saved."
wait_that "the second note does not arrive" arrived "Second note, which the server will lose"
wait_gone a "waiting" 40

echo "the server is restored from the copy: told, and the second note is sent again"
server_stop KILL
rm -f "$WORK"/server.db*
cp "$WORK/copy"/* "$WORK/"
server_start
online a 60
keys a Escape
wait_for a "The server was restored from a copy" 60
wait_gone a "waiting" 40
types a ":seen"$'\r'
wait_gone a "The server was restored from a copy"
records_of marie
[ "$(at_server 'Second note, which the server will lose')" = 1 ] ||
    fail "the server did not get the second note back once"

echo "without the server a note waits; the store is then damaged"
server_stop
wait_for a "offline" 60
note "Third note, unsent." "The note is saved."
wait_for a "1 waiting"
terminal_kill a
cp -r "$WORK/a" "$WORK/before"
dd if=/dev/urandom of="$WORK/a/agents/marie.db" bs=4096 seek=1 count=6 conv=notrunc 2>/dev/null
rm -f "$WORK/a/agents/marie.db-wal"

echo "sign-in says what to do, and nothing is overwritten"
terminal a --language en
sign_in a marie Password
wait_for a "guichet recover --agent marie" 40
keys a F10
wait_ended a

echo "recover shows the note, a wrong password is told, and putting back works once"
recover || { cat "$WORK/recover.txt"; fail "recover"; }
grep -qF "The store is damaged" "$WORK/recover.txt" || fail "the damage is not told"
grep -qF "Third note, unsent." "$WORK/recover.txt" || { cat "$WORK/recover.txt"; fail "the note is not shown"; }
grep -qF "Nothing was changed" "$WORK/recover.txt" || fail "recover does not say what to do"
echo wrong >"$WORK/wrong"
"$abs_top_builddir/guichet" recover --agent marie --data-directory "$WORK/a" \
    --password-file "$WORK/wrong" >"$WORK/wrong.txt" 2>&1 && fail "a wrong password is taken"
grep -qi "password" "$WORK/wrong.txt" || fail "a wrong password is not told"
recover --export "$WORK/export.txt" || fail "export"
grep -qF "Third note, unsent." "$WORK/export.txt" || fail "the export lacks the note"
[ "$(stat -c %a "$WORK/export.txt")" = 600 ] || fail "the export is open to others"
recover --put-back || { cat "$WORK/recover.txt"; fail "putting back"; }
recover || fail "recover again"
grep -qF "Nothing is missing" "$WORK/recover.txt" || { cat "$WORK/recover.txt"; fail "it is missing still"; }

echo "the agent goes on, and the note arrives once"
server_start
terminal a --language fr
sign_in a marie "Mot de passe"
online a 60
wait_gone a "en attente" 40
records_of marie
for text in "First note, before the copy." "Second note, which the server will lose." \
    "Third note, unsent."; do
    [ "$(at_server "$text")" = 1 ] || fail "not there once: $text"
done
terminal_quit a
server_stop
guichetd check --database "$WORK/server.db" >"$WORK/check.txt" || { cat "$WORK/check.txt"; fail "check"; }
