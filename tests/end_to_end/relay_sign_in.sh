#!/usr/bin/env bash
# Signing in at an office's relay: what only the centre can judge is asked there (a password that was
# given, another one, one-time codes); and while the link is cut it is said what cannot be done.
. "$(dirname "$0")/harness.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
guichetd escrow make "$WORK/escrow" >"$WORK/escrow.txt" || fail "escrow make"
KEY=$(sed -n 's/^escrow-key = //p' "$WORK/escrow.txt")
SERVER_="--factor-roles supervisor --factor-key $WORK/factor-key --escrow-key $KEY"
server_start
CENTRE=$SERVER
server_stop

order() {
    guichetd "$@" --database "$WORK/server.db" || fail "guichetd $*"
}

answer_of() {
    curl -s -H 'Content-Type: application/json' \
        -d "{\"login\": \"$2\", \"password\": \"$3\", \"code\": \"${4:-}\"}" "$1/v1/login" |
        grep -oE '"(code|token)": *"[^"]*"' | sed 's/"token".*/in/; s/.*: *"//; s/"$//' | head -1
}

# says SERVER LOGIN PASSWORD [CODE]: what is answered, in a word. Wrong ones before may hold it off.
says() {
    local said=
    for _ in $(seq $((60 * PATIENCE))); do
        said=$(answer_of "$@")
        [ "$said" = too-many-attempts ] || break
        sleep 0.5
    done
    echo "$said"
}

expect() {
    [ "$1" = "$2" ] || fail "$1 instead of $2"
}

proxy_start
relay_make
server_start
relay_start
centre_is up
SERVER=$RELAY

echo "a password given at the centre is known at the branch at once, and changed there"
echo "donne par la chef" | order agent password marie
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rdonne par la chef\r'
wait_for a "Ce mot de passe vous a été donné"
types a $'court\rcourt\r'
wait_for a "trop court"
keys a C-u
keys a Up C-u
types a $'trois mots a moi\rtrois mots a moi\r'
wait_for a "Services courants"
online a
wait_for a "Votre organisation peut ouvrir"
[ "$(sqlite3 -readonly "$WORK/a/agents/marie.db" \
    "SELECT value FROM meta WHERE name = 'escrow-public'")" = "$KEY" ] ||
    fail "the organisation's key does not come through the relay"
expect "$(says "$CENTRE" marie "trois mots a moi")" in
expect "$(says "$RELAY" marie "trois mots a moi")" in
expect "$(says "$RELAY" marie "donne par la chef")" wrong-password
expect "$(says "$RELAY" pierre guichet)" wrong-password # of another office

echo "the centre vouches to the office's relay, for its own agents"
# vouches TOKEN LOGIN PASSWORD: the status at the centre.
vouches() {
    curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
        -H "Authorization: Bearer $1" -d "{\"login\": \"$2\", \"password\": \"$3\"}" \
        "$CENTRE/v1/relay/sign-in"
}
token=$(tr -d '\n' <"$WORK/token")
expect "$(vouches "$token" marie "trois mots a moi")" 200
expect "$(vouches "$token" pierre guichet)" 401
expect "$(vouches none-such marie "trois mots a moi")" 401

echo "one-time codes are those of the centre: set up at the branch, asked for, each taken once"
terminal b --language fr
sign_in b luc
wait_for b "Lisez ce carré"
secret=$(read_off b '([A-Z2-7]{4} ){7}[A-Z2-7]{4}' | tr -d ' ')
types b "$(code_of "$secret")"$'\r'
wait_for b "Les codes sont en place"
mapfile -t recovery < <(read_off b '[2-9a-z]{4}-[2-9a-z]{4}' 8)
keys b Enter
online b
terminal_quit b
expect "$(says "$RELAY" luc guichet)" code-needed
expect "$(says "$RELAY" luc guichet 000000)" code-wrong
expect "$(says "$RELAY" luc guichet "${recovery[0]}")" in
expect "$(says "$RELAY" luc guichet "${recovery[0]}")" code-wrong
expect "$(says "$CENTRE" luc guichet "${recovery[0]}")" code-wrong
expect "$(says "$CENTRE" luc guichet "${recovery[1]}")" in

echo "cut off: nobody changes a password, which is said; a code cannot be checked, which is said"
proxy_tell refuse
proxy_tell kill
centre_is down
types a $':mot-de-passe\r'
wait_for a "Mot de passe actuel"
types a $'trois mots a moi\rquatre mots bien a moi\rquatre mots bien a moi\r'
wait_for a "coupé du centre"
keys a Escape
expect "$(says "$RELAY" marie "trois mots a moi")" in
expect "$(says "$RELAY" luc guichet "${recovery[2]}")" at-centre
terminal b --language en
sign_in b luc Password
wait_for b "you work offline"
terminal_quit b
terminal c --language en
sign_in c luc Password
# The wrong codes before may hold this one off, for longer on a slow machine.
cut_off_is_said() {
    shows c "this office is cut off from the centre" && return 0
    shows c "too many failed sign-ins" && keys c Enter && sleep 0.5
    return 1
}
wait_that "the terminal does not say that the office is cut off" cut_off_is_said
keys c F10
wait_ended c

echo "healed: both go on"
proxy_tell pass
centre_is up
types a $':mot-de-passe\r'
wait_for a "Mot de passe actuel"
types a $'trois mots a moi\rquatre mots bien a moi\rquatre mots bien a moi\r'
wait_for a "Votre mot de passe est changé"
online a
terminal_quit a
expect "$(says "$CENTRE" marie "quatre mots bien a moi")" in
expect "$(says "$RELAY" luc guichet "${recovery[2]}")" in

echo "a change wants a code there as well"
# changes CODE: the status of a change of luc's password at the relay.
change_of() {
    curl -s -o /dev/null -w '%{http_code}' -H 'Content-Type: application/json' \
        -d "{\"login\": \"luc\", \"password\": \"guichet\", \"new_password\": \"cinq mots a mon tour\",
             \"code\": \"$1\"}" "$RELAY/v1/password"
}
changes() {
    local said=
    for _ in $(seq $((60 * PATIENCE))); do
        said=$(change_of "$1")
        [ "$said" = 429 ] || break
        sleep 0.5
    done
    echo "$said"
}
expect "$(changes "")" 403
expect "$(changes "${recovery[3]}")" 204
expect "$(says "$RELAY" luc "cinq mots a mon tour")" code-needed
expect "$(says "$CENTRE" luc "cinq mots a mon tour" "${recovery[4]}")" in

echo "a password that is changed at the centre ends the former one at the branch, before anybody types it"
former_is_refused() {
    [ "$(says "$RELAY" marie "quatre mots bien a moi")" = wrong-password ]
}
expect "$(says "$RELAY" marie "quatre mots bien a moi")" in
echo "la chef en redonne un" | order agent password marie
wait_that "the former password still opens a session at the branch" former_is_refused
exit 0
