#!/usr/bin/env bash
# Notes for the next colleague. Marie writes on a case: a phrase of the office after a slash, a word
# that is not in the dictionary put right, a commitment with its day, a note that only some may read.
# Then guichetd is killed and she goes on: it is sent when the link is back. A colleague of her
# office opens the case: the open notes are there and marked as new, the restricted one is not, on
# the screen or at the server; once the case is in his hands it is. In both languages.
. "$(dirname "$0")/harness.sh"
command -v curl >/dev/null || { echo "curl is not installed: skipped"; exit 77; }

write_notes() {
    keys a F6
    waits a "écrite en français" "written in English"
    types a "/$(say ident identi)"
    waits a "Phrases du bureau" "Phrases of the office"
    keys a Enter
    waits a "Identité vérifiée au comptoir" "Identity verified at the counter"
    keys a C-x
    waits a "La note est enregistrée" "The note is saved"
    keys a F6
    types a "$(say "Le cliant attend." "The cliant waits.")"
    keys a C-n
    if shows a "$(say "n’a pas de dictionnaire" "has no dictionary")"; then
        echo "no dictionary here: spelling is not looked at"
    else
        waits a "Pas au dictionnaire" "Not in the dictionary"
        keys a 1
        wait_gone a "$(say "Pas au dictionnaire" "Not in the dictionary")"
        wait_gone a "cliant"
    fi
    keys a C-x
    waits a "La note est enregistrée" "The note is saved"
}

# Half a note, the terminal killed: what was typed is there again, with its kind.
half_written() {
    keys a F6
    types a "$(say "Elle rappellera quand" "She will call back when")"
    keys a Tab Right
    waits a "*interne" "*internal"
    # It was saved before it was painted.
    terminal_kill a
    terminal a --language "$LANGUAGE_"
    sign_in a marie "$(say "Mot de passe" Password)"
    waits a "Elle rappellera quand" "She will call back when"
    waits a "*interne" "*internal"
    keys a Escape
    waits a "une note est commencée" "a note is half written"
    keys a F6
    waits a "Elle rappellera quand" "She will call back when"
    keys a C-x
    waits a "note, interne" "note, internal"
}

commit() {
    keys a F6
    types a "$(say "Envoyer le certificat" "Send the certificate")"
    keys a Tab Right Right Right
    keys a Tab
    types a "$(say demain tomorrow)"
    keys a C-x
    waits a "tâche, engagement" "task, commitment"
    waits a "Promis, échéance" "Promised for"
}

restrict() {
    keys a F6
    types a "$1"
    keys a Tab Tab Right
    waits a "vous, qui a le dossier" "you, who has the case"
    keys a C-x
    waits a "restreinte" "restricted"
}

round() {
    local client=$1 secret=$2
    server_start
    terminal a --language "$LANGUAGE_"
    sign_in a marie "$(say "Mot de passe" Password)"
    online a
    keys a F3
    waits a "Tapez une partie du nom" "Type a part of the name"
    types a "$client"
    keys a C-n
    waits a "Code postal" "Postal code"
    keys a C-x
    types a "$(say "déménage" "moves")"$'\t\r'
    waits a "contact en cours" "contact, in progress"
    write_notes
    half_written
    server_stop KILL
    commit
    restrict "$secret"
    server_start
    online a
    wait_gone a "$(say "pas encore envoyé" "not sent yet")" 60

    records_of sophie
    grep -qF "$(say "Envoyer le certificat" "Send the certificate")" "$WORK/records.json" ||
        fail "the commitment is not at the server"
    grep -qF "$secret" "$WORK/records.json" && fail "the server gives the restricted note"

    terminal b --language "$LANGUAGE_"
    sign_in b sophie "$(say "Mot de passe" Password)"
    online b
    keys b F3
    waits b "Tapez une partie du nom" "Type a part of the name"
    types b "$client"
    waits b "Clients connus" "Known clients"
    keys b Enter
    waits b "Dossiers de ce client" "Cases of this client"
    keys b Tab Down Enter
    waits b "Envoyer le certificat" "Send the certificate"
    shows b "$secret" && fail "a colleague reads the restricted note"
    keys b C-n
    # In his hands the case brings its restricted notes.
    wait_for b "$secret" 30
    # What comes while he looks elsewhere is marked when he comes back.
    keys b Escape
    waits b "Dossiers de ce client" "Cases of this client"
    keys a F6
    types a "$(say "Le bail est arrivé." "The lease has come.")"
    keys a C-x
    waits a "La note est enregistrée" "The note is saved"
    keys b Tab Down Enter
    waits b "Le bail est arrivé." "The lease has come."
    waits b "1 nouveau depuis votre passage" "1 new since you last looked"
    terminal_kill b
    terminal_kill a
    server_stop
    rm -rf "$WORK"/server.db* "$WORK/a" "$WORK/b"
}

LANGUAGE_=fr
round "Zoé Tremblay-Roy" "Menacée par son frère." 1
LANGUAGE_=en
round "Zoe Wright" "Threatened by her brother." 2
echo "notes: written, offered, put right, kept from others, in both languages"
