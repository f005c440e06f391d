#!/usr/bin/env bash
# Terminals that are enrolled: by a code, once; revoked at once; erased by an administrator's order.
. "$(dirname "$0")/harness.sh"
SERVER_="--enrolment required --access-minutes 1"
server_start

order() {
    guichetd "$@" --database "$WORK/server.db" || fail "guichetd $*"
}

echo "an unknown terminal is asked for a code; a wrong one enrols nothing"
terminal a --language fr
sign_in a marie
wait_for a "Inscrire ce poste"
types a $'AAAA-BBBB-CCCC\r'
wait_for a "ce code n’inscrit aucun poste"
[ "$(stat -c %a "$WORK/a/terminal.pem")" = 600 ] || fail "the terminal's key is open to others"

echo "the administrator's code enrols it, while the server runs; then the agent signs in"
code=$(order device code counter-1)
keys a C-u
types a "$code"$'\r'
wait_for a "Ce poste est inscrit"
wait_for a "Mot de passe"
keys a Enter
wait_for a "Services courants"
online a
order device list | grep -q "^counter-1	enrolled" || fail "the list does not tell of it"

echo "the same code is good for no other terminal, nor the key's copy for another name"
terminal b --language en
sign_in b pierre "Password"
wait_for b "Enrol this terminal"
types b "$code"$'\r'
wait_for b "this code enrols no terminal"
code=$(order device code counter-2)
keys b C-u
types b "$code"$'\r'
wait_for b "This terminal is enrolled"
keys b Enter
online b

echo "the short token is renewed by itself: the agent notices nothing"
ask() {
    sqlite3 -readonly "$WORK/server.db" "$1"
}
signed_in=$(ask "SELECT count(*) FROM audit WHERE kind = 'sign-in'")
end=$((SECONDS + 75 * PATIENCE))
until [ "$(ask "SELECT count(*) FROM (SELECT 1 FROM refresh GROUP BY family HAVING count(*) > 1)")" = 2 ]; do
    [ $SECONDS -lt $end ] || fail "nothing was renewed"
    sleep 1
done
online a
online b
[ "$(ask "SELECT count(*) FROM audit WHERE kind = 'sign-in'")" = "$signed_in" ] ||
    fail "somebody signed in again"

echo "revoked: its sleeping poll ends at once"
order device revoke counter-2
wait_for b "sign in again" 5
wait_gone b "online"
keys b F10
wait_ended b
terminal b --language en
sign_in b pierre "Password"
wait_for b "sign in again"
keys b F10
wait_ended b

echo "wiped: keys and stores go, and the screen says so"
ls "$WORK"/a/agents/marie.db >/dev/null || fail "no store"
order device wipe counter-1
wait_for a "Ce poste a été effacé" 10
wait_gone a "Services courants"
ls -A "$WORK/a" | grep . && fail "something was left"
order device list | grep "^counter-1	wiped" | grep -q "Z$" || fail "the list does not say that it was told"
keys a F10
wait_ended a

echo "killed while it is erased, it goes on at the next start"
code=$(order device code counter-3)
terminal c --language fr
sign_in c marie
wait_for c "Inscrire ce poste"
types c "$code"$'\r'
wait_for c "Ce poste est inscrit"
keys c Enter
online c
terminal_kill c
touch "$WORK/c/wipe-ordered"
terminal c --language fr
wait_for c "Identifiant"
[ -e "$WORK/c/agents/marie.db" ] && fail "the store is still there"
[ -e "$WORK/c/wipe-ordered" ] && fail "the order is still there"
keys c F10
wait_ended c
exit 0
