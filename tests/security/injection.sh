#!/usr/bin/env bash
# Hostile text in records, or in what a server says, reaches no terminal. An office with one record at
# least of each type (seeds.sql) has every text of every record, of work and catalogue, replaced in the
# server's database by all controls and known sequences (plant.c). Agents of all roles sign in at the same
# time, in both languages and on screens of several sizes, and go through every screen; the raw
# output is read: nothing but Guichet's own repertoire, and the hostile characters as visible marks.
# One of the terminals has a server that lies (liar.c): why operations are refused, who else wrote,
# who was found elsewhere, where to sign in. guichetd's own lists and exports are read as well, as a
# terminal gets them. Each field that there is must have been seen, but for those that nothing shows.
# (Text that comes in otherwise: injection_input.sh.)
. "$(dirname "$0")/../end_to_end/harness.sh"
. "$(dirname "$0")/hostile_text.bash"
for tool in curl jq script sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done

# Fields that nothing shows, and why.
cat >"$WORK/hidden" <<'END'
access.words: kept in the audit trail alone, seen there as audit.words
alert.threshold: which threshold it was, for the server that ends it
agent.title.en: an agent goes by "name"
agent.title.fr: an agent goes by "name"
calendar.title.en: only its holidays are named
calendar.title.fr: only its holidays are named
calendar.rules.observed_title.en: on the day of that holiday alone, where its title stands else
calendar.rules.observed_title.fr: on the day of that holiday alone, where its title stands else
contact.language: a code, and nothing when there is no such language
life-event.keywords.en: searched
life-event.keywords.fr: searched
message.in_reply_to: for the mail server
message.message_id: for the mail server
message.source: which mailbox or gateway it came by
role.summary.en: for who administers, in the file
role.summary.fr: for who administers, in the file
role.title.en: for who administers, in the file
role.title.fr: for who administers, in the file
roll.day: chooses the rolls of today
snippet.title.en: a phrase goes by its word and its text
snippet.title.fr: a phrase goes by its word and its text
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
online first 40
mux kill-session -t "=first"
server_stop
# Its tickets are of the office's day.
TZ=America/Toronto sqlite3 "$WORK/server.db" <"$abs_top_srcdir/tests/security/seeds.sql" ||
    fail "no seeds"
sqlite3 "$WORK/server.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
PLANTED=$("$TOOLS/plant" "$WORK/server.db" "$WORK/map") || fail "nothing was planted"
echo "hostile: $PLANTED"

# id_of TYPE WHERE: of the record.
id_of() {
    sqlite3 "$WORK/server.db" "SELECT id FROM record WHERE type = '$1' AND $2"
}

# Sophie's client, whose file can be saved as it stands, and the one whose file is full.
CLIENT=$(id_of client "id LIKE '%0037'")
READ=$(id_of client "id LIKE '%0001'")
SOPHIE=$(id_of agent "json_extract(document, '\$.body.login') = 'sophie'")
sqlite3 "$WORK/server.db" "UPDATE record SET document = json_set(document, '\$.body.phone',
    '418 555-0101', '\$.body.email', 'b@example.ca', '\$.body.postal_code', 'G1R 4S9',
    '\$.body.birth_date', '1980-01-01', '\$.body.address', 'a', '\$.body.accessibility', 'a')
    WHERE id = '$CLIENT'"
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

# --- a server that lies ----------------------------------------------------------------------------

# orders WORD: what it does from now on.
orders() {
    echo "$1" >"$WORK/orders.new"
    mv "$WORK/orders.new" "$WORK/orders"
}

# somebody_writes: into two fields of the client, at the true server.
somebody_writes() {
    local token device=019aaaaa-0000-7000-8000-0000000000aa
    token=$(curl -sS -H 'Content-Type: application/json' \
        -d '{"login":"sophie","password":"guichet","device":"'$device'"}' "$TRUE/v1/login" |
        jq -r .token)
    jq -n --arg client "$CLIENT" --arg agent "$SOPHIE" --arg now "$(date -u +%FT%T.%3NZ)" \
        --arg device "$device" --arg address "~6000~$EVIL" --arg needs "~6001~$EVIL" '
        {operations: [{id: "019aaaaa-0000-7000-8001-000000000001", kind: "fields", type: "client",
            record: $client, base: 1, agent: $agent, device: $device, time: $now, tick: 0,
            body: {address: $address, accessibility: $needs}}]}' |
        curl -sS -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
            --data-binary @- "$TRUE/v1/operations" | grep -q '"applied"' ||
        fail "nobody else writes"
}

# edit TABS WORDS WAITING: a field of the client of one's first case; then so many changes wait.
edit() {
    local end=$((SECONDS + 20 * PATIENCE))
    of_case liar client
    # While the case is on its way, it is the form of a new client.
    until matches liar "^ Name +~"; do
        [ $SECONDS -lt $end ] || fail "the liar's terminal has no case"
        of_case liar client
    done
    for _ in $(seq "$1"); do keys liar Tab; done
    keys liar C-u
    types liar "$2"
    wait_for liar "$2"
    keys liar C-x
    wait_for liar "$3 waiting"
}

# What it says of itself: where to sign in, and why not.
tour_asked() {
    SERVER=$LIES COLUMNS_=200 terminal asked --language en --provider
    watched asked
    wait_for asked Password
    keys asked C-p
    wait_for asked "In a browser"
    look asked
    : >"$WORK/deny"
    wait_for asked "It was refused"
    look asked
    : >"$WORK/was_asked"
}

# status NAME TEXT: what `guichet status` tells her, in a window of its own.
status() {
    mux new-session -d -s "$1" -x 200 -y 50 "'$abs_top_builddir/guichet' status --agent sophie \
        --data-directory '$WORK/liar' --server '$LIES' --password-file '$WORK/known'; sleep 60"
    watched "$1"
    wait_for "$1" "$2"
    look "$1"
}

# A specialist who works with it.
tour_liar() {
    SERVER=$LIES COLUMNS_=400 ROWS_=50 terminal liar --language en
    enter liar sophie Password online
    # What is cut is cut for everybody.
    wait_that "nobody was asked" test -e "$WORK/was_asked"
    orders cut
    edit 5 "own address" 1
    wait_for liar offline
    somebody_writes
    edit 8 "own needs" 2
    at liar outbox
    orders pass
    wait_for liar "Nothing waits" 150
    at liar refusals
    wait_for liar "own address"
    wait_for liar "own needs"
    look liar

    orders trouble
    of_case liar note
    types liar "a note of ours"
    keys liar C-x
    wait_for liar "server fault"
    at liar outbox
    status waits "times: "
    orders refuse
    wait_for liar "Nothing waits" 150
    at liar refusals
    status refused "catalogue: "
    orders pass

    online liar 150
    at liar "elsewhere zorro"
    keys liar Enter
    wait_for liar "Why do you look"
    types liar 2
    wait_for liar "There are more"
    look liar
    keys liar Enter
    wait_for liar "could not be opened"
    look liar
    go liar "lists mine" F3
    types liar zorro
    wait_for liar zorro
    keys liar Tab
    look liar
}

# --- guichetd on a terminal ------------------------------------------------------------------------

# What it tells who administers, and what it writes for others.
tour_commands() {
    mkdir "$WORK/cli"
    cat >"$WORK/commands" <<END
cd '$WORK'
for command in "device list" "hold list" "retention list" "retention run --dry-run --list" \
    "intake-key list" intake-refused "audit export" "audit export --csv" "audit verify" check; do
    echo "== \$command"
    '$abs_top_builddir/guichetd' \$command --database server.db
done
for command in "device list" "intake-key list" intake-refused; do
    '$abs_top_builddir/guichetd' \$command --json --database server.db
done
'$abs_top_builddir/guichetd' disclose $READ page.html --language fr --database server.db
cat page.html
cd cli # what a terminal without a screen keeps, and the catalogue as it is given away
'$abs_top_builddir/guichet' sync --agent omar --data-directory . --server '$SERVER' \
    --password-file ../known
for language in fr en; do
    '$abs_top_builddir/guichet' export --catalogue catalogue.db --language \$language csv -
    '$abs_top_builddir/guichet' search --catalogue catalogue.db --language \$language a
    '$abs_top_builddir/guichet' search --catalogue catalogue.db --language \$language --json a
done
'$abs_top_builddir/guichet' export --catalogue catalogue.db hsds-json -
echo "== all told"
END
    # Megabytes that nobody looks at: a terminal that only takes them down.
    script -q -c "bash '$WORK/commands'" "$WORK/commands.raw" </dev/null >/dev/null 2>&1
    grep -aq '^== all told' "$WORK/commands.raw" || fail "the commands did not end"
    cp "$WORK/commands.raw" "$WORK/commands.seen"
}

echo guichet >"$WORK/known"
orders pass
TRUE=$SERVER
"$TOOLS/liar" "${SERVER##*:}" "$WORK/orders" "$WORK/deny" "$WORK/map.liar" >"$WORK/liar.address" &
LIAR=$!
trap 'kill $LIAR 2>/dev/null; cleanup' EXIT
wait_that "the liar does not start" test -s "$WORK/liar.address"
LIES=$(cat "$WORK/liar.address")

pids=
for agent in screen marie mary luc helene omar asked liar commands; do
    tour_$agent >"$WORK/$agent.told" 2>&1 &
    pids="$pids $!"
done
for pid in $pids; do
    wait "$pid" || { cat "$WORK"/*.told; fail "a tour"; }
done
own "on every screen" "$WORK"/*.raw

# --- what was seen --------------------------------------------------------------------------------

printf '6000 conflict.stands\n6001 conflict.gave-way\n' | cat - "$WORK/map.liar" >>"$WORK/map"
cat "$WORK"/*.seen >"$WORK/seen"
sed 's/\([^ ]\) /\1/g' "$WORK/asked.seen" >>"$WORK/seen" # a code is shown letter by letter
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
