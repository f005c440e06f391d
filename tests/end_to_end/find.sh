#!/usr/bin/env bash
# A clerk finds clients and a case of an office a thousand kilometres away, says why, opens the file
# and serves; the audit trail says who, whom and why, and the log of the server no name. When the
# contact is over the file goes again. Without a link it is said that nobody else was asked. Who is
# already known elsewhere is warned of while their file is being made anew. In both languages.
. "$(dirname "$0")/harness.sh"
command -v jq >/dev/null || { echo "jq is not installed: skipped"; exit 77; }

# make NAME PHONE BIRTH NEED: Annie, of Kuujjuaq, makes a client and a case.
make() {
    keys b F3
    wait_for b "nom"
    types b "$1"
    wait_for b "$1"
    keys b C-n
    wait_for b "Naissance"
    keys b Tab Tab
    types b "$2"
    keys b Tab Tab Tab Tab
    types b "$3"
    wait_for b "$3"
    keys b C-x
    wait_for b "Le contact est commencé"
    types b "$4"
    keys b Tab Enter
    wait_for b "Ce qui s’est passé"
    wait_for b "$4"
    REFERENCE=$(screen b | grep -o 'C-[0-9A-Z]*-[0-9A-Z]*' | head -1)
    keys b Escape
    wait_for b "Besoin"
    keys b C-x
    wait_for b "Fin du contact"
    keys b Enter
    wait_for b "Le contact est terminé"
}

trail() {
    guichetd audit export --database "$WORK/server.db" --agent "$MARIE" >"$WORK/trail" || fail "export"
}

# told KIND PURPOSE WHAT: waits until the trail of Marie has such an entry.
told() {
    local end=$((SECONDS + 20 * PATIENCE))
    while :; do
        trail
        if jq -se --arg kind "$1" --arg purpose "$2" --arg what "$3" \
            'any(.[]; .kind == $kind and .purpose == $purpose and (.what | startswith($what)))' \
            "$WORK/trail" >/dev/null; then
            return
        fi
        [ $SECONDS -lt $end ] || { cat "$WORK/trail"; fail "the trail has no $1 for $2: $3"; }
        sleep 0.2
    done
}

type_client() {
    keys a F3
    waits a "nom" "name"
    types a "$1"
    wait_for a "$1"
}

end_contact() {
    keys a C-x
    waits a "Fin du contact" "End of contact"
    keys a Enter
    waits a "Le contact est terminé" "The contact has ended"
}

# round LANGUAGE FAMILY REFERENCE NOTE OTHER-FAMILY OTHER-REFERENCE
round() {
    LANGUAGE_=$1
    local office
    office=$(say "Point de service de Kuujjuaq" "Kuujjuaq service point")
    echo "in $1"
    DATA_="$WORK/data-$1" terminal a --language "$1" --wrap-up-minutes 0
    sign_in a marie "$(say "Mot de passe" Password)"
    online a

    # By ear, and by a part of it; nobody is found here, and nobody else is asked by itself.
    type_client "$2"
    waits a "Aucun client de ce nom sur ce poste" "No such client on this terminal"
    keys a Tab
    waits a "Pourquoi cherchez-vous" "Why do you look"
    types a "2"
    wait_for a "Zéphyrine $2"
    wait_for a "$(say "Point de s" "Kuujjuaq")"
    wait_for a "1980-05-31"
    told search call-back "search: name; all offices; found 1"
    ! shows a "819 555" || fail "more is told than is needed to choose"

    # Opened: the file comes, and Marie serves.
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    wait_for a "Zéphyrine $2"
    wait_for a "$3"
    told read call-back "open"
    keys a Tab Down Enter
    waits a "Ce qui s’est passé" "What happened"
    keys a F6
    waits a "Note" "Note"
    types a "$4"
    keys a C-x
    waits a "Ce qui s’est passé" "What happened"
    wait_for a "$4"
    # Who has the case reads it.
    keys b F3
    waits b "nom" "nom"
    types b "$2"
    wait_for b "Zéphyrine $2"
    keys b Enter
    wait_for b "Le contact est commencé"
    keys b Tab Down Enter
    wait_for b "$4"
    keys b Escape
    wait_for b "Besoin"
    keys b C-x
    wait_for b "Fin du contact"
    keys b Enter
    wait_for b "Le contact est terminé"
    keys a Escape
    waits a "Besoin" "Need"

    # In a contact with nobody in particular: that is the reason, nothing is asked. By the reference.
    end_contact
    keys a F3
    waits a "nom" "name"
    keys a C-o
    waits a "Le contact est commencé" "The contact has begun"
    keys a C-g
    types a "$(say ailleurs elsewhere) $6"$'\r'
    waits a "Dossiers de tous les bureaux" "Cases of all offices"
    wait_for a "Zéphyrine L"
    wait_for a "$6"
    told search contact "search: reference; all offices; found 1"
    keys a Enter
    waits a "Ce qui s’est passé" "What happened"
    wait_for a "$6"
    told read contact "open"
    keys a Escape
    waits a "Dossiers de tous les bureaux" "Cases of all offices"
    keys a Escape
    waits a "Besoin" "Need"
    end_contact
}

# gone NEED: the case is on Marie's terminal no more.
gone() {
    local end=$((SECONDS + 40 * PATIENCE))
    while :; do
        keys a C-g
        types a "lists all"$'\r'
        waits a "Dossiers · Tous" "Cases · All"
        shows a "$1" || return 0
        [ $SECONDS -lt $end ] || fail "still there: $1"
        sleep 0.5
    done
}

# duplicate LANGUAGE NAME PHONE KNOWN: Marie begins their file anew; takes the one that is there.
duplicate() {
    LANGUAGE_=$1
    DATA_="$WORK/data-$1" terminal a --language "$1" --wrap-up-minutes 0
    sign_in a marie "$(say "Mot de passe" Password)"
    online a
    type_client "$2"
    keys a C-n
    waits a "Naissance" "Birth date"
    keys a Tab Tab
    types a "$3"
    # While she goes on typing.
    keys a Tab Tab
    waits a "nom semblable" "similar name"
    wait_for a "$4 · $(say "Point de s" "Kuujjuaq s")"
    told search contact "likely: name, phone"
    keys a Down Down Down Down Down Down Down Down Enter
    waits a "Pourquoi ouvrez-vous ce dossier" "Why do you open this file"
    keys a Enter
    waits a "Le contact est commencé" "The contact has begun"
    wait_for a "$4"
    [ "$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'client' AND \
        json_extract(document, '\$.body.name') LIKE '%${2%%,*}%'")" = 1 ] || fail "a second file"
    end_contact
    terminal_quit a
}

SERVER_="--log-requests" server_start
MARIE=$(sqlite3 "$WORK/server.db" "SELECT id FROM record WHERE type = 'agent' \
    AND json_extract(document, '\$.body.login') = 'marie'")
terminal b --language fr --wrap-up-minutes 0
sign_in b annie
online b
make "Zéphyrine Bellefleur" "819 555-0141" "1980-05-31" "acte perdu"
BELLEFLEUR=$REFERENCE
make "Zéphyrine Lanoix" "819 555-0142" "1971-02-03" "permis"
round fr Bellefleur "$BELLEFLEUR" "vue à Québec" Lanoix "$REFERENCE"

echo "when the contact is over the file goes; without a link it is said"
gone "$BELLEFLEUR"
cp "$WORK/server.log" "$WORK/server.first"
server_stop
wait_for a "hors ligne"
type_client Lanoixe
keys a Tab
wait_for a "Hors ligne : seul ce poste a été consulté."
keys a C-u
server_start
online a
terminal_quit a
grep -qiE "bellefleur|lanoix" "$WORK/server.log" "$WORK/server.first" && fail "the log has a name"
LANGUAGE_=fr

echo "who is known elsewhere is warned of"
make "Isidore Cournoyer" "819 555-0143" "1966-07-08" "bail"
make "Zénaïde Vadeboncoeur" "819 555-0144" "1955-01-01" "rente"
duplicate fr "Cournoyer, Isidor" "819 555 0143" "Isidore Cournoyer"
duplicate en "Vadeboncoeur, Zenaid" "(819) 555-0144" "Zénaïde Vadeboncoeur"
guichetd check --database "$WORK/server.db" >"$WORK/check" 2>&1 || { cat "$WORK/check"; fail "check"; }
