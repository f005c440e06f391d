# Sourced by the tests of what a terminal leaves, after the harness: what is sought, and the day's work
# in which it is used. `searched WHEN` is the test's own, and called in between.
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
# What is typed is seen: needles that were never used would be found nowhere.
types() {
    mux send-keys -t "=$1:" -l "$2"
    rests "$1"
    screen "$1" >>"$WORK/screens"
}
scan() {
    "$abs_top_builddir/tests/security/scan" "$@"
}

cat >"$WORK/needles" <<'END'
Perséphone Quimpérault
Quimpérault
418 555-0173
persephone.q@courriel.example
1987-04-03
77, rue des Ormeaux-Bleus
Réclamation Zwieback du loyer
Ornithorynque attend son paiement
Hippocampe jamais enregistré
kouignamann
Anhémonne
Trélazziou
514-555-0188
pamplemoussier introuvable
Tournesol a tout compris
Capucine vous rappellera
Coquelicot joint en annexe
Sa demande d'Églantine
Mirabelle Octobre seulement
Notaire Fenouillet
Belladone vérifiée à la demande
Topinambour refusé au retour
418 555-0166
Pâtisson prévu plus tard
END

LAPTOP=$WORK/laptop
mkdir -p "$LAPTOP/tmp" "$LAPTOP/run" "$LAPTOP/.config" "$LAPTOP/.local/share" "$LAPTOP/printed"
chmod 700 "$LAPTOP/run"
ENV_="-C '$LAPTOP' HOME='$LAPTOP' TMPDIR='$LAPTOP/tmp' XDG_RUNTIME_DIR='$LAPTOP/run' SQLITE_TMPDIR='$LAPTOP/tmp'"
DATA_=$LAPTOP/.local/share/guichet
SCANS=0
: >"$WORK/screens"

opens() {
    terminal a --language fr --channel phone --print-command "cat\ \>/dev/null"
    wait_for a "Mot de passe"
    types a $'marie\r'"$PASSWORD"$'\r'
    online a 40
}

PASSWORD=Rhododendron-jaune-7

day_of_work() {
    mkdir "$WORK/sample"
    cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
    chmod u+w "$WORK"/sample/*.json
    jq --arg password "$PASSWORD" '.records |= map(if .id == "marie" then .password = $password else . end)' \
        "$abs_top_srcdir/app/sample/agents.json" >"$WORK/sample/agents.json"
    server_init "$WORK/sample"
    KEY=$(guichetd intake-key add site --channel web --queue sample/civil-status \
        --database "$WORK/server.db") || fail "intake-key add"
    server_start
    opens
    # Why she looks for somebody beyond this terminal.
    keys a C-g
    types a $'elsewhere Quimpérault\r'
    wait_for a "Entrée cherche"
    keys a Enter
    wait_for a "Pourquoi cherchez-vous"
    keys a Tab
    types a "Belladone vérifiée à la demande"
    keys a Enter
    wait_gone a "Pourquoi cherchez-vous"
    keys a Escape
    keys a F2
    types a "pamplemoussier introuvable"
    rests a
    keys a F3
    wait_for a "Tapez une partie du nom"
    types a "Perséphone Quimpérault"
    keys a C-n
    wait_for a "Code postal"
    keys a Tab Tab
    types a "418 555-0173"
    keys a Tab
    types a "persephone.q@courriel.example"
    keys a Tab Tab
    types a "77, rue des Ormeaux-Bleus"
    keys a Tab
    types a "1987-04-03"
    rests a
    searched "while a client is being typed"
    keys a C-x
    wait_for a "Le contact est commencé."
    types a "Réclamation Zwieback du loyer"
    keys a Tab Enter
    wait_for a "contact en cours"
    wait_for a "Réclamation Zwieback"

    keys a F6
    types a "Ornithorynque attend son paiement, kouignamann compris."
    keys a C-n
    rests a
    if shows a "Pas au dictionnaire"; then
        keys a Down Down Down Down Down Down Down Enter # the last line: into the agent's dictionary
        wait_gone a "Pas au dictionnaire"
    fi
    keys a C-x
    wait_for a "La note est enregistrée"
    keys a F6
    types a "Tournesol a tout compris"
    keys a C-x
    wait_for a "La note est enregistrée"

    keys a C-g
    types a $'consents\r'
    wait_for a "n’a encore consenti à rien"
    types a "Mirabelle Octobre seulement"
    keys a Tab
    types a "Notaire Fenouillet"
    keys a C-x
    wait_for a "Le consentement est noté"
    keys a Escape
    wait_gone a "Ce à quoi le client consent"
    keys a C-g
    types a $'tickets\r'
    wait_for a "Salle d’attente"
    types a n
    first_ticket a fr
    keys a Escape
    wait_gone a "Salle d’attente"
    keys a Escape
    rests a

    keys a C-g
    types a $'form PC-1\r'
    wait_for a "Il s’agit"
    types a "plainte"
    keys a C-g
    types a $'print\r'
    rests a
    keys a Escape
    wait_gone a "Il s’agit"
    keys a C-g
    types a $'form SQCA-1\r'
    wait_for a "* Prénom"
    types a "Anhémonne"
    keys a Tab
    types a "Trélazziou"
    keys a Tab
    types a "1987-04-03"
    keys a Tab
    types a "514-555-0188"
    keys a Tab
    wait_for a "brouillon enregistré"
    searched "with a form half filled"
    keys a Escape
    wait_gone a "* Prénom"

    # One that leaves on a later day, one that is only begun.
    keys a C-g
    types a $'message\r'
    wait_for a "Texte libre"
    keys a Home Enter
    wait_for a "Départ"
    keys a BTab BTab Right Tab
    types a "+5"
    keys a Tab
    types a "Pâtisson prévu plus tard"
    keys a Tab
    types a "Pâtisson prévu plus tard."
    keys a C-x
    wait_for a "Prévu pour le"
    keys a C-g
    types a $'message\r'
    wait_for a "Texte libre"
    keys a End Enter
    rests a
    types a "Capucine vous rappellera"
    rests a
    keys a Escape
    rests a

    # An attachment that the server has, read on the screen.
    cat >"$WORK/message.json" <<END
{"message_id": "m-1", "kind": "request", "subject": "Sa demande d'Églantine",
 "text": "Sa demande d'Églantine", "language": "fr", "client": {"name": "Perséphone Quimpérault"},
 "attachments": [{"name": "lettre.txt", "type": "text/plain",
   "content": "$(printf 'Coquelicot joint en annexe' | base64 -w0)"}]}
END
    [ "$(curl -sS -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $KEY" \
        -H 'Content-Type: application/json' -d @"$WORK/message.json" "$SERVER/v1/intake/web")" = 200 ] ||
        fail "the message is not taken"

    keys a F6
    types a "Hippocampe jamais enregistré"
    rests a
    searched "in the middle of a note"
}
