#!/usr/bin/env bash
# The stolen laptop. A terminal is used for all that it is for: a client is sought and written down,
# a form half filled, notes saved, spell-checked and half typed, a hand-off and a message written, one
# planned, consent noted, a ticket given, an attachment read, a form printed; it is locked, killed with
# -9 in the middle, crashes, goes on without the server, has an operation refused and another one in
# conflict; somebody signs in with the organisation's account. After each of these every file under its
# home, its temporary folder and its runtime folder is searched for every personal string that was
# used, in every writing. (Memory: stolen_memory.sh.)
. "$(dirname "$0")/../end_to_end/harness.sh"
. "$(dirname "$0")/stolen.bash"

# searched WHEN: no file that the terminal had a hand in holds a needle.
searched() {
    screen a >>"$WORK/screens"
    scan "$WORK/needles" files "$LAPTOP" "$WORK/a.errors" >"$WORK/found" || {
        cat "$WORK/found"
        fail "found on the disk $1"
    }
    SCANS=$((SCANS + 1))
    echo "nothing on the disk $1 ($(find "$LAPTOP" -type f | wc -l) files)"
}

at_server() {
    cat "$WORK/server.db" "$WORK/server.db-wal" 2>/dev/null | grep -qaF -- "$1"
}

# --- the search itself finds what is there ----------------------------------------------------

mkdir "$WORK/planted"
PLANTED=$(scan "$WORK/needles" plant "$WORK/planted") || fail "nothing was planted"
scan "$WORK/needles" files "$WORK/planted" >"$WORK/found"
FOUND=$(cut -d' ' -f1 "$WORK/found" | sort -u | wc -l)
[ "$PLANTED" -gt 100 ] && [ "$FOUND" = "$PLANTED" ] || fail "$FOUND of $PLANTED writings are found"
COUNT=$(wc -l <"$WORK/needles")
echo "each of $PLANTED writings of $(wc -l <"$WORK/needles") strings would be found"

# --- a day's work -----------------------------------------------------------------------------

day_of_work
terminal_kill a
searched "after kill -9"

# --- another agent opens the message with its file --------------------------------------------

terminal a --language fr --channel counter
sign_in a pierre
wait_for a "Sa demande d'Églantine" 40
types a 1
wait_for a "Perséphone Quimpérault"
keys a Enter
wait_for a "message du client"
keys a Down Enter
wait_for a "Arrivé par"
types a 1
wait_for a "Coquelicot joint en annexe" 30
searched "with an attachment open"
keys a F9
wait_for a "Verrouillé par"
searched "when it is locked"
kill -SEGV "$(terminal_pid a)"
wait_ended a
searched "after a crash"

# --- without the server -------------------------------------------------------------------------

opens
wait_for a "Hippocampe"
server_stop
wait_for a "hors ligne" 40
keys a C-x
wait_for a "La note est enregistrée"
keys a F5
wait_for a "Contexte"
types a "pierre"
wait_for a "pierre"
types a " Capucine vous rappellera"
wait_for a "Capucine vous rappellera"
searched "without the server"
keys a Escape
wait_gone a "Contexte"
terminal_kill a
server_start
opens
wait_gone a "en attente" 40
searched "after it was sent"

# --- refused, and in conflict -------------------------------------------------------------------

# Without the server she mends the phone number and writes a note; meanwhile another one has mended
# the number too, and the case has gone to another office.
server_stop
wait_for a "hors ligne" 40
keys a C-g
types a $'lists office\r'
wait_for a "Perséphone"
keys a C-g
types a $'case\r'
wait_for a "Dossier · "
keys a C-g
types a $'client\r'
wait_for a "Code postal"
keys a Tab Tab C-u
types a "418 555-0166"
keys a C-x
wait_gone a "Code postal"
keys a F6
wait_for a "Genre"
types a "Topinambour refusé au retour"
keys a C-x
wait_for a "La note est enregistrée"
searched "with operations that wait"
terminal_kill a
sqlite3 "$WORK/server.db" "DELETE FROM feed WHERE record IN (SELECT number FROM record
    WHERE type IN ('case', 'contact'))" || fail "the case is not taken away"
server_start
ENV_= DATA_=$WORK/b terminal b --language en
sign_in b luc Password
online b 40
keys b F3
wait_for b "Type a part of the name"
types b "Quimpérault"
wait_for b "Perséphone"
keys b Enter
wait_for b "The contact has begun"
keys b C-g
types b $'client\r'
wait_for b "Postal code"
keys b Tab Tab C-u
types b "418 555-0700"
keys b C-x
wait_gone b "Postal code"
wait_that "the server does not get the other number" at_server "418 555-0700"
mux kill-session -t "=b"
TERMINALS=" a"
opens
wait_for a "2 refusées" 40
keys a C-g
types a $'refusals\r'
wait_for a "Refus"
wait_for a "Topinambour"
searched "with an operation refused"

# --- with the organisation's account --------------------------------------------------------------

terminal_kill a
server_stop
echo "approve pierre" >"$WORK/orders"
"$abs_top_builddir/tests/oidc/provider" "$WORK/orders" 3>"$WORK/issuer" >"$WORK/provider.log" 2>&1 &
PROVIDER=$!
trap 'kill "$PROVIDER" 2>/dev/null; cleanup' EXIT
for _ in $(seq 200); do
    [ -s "$WORK/issuer" ] && break
    sleep 0.05
done
(umask 077 && echo "a secret between the two" >"$WORK/secret")
SERVER_="--provider $(cat "$WORK/issuer") --provider-client guichet --provider-secret $WORK/secret"
server_start
DATA_=$LAPTOP/.local/share/other terminal a --language fr --provider
wait_for a "Compte de l’organisation"
keys a C-p
wait_for a "Choisissez une phrase de passe" 40
types a $'Rutabaga sous la pluie\rRutabaga sous la pluie\r'
online a 40
printf 'Rutabaga sous la pluie\na secret between the two\n' >>"$WORK/needles"
keys a F3
wait_for a "Tapez une partie du nom"
types a "Perséphone Quimpérault"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
searched "with the organisation's account"
terminal_kill a
opens
wait_for a "Topinambour"
keys a F9
wait_for a "Verrouillé par"
keys a F10
wait_for a "Mot de passe"
wait_gone a "Verrouillé"
searched "after signing out"
keys a F10
wait_ended a
searched "at the end"
# Each was used: it stood on the screen at one of these times.
while read -r needle; do
    grep -qF -- "$needle" "$WORK/screens" || fail "never on the screen: $needle"
done < <(head -$COUNT "$WORK/needles")
echo "searched $SCANS times"
