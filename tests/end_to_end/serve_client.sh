#!/usr/bin/env bash
# A clerk serves a citizen from end to end. Marie searches in French for what only English keywords
# name, opens a contact, fills a form with a fault that it catches, corrects and submits it, writes
# a note, begins a second form and hands off to Pierre. His screen rings without a key, he lands on
# the field where she stopped; guichetd is killed with -9 while he types; he writes two notes; it
# comes back; the server holds everything exactly once. In both languages, on three terminals.
. "$(dirname "$0")/harness.sh"
command -v curl >/dev/null || { echo "curl is not installed: skipped"; exit 77; }

# holds MEMBER VALUE: exactly one record has this text in this member.
holds() {
    local found
    found=$(grep -oF "\"$1\":\"$2" "$WORK/records.json" | wc -l)
    [ "$found" = 1 ] || fail "the server holds \"$2\" $found times, not once"
}

fill_complaint() {
    keys a C-g
    types a "form PC-1"$'\r'
    waits a "Il s’agit" "This is"
    types a "$(say plainte complaint)"
    keys a Tab
    types a "Comptoir de Québec"
    keys a Tab
    types a "32 mars"
    waits a "Une date est attendue" "A date is expected"
    keys a C-u
    types a "2026-11-20"
    keys a Tab
    types a "$(say erreur error)"
    keys a Tab
    types a "Le nom était mal écrit."
    keys a C-x
    # Review goes to the one answer that is missing.
    waits a "Pas encore" "Not yet"
    keys a Enter
    types a "$(say oui yes)"
    keys a C-x
    wait_gone a "$(say "Pas encore" "Not yet")"
    keys a End Enter
    waits a "soumis" "submitted"
    keys a Escape
}

# Marie, up to the hand-off.
serve() {
    local client=$1
    online a
    keys a F2
    types a "moving"
    waits a "Service de changement d’adresse" "Change of address service"
    keys a Enter
    wait_for a "Services Québec · SQCA"
    keys a F3
    waits a "Tapez une partie du nom" "Type a part of the name"
    types a "$client"
    keys a C-n
    waits a "Code postal" "Postal code"
    keys a Tab Tab
    types a "418 555-0199"
    keys a C-x
    waits a "Le contact est commencé." "The contact has begun."
    types a "Déménage en juillet."
    keys a Tab Enter
    waits a "contact en cours" "contact, in progress"
    fill_complaint
    waits a "formulaire, soumis" "form, submitted"
    keys a F6
    types a "Identité vue, $client."
    keys a C-x
    waits a "La note est enregistrée." "The note is saved."
    keys a F4
    wait_for a "SQCA-1"
    keys a Enter
    waits a "* Prénom" "* Given name"
    types a "Zoé"
    keys a Tab
    types a "Lheureux"
    keys a Tab
    types a "1987-04-03"
    keys a Tab
    waits a "brouillon enregistré" "draft saved"
    sleep 0.5
    stopped=$(cursor_at a)
    keys a F5
    wait_for a "Identité vue, $client."
    types a "pierre"
    wait_for a "Pierre Gagnon"
    keys a C-x
    waits a "Offert à Pierre Gagnon" "Offered to Pierre Gagnon"
}

# Pierre, from the ring to the end, with the server killed in between.
take_over() {
    local client=$1
    keys a Escape
    waits a "Ce qui s’est passé" "What happened"
    waits b "Ctrl-V : Marie Tremblay vous transfère" "Ctrl-V: Marie Tremblay hands off to you"
    keys b C-v
    wait_for b "Identité vue, $client."
    wait_for b "$client"
    waits b "jusqu’à « Téléphone »" "up to \"Phone\""
    keys b Enter
    wait_for b "Lheureux"
    # The very field where she stopped.
    for _ in $(seq $((100 * PATIENCE))); do
        at=$(cursor_at b)
        [ "$at" = "$stopped" ] && break
        sleep 0.05
    done
    [ "$at" = "$stopped" ] || fail "the cursor is at $at, not at $stopped"
    types b "514 555-0111"
    server_stop KILL
    keys b Tab
    waits b "hors ligne" "offline" 40
    keys b F6
    types b "Première note, $client."
    keys b C-x
    waits b "La note est enregistrée." "The note is saved."
    keys b F6
    types b "Seconde note, $client."
    keys b C-x
    waits b "La note est enregistrée." "The note is saved."
    keys b Escape
    waits b "Ce qui s’est passé" "What happened"
    keys b F7
    wait_for b "Seconde note, $client."
    waits b "aucune réponse" "no answer" 40
    keys b Escape
    server_start
    online b 60
    wait_gone b "$(say "en attente" waiting)" 40
    wait_for b "Seconde note, $client."
    keys b C-x
    waits b "Comment le contact" "How did the contact end?"
    keys b 1
    waits b "Le contact est terminé" "The contact has ended"
    # On her screen, without a key, the matter is his.
    waits a "Pierre Gagnon" "Pierre Gagnon"
    wait_for a "Seconde note, $client."
}

round() {
    local client=$2
    LANGUAGE_=$1
    echo "in $1, TERM=$3"
    TERM_=$3
    DATA_="$WORK/data-a-$1-$3" terminal a --language "$1"
    DATA_="$WORK/data-b-$1-$3" terminal b --language "$1"
    sign_in a marie "$(say "Mot de passe" Password)"
    sign_in b pierre "$(say "Mot de passe" Password)"
    online b
    serve "$client"
    take_over "$client"
    for _ in $(seq $((100 * PATIENCE))); do
        records_of pierre
        grep -qF "\"text\":\"Seconde note, $client" "$WORK/records.json" &&
            grep -qF '"outcome":"resolved"' "$WORK/records.json" && break
        sleep 0.1
    done
    holds name "$client"
    holds text "Identité vue, $client."
    holds text "Première note, $client."
    holds text "Seconde note, $client."
    terminal_quit a
    terminal_quit b
}

server_start
round fr "Zoé Lheureux" xterm-256color
round en "Aline Roy" xterm-256color
round fr "Benoît Gagné" vt100
round en "Carl Young" vt100
round fr "Émile Côté" linux
round en "Dora Smith" linux
[ "$(grep -o '"outcome":"resolved"' "$WORK/records.json" | wc -l)" = 6 ] ||
    fail "not every contact has ended once"
[ "$(grep -o '"status":"submitted"' "$WORK/records.json" | wc -l)" = 6 ] ||
    fail "not every complaint was submitted once"
[ "$(grep -o '"state":"accepted"' "$WORK/records.json" | wc -l)" = 6 ] ||
    fail "not every hand-off was accepted once"
