#!/usr/bin/env bash
# Promises kept and not: a guarantee runs, stands while information is missing, also without a link,
# and goes on; one of a few seconds is missed, and its refund comes once into the queue, also when the
# server dies; a commitment comes back on its day. In English and in French.

# The desk's clock goes as its office's: tasks are due by the office's day.
export TZ=America/Toronto
. "$(dirname "$0")/harness.sh"

# A copy of the sample: a guarantee at the counter for the certificate, and one of seconds for the
# licence.
cp -r "$abs_top_srcdir/app/sample" "$WORK/sample" && chmod -R u+w "$WORK/sample"
jq 'def promise($count; $unit): {"count": $count, "unit": $unit, "refund": true,
        "text": {"en": "or the fee is refunded", "fr": "sinon remboursé"}};
    (.records[] | select(.id == "birth-certificate") | .channels[]
        | select(.channel == "counter") | .guarantee) = promise(15; "business-day")
    | (.records[] | select(.id == "master-business-licence") | .queue) = "civil-status"
    | (.records[] | select(.id == "master-business-licence") | .channels)
        = [{"channel": "counter", "available": true, "guarantee": promise(4; "second")}]' \
    "$abs_top_srcdir/app/sample/services.json" >"$WORK/sample/services.json" || fail "jq services"
server_init "$WORK/sample"
server_start

terminal a --language en --channel counter
sign_in a marie Password
online a
terminal b --language fr
sign_in b sophie "Mot de passe"
online b

# At a terminal: a contact about the service of this code.
contact_about() {
    keys "$1" C-g
    types "$1" "service $2"$'\r'
    wait_for "$1" "Service · $3"
    contact "$1" "$4"
}

# The status that is called so.
status() {
    keys a C-r
    wait_for a "Where does the case stand now?"
    number=$(read_off a "[0-9] +$1" | head -1 | cut -c1)
    [ -n "$number" ] || exit 1
    types a "$number"
    wait_gone a "Where does the case stand now?"
}

count() {
    sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = '$1'
        AND json_extract(document, '\$.body.state') = '$2'"
}

wait_count() {
    local end=$((SECONDS + 20 * PATIENCE))
    until [ "$(count "$1" "$2")" = "$3" ]; do
        [ $SECONDS -lt $end ] || fail "not $3 $1 $2, but $(count "$1" "$2")"
        sleep 0.05
    done
}

echo "a guarantee runs, in words"
contact_about a FO-11 "Birth certificate" "a certificate for the passport"
wait_for a "Guaranteed: 15 business days left, until "
wait_for a "guarantee, running, by"
[ "$(count promise running)" = 1 ] || fail "the server has no promise"

echo "it stands while information is missing"
status "information missing"
wait_for a "Guaranteed: paused while information is missing, 15 business days left"
wait_count promise paused 1

echo "without a link the terminal reckons itself, and says so"
server_stop
wait_for a "offline"
status "in progress"
wait_for a "Guaranteed, as known here: 15 business days left, until "
keys a C-g
types a $'language fr\r'
wait_for a "Garanti, d’après ce terminal : il reste 15 jours ouvrables, jusqu’au "
keys a C-g
types a $'language en\r'
wait_for a "Guaranteed, as known here: 15 business days left"
server_start
online a 60
wait_for a "Guaranteed: 15 business days left, until " 60
wait_count promise running 1

echo "approved in time, it is kept"
status approved
wait_for a "Guaranteed: kept"
wait_count promise met 1

echo "one that is missed puts a refund into the queue, once"
terminal c --language en --channel counter
sign_in c luc Password
online c
contact_about c MBL "Master business licence" "a licence for a shop"
wait_for c "Guaranteed: missed" 30
wait_count promise missed 1
wait_count task open 1
server_stop KILL
server_start
online b 60
[ "$(sqlite3 "$WORK/server.db" "SELECT count(*) FROM record WHERE type = 'task'")" = 1 ] ||
    fail "the refund is not there once"
end=$((SECONDS + 20 * PATIENCE))
until shows b "Rembourser les frais"; do
    [ $SECONDS -lt $end ] || fail "the refund is not in the queue"
    keys b Escape
    keys b C-g
    types b $'task\r'
    sleep 0.2
done
wait_for b "File         État civil"
types b "virement fait"
keys b C-x
wait_for b "C’est fait."
wait_for b "faite · Sophie"
wait_for b "en 4 secondes"
wait_count task done 1

echo "a commitment comes back on its day"
keys a F6
wait_for a "Kind"
types a "I call the shop back"
keys a Tab Right Right Right
wait_for a "commitment"
keys a Tab
types a "today"
keys a C-x
wait_for a "The note is saved."
wait_for a "1 task due"
keys a C-g
types a $'task\r'
wait_for a "I call the shop back"
wait_for a "today"
types a "+3 they are closed"
keys a C-p
wait_for a "It comes back on that day."
wait_for a "they are closed"
wait_gone a "1 task due"
server_stop
exit 0
