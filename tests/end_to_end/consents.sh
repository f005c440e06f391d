#!/usr/bin/env bash
# What a client agrees to is noted at the counter, seen on their file and withdrawn after a question;
# in both languages, also with the link cut; what was typed survives a killed terminal.
. "$(dirname "$0")/harness.sh"

waits() {
    wait_for a "$(say "$1" "$2")"
}

round() {
    LANGUAGE_=$1
    echo "in $1"
    DATA_="$WORK/data-$1" terminal a --language "$1"
    sign_in a marie "$(say "Mot de passe" Password)"
    waits "en ligne" "online"
    keys a F3
    waits "une partie du nom" "a part of the name"
    types a "$2"
    wait_for a "$2"
    keys a C-n
    waits "Naissance" "Birth date"
    keys a C-x
    waits "Le contact est commencé" "The contact has begun"
    keys a C-g
    types a "$(say consentements consents)"$'\r'
    waits "n’a encore consenti à rien" "has agreed to nothing yet"
    # Nothing said: the field is named.
    keys a C-x
    waits "à quoi le client consent" "what the client agrees to"
    types a "$(say "Adresse" "Address")"
    keys a Tab
    types a "SAAQ"
    # Killed: what was typed is there again.
    wait_for a "SAAQ"
    terminal_kill a
    DATA_="$WORK/data-$1" terminal a --language "$1"
    sign_in a marie "$(say "Mot de passe" Password)"
    waits "Ce à quoi le client consent maintenant" "What the client agrees to now"
    wait_for a "SAAQ"
    keys a C-x
    waits "Le consentement est noté" "The consent is noted"
    wait_for a "SAAQ: $(say "Adresse, de vive voix" "Address, spoken")"
    keys a C-g
    types a "$(say fiche file)"$'\r'
    wait_for a "SAAQ: $(say "Adresse" "Address")"
    # Withdrawn, also without a link.
    server_stop
    keys a c
    waits "Ce à quoi le client consent maintenant" "What the client agrees to now"
    keys a C-r
    waits "Retirer le consentement" "Withdraw the consent"
    keys a Escape
    wait_gone a "$(say "Retirer le consentement ?" "Withdraw the consent?")"
    keys a C-r
    waits "Retirer le consentement" "Withdraw the consent"
    types a 1
    waits "RETIRÉ, SAAQ" "WITHDRAWN, SAAQ"
    server_start
    keys a C-r
    waits "C’est déjà retiré" "That is withdrawn already"
    wait_gone a "$(say "en attente" "waiting")"
    keys a F10
    waits "Un contact est en cours" "A contact is in progress"
    terminal_quit a
}

server_start
round fr "Léa Fortier"
round en "Joe Smith"
[ "$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'consent'
    AND json_extract(document, '\$.body.state') = 'withdrawn'")" = 2 ] ||
    fail "the consents are not at the server"
