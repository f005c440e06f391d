#!/usr/bin/env bash
# The stolen laptop. A terminal is used for all that it is for: a client is sought and written down,
# a form half filled, notes saved, spell-checked and half typed, a hand-off and a message written, an
# attachment read, a form printed; it is locked, killed with -9 in the middle, crashes, goes on
# without the server. After each of these every file under its home, its temporary folder and its
# runtime folder is searched for every personal string that was used, in every writing. Then its
# memory: while it is locked what stood open is still there, for the return; when the agent has
# signed out there is neither the store's key, nor the password, nor anything of a client.
. "$(dirname "$0")/../end_to_end/harness.sh"
for tool in curl jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
# What is typed is seen: needles that were never used would be found nowhere.
types() {
    mux send-keys -t "=$1:" -l "$2"
    sleep 0.2
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
Anémone
Trélazé
514-555-0188
pamplemoussier introuvable
Tournesol a tout compris
Capucine vous rappellera
Coquelicot joint en annexe
Sa demande d'Églantine
END

LAPTOP=$WORK/laptop
mkdir -p "$LAPTOP/tmp" "$LAPTOP/run" "$LAPTOP/.config" "$LAPTOP/.local/share" "$LAPTOP/printed"
chmod 700 "$LAPTOP/run"
ENV_="-C '$LAPTOP' HOME='$LAPTOP' TMPDIR='$LAPTOP/tmp' XDG_RUNTIME_DIR='$LAPTOP/run' SQLITE_TMPDIR='$LAPTOP/tmp'"
DATA_=$LAPTOP/.local/share/guichet
SCANS=0
: >"$WORK/screens"

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

opens() {
    terminal a --language fr --channel phone --print-command "cat\ \>/dev/null"
    wait_for a "Mot de passe"
    types a $'marie\r'"$PASSWORD"$'\r'
    wait_for a "en ligne" 40
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

PASSWORD=Rhododendron-jaune-7
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
keys a F2
types a "pamplemoussier introuvable"
sleep 0.5
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
sleep 0.3
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
sleep 0.5
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
types a $'form PC-1\r'
wait_for a "Il s’agit"
types a "plainte"
keys a C-g
types a $'print\r'
sleep 0.3
keys a Escape
wait_gone a "Il s’agit"
keys a C-g
types a $'form SQCA-1\r'
wait_for a "* Prénom"
types a "Anémone"
keys a Tab
types a "Trélazé"
keys a Tab
types a "1987-04-03"
keys a Tab
types a "514-555-0188"
keys a Tab
wait_for a "brouillon enregistré"
searched "with a form half filled"
keys a Escape
wait_gone a "* Prénom"

keys a C-g
types a $'message\r'
wait_for a "Texte libre"
keys a End Enter
sleep 0.3
types a "Capucine vous rappellera"
sleep 0.3
keys a Escape
sleep 0.2

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
sleep 0.3
searched "in the middle of a note"
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
sleep 0.5
types a "pierre"
sleep 0.5
types a " Capucine vous rappellera"
sleep 0.3
searched "without the server"
keys a Escape
sleep 0.3
terminal_kill a
server_start
opens
sleep 1
searched "after it was sent"

# The server has no need of the password any more either.
if [ -r "/proc/$SERVER_PID/mem" ]; then
    echo "$PASSWORD" >"$WORK/password"
    scan "$WORK/password" memory "$SERVER_PID" >"$WORK/found" 2>/dev/null ||
        { cat "$WORK/found"; fail "the password is in the memory of the server"; }
fi

# --- what is in memory ------------------------------------------------------------------------

PID=$(terminal_pid a)
STORE=$LAPTOP/.local/share/guichet/agents/marie.db
if [ -r "/proc/$PID/mem" ]; then
    # While she works it is there: the search of memory finds what is there.
    scan "$WORK/needles" key "$STORE" "$PASSWORD" memory "$PID" >"$WORK/found" 2>/dev/null
    [ -s "$WORK/found" ] || fail "the key of an open store is not found in memory"
    echo "$PASSWORD" >>"$WORK/needles"
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>/dev/null
    grep -q Ornithorynque "$WORK/found" || fail "the text of an open store is not found in memory"
    keys a F9
    wait_for a "Verrouillé par"
    sleep 1
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>"$WORK/how"
    [ -z "${VERBOSE_:-}" ] || cat "$WORK/found"
    echo "locked, memory holds $(wc -l <"$WORK/found") writings of $(
        grep -o '"[^"]*"$' "$WORK/found" | sort -u | wc -l) strings: $(cat "$WORK/how")"
    keys a F10
    wait_for a "Mot de passe"
    wait_gone a "Verrouillé"
    sleep 2
    scan "$WORK/needles" key "$STORE" "$PASSWORD" memory "$PID" >"$WORK/found" 2>"$WORK/how" ||
        { cat "$WORK/found"; fail "the key is in memory after signing out"; }
    scan "$WORK/needles" memory "$PID" >"$WORK/found" 2>"$WORK/how"
    cat "$WORK/found"
    [ -s "$WORK/found" ] && fail "what a client said is in memory after signing out"
    echo "$PASSWORD" >"$WORK/password"
    scan "$WORK/password" memory "$PID" >"$WORK/found" 2>/dev/null ||
        { cat "$WORK/found"; fail "the password is in memory after signing out"; }
    echo "signed out, neither the key, the password nor a string is in memory: $(cat "$WORK/how")"
else
    echo "memory cannot be read here: not looked at"
fi
searched "after signing out"
keys a F10
wait_ended a
searched "at the end"
# Each was used: it stood on the screen at one of these times.
while read -r needle; do
    grep -qF -- "$needle" "$WORK/screens" || fail "never on the screen: $needle"
done < <(head -$COUNT "$WORK/needles")
echo "searched $SCANS times"
