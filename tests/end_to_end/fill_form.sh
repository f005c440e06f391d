#!/bin/bash
# A clerk fills the change of address, in French and in English: the form catches a wrong postal
# code, a choice shows what depends on it, the draft outlives kill -9 with what is half typed, a
# second terminal sees the answers, and the server holds the submission exactly once.
. "$(dirname "$0")/harness.sh"

open_form() {
    keys "$1" F4
    wait_for "$1" "SQCA-1"
    wait_match "$1" "Entrée Ouvrir|Enter Open"
    keys "$1" Down Down Enter
    wait_for "$1" "$2"
}

server_start
terminal a --language fr
sign_in a marie
wait_for a "F4"

# --- French --------------------------------------------------------------------------------------
open_form a "* Prénom"
wait_that "the cursor is not on the first field" cursor_is a "22,3"

# All at once: not one key may get lost.
types a "Zoé"
keys a Tab
types a "Gagnon"
keys a Tab
types a "3 avril 87"
wait_for a "= vendredi 3 avril 1987"
keys a Tab Tab Tab
wait_for a "Ancien code postal"
wait_for a "brouillon enregistré"
types a "1 rue des Érables"
keys a Tab
types a "G1R 4P"
wait_for a "Un code postal s’écrit G1R 4P5."
keys a Tab
wait_for a "2 Adresses!"
# The focus was held on the fault: what follows goes into the same field.
types a "5"
wait_gone a "Un code postal"
keys a Tab
types a "2 rue des Pins"
keys a Tab
types a "g1r4p6"
keys a Tab
types a "2026-12-01"
keys a Tab
wait_for a "G1R 4P6"
shows a "Date de retour" && fail "the return date shows before the move is temporary"
types a "temp"
wait_for a "Date de retour"
keys a Tab
types a "1er juin 2027"
keys a Tab
wait_for a "2027-06-01"
types a "n"
wait_for a "Code postal (courrier)"
keys a Left
wait_gone a "Code postal (courrier)"

# --- killed while typing -------------------------------------------------------------------------
keys a BTab
wait_for a "2027-06-01"
keys a C-u
types a "2 juill"
wait_for a "frappe gardée ici"
terminal_kill a
terminal a --language fr
sign_in a marie
wait_for a "2 juill"
types a " 2027"
wait_for a "= vendredi 2 juillet 2027"
keys a Tab
wait_for a "brouillon enregistré"

# --- review and submission -----------------------------------------------------------------------
keys a C-x
wait_for a "0 organisme sur 6 sera avisé"
wait_for a "vendredi 2 juillet 2027"
keys a Enter Enter
wait_for a "2 organismes sur 6 seront avisés"
keys a End
wait_for a "Entrée soumet le formulaire"
keys a Enter
wait_for a "soumis"

# --- English, and a fault that review finds -------------------------------------------------------
keys a Escape
keys a C-t
open_form a "* Given name"
types a "Ann"
keys a Tab
keys a C-x
wait_for a "Required"
keys a Home Enter
wait_for a "! Family name"
keys a C-n
wait_for a "! Date of birth"
types a "April 3 1987"
wait_for a "= Friday, April 3, 1987"
keys a Enter
wait_for a "draft saved"

if command -v sqlite3 >/dev/null; then
    end=$((SECONDS + 20 * PATIENCE))
    until [ "$(sqlite3 "$WORK/server.db" \
        "select count(*) from record where type = 'submission'" 2>/dev/null)" = 2 ]; do
        [ $SECONDS -lt $end ] || fail "the server does not hold two submissions"
        sleep 0.1
    done
fi

# --- an item of a list goes away with the key that the screen shows --------------------------------
keys a Escape
wait_gone a "Ctrl-X Review"
keys a C-g
types a "form DN-1"$'\r'
wait_for a "+ Add: Children born"
shows a "Enter Open" && fail "Enter says that it opens where it fills"
keys a Enter
wait_for a "Usual given name"
keys a C-d
wait_for a "+ Add: Children born"
keys a Escape
terminal_quit a
echo "filled in both languages"
