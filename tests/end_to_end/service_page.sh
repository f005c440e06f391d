#!/usr/bin/env bash
# The service page: what can be had now, the sentence to say, offices from a postal code; moved,
# ended and stale records; an error reported, kept through a dead link, settled and answered.
. "$(dirname "$0")/harness.sh"

# A copy of the sample: one office that is always open and one that never is, whatever the hour, and
# services last confirmed long ago.
cp -r "$abs_top_srcdir/app/sample" "$WORK/sample" && chmod -R u+w "$WORK/sample"
always='{"mon":["00:00-24:00"],"tue":["00:00-24:00"],"wed":["00:00-24:00"],"thu":["00:00-24:00"],"fri":["00:00-24:00"],"sat":["00:00-24:00"],"sun":["00:00-24:00"]}'
jq --argjson hours "$always" \
    '(.records[] | select(.id == "quebec")) |= (.hours = $hours | .calendar = "ca-none")
     | (.records[] | select(.id == "rimouski")) |= (.hours = {} | .calendar = "ca-none")' \
    "$abs_top_srcdir/app/sample/offices.json" >"$WORK/sample/offices.json" || fail "jq offices"
jq '.records += [{"id": "ca-none", "title": {"en": "None"}, "jurisdiction": "CA", "holidays": []}]' \
    "$abs_top_srcdir/app/sample/calendars.json" >"$WORK/sample/calendars.json" || fail "jq calendars"
jq '.confirmed = "2020-01-31"' "$abs_top_srcdir/app/sample/services.json" \
    >"$WORK/sample/services.json" || fail "jq services"
server_init "$WORK/sample"
server_start

echo "== the page: each channel now, the sentence to say"
TERM_=vt100 terminal m --language en --channel counter
sign_in m marie Password
wait_for m "Common services"
types m $':service FO-11\r'
wait_for m "▸ counter       open "
wait_for m "online        any time"
wait_for m "phone         not offered"
wait_for m "Not confirmed since 31 Jan 2020: check before you say it."
mux pipe-pane -t "=m:" -o "cat >'$WORK/m.raw'"
types m y
wait_for m "Copied: Applying online costs"
# A vt100 has no clipboard: no command is sent.
mux pipe-pane -t "=m:"
grep -q $'\e]52' "$WORK/m.raw" && fail "a clipboard command to a terminal that knows none"

echo "== all parts in two keys; related ones follow their moves"
types m r
wait_for m "See also (r)"
types m 1
wait_for m "Service · Birth certificate, premium service"
keys m Escape
wait_for m "See also (r)"
types m f
types m 1
wait_for m "Birth certificate request"
keys m Escape

echo "== offices: nearest first from a postal code"
types m $':service FO-11\r'
wait_for m "FO-11"
types m o
wait_for m "From the office: Québec City counter"
types m "g5l"
wait_for m "From G5L (Rimouski), known to within 8 km: distances are approximate"
rimouski_is_first() { screen m | sed -n 5p | grep -q "Rimouski counter *closed"; }
wait_that "Rimouski is not first, or not closed" rimouski_is_first
keys m Enter
wait_for m "Office · Rimouski counter"
wait_for m "G5L 1P4"
keys m Escape
keys m Escape

echo "== an old id and an old name lead through the chain; an ended one says so"
types m $':service old-health-card-office\r'
wait_for m "later \"Health card office\", is now this"
wait_for m "Service · Health insurance card renewal"
types m $':service plate-sticker\r'
wait_for m "No longer offered"

echo "== a clipboard that is said to be there gets the sentence, in base64"
TERM_=vt100 terminal yes --language en --clipboard yes --stale-days 0
sign_in yes pierre Password
wait_for yes "Common services"
types yes $':service FO-11\r'
wait_for yes "Say (y):"
shows yes "Not confirmed" && fail "marked as stale in spite of --stale-days 0"
mux pipe-pane -t "=yes:" -o "cat >'$WORK/yes.raw'"
types yes y
wait_for yes "Copied: Applying online costs"
clipboard_got() {
    local sent=
    for _ in $(seq $((400 * PATIENCE))); do
        sent=$(grep -ao $'\e]52;c;[A-Za-z0-9+/=]*' "$WORK/$1.raw" | head -1 | sed 's/.*;//' | base64 -d)
        [ -n "$sent" ] && break
        sleep 0.05
    done
    [ "$sent" = 'Applying online costs $25.75 less than at the counter.' ] ||
        fail "the clipboard got: $sent"
}
clipboard_got yes

echo "== one that terminfo knows gets it without being told"
TERM_=tmux-256color terminal auto --language en
sign_in auto john Password
wait_for auto "Common services"
types auto $':service FO-11\r'
wait_for auto "Say (y):"
mux pipe-pane -t "=auto:" -o "cat >'$WORK/auto.raw'"
types auto y
wait_for auto "Copied: Applying online costs"
clipboard_got auto
terminal_quit auto

echo "== narrow, in French"
COLUMNS_=60 ROWS_=16 terminal narrow --language fr
sign_in narrow marie
wait_for narrow "Services courants"
types narrow $':service FO-11\r'
wait_for narrow "Non confirmé depuis le 31 janv. 2020"
wait_for narrow "✓ le moins cher"
keys narrow NPage
wait_for narrow "o Bureaux"
types narrow o
wait_for narrow "Du bureau : Comptoir de Québec"

echo "== results of a search are marked when stale"
keys m F2
types m "passport"
wait_for m "Passport"
wait_match m 'Passport.*!'
keys m Escape

echo "== an error reported without a link waits, in plain words, then reaches the keeper"
terminal omar --language fr
sign_in omar omar
wait_for omar "Services courants"
server_stop
types m $':service FO-11\r'
wait_for m "Service · Birth certificate or copy"
types m e
wait_for m "Report an error"
keys m Tab
types m 'The counter fee is $58.'
keys m C-x
wait_for m "Reported as wrong (fee) by Marie Tremblay"
keys m F7
wait_for m "Error reported: fee"
wait_for m "Birth certificate or copy of an act of"
keys m Escape
server_start
wait_for omar "Marie Tremblay signale une erreur" 60
types omar $':signalements\r'
wait_for omar "1 erreur signalée à régler par vous"
wait_for omar 'Marie Tremblay : The counter fee is $58.'
keys omar Enter
wait_for omar "Votre réponse"
types omar "Corrigé au catalogue."
keys omar C-x
wait_for omar "Réglée"
wait_for omar "réponse : Omar Haddad"

echo "== the author reads the answer; a colleague elsewhere sees nothing of it"
wait_for m "Omar Haddad answers about Birth certificate" 60
types m $':flags\r'
wait_for m "answered by Omar Haddad"
wait_for m "Corrigé au catalogue."
types yes $':flags\r'
wait_for yes "No error is reported."
exit 0
