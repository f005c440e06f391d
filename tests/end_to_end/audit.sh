#!/usr/bin/env bash
# The privacy officer's screen. Marie opens a contact with a client, and a client's file without one;
# Hélène, a privacy officer, reads who looked at that client and what Marie did, in both languages,
# narrow and wide; reading the trail is itself in the trail; Marie is not let in; without the server
# nothing is shown, and the screen says so. The trail is whole afterwards.
. "$(dirname "$0")/harness.sh"

COLUMNS_=100 server_start
terminal a --language fr
sign_in a marie
online a
keys a F3
wait_for a "nom"
types a "Ginette Bolduc"
wait_for a "Ginette Bolduc"
keys a C-n
wait_for a "Naissance"
keys a Tab Tab
types a "418 555-0134"
wait_for a "418 555-0134"
keys a C-x
wait_for a "Le contact est commencé"

# Not for everybody.
keys a C-g
types a "journal"$'\r'
wait_for a "responsables de la vie privée"

terminal b --language fr
sign_in b helene
online b
keys b C-g
types b "journal"$'\r'
wait_for b "Journal des accès"
types b "ginette bolduc"
keys b Enter
wait_for b "Marie Tremblay a ouvert le dossier de Ginette Bolduc"
wait_for b "Marie Tremblay a écrit au dossier de Ginette Bolduc"
wait_for b "contact"
# What this agent did: the other field, the first one emptied.
keys b Escape
keys b C-g
types b "journal"$'\r'
wait_for b "Journal des accès"
keys b C-u Tab
types b "marie"
keys b Enter
wait_for b "Marie Tremblay a ouvert une session"
# Kinds, and what is unusual.
keys b k
wait_for b "ce qui a été vu"
wait_for b "a ouvert le dossier de Ginette Bolduc"
wait_gone b "a ouvert une session"
keys b u
wait_for b "accès inhabituels"
keys b u
wait_for b "ce qui a été vu"
screen b >"$WORK/fr.80"

# The same in English, on a small screen.
COLUMNS_=60 ROWS_=16 terminal c --language en
sign_in c helene Password
wait_for c "nline"
keys c C-g
types c "audit Ginette Bolduc"$'\r'
wait_for c "Audit trail"
wait_for c "Ginette Bolduc"
keys c Tab
types c "marie"
keys c Enter
wait_for c "Marie Tremblay"
keys c k
wait_for c "what was seen"
wait_for c "Marie Tremblay opened the file of"
# Nobody by this name.
keys c Escape
keys c C-g
types c "audit"$'\r'
wait_for c "Audit trail"
keys c C-u
types c "nobody called like this"
keys c Enter
wait_for c "Nobody is found by that."

# Without the server.
server_stop
wait_for b "hors ligne"
keys b d
wait_for b "le journal des accès est au serveur"
guichetd audit verify --database "$WORK/server.db" >"$WORK/verified" ||
    fail "$(cat "$WORK/verified")"
grep -q ' 0 findings' "$WORK/verified" || fail "$(cat "$WORK/verified")"
guichetd audit export --database "$WORK/server.db" --kind read >"$WORK/trail" || fail export
grep -q 'audit trail' "$WORK/trail" || fail "reading the trail is not in the trail"
grep -q '"what":"opened at' "$WORK/trail" || fail "no look is in the trail"
echo "looked at"
