#!/usr/bin/env bash
# Hostile text in records reaches no terminal. An office with one record at least of each type
# (seeds.sql) has every text of every record, of work and catalogue, replaced in the server's
# database by all controls and known sequences (plant.c). Agents of all roles sign in at the same
# time, in both languages and on screens of several sizes, and go through every screen; the raw
# output is read: nothing but Guichet's own repertoire, and the hostile characters as visible marks.
# Each field that there is must have been seen on a screen, but for those that no screen shows.
# (Text that comes in otherwise: injection_input.sh.)
. "$(dirname "$0")/../end_to_end/harness.sh"
. "$(dirname "$0")/hostile_text.bash"
for tool in jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

# Fields that no screen shows, and why.
cat >"$WORK/hidden" <<'END'
access.words: kept in the audit trail alone, seen there as audit.words
alert.threshold: which threshold it was, for the server that ends it
agent.title.en: an agent goes by "name"
agent.title.fr: an agent goes by "name"
calendar.title.en: only its holidays are named
calendar.title.fr: only its holidays are named
calendar.rules.observed_title.en: on the day of that holiday alone, where its title stands else
calendar.rules.observed_title.fr: on the day of that holiday alone, where its title stands else
case.checklist.agency.title.en: a step goes by its own title
case.checklist.agency.title.fr: a step goes by its own title
case.missing: put into a letter by a template, as its text
consent.agency: an id, by which the server asks
contact.language: a code, and nothing when there is no such language
delivery.cause: a word, and nothing when there is no such word
delivery.location: for the server, which asks there again
handoff.language: a code, by which a queue chooses
life-event.keywords.en: searched
life-event.keywords.fr: searched
message.attachments.text: cut from the file, on its own screen
message.in_reply_to: for the mail server
message.language: a code, by which a template is chosen
message.message_id: for the mail server
message.receipt: for the gateway
message.source: which mailbox or gateway it came by
promise.unit: a word, and nothing when there is no such word
role.summary.en: for who administers, in the file
role.summary.fr: for who administers, in the file
role.title.en: for who administers, in the file
role.title.fr: for who administers, in the file
roll.day: chooses the rolls of today
service.channels.guarantee.text.en: said by its count and unit
service.channels.guarantee.text.fr: said by its count and unit
service.keywords.en: searched
service.keywords.fr: searched
service.open311.group.en: for the clients of Open311
service.open311.group.fr: for the clients of Open311
service.open311.notice.en: for the clients of Open311
service.open311.notice.fr: for the clients of Open311
service.standards.text.en: said by its count and unit
service.standards.text.fr: said by its count and unit
snippet.title.en: a phrase goes by its word and its text
snippet.title.fr: a phrase goes by its word and its text
submission.decision: for the record: the case says what became of it
submission.field: where the cursor stood
ticket.day: chooses the tickets of today
END

server_init
echo waiting-room | guichetd agent add --no-must-change screen --database "$WORK/server.db" \
    --name screen --office sample/quebec --role display --language fr,en \
    --queues sample/front-line >>"$WORK/init.log" 2>&1 || fail "agent add"
echo waiting-room >"$WORK/password"
server_start
# Something for the trail to tell.
terminal first --language fr
sign_in first marie
wait_for first "en ligne" 40
mux kill-session -t "=first"
server_stop
sqlite3 "$WORK/server.db" <"$abs_top_srcdir/tests/security/seeds.sql" || fail "no seeds"
sqlite3 "$WORK/server.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
PLANTED=$("$TOOLS/plant" "$WORK/server.db" "$WORK/map") || fail "nothing was planted"
echo "hostile: $PLANTED"
server_start

# --- the screens ----------------------------------------------------------------------------------

# press NAME KEY...: each key, and a look after it; "=TEXT" is typed.
press() {
    local name=$1 key
    shift
    for key in "$@"; do
        STEP_="... $key"
        case $key in
        =*) types "$name" "${key#=}" ;;
        *) keys "$name" "$key" ;;
        esac
        look "$name" 0.2
    done
}

# at NAME COMMAND [KEY...]: from the screen that is open.
at() {
    local name=$1
    STEP_=$2
    keys "$name" C-g
    types "$name" "$2"$'\r'
    look "$name"
    shift 2
    press "$name" "$@"
}

# go NAME COMMAND [KEY...]: from the first screen.
go() {
    keys "$1" Escape
    sleep 0.1
    keys "$1" C-g
    types "$1" home$'\r'
    sleep 0.1
    at "$@"
}

# of_case NAME COMMAND [KEY...]: from the case, which is the first of one's own.
of_case() {
    local name=$1
    go "$name" "lists mine" Enter
    shift
    at "$name" "$@"
}

# enter NAME LOGIN PROMPT ONLINE
enter() {
    watched "$1"
    sign_in "$1" "$2" "$3"
    wait_for "$1" "$4" 40
    sleep 1
    look "$1"
}

# A clerk with a case of their own.
tour_clerk() {
    local name=$1
    go $name search =a Down Down Enter
    go $name search =a Enter
    go $name offices Enter
    go $name "event pension" Enter
    for _ in $(seq 12); do types $name 1; keys $name Tab; sleep 0.1; done
    press $name C-x C-x Down
    go $name handoffs Enter
    go $name handoffs Down Enter
    go $name handoffs Down Down Enter
    go $name flags Enter
    go $name tickets Down
    go $name task Enter
    go $name "lists mine" BTab BTab
    of_case $name case
    for _ in $(seq 14); do press $name Down Enter; keys $name Escape; sleep 0.2; done
    of_case $name note =/ Down Enter
    of_case $name note C-p "= /" Down Enter
    of_case $name file
    of_case $name client C-f
    of_case $name consents Tab Down
    of_case $name delegates Tab Down
    of_case $name message Down Enter Tab
    of_case $name message Down Down Enter Tab
    of_case $name message Down Down Down Enter BTab BTab BTab Right
    of_case $name checklist
    of_case $name offer =a
    of_case $name contact
    go $name "form SQCA-1" =x Tab =x Tab C-u =2001-02-03 Tab C-u PageDown PageDown PageDown =xx Tab C-x
}

# In French, as wide as usual and with room for all of a page; in English, on a wide one.
tour_marie() {
    ROWS_=160 terminal marie --language fr
    enter marie marie "Mot de passe" "en ligne"
    tour_clerk marie
}
tour_mary() {
    COLUMNS_=500 ROWS_=100 terminal mary --language en
    enter mary marie Password online
    tour_clerk mary
}

# A supervisor.
tour_luc() {
    COLUMNS_=500 ROWS_=50 terminal luc --language en
    enter luc luc Password online
    go luc supervise Down Down Enter
    go luc dangers Down
    go luc agents Enter
    of_case luc protect
    of_case luc wishes
    of_case luc status-code
    of_case luc todo
    of_case luc message Down Enter BTab BTab BTab BTab
    of_case luc message Down Down Down Enter BTab BTab BTab Right BTab Right
}

# A privacy officer.
tour_helene() {
    COLUMNS_=100 ROWS_=60 terminal helene --language fr
    enter helene helene "Mot de passe" "en ligne"
    go helene audit Tab =marie Enter k k u
    go helene dangers Down Enter
}

# An administrator, on the smallest usual screen.
tour_omar() {
    terminal omar --language en
    enter omar omar Password online
    go omar flags Enter PageDown
    go omar enrol
}

# The public screen.
tour_screen() {
    mux new-session -d -s screen -x 100 -y 40 "exec env TERM=xterm-256color \
        '$abs_top_builddir/guichet' display --server '$SERVER' --data-directory '$WORK/screen' \
        --agent screen --password-file '$WORK/password' --office sample/quebec 2>'$WORK/screen.errors'"
    watched screen
    for _ in $(seq 10); do look screen 1; done
}

pids=
for agent in screen marie mary luc helene omar; do
    tour_$agent >"$WORK/$agent.told" 2>&1 &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || { cat "$WORK"/*.told; fail "a tour"; }
done
own "on every screen" "$WORK"/*.raw

# --- what was seen --------------------------------------------------------------------------------

cat "$WORK"/*.seen >"$WORK/seen"
grep -o '~[0-9]*~' "$WORK/seen" | sort -u | tr -d '~' >"$WORK/shown"
awk 'NR == FNR { shown[$1] = 1; next } !($1 in shown) { print $2 }' "$WORK/shown" "$WORK/map" |
    sort >"$WORK/unseen"
cut -d: -f1 "$WORK/hidden" | sort >"$WORK/expected"
echo "fields seen on a screen: $(wc -l <"$WORK/shown") of $(wc -l <"$WORK/map")," \
    "never shown by design: $(wc -l <"$WORK/hidden")"
[ -z "${KEEP_:-}" ] || cp "$WORK/seen" "$WORK/map" "$WORK/unseen" "$KEEP_"
comm -13 "$WORK/expected" "$WORK/unseen" >"$WORK/missed"
comm -23 "$WORK/expected" "$WORK/unseen" >"$WORK/surprise"
[ ! -s "$WORK/missed" ] || { cat "$WORK/missed"; fail "these fields were seen on no screen"; }
[ ! -s "$WORK/surprise" ] || { cat "$WORK/surprise"; fail "shown after all"; }
grep -q '␛' "$WORK/seen" || fail "no escape is shown as a mark"
grep -q '<U+202E>' "$WORK/seen" || fail "no direction is shown as a mark"
