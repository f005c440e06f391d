#!/usr/bin/env bash
# Signing in: wrong password, first sign-in without a server, return without a server, lock.
. "$(dirname "$0")/harness.sh"
server_start

echo "a wrong password is told, and the right one then opens"
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rwrong\r'
wait_for a "identifiant ou mot de passe erroné"
types a $'guichet\r'
wait_for a "Marie Tremblay"
online a
wait_for a "Comptoir de Québec"
[ "$(stat -c %a "$WORK/a/agents")" = 700 ] || fail "the folder of stores is open to others"
[ "$(stat -c %a "$WORK/a/agents/marie.db")" = 600 ] || fail "the store is open to others"

echo "locked: nothing of the desk is on the screen, and only the password opens"
keys a F9
wait_for a "Verrouillé par Marie Tremblay"
wait_gone a "Services courants"
types a $'nonsense\r'
wait_for a "Ce n’est pas le mot de passe"
shows a "Services courants" && fail "unlocked by a wrong password"
types a $'guichet\r'
wait_for a "Services courants"
terminal_quit a

echo "without the server: an agent known here signs in, another one cannot"
server_stop
terminal a --language fr
sign_in a marie
wait_for a "Services courants"
wait_for a "hors ligne"
wait_for a "Marie Tremblay"
types a ":"
wait_for a "aide  recherche"
types a $'fermer-session\r'
wait_for a "Identifiant"
shows a "Services courants" && fail "the desk is still shown after signing out"
types a $'marie\rwrong\r'
wait_for a "mot de passe erroné (le serveur est hors d’atteinte)" 40
keys a F10
wait_ended a
DATA_=$WORK/b terminal b --language en
sign_in b pierre "Password"
wait_for b "a first sign-in on this terminal needs it" 40
server_start
types b $'\r'
wait_for b "Pierre"
online b
terminal_quit b

echo "the server takes another password: the old one opens for reading only, and is told"
server_stop
rm -f "$WORK"/server.db*
mkdir "$WORK/sample"
cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
sed -i 's/"password": "guichet"/"password": "nouveau-mot"/' "$WORK/sample/agents.json"
server_init "$WORK/sample"
server_start
terminal a --language fr
sign_in a marie
wait_for a "Services courants"
wait_for a "session à rouvrir"
types a $':fermer-session\r'
wait_for a "Mot de passe"

echo "the new one asks once for the old one, then opens alone"
types a $'marie\rnouveau-mot\r'
wait_for a "Votre mot de passe a changé"
types a $'not-it\r'
wait_for a "ce n’est pas le mot de passe utilisé ici avant"
types a $'guichet\r'
wait_for a "Services courants"
online a
terminal_quit a
terminal a --language fr
wait_for a "Mot de passe"
types a $'marie\rnouveau-mot\r'
wait_for a "Services courants"
terminal_quit a
