#!/usr/bin/env bash
# Hostile text reaches no terminal. Two agents work for a while, so that there are records of many
# types; then every text of every record, of the work and of the catalogue, is replaced in the
# server's database by all controls and known sequences. Terminals sign in and open every screen
# there is a command for, walk through what is listed and open it; the raw output is read: nothing
# but Guichet's own repertoire, and the hostile characters as visible marks. The same of what is
# pasted, of configuration, of file names, of what a server answers, of log lines, and of exports.
. "$(dirname "$0")/../end_to_end/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
TOOLS=$abs_top_builddir/tests/security
ESC=$'\e'
EVIL="$ESC]0;pwned"$'\a'"$ESC[31mRED"$'\u202e\u009b2J\u200b'

# watched NAME: all that the terminal of this name is sent, from its first byte.
watched() {
    mux pipe-pane -t "=$1:" -o "cat >>'$WORK/$1.raw'"
}

# own WHAT FILE...: nothing but the repertoire.
own() {
    local what=$1
    shift
    "$TOOLS/repertoire" "$@" >"$WORK/told" || { cat "$WORK/told"; fail "$what"; }
    echo "$what: $(tail -1 "$WORK/told")"
}

look() {
    sleep "${2:-0.25}"
    screen "$1" >>"$WORK/$1.seen"
}

# --- records of many types ----------------------------------------------------------------------

server_init
KEY=$(guichetd intake-key add site --channel web --queue sample/civil-status \
    --database "$WORK/server.db") || fail "intake-key add"
server_start
for n in 1 2 3; do
    curl -sS -o /dev/null -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d "
        {\"message_id\": \"m-$n\", \"kind\": \"request\", \"subject\": \"Demande $n\",
         \"text\": \"Bonjour.\", \"language\": \"fr\", \"client\": {\"name\": \"Zoé Gagnon $n\",
         \"email\": \"zoe$n@example.org\"}, \"attachments\": [{\"name\": \"lettre.txt\",
         \"type\": \"text/plain\", \"content\": \"$(printf '%s' "$EVIL" | base64 -w0)\"}]}" \
        "$SERVER/v1/intake/web"
done
terminal a --language fr --channel phone
sign_in a marie
wait_for a "en ligne"
keys a F3
wait_for a "Tapez une partie du nom"
types a "Perséphone Quimpérault"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab
types a "418 555-0173"
keys a C-x
wait_for a "Le contact est commencé."
types a "Réclamation"
keys a Tab Enter
wait_for a "contact en cours"
REFERENCE=$(screen a | grep -o "C-[0-9A-Z]*-[0-9A-Z]*" | head -1)
[ -n "$REFERENCE" ] || fail "no reference"
keys a F6
types a "La cliente attend."
keys a C-x
wait_for a "La note est enregistrée"
keys a F6
types a "Rappeler la cliente"
keys a Tab Right Right Right
keys a Tab
types a "demain"
keys a C-x
sleep 0.5
keys a C-g
types a $'form SQCA-1\r'
wait_for a "* Prénom"
types a "Anne"
keys a Tab
wait_for a "brouillon enregistré"
keys a F5
sleep 0.5
types a "pierre"
wait_for a "Pierre Gagnon"
keys a C-x
wait_for a "Offert à Pierre Gagnon"
keys a C-g
types a $'flag\r'
sleep 0.5
keys a Escape
sleep 1.5
mux kill-session -t "=a"
server_stop
sqlite3 "$WORK/server.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
TYPES=$(sqlite3 "$WORK/server.db" "SELECT count(DISTINCT type) FROM record")
PLANTED=$("$TOOLS/plant" "$WORK/server.db" "$WORK/map") || fail "nothing was planted"
echo "hostile: $PLANTED, of $TYPES types"
server_start

# --- every screen, everything listed ------------------------------------------------------------

COMMANDS=$(grep -ho '\.command = N_("[^"]*")' "$abs_top_srcdir"/ui/screen_*.c | cut -d'"' -f2 | sort -u |
    grep -vx -e lock -e help -e supervise -e delegates)
COMMANDS="$COMMANDS
form SQCA-1
form PC-1
supervise
case $REFERENCE
delegates"
[ "$(wc -l <<<"$COMMANDS")" -ge 25 ] || fail "where are the commands of the screens?"

# tours NAME: each screen, from what is open now; what is marked in it is opened, and what is in that.
tours() {
    local command IFS=$'\n'
    for command in $COMMANDS; do
        keys "$1" C-g
        types "$1" "$command"$'\r'
        look "$1"
        keys "$1" Down
        keys "$1" Enter
        look "$1"
        keys "$1" Enter
        look "$1" 0.15
        for _ in 1 2 3; do
            keys "$1" Escape
            sleep 0.1
        done
    done
}

for agent in ${AGENTS:-marie luc}; do
    if [ "$agent" = luc ]; then
        COLUMNS_=160 ROWS_=50 terminal luc --language en
        watched luc
        sign_in luc luc Password
        wait_for luc "online" 40
    else
        terminal "$agent" --language fr
        watched "$agent"
        sign_in "$agent" "$agent"
        wait_for "$agent" "en ligne" 40
    fi
    sleep 1
    look $agent
    keys $agent F2
    types $agent "a"
    look $agent 1
    keys $agent Enter
    look $agent 0.5
    for _ in 1 2 3 4 5 6; do keys $agent PageDown; look $agent 0.15; done
    keys $agent Escape
    tours $agent
    # The case of before, and from it all again.
    keys $agent C-g
    types $agent "case $REFERENCE"$'\r'
    look $agent 0.5
    for _ in 1 2 3 4 5 6; do
        keys $agent Down
        keys $agent Enter
        look $agent
        keys $agent Escape
        sleep 0.12
    done
    # The first that is offered or listed at home, and from it all again.
    keys $agent C-v
    look $agent 0.5
    keys $agent Enter
    look $agent 0.5
    keys $agent C-g
    types $agent $'lists\r'
    look $agent
    keys $agent Down Enter
    look $agent 0.5
    keys $agent Enter
    look $agent 0.5
    for _ in 1 2 3 4 5 6; do
        keys $agent Down
        keys $agent Enter
        look $agent
        types $agent 1
        look $agent
        keys $agent Escape
        sleep 0.12
    done
    tours $agent
    mux kill-session -t "=$agent"
done
own "on every screen" "$WORK"/*.raw
SHOWN=$(cat "$WORK"/*.seen | grep -o '~[0-9]*~' | sort -u | tr -d '~' | wc -l)
echo "fields seen on a screen: $SHOWN, of $(grep -vc " form\." "$WORK/map") and those of forms"
cat "$WORK"/*.seen | grep -o '~[0-9]*~' | sort -u | tr -d '~' >"$WORK/shown"
awk 'NR == FNR { shown[$1] = 1; next } !($1 in shown) { print $2 }' "$WORK/shown" "$WORK/map" |
    sort >"$WORK/unseen"
cut -d' ' -f2 "$WORK/map" | cut -d. -f1 | sort -u >"$WORK/types"
awk 'NR == FNR { shown[$1] = 1; next } $1 in shown { print $2 }' "$WORK/shown" "$WORK/map" |
    cut -d. -f1 | sort -u >"$WORK/types-shown"
echo "types seen: $(tr '\n' ' ' <"$WORK/types-shown")"
echo "types not seen: $(comm -23 "$WORK/types" "$WORK/types-shown" | tr '\n' ' ')"
[ -z "${VERBOSE_:-}" ] || cat "$WORK/unseen"
cat "$WORK"/*.seen | grep -q '␛' || fail "no escape is shown as a mark"
cat "$WORK"/*.seen | grep -q '<U+202E>' || fail "no direction is shown as a mark"
[ "$SHOWN" -ge 45 ] || fail "only $SHOWN fields are seen"

# --- what is pasted and typed --------------------------------------------------------------------

terminal p --language fr
watched p
sign_in p marie
wait_for p "en ligne" 40
keys p F2
sleep 0.3
{
    for byte in $(seq 1 255); do # each byte, then known sequences, and UTF-8 that is none
        [ "$byte" = 3 ] || printf "\\x$(printf %02x "$byte")"
    done
    printf '%s' "$EVIL"
    printf '\xc0\x9b\xe0\x80\x9b\xed\xa0\x80\xf4\x90\x80\x80\xf0\x9f\x98\xff'
} >"$WORK/pasted"
for command in search note contact message task; do
    keys p C-g
    types p "$command"$'\r'
    sleep 0.2
    mux load-buffer -b evil "$WORK/pasted"
    mux paste-buffer -p -b evil -t "=p:"
    look p 0.4
    mux paste-buffer -b evil -t "=p:" # as if typed: no marks around it
    look p 0.4
    for _ in 1 2 3 4; do keys p Escape; sleep 0.1; done
done
# A paste that brings its own end: what follows is text too, and no key.
keys p F2
mux send-keys -t "=p:" -H 1b 5b 32 30 30 7e 61 1b 5b 32 30 31 7e 1b 5b 33 31 6d 1b 5b 32 30 31 7e
look p 0.4
mux kill-session -t "=p"
own "pasted and typed" "$WORK/p.raw"

# --- what a server answers -----------------------------------------------------------------------

if command -v perl >/dev/null; then
    perl -MIO::Socket::INET -e '
        my $listener = IO::Socket::INET->new(LocalAddr => "127.0.0.1", Listen => 9, ReuseAddr => 1);
        $| = 1; print $listener->sockport, "\n";
        my $evil = "\\u001b]0;pwned\\u0007\\u001b[31mRED\\u202e\\u009b2J";
        my $n = 0;
        while (my $client = $listener->accept) {
            while (my $line = <$client>) { last if $line =~ /^\r?\n$/; }
            my $body = "{\"type\":\"$evil\",\"title\":\"$evil\",\"detail\":\"$evil\",\"status\":403}";
            my $reason = $n++ % 2 ? "\e]0;reason\a\e[31m" : "Forbidden";
            print $client "HTTP/1.1 403 $reason\r\nContent-Type: application/problem+json\r\n",
                "X-Evil: \e]0;header\a\r\nContent-Length: ", length($body),
                "\r\nConnection: close\r\n\r\n$body";
            close $client;
        }' >"$WORK/liar.port" &
    LIAR=$!
    trap 'kill -9 $LIAR 2>/dev/null; cleanup' EXIT
    until [ -s "$WORK/liar.port" ]; do sleep 0.05; done
    REAL=$SERVER SERVER=http://127.0.0.1:$(cat "$WORK/liar.port")
    terminal s --language fr
    watched s
    sign_in s marie
    look s 1.5
    mux kill-session -t "=s"
    own "what a server answers" "$WORK/s.raw"
    mkdir -p "$WORK/p2" && cp -r "$WORK/p/." "$WORK/p2/"
    printf 'guichet\n' >"$WORK/password"
    "$abs_top_builddir/guichet" sync --server "$SERVER" --data-directory "$WORK/p2" --agent marie \
        --password-file "$WORK/password" >"$WORK/sync.out" 2>&1
    own "what a server answers to a command" --lines "$WORK/sync.out"
    SERVER=$REAL
    kill -9 $LIAR
else
    echo "perl is not installed: no lying server"
fi

# --- arguments, configuration and the names of files ----------------------------------------------

GUICHET=$abs_top_builddir/guichet
{
    "$GUICHET" "--$EVIL"
    "$GUICHET" "$EVIL"
    "$GUICHET" --language "$EVIL"
    "$GUICHET" --channel "$EVIL" --language fr
    "$GUICHET" list "$EVIL" --agent marie --data-directory "$WORK/p" --password-file "$WORK/password"
    "$GUICHET" list mine --agent marie --data-directory "$WORK/p" --password-file "$WORK/password"
    "$GUICHET" status --agent marie --data-directory "$WORK/p" --password-file "$WORK/password" \
        --server "$SERVER"
    "$GUICHET" status --agent "$EVIL" --data-directory "$WORK/p"
    "$GUICHET" recover --agent marie --data-directory "$WORK/p" --password-file "$WORK/password"
    "$GUICHET" recover --agent marie --data-directory "$WORK/$EVIL" --password-file "$WORK/$EVIL"
    "$GUICHET" import csv "$WORK/$EVIL.csv" --catalogue "$WORK/c.db"
    "$GUICHET" import "$EVIL" "$WORK/$EVIL.csv" --catalogue "$WORK/c.db"
    "$GUICHET" export "$EVIL" --catalogue "$WORK/$EVIL"
    "$GUICHET" search --catalogue "$WORK/p/catalogue.db" a
    "$GUICHET" search --catalogue "$WORK/p/catalogue.db" "$EVIL"
    "$abs_top_builddir/guichetd" "$EVIL"
    "$abs_top_builddir/guichetd" agent add "$EVIL" --database "$WORK/$EVIL" </dev/null
    "$abs_top_builddir/guichetd" check --database "$WORK/$EVIL"
    "$abs_top_builddir/guichetd" serve --listen "$EVIL" --database "$WORK/server.db"
    printf 'server = %s\n%s = x\n' "$EVIL" "$EVIL" >"$WORK/evil.ini"
    "$GUICHET" --config "$WORK/evil.ini"
    "$abs_top_builddir/guichetd" serve --config "$WORK/evil.ini"
    printf 'name,%s\n"\x1b[31m",=1\n' "$EVIL" >"$WORK/evil$ESC[31m.csv"
    "$GUICHET" import csv "$WORK/evil$ESC[31m.csv" --catalogue "$WORK/c.db"
} </dev/null >"$WORK/commands.out" 2>&1
own "arguments, configuration, names of files" --lines "$WORK/commands.out"

# JSON, where a person looks at it.
cat >"$WORK/look.sh" <<END
sleep 1
for command in "list mine" "list office" "recover" "status --server $SERVER"; do
    '$GUICHET' \$command --json --agent marie --data-directory '$WORK/p' --password-file '$WORK/password'
done
sleep 1
END
mux new-session -d -s j -x 200 -y 50 "bash '$WORK/look.sh'"
watched j
wait_for j '"query"'
sleep 2.5
own "JSON on a terminal" "$WORK/j.raw"
grep -qiF '\u202e' "$WORK/j.raw" || fail "no direction in the JSON"

# --- the server's log ----------------------------------------------------------------------------

server_stop
"$abs_top_builddir/guichetd" serve --database "$WORK/server.db" --listen 127.0.0.1:0 --log-requests \
    >"$WORK/log" 2>&1 &
SERVER_PID=$!
until SERVER=$(grep -o 'http://127.0.0.1:[0-9]*' "$WORK/log"); do sleep 0.05; done
for path in "/v1/x%1b%5d0;pwned%07" "/v1/x%0aguichetd:%20forged" "/v1/x?q=%1b[31m" "/$EVIL"; do
    curl -sS -g -o /dev/null -A "$EVIL" -H "X-Request-Id: $EVIL" -H "Referer: $EVIL" "$SERVER$path"
done 2>/dev/null
curl -sS -o /dev/null -H 'Content-Type: application/json' \
    -d '{"login": "x\nguichetd: forged\u001b[31m", "password": "p"}' "$SERVER/v1/login"
printf 'GET /\x1b[31m\x9b HTTP/1.1\r\nHost: a\r\n\r\nBREW \x1b]0;x\x07 x\r\n\r\n' >"$WORK/raw-request"
timeout 3 bash -c "exec 3<>/dev/tcp/127.0.0.1/${SERVER##*:}; cat '$WORK/raw-request' >&3; cat <&3" \
    >/dev/null 2>&1
sleep 0.3
grep -q '^guichetd: forged' "$WORK/log" && fail "a client wrote a line of the log"
[ "$(wc -l <"$WORK/log")" -ge 4 ] || fail "nothing was logged"
own "the log" --lines "$WORK/log"
