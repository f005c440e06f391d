#!/usr/bin/env bash
# The organisation's key for forgotten passwords comes with the session: the agent is told, a store is
# opened with its secret half, and it is taken back; a terminal's own setting stands above it.
. "$(dirname "$0")/harness.sh"
guichetd escrow make "$WORK/escrow" >"$WORK/escrow.txt" || fail "escrow make"
KEY=$(sed -n 's/^escrow-key = //p' "$WORK/escrow.txt")
FINGERPRINT=$(sed -n 's/^fingerprint //p' "$WORK/escrow.txt")
guichetd serve --database "$WORK/server.db" --escrow-key "not a key" 2>&1 | grep -q "not a public key" ||
    fail "a key that is none is taken"
SERVER_="--escrow-key $KEY"
server_start

# deposited NAME: whether the store there has its key deposited.
deposited() {
    [ -n "$(sqlite3 -readonly "$WORK/$1/agents/marie.db" \
        "SELECT value FROM meta WHERE name = 'escrow-public'")" ]
}

recover() {
    "$abs_top_builddir/guichet" recover --agent marie --data-directory "$WORK/a" \
        --password-file "$WORK/password" "$@" >"$WORK/recover.txt" 2>&1
}

echo "at a first sign-in: the agent is told, and the fingerprint is shown"
terminal a --language en
sign_in a marie Password
wait_for a "Your organisation can open what is kept here"
types a $':rekey\r'
wait_for a "yes, for $FINGERPRINT"
keys a Escape
types a $':seen\r'
wait_gone a "Your organisation can open what is kept here"
terminal_quit a

echo "a terminal that says none, and one that says another"
terminal none --language en --escrow-key none
sign_in none marie Password
online none
terminal_quit none
deposited none && fail "it was deposited all the same"
guichetd escrow make "$WORK/other-key" >"$WORK/other.txt" || fail "escrow make"
terminal other --language en --escrow-key "$(sed -n 's/^escrow-key = //p' "$WORK/other.txt")"
sign_in other marie Password
online other
types other $':rekey\r'
wait_for other "yes, for $(sed -n 's/^fingerprint //p' "$WORK/other.txt")"
terminal_quit other

echo "a forgotten password: the secret half opens the store, without the server"
server_stop
echo "quite another one" >"$WORK/password"
recover --escrow-secret "$WORK/other-key" && fail "another's secret opens it"
recover --escrow-secret "$WORK/escrow" || { cat "$WORK/recover.txt"; fail "it does not open"; }
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rquite another one\r'
wait_for a "Services courants"
wait_for a "hors ligne"
terminal_quit a
echo guichet >"$WORK/password" # the server's, as before
recover --escrow-secret "$WORK/escrow" || { cat "$WORK/recover.txt"; fail "it does not open"; }

echo "a terminal that names the key in its settings recovers what is damaged all the same"
GUICHET_ESCROW_KEY=$KEY recover || { cat "$WORK/recover.txt"; fail "recover"; }
grep -q "The store opens" "$WORK/recover.txt" || { cat "$WORK/recover.txt"; fail "recover"; }

echo "the organisation has none any more: taken back, and said"
SERVER_=
server_start
terminal a --language fr
sign_in a marie
online a
wait_for a "Seul votre mot de passe ouvre"
deposited a && fail "it is deposited still"
terminal_quit a
recover --escrow-secret "$WORK/escrow" && fail "it opens still"
exit 0
