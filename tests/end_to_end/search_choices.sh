#!/usr/bin/env bash
# What one clerk chooses after a word comes first for a colleague of the same office, and not for
# one of another office.
. "$(dirname "$0")/harness.sh"
server_start

# The first of the two results that are on the screen of terminal $1.
first_result() {
    screen "$1" | grep -oE 'Renouvellement du permis|Échange d’un permis' | head -1
}

has_first() {
    [ "$(first_result "$1")" = "$2" ]
}

# Opens the search on terminal $1 and waits for what comes first.
search_gives() {
    keys "$1" F2
    types "$1" permis
    wait_for "$1" "Renouvellement du permis"
    wait_for "$1" "Échange d’un permis"
    wait_that "$1 has not first: $2" has_first "$1" "$2"
}

for name in marie sophie pierre; do
    terminal "$name" --language fr
    sign_in "$name" "$name"
    wait_for "$name" "Services courants"
done

echo "== before: nobody has chosen, the words alone decide"
search_gives marie "Renouvellement du permis"
search_gives sophie "Renouvellement du permis"
search_gives pierre "Renouvellement du permis"
keys sophie Escape
wait_for sophie "Services courants"
keys pierre Escape
wait_for pierre "Services courants"

echo "== marie opens the second result five times"
keys marie Down
for _ in 1 2 3 4 5; do
    keys marie Enter
    wait_gone marie "Renouvellement du permis"
    wait_for marie "Échange d’un permis"
    keys marie Escape
    wait_for marie "Renouvellement du permis"
done

echo "== the counts reach the server"
are_counted() {
    [ "$(cat "$WORK"/server.db* | grep -aoE '"words":"permi"|"count":5' | sort -u | wc -l)" = 2 ]
}
wait_that "the server has no count" are_counted

echo "== sophie, of the same office, sees it first"
for _ in $(seq $((60 * PATIENCE))); do
    keys sophie F2
    wait_for sophie "F2 ramène"
    types sophie permis
    wait_for sophie "Renouvellement du permis"
    wait_for sophie "Échange d’un permis"
    [ "$(first_result sophie)" = "Échange d’un permis" ] && break
    keys sophie Escape
    wait_for sophie "Services courants"
    sleep 0.3
done
[ "$(first_result sophie)" = "Échange d’un permis" ] || fail "sophie does not see it first"
echo "== marie has it first herself after leaving the search"
keys marie Escape
wait_for marie "Services courants"
keys marie F2
wait_for marie "F2 ramène"
types marie permis
wait_for marie "Renouvellement du permis"
wait_that "marie's own choice is not first" has_first marie "Échange d’un permis"

echo "== pierre, of another office, does not, who has had all this time"
keys pierre F2
wait_for pierre "F2 ramène"
types pierre permis
wait_for pierre "Renouvellement du permis"
wait_for pierre "Échange d’un permis"
wait_that "another office is moved" has_first pierre "Renouvellement du permis"

echo "== the end of a contact writes what was chosen in it"
keys pierre Escape
wait_for pierre "Services courants"
keys pierre F3
wait_for pierre "Tapez une partie du nom"
keys pierre C-o
wait_for pierre "anonyme"
keys pierre F2
wait_for pierre "F2 ramène"
types pierre permis
wait_for pierre "Échange d’un permis"
keys pierre Enter
wait_for pierre "Service ·"
keys pierre F3
wait_for pierre "Ctrl-X"
keys pierre C-x
wait_for pierre "Comment le contact"
types pierre 1
wait_for pierre "Le contact est terminé"
written='"record":"sample/drivers-licence-renewal","words":"permi"|"words":"permi","record":"sample/drivers-licence-renewal"'
is_written() {
    cat "$WORK"/server.db* | grep -aqE "$written"
}
wait_that "the choice was not written" is_written
for name in marie sophie pierre; do
    terminal_quit "$name"
done
echo "passed"
