#!/usr/bin/env bash
# A supervisor protects the file of a client: it goes from a colleague's terminal, and nobody of
# another office finds it any more. An agent there opens it in an emergency, for an hour and with
# their reason; the supervisor and the privacy officer hear of it at once, and she says whether it
# was justified. In both languages.
. "$(dirname "$0")/harness.sh"

# Each on a terminal of their own.
come() {
    DATA_="$WORK/$1-$LANGUAGE_" terminal "$1" --language "$LANGUAGE_" --wrap-up-minutes 0
    sign_in "$1" "$2" "$(say "Mot de passe" Password)"
    online "$1"
}

# make NAME PHONE NEED: Marie makes a client and a case.
make() {
    keys a F3
    waits a "nom" "name"
    types a "$1"
    wait_for a "$1"
    keys a C-n
    waits a "Naissance" "Birth date"
    keys a Tab Tab
    types a "$2"
    keys a C-x
    waits a "Le contact est commencé" "The contact has begun"
    types a "$3"
    keys a Tab Enter
    waits a "Ce qui s’est passé" "What happened"
    wait_for a "$3"
    keys a Escape
    waits a "Besoin" "Need"
    keys a C-x
    waits a "Fin du contact" "End of contact"
    keys a Enter
    waits a "Le contact est terminé" "The contact has ended"
}

# look NAME TEXT DIGIT: beyond the terminal, for the reason of this digit.
look() {
    keys "$1" F3
    waits "$1" "nom" "name"
    types "$1" "$2"
    wait_for "$1" "$2"
    keys "$1" Tab
    waits "$1" "Pourquoi cherchez-vous" "Why do you look"
    types "$1" "$3"
}

round() {
    LANGUAGE_=$1
    local family=$2
    echo "in $1"
    for who in a:marie b:luc c:pierre d:helene; do
        come "${who%%:*}" "${who##*:}"
    done
    make "Zéphyrine $family" "$3" "$4"

    echo "protected, it is gone at once from a colleague's terminal"
    keys a F3
    waits a "nom" "name"
    types a "$family"
    wait_for a "Zéphyrine $family"
    keys b F3
    waits b "nom" "name"
    types b "$family"
    wait_for b "Zéphyrine $family"
    keys b Enter
    waits b "Le contact est commencé" "The contact has begun"
    keys b C-g
    types b "$(say proteger protect)"$'\r'
    waits b "En main : le voit" "In hand: sees it"
    keys b C-x
    waits b "Dites pourquoi" "Say why"
    types b "$(say "menacée par un proche" "threatened by a relative")"
    keys b Up Up Right
    keys b C-x
    waits b "Le dossier est protégé" "The file is protected"
    wait_gone a "Zéphyrine $family" 30
    ! grep -aq "$family" "$WORK/server.log" || fail "the log names them"
    keys a Escape

    echo "nobody else finds it, for whatever they say but that somebody is in danger"
    look c "$family" 1
    waits c "Rien non plus dans les autres bureaux" "Nothing in the other offices"
    wait_gone c "Zéphyrine $family"
    keys c C-g
    types c "danger"$'\r'
    waits c "pour une heure" "for an hour"
    types c "$(say "incendie à son adresse" "fire at her address")"$'\r'
    waits c "Canal" "Channel"
    keys c Tab
    wait_for c "Zéphyrine $family"
    keys c Enter
    waits c "Le contact est commencé" "The contact has begun"

    echo "the supervisor and the privacy officer hear of it at once, and it is reviewed"
    waits b "a ouvert un dossier fermé en urgence" "opened a closed file in an emergency"
    waits d "a ouvert un dossier fermé en urgence" "opened a closed file in an emergency"
    keys d C-g
    types d "$(say urgences dangers)"$'\r'
    waits d "incendie à son adresse" "fire at her address"
    wait_for d "Pierre Gagnon"
    keys d Tab C-x
    waits d "en mots" "in words"
    types d "$(say "les pompiers confirment" "the firefighters say so")"
    keys d C-x
    waits d "est examinée" "is reviewed"
    waits d "Hélène Côté : les pompiers" "Hélène Côté: the firefighters"

    echo "lifted, it comes back"
    keys b C-g
    types b "$(say proteger protect)"$'\r'
    waits b "Dernière décision" "Said last"
    keys b Left
    keys b Down Down
    types b "$(say "le danger est passé" "the danger has passed")"
    keys b C-x
    waits b "plus protégé" "any more"
    keys a F3
    waits a "nom" "name"
    types a "$family"
    wait_for a "Zéphyrine $family" 30
    for who in a b c d; do
        terminal_kill "$who"
    done
}

server_start
round fr Bellefleur "819 555-0199" "une attestation"
round en Northcott "819 555-0142" "a certificate"
