#!/usr/bin/env bash
# The key of a terminal's store: an agent renews it while working, with the server and killed in the
# middle; the organisation's deposit is told, opens the store of somebody who forgot the password
# while there is no server, and is taken back. In both languages.
. "$(dirname "$0")/../end_to_end/harness.sh"

wrapped() {
    sqlite3 -readonly "$WORK/a/agents/marie.db" "SELECT value FROM meta WHERE name = '$1'"
}
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }

server_start
terminal a --language fr
sign_in a marie
online a
FIRST=$(wrapped wrapped)

echo "renewed on demand"
keys a C-g
types a $'clé\r'
wait_for a "Clé de ce poste"
wait_for a "seul votre mot de passe"
types a $'wrong\r'
wait_for a "ce n’est pas votre mot de passe"
[ "$(wrapped wrapped)" = "$FIRST" ] || fail "another password renewed the key"
types a $'guichet\r'
wait_for a "scellé sous une nouvelle clé"
SECOND=$(wrapped wrapped)
[ -n "$SECOND" ] && [ "$SECOND" != "$FIRST" ] || fail "the key is the same"
[ "$(wrapped key-number)" = 1 ] || fail "the key has no number"
grep -qaF "${FIRST:16:32}" "$WORK"/a/agents/* && fail "the former wrapping is still in a file"
keys a Escape
# The desk, the sync thread and the cases in memory go on with it.
keys a F3
wait_for a "Tapez une partie du nom"
types a "Aurore Boisclair"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
types a "Permis."
keys a Tab Enter
wait_for a "contact en cours"
online a
for _ in $(seq $((100 * PATIENCE))); do
    [ "$(sqlite3 -readonly "$WORK/server.db" "SELECT count(*) FROM record WHERE document LIKE '%Aurore%'")" -ge 1 ] && break
    sleep 0.1
done
[ "$(sqlite3 -readonly "$WORK/server.db" "SELECT count(*) FROM record WHERE document LIKE '%Aurore%'")" -ge 1 ] ||
    fail "nothing reaches the server under the new key"

echo "killed in the middle of it, ten times"
for n in 1 2 3 4 5 6 7 8 9 10; do
    keys a C-g
    types a $'clé\r'
    wait_for a "Clé de ce poste"
    types a $'guichet\r'
    sleep "0.$((RANDOM % 35 + 10))"
    terminal_kill a
    terminal a --language fr
    sign_in a marie
    online a 40
    wait_for a "Aurore Boisclair"
done

echo "by itself after a year, and with another password"
NUMBER=$(wrapped key-number)
terminal_kill a
sqlite3 "$WORK/a/agents/marie.db" "UPDATE meta SET value = $(date +%s)000 - 400 * 86400000
    WHERE name = 'key-made'"
terminal a --language fr
sign_in a marie
wait_for a "Aurore Boisclair"
[ "$(wrapped key-number)" = $((NUMBER + 1)) ] || fail "an old key was not renewed"
terminal_kill a
mkdir "$WORK/sample"
cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
chmod u+w "$WORK"/sample/*.json
sed -i 's/"password": "guichet"/"password": "nouveau-mot"/' "$WORK/sample/agents.json"
server_stop
rm -f "$WORK"/server.db*
server_init "$WORK/sample"
server_start
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rnouveau-mot\r'
wait_for a "Ancien mot de passe"
FORMER=$(wrapped wrapped)
types a $'guichet\r'
wait_for a "Aurore Boisclair"
[ "$(wrapped key-number)" = $((NUMBER + 2)) ] || fail "the key stayed when the password changed"
grep -qaF "${FORMER:16:32}" "$WORK"/a/agents/* && fail "the former wrapping is still in a file"
terminal_kill a
sed -i 's/"password": "nouveau-mot"/"password": "guichet"/' "$WORK/sample/agents.json"
server_stop
rm -f "$WORK"/server.db*
server_init "$WORK/sample"
server_start
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rguichet\r'
wait_for a "Ancien mot de passe"
types a $'nouveau-mot\r'
wait_for a "Aurore Boisclair"

echo "deposited with the organisation"
guichetd escrow make "$WORK/secret" >"$WORK/public" || fail "escrow make"
guichetd escrow make "$WORK/secret" >/dev/null 2>&1 && fail "a secret key was overwritten"
PRINT=$(sed -n 's/^fingerprint //p' "$WORK/public")
KEY=$(sed -n 's/^escrow-key = //p' "$WORK/public")
[ "$(stat -c %a "$WORK/secret")" = 600 ] || fail "the secret key can be read by others"
terminal_kill a
terminal a --language en --escrow-key "$KEY"
sign_in a marie Password
wait_for a "Your organisation can open what is kept here"
keys a C-g
types a $'rekey\r'
wait_for a "yes, for $PRINT"
COLUMNS_=60 ROWS_=16
types a $'guichet\r'
wait_for a "sealed under a new key"
[ "$(wrapped escrow-public)" = "$KEY" ] || fail "the new key is not deposited"
terminal_kill a
server_stop
printf 'another-word\n' >"$WORK/new"
guichetd escrow make "$WORK/other" >/dev/null
"$abs_top_builddir/guichet" recover --data-directory "$WORK/a" --agent marie --escrow-secret "$WORK/other" \
    --password-file "$WORK/new" >"$WORK/said" 2>&1 && fail "another organisation's key opens it"
"$abs_top_builddir/guichet" recover --data-directory "$WORK/a" --agent marie --escrow-secret "$WORK/secret" \
    --password-file "$WORK/new" >"$WORK/said" 2>&1 || fail "$(cat "$WORK/said")"
grep -q "opens with this password" "$WORK/said" || fail "$(cat "$WORK/said")"
terminal a --language fr --escrow-key "$KEY"
wait_for a "Mot de passe"
types a $'marie\ranother-word\r'
wait_for a "hors ligne" 40
wait_for a "Aurore Boisclair"
terminal_kill a

echo "taken back"
terminal a --language fr --escrow-key none
wait_for a "Mot de passe"
types a $'marie\ranother-word\r'
wait_for a "Seul votre mot de passe ouvre"
[ -z "$(wrapped escrow)$(wrapped escrow-public)" ] || fail "it is still deposited"
"$abs_top_builddir/guichet" recover --data-directory "$WORK/a" --agent marie --escrow-secret "$WORK/secret" \
    --password-file "$WORK/new" >"$WORK/said" 2>&1 && fail "it opens what was taken back"
exit 0
