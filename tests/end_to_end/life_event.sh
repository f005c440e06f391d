#!/usr/bin/env bash
# A birth, from the questionnaire to a checklist that two agents tick. Marie answers in French, is
# killed with -9 in the midst of it and again at the list, where she had left a step out: both are
# there. She hands off to Pierre, whose small screen speaks English: he finds the answers and the
# list as she left it, makes the checklist, and each sees what the other ticks; also what both
# ticked while the server was away. What the client takes home is in the client's language.
. "$(dirname "$0")/harness.sh"
server_start

return_a() {
    terminal_kill a
    terminal a --language fr
    sign_in a marie
}

terminal a --language fr
sign_in a marie
COLUMNS_=60 ROWS_=16 terminal b --language en
sign_in b pierre Password
online a
online b

echo "== from home by its key, in the client's words"
wait_for a "e Événement"
types a "e"
wait_for a "Qu’est-il arrivé ?"
types a "enceinte"
wait_gone a "Décès d’un proche"
wait_for a "Naissance d’un enfant"
keys a Escape
types b "e"
wait_for b "Losing a job"
keys b Escape

echo "== from a search, and from a service"
keys b F2
types b "enceinte"
wait_for b "Form: Birth of a child"
keys b C-u
types b "wallet licence"
wait_for b "Replacement of a lost"
keys b Enter
wait_for b "Esc Search"
types b "l"
wait_for b "What has happened?"
event_is_first() { screen b | grep -A2 "A few questions" | grep -q "Lost or stolen wallet"; }
wait_that "the event of the service that is open is not the first" event_is_first
keys b Escape Escape Escape

echo "== the questionnaire is a draft of the case, whatever happens"
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Roy"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
keys a Tab Enter
wait_for a "contact en cours"
keys a C-g
types a "événement naissance"$'\r'
wait_for a "Naissance d’un enfant"
wait_gone a "Retraite"
keys a Enter
wait_for a "* L’enfant est"
types a "n"
keys a Tab
types a "sal"
keys a Tab
wait_for a "* Assurance collective"
keys a C-x
wait_for a "Pas encore"
keys a Escape
wait_for a "brouillon enregistré"
return_a
wait_for a "salarié"
# The focus is where she stood.
types a "o"
keys a Tab
types a "o"
keys a Tab
types a "pre"
keys a Tab
types a "n"
keys a C-x

echo "== the list says what, until when and why; a step is left out, and stays out"
wait_for a "10 démarches pour ce client, dans l’ordre"
wait_for a "Tout de suite"
wait_for a "Dans les 30 jours"
wait_for a "La naissance doit être déclarée"
keys a Down Down Space
wait_for a "9 démarches pour ce client, dans l’ordre"
wait_for a "[ ] Assurance parentale"
return_a
wait_for a "9 démarches pour ce client, dans l’ordre"
wait_for a "[ ] Assurance parentale"

echo "== it goes along with a hand-off, and becomes the checklist of the case"
keys a F5
wait_for a "Contexte"
types a "pierre"
rests a
keys a C-x
wait_for a "Offert à"
wait_for b "Ctrl-V: Marie Tremblay hands off to you"
keys b C-v
wait_for b "State       offered"
keys b Enter
wait_for b "Birth of a child (questionnaire)"
wait_for b "employee"
keys b C-x
wait_for b "9 steps for this client, in order"
keys b Down Down
wait_for b "[ ] Parental insurance"
types b "c"
wait_for b "9 steps put on the checklist"
wait_for b "0 of 9 done"
shows b "Parental insurance" && fail "what was left out is on the checklist"

echo "== each sees what the other ticks"
types a ":dossier"$'\r'
wait_for a "0 faite sur 9"
wait_for a "ensuite : Arrivée d’un enfant"
types a "c"
wait_for a "[ ] Arrivée d’un enfant"
keys a Space
wait_for a "[x] Arrivée d’un enfant"
wait_for b "1 of 9 done"
wait_for b "Marie Tremblay"

echo "== also what both ticked while the server was away"
server_stop KILL
keys a Down Space
wait_for a "[x] Employeur"
keys b Down Down
types b "n"
wait_for b "1 of 8 done"
server_start
wait_for a "2 faites sur 8" 60
wait_for b "2 of 8 done" 60
wait_gone b "1 waiting" 60
wait_gone a "1 en attente" 60
shows a "refus" && fail "ticking two items was taken for a conflict"
shows b "refused" && fail "ticking two items was taken for a conflict"
keys a Down
wait_for a "[-] Inscription"
wait_for a "Pierre Gagnon"

echo "== what the client takes home is in the client's language"
types b ":text $WORK/list.txt"$'\r'
wait_for b "Written to"
grep -q "\[x\]  Employeur" "$WORK/list.txt" || fail "no ticked step in the text: $(cat "$WORK/list.txt")"
grep -q "Dans les 11 mois" "$WORK/list.txt" || fail "no deadline in French in the text"
grep -q "Inscription à l’assurance maladie" "$WORK/list.txt" && fail "what is not needed is in the text"
[ "$(stat -c %a "$WORK/list.txt")" = 600 ] || fail "others can read the text"

echo "== the case says how far it is"
keys b Escape
types b ":case"$'\r'
wait_for b "Checklist 2 of 8 done"
wait_for b "Birth of a child: received"

echo "== what the other writes is marked as new, and found by its words"
keys a Escape
keys a F6
wait_for a "Ctrl-X"
types a "Acte reçu, dossier complet."
keys a C-x
wait_for b "1 new since you last looked"
wait_match b "^ \*.*note, contact"
types b "/recu"
wait_for b "1 of "
wait_for b "Acte reçu"
shows b "hand-off to Pierre" && fail "the filter leaves what has not its words"
keys b Escape
wait_for b "hand-off to Pierre"
echo "== one item ticked two ways: one stands, and who gave way is told"
types a "c"
wait_for a "2 faites sur 8"
types b "c"
wait_for b "2 of 8 done"
server_stop KILL
keys a Space
wait_for a "3 faites sur 8"
types b "n"
wait_for b "2 of 7 done"
server_start
wait_gone b "1 waiting" 60
wait_gone a "1 en attente" 60
for _ in $(seq $((200 * PATIENCE))); do
    told=
    shows a "1 refus" && told=a
    shows b "1 refused" && told=b
    [ -n "$told" ] && break
    sleep 0.1
done
[ -n "$told" ] || fail "nobody is told that an item was ticked two ways"
if [ $told = a ]; then
    types a ":refus"$'\r'
    wait_for a "Démarches : Assurance collective du travail, faite"
    wait_for a "pas utile"
else
    types b ":refusals"$'\r'
    wait_for b "Checklist: Group insurance at work, not needed"
    wait_for b "stands: "
fi

keys b F10
wait_for b "A contact is in progress."
terminal_quit b
