#!/usr/bin/env bash
# Any two files can be made one client's, however little they are alike, and come apart again: three
# files become one, a note that has no case is on the file of the one that stays, and of two merged
# files the agent says which is taken apart. Two terminals without a link merge the same two files
# in opposite ways: one merge is refused, and both show the same in the end.
. "$(dirname "$0")/harness.sh"

end_contact() {
    keys "$1" C-x
    waits "$1" "Fin du contact" "End of contact"
    keys "$1" Enter
    waits "$1" "Le contact est terminé" "The contact has ended"
}

# make NAME PHONE: a client with a contact that is not ended.
make() {
    keys a F3
    waits a "une partie du nom" "a part of the name"
    types a "$1"
    wait_for a "$1"
    keys a C-n
    waits a "Naissance" "Birth date"
    keys a Tab Tab
    types a "$2"
    wait_for a "$2"
    keys a C-x
    waits a "Le contact est commencé" "The contact has begun"
}

# merge TERMINAL STAYS OTHER: from the search of clients.
merge() {
    keys "$1" F3
    waits "$1" "une partie du nom" "a part of the name"
    types "$1" "$2"
    waits "$1" "Clients connus" "Known clients"
    keys "$1" C-v
    waits "$1" "Qui d’autre est ce client" "Who else is this client"
    types "$1" "$3"
    waits "$1" "Clients connus" "Known clients"
    keys "$1" Enter
    wait_file "$1" "$(say "Cette fiche reste" "This file stays")"
    wait_for "$1" "$2"
    wait_for "$1" "$3"
    keys "$1" C-x
    waits "$1" "un seul client" "one client now"
    keys "$1" Escape
}

# knows TERMINAL NAME: waits until the client has come to this terminal.
knows() {
    keys "$1" F3
    waits "$1" "une partie du nom" "a part of the name"
    types "$1" "$2"
    waits "$1" "Clients connus" "Known clients"
    keys "$1" Escape
    wait_gone "$1" "$(say "Clients connus" "Known clients")"
}

# On the client's details.
details() {
    keys a F3
    waits a "une partie du nom" "a part of the name"
    types a "$1"
    waits a "Clients connus" "Known clients"
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    keys a C-n
    waits a "Naissance" "Birth date"
}

first_is_merged() {
    screen a | grep -F "$(say "fusionnée dans $second" "merged into $second")" | grep -qF "$first"
}

round() {
    LANGUAGE_=$1
    local first=$2 second=$3 third=$4 stays other
    echo "in $1"
    DATA_="$WORK/data-$1" terminal a --language "$1"
    sign_in a marie "$(say "Mot de passe" Password)"
    online a
    make "$first" "418 555-0141"
    keys a F6
    waits a "Note" "Note"
    types a "$(say "vue sans dossier" "seen without a case")"
    keys a C-x
    waits a "Besoin" "Need"
    end_contact a
    make "$second" "514 555-0102"
    end_contact a
    make "$third" "819 555-0103"
    end_contact a

    echo "three files become one"
    merge a "$second" "$first"
    merge a "$third" "$second"
    details "$first"
    keys a C-f
    waits a "Aussi en fiche sous" "Also on file as"
    wait_for a "$(say "vue sans dossier" "seen without a case")"
    keys a Escape
    waits a "Naissance" "Birth date"

    echo "which is taken apart is chosen"
    keys a C-p
    waits a "Fiches fusionnées" "Merged files"
    wait_for a "$(say "fusionnée dans $second" "merged into $second")"
    wait_for a "$(say "fusionnée dans $third" "merged into $third")"
    wait_that "the list does not say into whom $first is merged" first_is_merged
    # The list begins with what is merged into the one that stays.
    keys a Down Enter
    waits a "$first a de nouveau une fiche à part" "$first is a file of its own again"
    waits a "Naissance" "Birth date"
    # One is left: it comes apart without a question.
    keys a C-p
    waits a "$second a de nouveau une fiche à part" "$second is a file of its own again"
    keys a C-p
    waits a "Aucune fiche n’est fusionnée" "No file is merged into this one"
    keys a C-f
    wait_for a "$third"
    wait_gone a "$(say "Aussi en fiche sous" "Also on file as")"
    shows a "$(say "vue sans dossier" "seen without a case")" && fail "the note stayed behind"
    keys a Escape
    waits a "Naissance" "Birth date"
    keys a Escape
    waits a "Besoin" "Need"
    end_contact a
    details "$first"
    keys a C-f
    wait_for a "$(say "vue sans dossier" "seen without a case")"
    keys a Escape
    waits a "Naissance" "Birth date"
    keys a Escape
    waits a "Besoin" "Need"
    end_contact a
    wait_gone a "$(say "à envoyer" "waiting")"

    echo "opposite ways at once"
    DATA_="$WORK/other-$1" terminal b --language "$1"
    sign_in b sophie "$(say "Mot de passe" Password)"
    online b
    knows b "$first"
    knows b "$second"
    server_stop
    waits a "hors ligne" "offline"
    waits b "hors ligne" "offline"
    merge a "$first" "$second"
    merge b "$second" "$first"
    server_start
    for _ in $(seq $((400 * PATIENCE))); do
        losers=
        for name in a b; do
            shows $name "$(say "1 refusée" "1 refused")" && losers="$losers$name"
        done
        [ -n "$losers" ] && break
        sleep 0.1
    done
    case $losers in
    a) stays=$second other=$first ;;
    b) stays=$first other=$second ;;
    *) fail "refused of both or of none: '$losers'" ;;
    esac
    online a
    online b
    for name in a b; do
        keys $name F3
        waits $name "une partie du nom" "a part of the name"
        types $name "$other"
        wait_for $name "$stays ($other)"
        keys $name Escape
    done
    terminal_quit a
    terminal_quit b
}

server_start
round fr "Julie Gagnon" "Norman Field" "Zoe Perreault"
round en "Susan Clark" "Marc Vachon" "Brigitte Lemay"
