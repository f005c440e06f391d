#!/usr/bin/env bash
# Files of clients, with the link cut: a second file of one client is warned of while it is typed
# and merged into the first, what is searched finds either name; who acts for a client is noted and
# shown; a client who was named becomes anonymous. When the link is back, the server holds the merge
# and nothing is refused. In both languages.
. "$(dirname "$0")/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

# server_shows TEXT COUNT: waits until it is there so often.
server_shows() {
    local end=$((SECONDS + 40 * PATIENCE)) found
    while :; do
        records_of marie
        found=$(grep -oF -- "$1" "$WORK/records.json" | wc -l)
        [ "$found" = "$2" ] && return
        [ $SECONDS -lt $end ] || fail "the server holds $1 $found times, not $2"
        sleep 0.1
    done
}

# new_client NAME PHONE: begins a contact with them.
new_client() {
    keys a F3
    waits a "nom" "name"
    types a "$1"
    wait_for a "$1"
    keys a C-n
    waits a "Naissance" "Birth date"
    keys a Tab Tab
    types a "$2"
    wait_for a "$2"
}

end_contact() {
    keys a C-x
    waits a "Fin du contact" "End of contact"
    keys a Enter
    waits a "Le contact est terminé" "The contact has ended"
}

level_shown() {
    screen a | grep -A1 "2099-05-31" | grep -q "$(say vérifiée verified)"
}

round() {
    LANGUAGE_=$1
    local first=$2 second=$3
    echo "in $1"
    DATA_="$WORK/data-$1" terminal a --language "$1"
    sign_in a marie "$(say "Mot de passe" Password)"
    online a
    server_stop
    waits a "hors ligne" "offline"
    new_client "$first" "418 555-01$4"
    keys a C-x
    waits a "Le contact est commencé" "The contact has begun"
    end_contact
    new_client "$6" "418 555-02$4"
    keys a C-x
    waits a "Le contact est commencé" "The contact has begun"
    end_contact
    # The same phone and first name, another family name: shown with why.
    new_client "$second" "(418) 555-01$4"
    waits a "même tél" "same phone"
    keys a C-x
    waits a "Le contact est commencé" "The contact has begun"
    # Both files side by side, and one client from then on.
    keys a C-n
    waits a "même tél" "same phone"
    keys a Down Down Down Down Down Down Down Down Down Down Enter
    # It is not the file of whom the contact is with, yet.
    wait_file a "$(say "Cette fiche reste" "This file stays")"
    wait_for a "$first"
    keys a C-x
    waits a "un seul client" "one client now"
    waits a "Identité" "Identity"
    wait_for a "$first"
    end_contact
    # Either name finds the client.
    keys a F3
    waits a "nom" "name"
    types a "$second"
    wait_for a "$first ($second)"
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    # Who acts for a client is noted on their file, and shown when it is they who come.
    keys a C-g
    types a "$(say delegues delegates)"$'\r'
    waits a "Personne n’agit" "Nobody acts"
    types a "$6"
    waits a "Qui agit : $6" "Who acts: $6"
    keys a Tab
    types a "$(say directrice director)"
    keys a Tab
    types a "$(say résolution resolution)"
    keys a Tab
    types a "$(say "31 mai 2099" "May 31, 2099")"
    keys a C-x
    waits a "$6 agit pour ce client" "$6 acts for them"
    wait_for a "2099-05-31"
    # Once they did so by another proof, which has expired.
    types a "$6"
    waits a "Qui agit : $6" "Who acts: $6"
    keys a Tab
    types a "$(say tutrice guardian)"
    keys a Tab
    types a "$(say jugement judgment)"
    keys a Tab
    types a "2020-05-31"
    keys a C-x
    waits a "ÉCHU" "EXPIRED"
    keys a Escape
    waits a "Besoin" "Need"
    # The case says it: who, until when, the level and the proof.
    keys a Tab Enter
    waits a "Ce qui s’est passé" "What happened"
    waits a "$6 agit pour ce client, $(say directrice director)" \
        "$6 acts for them, $(say directrice director)"
    wait_for a "2099-05-31"
    wait_for a "$(say "preuve : résolution" "proof: resolution")"
    wait_that "no level" level_shown
    waits a "$6 agit pour ce client, ÉCHU" "$6 acts for them, EXPIRED"
    keys a Escape
    waits a "Besoin" "Need"
    end_contact
    keys a F3
    waits a "nom" "name"
    types a "$6"
    wait_for a "418 555-02"
    keys a Enter
    waits a "Identité exigée : vérifiée. Agit pour $first" "Identity needed: verified. Acts for $first"
    # The case of the one for whom they act is there to be opened.
    wait_match a "C-.*$first"
    keys a Tab Down Enter
    waits a "Ce qui s’est passé" "What happened"
    keys a F6
    waits a "Note" "Note"
    types a "$(say "dit par $6" "said by $6")"
    keys a C-x
    waits a "Ce qui s’est passé" "What happened"
    wait_for a "$(say "dit par $6" "said by $6")"
    keys a Escape
    waits a "Besoin" "Need"
    end_contact
    # Named, then anonymous for this contact.
    keys a F3
    waits a "nom" "name"
    types a "$6"
    wait_for a "418 555-02"
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    keys a C-o
    waits a "client anonyme" "anonymous client"
    end_contact
    server_start
    online a 80
    server_shows '"merged_into"' "$5"
    server_shows "\"name\":\"$second" 1
    server_shows '"proof"' $((2 * $5))
    # It was said in the contact with whom acts, about the case of the other.
    grep -o '{[^{}]*"text":"'"$(say "dit par $6" "said by $6")"'"[^{}]*}' "$WORK/records.json" |
        grep '"contact"' | grep -q '"case"' || fail "the note is not of the contact and the case"
    both_write "$first" "418 555-03$4" "418 555-04$4"
    terminal_quit a
}

# both_write NAME HERE THERE: a colleague sets the phone while it is typed here: the file says both,
# who and when, and one key settles it.
both_write() {
    local id rev
    keys a F3
    waits a "nom" "name"
    types a "$1"
    wait_for a "$1"
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    keys a C-n
    waits a "Naissance" "Birth date"
    keys a Tab Tab C-u
    types a "$2"
    wait_for a "$2"
    records_of marie
    read -r id rev < <(jq -r --arg name "$1" '.records[] | select(.type == "client" and
        .body.name == $name and .body.merged_into == null) | "\(.id) \(.rev)"' "$WORK/records.json")
    curl -sS -H "Authorization: Bearer $(rest_login sophie)" -H 'Content-Type: application/json' \
        -d '{"operations": [{"id": "018ccccc-0000-7000-8000-0000000000'"$(say 01 02)"'",
            "kind": "fields", "type": "client", "record": "'"$id"'", "base": '"$rev"',
            "time": "2026-11-02T10:00:00.000Z", "tick": 0, "body": {"phone": "'"$3"'"}}]}' \
        "$SERVER/v1/operations" >"$WORK/answer"
    grep -q '"applied"' "$WORK/answer" || { cat "$WORK/answer"; fail "the other phone is refused"; }
    server_shows "\"phone\":\"$3" 1
    keys a C-x
    server_shows '"conflicts"' 1
    keys a C-n
    waits a "Téléphone : deux personnes" "Phone: two have set it"
    waits a "tient : $2 (Marie Tremblay, " "stands: $2 (Marie Tremblay, "
    waits a "a cédé : $3 (Sophie Lavoie, " "gave way: $3 (Sophie Lavoie, "
    waits a "Ctrl-N Deux valeurs" "Ctrl-N Two values"
    keys a C-n
    waits a "Prendre ce qui a cédé" "Take what gave way"
    types a 2
    waits a "une seule valeur tient" "one value stands"
    wait_gone a "$(say "a cédé" "gave way")"
    wait_for a "$3"
    server_shows '"conflicts"' 0
    server_shows "\"phone\":\"$3" 1
    keys a Escape
    end_contact
}

server_start
round fr "Julie Gagnon" "Julie Tremblay" 41 1 "Anne Perreault"
round en "Susan Clark" "Susan Whitehead" 52 2 "Norman Field"
grep -c '"kind":"anonymous"' "$WORK/records.json" >/dev/null || fail "nobody became anonymous"
