#!/usr/bin/env bash
# Filters as chips: completed by Tab in both languages, turned off and on, taken out; and what is
# offered now.
. "$(dirname "$0")/harness.sh"
server_start

terminal a --language fr
sign_in a marie
wait_for a "Services courants"
keys a F2
wait_for a "Tapez les mots du client"

echo "== a name and a value are completed in French, also from the English beginning"
types a "permis :can"
keys a Tab
wait_for a "permis :canal"
types a "comp"
keys a Tab
wait_for a "permis :canal comptoir"
wait_for a "Ctrl-X enlever"
types a ":lev"
keys a Tab
wait_for a ":canal comptoir :niveau"
types a "3"
wait_for a "Échange d’un permis"
wait_gone a "Remplacement du permis"

echo "== all chips off, and on again"
keys a C-x
wait_for a "sans : :canal comptoir :niveau 3"
wait_for a "Remplacement du permis"
keys a C-x
wait_for a "permis :canal comptoir :niveau 3"
wait_gone a "Remplacement du permis"

echo "== the last chip is taken out"
keys a C-r
wait_gone a ":niveau 3"
wait_for a "Remplacement du permis"
keys a C-r
wait_gone a ":canal"

echo "== offered now comes and goes by its key; the words stay"
keys a C-o
wait_for a "permis :ouvert"
keys a C-o
wait_gone a ":ouvert"
wait_for a "permis"

echo "== in English the same chips have English words"
keys a C-t
wait_for a "Driver"
keys a C-o
wait_for a ":open"
types a ":canal tel"
keys a Tab
wait_for a ":canal phone"

echo "== a value that nothing has says so"
keys a C-u
types a "permit :channel nowhere "
wait_for a "Nothing found"
terminal_quit a
echo "passed"
