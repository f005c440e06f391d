#!/usr/bin/env bash
# Passwords: one that was given is changed first; another one by choice; a change of which the
# terminal did not hear; reset by an administrator.
. "$(dirname "$0")/harness.sh"
command -v sqlite3 >/dev/null || { echo "sqlite3 is not installed: skipped"; exit 77; }
server_start

order() {
    guichetd "$@" --database "$WORK/server.db" || fail "guichetd $*"
}

echo "a given password opens nothing but the change, and a weak one is not taken"
echo "donne par la chef" | order agent password marie
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rdonne par la chef\r'
wait_for a "Ce mot de passe vous a été donné"
shows a "Services courants" && fail "the desk opens before the change"
types a $'court\rcourt\r'
wait_for a "trop court"
keys a C-u
keys a Up C-u
types a $'motdepasse2026\rmotdepasse2026\r'
wait_for a "un des premiers que tout le monde essaie"
keys a C-u
keys a Up C-u
types a $'trois mots a moi\rtrois mots a toi\r'
wait_for a "les deux ne sont pas pareils"
types a $'trois mots a moi\r'
wait_for a "Services courants"
online a
terminal_quit a

echo "it opens what is kept here, without the server too"
server_stop
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rtrois mots a moi\r'
wait_for a "Services courants"
server_start
online a 90

echo "another one by choice: at once here, and at the server"
types a $':mot-de-passe\r'
wait_for a "Mot de passe actuel"
types a $'not-it-at-all\rquatre mots bien a moi\rquatre mots bien a moi\r'
wait_for a "le mot de passe actuel est erroné"
keys a Up Up
keys a C-u
types a $'trois mots a moi\r\r\r'
wait_for a "Votre mot de passe est changé"
online a
KEYS=$(sqlite3 -readonly "$WORK/a/agents/marie.db" "SELECT value FROM meta WHERE name = 'key-number'")
[ "${KEYS:-0}" -ge 1 ] || fail "the key is the same as before"
keys a F9
wait_for a "Verrouillé par"
types a $'trois mots a moi\r'
wait_for a "Ce n’est pas le mot de passe"
types a $'quatre mots bien a moi\r'
wait_for a "Services courants"
terminal_quit a
server_stop
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rquatre mots bien a moi\r'
wait_for a "Services courants"
terminal_quit a
server_start

echo "changed at the server, and the terminal died before it heard: the one before is asked for once"
for _ in first "and again, as when the answer is lost"; do
    status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
        -d '{"login": "marie", "password": "quatre mots bien a moi",
             "new_password": "cinq mots vraiment tout a moi"}' "$SERVER/v1/password")
    [ "$status" = 204 ] || fail "the server says $status"
done
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rcinq mots vraiment tout a moi\r'
wait_for a "Votre mot de passe a changé"
types a $'quatre mots bien a moi\r'
wait_for a "Services courants"
online a

echo "reset while they work: the session ends at once, and the change comes first"
echo "donne encore une fois" | order agent password marie
wait_for a "session à rouvrir" 10
types a $':fermer-session\r'
wait_for a "Mot de passe"
types a $'marie\rdonne encore une fois\r'
wait_for a "Ce mot de passe vous a été donné"
types a $'six mots que je mets ensemble\rsix mots que je mets ensemble\r'
wait_for a "Votre mot de passe a changé"
types a $'cinq mots vraiment tout a moi\r'
online a
terminal_quit a

echo "an administrator unlocks who typed it wrong too often elsewhere"
for _ in 1 2 3; do
    curl -s -o /dev/null -H 'Content-Type: application/json' \
        -d '{"login": "marie", "password": "wrong"}' "$SERVER/v1/login"
done
status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
    -d '{"login": "marie", "password": "six mots que je mets ensemble"}' "$SERVER/v1/login")
[ "$status" = 429 ] || fail "not held: $status"
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rsix mots que je mets ensemble\r'
online a
terminal_quit a
order agent unlock marie
status=$(curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
    -d '{"login": "marie", "password": "six mots que je mets ensemble"}' "$SERVER/v1/login")
[ "$status" = 200 ] || fail "still held: $status"
exit 0
