#!/usr/bin/env bash
# Two agents at one terminal: the second signs in from the lock of the first, sees nothing of theirs,
# and what the first had half typed is there when they are back.
. "$(dirname "$0")/harness.sh"
server_start
terminal a --language fr
sign_in a marie
online a
keys a F4
wait_for a "SQCA-1"
keys a Down Down Enter
wait_for a "* Prénom"
types a "Zoé"
keys a Tab
types a "Xylofrage"

echo "locked by the first, signed in by the second: nothing of the form is shown or kept in plain"
keys a F9
wait_for a "Verrouillé par Marie Tremblay"
shows a "Zoé" && fail "the lock shows what was typed"
keys a F10
wait_for a "Identifiant"
types a $'pierre\rguichet\r'
online a
wait_for a "Pierre"
shows a "Zoé" && fail "the second agent sees what the first typed"
keys a F4
wait_for a "SQCA-1"
shows a "Zoé" && fail "the second agent sees a draft of the first"
keys a Escape
grep -rl "Xylofrage" "$WORK/a" && fail "it is in plain on the disk"

echo "back: the form stands where it stood, with what was half typed"
keys a F9
wait_for a "Verrouillé par Pierre"
keys a F10
wait_for a "Identifiant"
types a $'marie\rguichet\r'
wait_for a "Prénom"
wait_for a "Zoé"
wait_for a "Xylofrage"
terminal_quit a
exit 0
