#!/usr/bin/env bash
# One-time codes: set up at the first sign-in, asked for after the password, each taken once; and the
# recovery codes.
. "$(dirname "$0")/harness.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }
SERVER_="--factor-roles all --factor-key $WORK/factor-key"
server_start

echo "set up after the password: the key is shown, as a square too"
terminal a --language fr
sign_in a marie
wait_for a "Code unique"
wait_for a "Lisez ce carré"
wait_for a "▀"
shows a "Services courants" && fail "the desk opens without a code"
secret=$(read_off a '([A-Z2-7]{4} ){7}[A-Z2-7]{4}' | tr -d ' ')
[ ${#secret} = 32 ] || fail "the key is ${#secret} long: $secret"
types a $'000000\r'
wait_for a "ce code est erroné"
types a "$(code_of "$secret")"$'\r'
wait_for a "Les codes sont en place"
recovery=$(read_off a '[2-9a-z]{4}-[2-9a-z]{4}' 8 | head -1)
keys a Enter
wait_for a "Services courants"
online a
terminal_quit a
[ "$(stat -c %a "$WORK/factor-key")" = 600 ] || fail "the key is open to others"

echo "without the square where there is no room for it, or no drawing"
COLUMNS_=60 ROWS_=16 terminal b --language en
sign_in b pierre "Password"
wait_for b "into an authenticator"
wait_for b "One-time code"
keys b Escape
wait_gone b "into an authenticator"
wait_for b "Login"
keys b F10
wait_ended b

echo "at the next sign-in here the desk opens, and the code is asked for at once; Esc leaves it offline"
terminal a --language fr
sign_in a marie
wait_for a "Tapez le code"
keys a Escape
wait_for a "Services courants"
wait_for a "session à rouvrir"
terminal_quit a
terminal a --language fr
sign_in a marie
wait_for a "Tapez le code"
types a "$recovery"$'\r'
online a
terminal_quit a

echo "without the server none is asked for"
server_stop
terminal a --language fr
sign_in a marie
wait_for a "Services courants"
wait_for a "hors ligne"
shows a "Tapez le code" && fail "a code is asked for without a server"
terminal_quit a
server_start

echo "a recovery code is good once"
terminal a --language fr
sign_in a marie
wait_for a "Tapez le code"
types a "$recovery"$'\r'
wait_for a "ce code est erroné"
types a "$(code_of "$secret" 1)"$'\r'
online a
terminal_quit a

echo "who has lost it all: an administrator takes the codes away, and they are set up anew"
guichetd agent codes marie --database "$WORK/server.db" || fail "agent codes"
terminal a --language fr
sign_in a marie
wait_for a "Lisez ce carré"
secret=$(read_off a '([A-Z2-7]{4} ){7}[A-Z2-7]{4}' | tr -d ' ')
types a "$(code_of "$secret")"$'\r'
wait_for a "Les codes sont en place"
mapfile -t recovery < <(read_off a '[2-9a-z]{4}-[2-9a-z]{4}' 8)
keys a Enter
online a

echo "a change of password wants a code as well, and asks for it"
types a $':mot-de-passe\r'
wait_for a "Mot de passe actuel"
types a $'guichet\rtrois mots a moi\rtrois mots a moi\r'
wait_for a "tapez le code que montre"
wait_for a "Code unique"
types a $'000000\r'
wait_for a "ce code est erroné"
types a "${recovery[0]}"$'\r'
wait_for a "Tapez le code"
types a "${recovery[1]}"$'\r'
online a
terminal_quit a
for password in guichet "trois mots a moi"; do
    curl -s -H 'Content-Type: application/json' -d "{\"login\": \"marie\", \"password\": \"$password\"}" \
        "$SERVER/v1/login" | grep -o '"code": *"[^"]*"'
done >"$WORK/told"
grep -q wrong-password "$WORK/told" && grep -q code-needed "$WORK/told" ||
    { cat "$WORK/told"; fail "the password is not the new one"; }
exit 0
