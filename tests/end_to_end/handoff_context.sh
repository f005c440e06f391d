#!/usr/bin/env bash
# What a hand-off carries, from a sender in English to a receiver in French: two keys from the note
# that is being typed; need, identity and mood in the receiver's language and free text as written;
# the receiver loses no key when the offer comes, lands on the note where the sender stopped, and the
# contact's timer goes on. Then the same from the middle of a form; a warm one of which both see the
# file; and the end of the contact, written up as long as the agent wants.
. "$(dirname "$0")/harness.sh"
server_start

terminal a --language en
sign_in a marie Password
online a
terminal b --language fr
sign_in b pierre "Mot de passe"
online b

# Seconds on the timer of the bottom line.
timer() {
    screen "$1" | tail -1 | grep -o '[0-9]*:[0-9][0-9] *$' | awk -F: '{ print $1 * 60 + $2 }'
}

keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
types a "lost card"
keys a C-r
wait_for a basic
keys a C-f
wait_for a "Mood: upset"
keys a C-g
types a "mood upset in a hurry"
keys a Enter
wait_for a "Mood: upset, in a hurry"
keys a Tab Enter
wait_for a "contact, in progress"

echo "the mood is noted from the case too"
types a M
wait_for a "Mood: confused"
types a ":mood upset in a hurry"
keys a Enter
wait_for a "Mood: upset, in a hurry"

echo "F5 from the note that is being typed, and the keys after it"
keys a F6
wait_for a "Kind"
types a "asked for the old card"
keys a F5
wait_for a "Note begun: asked for the old card"
wait_for a "Need: lost card"
wait_for a "Mood: upset, in a hurry"
types a "annie"
wait_for a "iu en fr" # all that she speaks
keys a C-u
types a "pierre"
wait_for a "Minutes   5"
keys a Tab Tab
types a "She waits at desk 4."
keys b F2
wait_for b "Tapez les mots du client"
typed=permis-perdu-a-remplacer-sans-tarder
keys a C-x
for i in $(seq 0 $((${#typed} - 1))); do types b "${typed:$i:1}"; done
wait_for b "Ctrl-V : 1 transfert"
wait_for b "$typed"
wait_for a "Offered to Pierre"
before=$(timer a)
[ -n "$before" ] || fail "no timer at the sender's"

echo "the receiver reads it in their language and lands on the note"
keys b C-v
wait_for b "Besoin : lost card"
wait_for b "client anonyme · lost card"
wait_for b "Identité : de base"
wait_for b "Humeur : contrarié, pressé"
wait_for b "She waits at desk 4."
keys b Enter
wait_for b "asked for the old card"
wait_for b "Note · " || fail "not on the note"
wait_for b "Confirmé, à vous"
after=$(timer b)
[ -n "$after" ] && [ "$after" -ge "$before" ] || fail "the timer begins anew: $before, then '$after'"
wait_for a "Pierre Gagnon has taken over"

echo "two keys typed at once from the middle of an answer in a form; who takes it lands in that field"
keys b Escape
wait_for b "Ce qui s’est passé"
keys b F4
wait_for b "SQCA-1"
keys b Down Down Enter
wait_for b "* Prénom"
types b "Zoé"
keys b Tab
wait_for b "brouillon enregistré"
types b "Quenn"
keys b F5 C-x
wait_for b "Offert à "
wait_for a "Ctrl-V: Pierre Gagnon hands off to you"
keys a C-v
wait_for a "State       offered"
wait_for a "up to \"Family name\""
keys a Enter
wait_for a "Family name        Quenn"
types a "eville"
wait_for a "Quenneville"
wait_for a "Confirmed, yours"

echo "the contact is written up: a countdown, and one key ends it"
keys a F3
wait_for a "Need"
keys a C-x
wait_for a "How did the contact end?"
types a 1
wait_for a "wrap-up 01:"
keys b C-g
types b "agents"
keys b Enter
wait_for b "en suivi"
keys a F11
wait_for a "You are available again."
wait_gone a "wrap-up"
wait_gone b "en suivi" 30

echo "a queue asks for the need, and the cursor stands where it is written"
keys a C-o
wait_for a "The contact has begun."
keys a F5
wait_for a "Context"
# Of queues that suit alike the first is the one that means to answer soonest.
first_queue() {
    [ "$(screen a | grep -oE "Front line|Civil status and famil|Catalogue keeping" | head -1)" = "$1" ]
}
wait_that "the queue that answers soonest does not stand first" first_queue "Front line"
types a "civil status and families"
wait_for a "Minutes   15"
keys a Tab
types a "a question"
keys a C-x
wait_for a "asks for this first: Need"
types a "a birth certificate"
wait_for a "Need: a birth certificate"
keys a C-x
wait_for a "Offered to Civil status and families"
terminal_quit b
