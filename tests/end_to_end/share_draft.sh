#!/usr/bin/env bash
# Two agents fill one draft: what one leaves is on the other's screen, marked; what both type into
# one field is told while it is typed, and the one who leaves it last knows what it replaces; after
# both were offline the screens agree, and whose answer gave way is told. Keys pasted while all this
# is kept are not lost.
. "$(dirname "$0")/harness.sh"

# answer NAME: what the server holds as this answer of the only submission.
answer() {
    sqlite3 "$WORK/server.db" "select json_extract(document, '\$.body.answers.$1')
        from record where type = 'submission'" 2>/dev/null
}

# holds NAME VALUE: until the server does.
holds() {
    local end=$((SECONDS + 30 * PATIENCE))
    until [ "$(answer "$1")" = "$2" ]; do
        [ $SECONDS -lt $end ] || fail "the server holds $1 = \"$(answer "$1")\", not \"$2\""
        sleep 0.1
    done
}

server_start
terminal a --language fr
terminal b --language fr
sign_in a marie
sign_in b sophie
online a
online b

# --- one draft on two screens ----------------------------------------------------------------------
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a C-x
wait_for a "Le contact est commencé."
types a "Déménage."
keys a Tab Enter
wait_for a "contact en cours"
keys a F4
wait_for a "SQCA-1"
keys a Down Down Enter
wait_for a "* Prénom"
types a "Zoé"
keys a Tab
types a "Gagnon"
keys a Tab
wait_for a "brouillon enregistré"
keys a F5
wait_for a "jusqu’à « Date de naissance »"
types a "sophie"
wait_for a "Sophie Lavoie"
keys a C-x
wait_for a "Offert à Sophie Lavoie"
wait_for b "Ctrl-V"
keys b C-v
wait_for b "jusqu’à « Date de naissance »"
keys b Enter
wait_for b "Gagnon"

# Each on a field of their own: both answers stand on both screens, the other's marked.
keys a Tab
types a "514 555-0111"
keys a Tab
wait_for b "514-555-0111"
wait_for b "changé ailleurs"
types b "3 avril 1987"
keys b Tab
wait_for a "1987-04-03"
wait_for a "changé ailleurs"
holds birth_date 1987-04-03

# --- the same field at once ------------------------------------------------------------------------
# She types and leaves; he, who types as well, sees hers and goes on with his own.
keys b Tab
types b "sophie@b.ca"
wait_for b "frappe gardée ici"
types a "marie@a.ca"
keys a Tab
wait_for b "Un autre poste dit : marie@a.ca"
wait_for b "sophie@b.ca"
holds email marie@a.ca
keys b Tab
holds email sophie@b.ca
keys a BTab
wait_for a "1 Vous"
wait_for a "sophie@b.ca"
# And the other way about: theirs is taken, on purpose.
keys b BTab
wait_for b "sophie@b.ca"
types b "x"
keys a C-u
types a "both@c.ca"
keys a BTab
wait_for b "Un autre poste dit : both@c.ca"
keys b C-y
wait_for b "both@c.ca"
wait_gone b "sophie@b.cax"
holds email both@c.ca

# --- both offline ----------------------------------------------------------------------------------
server_stop
wait_for a "hors ligne" 40
wait_for b "hors ligne" 40
# She is on the phone number; so is he now.
wait_for a "514-555-0111"
keys a C-u
types a "418 555-0001"
keys a Tab
wait_for a "418-555-0001"
keys b BTab C-u
types b "418 555-0002"
keys b Tab
wait_for b "418-555-0002"
server_start
online a 60
online b 60
# The later one stands, on both screens, and both say what gave way to it.
wait_for a "418-555-0002" 40
holds phone 418-555-0002
wait_for a "aussi dit : 418-555-0001"
wait_for b "aussi dit : 418-555-0001"
# Whoever's came second to the server has it among what to look at, too.
somebody_is_told() {
    for told in a b; do shows $told "1 refusée" && return; done
    return 1
}
wait_that "nobody is told" somebody_is_told
keys $told F7
wait_for $told "Rien n’attend"
keys $told Tab
wait_for $told "tient : 418-555-0002 (Sophie Lavoie, "
wait_for $told "a cédé : 418-555-0001 (Marie Tremblay, "
keys $told Escape Escape
wait_for $told "Date de naissance"
# Answered again, it is settled.
keys b BTab
keys b C-u
types b "418 555-0003"
keys b Tab
wait_for a "418-555-0003"
wait_gone b "aussi dit"

# --- pasted while it is kept -----------------------------------------------------------------------
keys a C-g
types a "form PC-1"$'\r'
wait_for a "Il s’agit"
types a "plainte"
keys a Tab
types a "Comptoir de Québec"
keys a Tab
types a "2026-11-20"
keys a Tab
types a "erreur"
keys a Tab
long=$(for i in $(seq 20); do printf 'Été %02d: la file. ' "$i"; done | sed 's/ $/_/')
[ ${#long} -ge 300 ] || fail "the text to paste is short"
server_stop KILL
types a "$long"
sleep 0.05
types a "$long"
keys a Tab
server_start
online a 60
end=$((SECONDS + 30 * PATIENCE))
until [ "$(sqlite3 "$WORK/server.db" "select count(*) from record where type = 'submission'
    and json_extract(document, '\$.body.answers.facts') = '$long$long'")" = 1 ]; do
    [ $SECONDS -lt $end ] || fail "what was pasted is not whole"
    sleep 0.2
done
terminal_quit a
# His contact is still open: leaving twice leaves it so.
keys b F10
wait_for b "Quitter encore"
terminal_quit b
echo "two agents, one draft"
