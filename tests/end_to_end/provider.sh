#!/usr/bin/env bash
# Sign-in with the organisation's account: a small identity provider on loopback that does as it is
# told, a real server, a real terminal. No password is ever asked for by the server.
. "$(dirname "$0")/harness.sh"
PROVIDER=
leave() {
    [ -z "$PROVIDER" ] || kill "$PROVIDER" 2>/dev/null
    cleanup
}
trap leave EXIT

# orders WORD...: what the provider answers from now on.
orders() {
    echo "$*" >"$WORK/orders.new"
    mv "$WORK/orders.new" "$WORK/orders"
}

orders pending
"$abs_top_builddir/tests/oidc/provider" "$WORK/orders" 3>"$WORK/issuer" >"$WORK/provider.log" 2>&1 &
PROVIDER=$!
for _ in $(seq $((600 * PATIENCE))); do
    [ -s "$WORK/issuer" ] && break
    sleep 0.05
done
[ -s "$WORK/issuer" ] || { cat "$WORK/provider.log"; fail "the provider is not there"; }
(umask 077 && echo "a secret between the two" >"$WORK/secret")
SERVER_="--provider $(cat "$WORK/issuer") --provider-client guichet --provider-secret $WORK/secret"
server_start

echo "without the setting nothing is offered"
terminal plain --language en
wait_for plain "Password"
shows plain "Organisation's account" && fail "it is offered"

echo "the code is shown; Esc stops, and the terminal is as before"
terminal a --language en --provider
wait_for a "Organisation's account"
keys a C-p
wait_for a "W D J B"
wait_for a "https://id.example/device"
wait_for a "good for another 9 min"
keys a Escape
wait_for a "Password"

echo "no is said"
keys a C-p
wait_for a "W D J B"
orders deny
wait_for a "It was refused"
orders expire
keys a Enter
wait_for a "The code has expired"
orders approve mallory
keys a Enter
wait_for a "It was refused"

echo "yes: a passphrase is chosen, twice, long enough"
orders pending
keys a Enter
wait_for a "W D J B"
orders approve marie
wait_for a "Choose a passphrase"
types a $'short\rshort\r'
wait_for a "too short"
keys a C-u
types a $'quiet green canoe\rquiet green boat\r'
wait_for a "not the same"
types a $'quiet green canoe\r'
wait_for a "Common services"
online a
terminal_quit a

# passwords: how often the server was asked with one.
passwords() {
    sqlite3 -readonly "$WORK/server.db" \
        "SELECT count(*) FROM audit WHERE what = 'sign-in: login or password'"
}
asked=$(passwords)

echo "again, in French, on a small screen: the passphrase opens what is kept, and the session goes on"
COLUMNS_=60 ROWS_=16 terminal a --language fr --provider
wait_for a "Mot de passe"
types a $'marie\rquiet green boat\r'
wait_for a "phrase de passe de ce poste"
wait_for a "recover --agent marie"
types a $'quiet green canoe\r'
online a
[ "$(passwords)" = "$asked" ] || fail "the server was asked with the passphrase"
terminal_kill a

echo "killed as well; signing out ends it, and nothing goes to the server then"
terminal a --language fr --provider
wait_for a "Mot de passe"
types a $'marie\rquiet green canoe\r'
online a
types a $':fermer-session\r'
wait_for a "Mot de passe"
types a $'marie\rquiet green canoe\r'
wait_for a "gardé ici"
[ "$(passwords)" = "$asked" ] || fail "the server was asked with the passphrase"

echo "a contact and a note meanwhile, which wait"
keys a F3
wait_for a "Tapez une partie du nom"
types a "Solange Hors-Ligne"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
keys a Escape
keys a F6
types a "Written while the account was away."
keys a C-x
wait_for a "La note est enregistrée."
types a $':fin-contact\r'
wait_for a "Fin du contact"
keys a Enter
wait_for a "Le contact est terminé"
wait_for a "en attente"

# notes: how many of these the server has.
notes() {
    sqlite3 -readonly "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'note'
        AND document LIKE '%Written while the account was away.%'"
}
[ "$(notes)" = 0 ] || fail "the note is there already"

echo "nor by the commands without a screen"
(umask 077 && echo "quiet green canoe" >"$WORK/passphrase")
"$abs_top_builddir/guichet" sync --server "$SERVER" --data-directory "$WORK/a" --agent marie \
    --password-file "$WORK/passphrase" >"$WORK/sync.txt" 2>&1 && fail "it is taken for a password"
grep -q "organisation's account" "$WORK/sync.txt" || { cat "$WORK/sync.txt"; fail "it is not said why"; }
[ "$(passwords)" = "$asked" ] || fail "the server was asked with the passphrase"

echo "and then the account again, from within"
orders pending
types a $':compte\r'
wait_for a "W D J B"
orders approve pierre
wait_for a "Une autre personne"
orders pending
keys a Enter
wait_for a "W D J B"
orders approve marie
online a
wait_gone a "en attente"
[ "$(notes)" = 1 ] || fail "the note is not there once: $(notes)"

echo "the passphrase is changed here, and the server knows nothing of it"
types a $':mot-de-passe\r'
wait_for a "C’est la phrase de passe"
types a $'quiet green boat\rwide open window\rwide open window\r'
wait_for a "ce n’est pas la phrase de passe"
keys a Escape
wait_gone a "C’est la phrase de passe"
types a $':mot-de-passe\r'
wait_for a "C’est la phrase de passe"
types a $'quiet green canoe\rwide open window\rwide open window\r'
wait_for a "La phrase de passe est changée"
online a
[ "$(passwords)" = "$asked" ] || fail "the server was asked with the passphrase"
terminal_quit a

echo "the account first, then the passphrase, once"
terminal a --language en --provider
wait_for a "Password"
keys a C-p
wait_for a "Type the passphrase"
types a $'something else\r'
wait_for a "not the passphrase"
types a $'wide open window\r'
online a
terminal_quit a

echo "without a link, login and passphrase"
server_stop
terminal a --language en --provider
wait_for a "Password"
keys a C-p
wait_for a "The server cannot be reached"
keys a Escape
wait_for a "Password"
types a $'marie\rwide open window\r'
wait_for a "offline"
terminal_quit a

recover() {
    "$abs_top_builddir/guichet" recover --agent marie --data-directory "$WORK/a" \
        --password-file "$WORK/passphrase" "$@" >"$WORK/recover.txt" 2>&1
}

echo "a forgotten passphrase: without the organisation's key nobody opens it, which is said"
terminal a --language en --provider
wait_for a "Password"
types a $'marie\rforgotten it is\r'
wait_for a "Nobody else"
wait_for a "--set-aside"
terminal_quit a
guichetd escrow make "$WORK/escrow" >"$WORK/escrow.txt" || fail "escrow make"
recover --escrow-secret "$WORK/escrow" && fail "it was opened without having been deposited"
grep -q "never deposited" "$WORK/recover.txt" || { cat "$WORK/recover.txt"; fail "it is not said why"; }

echo "with it an administrator does"
KEY=$(sed -n 's/^escrow-key = //p' "$WORK/escrow.txt")
terminal a --language en --provider --escrow-key "$KEY"
wait_for a "Password"
types a $'marie\rwide open window\r'
wait_for a "offline"
terminal_quit a
terminal a --language en --provider --escrow-key "$KEY"
wait_for a "Password"
types a $'marie\rforgotten it is\r'
wait_for a "--escrow-secret FILE"
terminal_quit a
echo "too short" >"$WORK/passphrase"
recover --escrow-secret "$WORK/escrow" && fail "a short passphrase is taken"
grep -q "12 characters" "$WORK/recover.txt" || { cat "$WORK/recover.txt"; fail "it is not said why"; }
echo "another green boat" >"$WORK/passphrase"
recover --escrow-secret "$WORK/escrow" || { cat "$WORK/recover.txt"; fail "it is not opened"; }
server_start
asked=$(passwords)
terminal a --language en --provider --escrow-key "$KEY"
wait_for a "Password"
types a $'marie\rwide open window\r'
wait_for a "not the passphrase"
types a $'another green boat\r'
online a
[ "$(passwords)" = "$asked" ] || fail "the server was asked with the passphrase"
terminal_quit a

echo "or sets it aside: the account makes another"
recover --set-aside || { cat "$WORK/recover.txt"; fail "it is not set aside"; }
ls "$WORK"/a/agents/marie.db.aside-* >/dev/null || fail "it is not there any more"
orders approve marie
terminal a --language en --provider
wait_for a "Password"
keys a C-p
wait_for a "Choose a passphrase"
types a $'a third one by now\ra third one by now\r'
online a
terminal_quit a
server_stop

SERVER_= server_start
terminal b --language en --provider
wait_for b "Password"
keys b C-p
wait_for b "knows no identity provider"
echo "signed in elsewhere, worked here"
