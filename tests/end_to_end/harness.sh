# Sourced by the end-to-end tests: a real guichetd on a free port with the shipped sample, real
# terminals in tmux on a private socket, all in a temporary directory that is gone afterwards.
#
#   server_start              starts guichetd (again, on the same database and port); sets $SERVER
#                             with the flags in SERVER_
#   server_stop [SIGNAL]      ends it and waits; KILL for kill -9
#   terminal NAME [ARG...]    opens guichet in an 80x24 pane (COLUMNS_, ROWS_, TERM_ change that);
#                             the data directory is $WORK/NAME unless DATA_ says another; ENV_
#                             holds NAME=VALUE for its environment
#   sign_in NAME LOGIN        types login and password (every sample agent's is "guichet")
#   contact NAME MATTER       begins an anonymous contact about it at an English terminal
#   keys NAME KEY...          tmux key names: Enter, F2, Escape, C-t, Down
#   types NAME TEXT           text as typed, all at once
#   wait_for NAME TEXT [S]    until TEXT (fixed string) is on the screen; fails after S seconds (20)
#   wait_gone NAME TEXT [S]
#   wait_match NAME REGEX     until a line of the screen matches (an extended regular expression)
#   online NAME [S]           until it says so in its last line, and all of the catalogue has come
#   rests NAME                until all that its keys asked of the program itself is done and on the
#                             screen; what it waits for from elsewhere is waited for otherwise
#   at_rest PID...            the same for processes
#   wait_that MESSAGE COMMAND ARGUMENT...
#                             until the command succeeds; fails with the message after 20 seconds.
#                             A screen is painted in parts: what must be on it is waited for, and
#                             never looked at once
#   read_off NAME REGEX [N]   waits until the screen has N such texts (1), and prints all it has; lines
#                             of the screen are painted one after the other, also within one answer
#   first_ticket NAME WORDS   gives a ticket at the terminal whose list of queues is open, and which
#                             may have no number yet
#   wait_file NAME TEXT       the same for somebody's file: says "I am working on their case" when
#                             it is asked why it is opened
#   say FRENCH ENGLISH        the one of the language of this round, $LANGUAGE_
#   waits NAME FRENCH ENGLISH [S]
#                             wait_for what is said in the language of this round
#   shows NAME TEXT           now
#   code_of SECRET [N]        the one-time code of a secret in base 32, N steps from now (openssl)
#   rest_login LOGIN [PASSWORD]
#                             prints an access token (curl)
#   work_as LOGIN DEVICE      signs in by curl, at a device of two digits: sets $TOKEN, $AGENT, $DEVICE
#                             (curl, jq)
#   add TYPE ID BODY [KIND BASE]
#                             one operation of theirs, of now, or of $THEN when it is set; sets $NEW,
#                             its id
#   send                      sends those that were added; the server must apply them all
#   records_of LOGIN [PASSWORD]
#                             what the server gives them, into $WORK/records.json
#   proxy_start               puts a proxy before the server that a test commands (tests/proxy);
#                             sets $PROXIED
#   proxy_tell COMMAND        and waits until it obeys
#   relay_make                makes $WORK/relay.db, of Quebec's office, whose centre is behind the
#                             proxy; the server must be stopped
#   relay_start               starts guichetd relay on it (again, on the same port); sets $RELAY and
#                             $RELAY_PID
#   centre_is up|down         until the relay says so
#   cursor_at NAME            prints "column,row"
#   cursor_is NAME COLUMN,ROW now
#   terminal_pid NAME         the process id of guichet
#   terminal_kill NAME        kill -9
#   terminal_quit NAME        F10, and waits for its end
#   fail MESSAGE              ends the test, showing all screens
#
# GUICHET_TEST_PATIENCE multiplies all times that are waited at most: for slow builds.
#
# Everything runs in LC_ALL=C.UTF-8. Output goes to the test's log.

set -u
export LC_ALL=C.UTF-8
: "${abs_top_srcdir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${abs_top_builddir:=$abs_top_srcdir}"
# Tests run as root in containers.
[ "$(id -u)" != 0 ] || export GUICHETD_USER=root
command -v tmux >/dev/null || { echo "tmux is not installed: skipped"; exit 77; }

WORK=$(mktemp -d "${TMPDIR:-/tmp}/guichet-test.XXXXXX")
SOCKET=guichet-$$
SERVER_PID=
PORT=0
PATIENCE=${GUICHET_TEST_PATIENCE:-1}
PROXY_PID=
RELAY_PID=
RELAY_PORT=0
TERMINALS=
MUX_PID=

. "$(dirname "${BASH_SOURCE[0]}")/mux.bash"

cleanup() {
    mux kill-server 2>/dev/null
    # A server of tmux may wait for ever for a client that it cannot tell any more.
    for pid in $MUX_PID $SERVER_PID $PROXY_PID $RELAY_PID; do
        kill -9 "$pid"
        wait "$pid"
    done 2>/dev/null
    rm -rf "$WORK"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

# Keeps the tmux server alive while no terminal is open.
mux new-session -d -s hold 'exec sleep 3600'
mux set-option -g remain-on-exit on
MUX_PID=$(mux display-message -p '#{pid}')
mux_open

fail() {
    echo "FAILED: $*"
    for name in $TERMINALS; do
        echo "--- screen of $name"
        mux capture-pane -p -t "=$name:" 2>/dev/null
        cat "$WORK/$name.errors" 2>/dev/null
    done
    echo "--- guichetd"
    tail -20 "$WORK/server.log" 2>/dev/null
    exit 1
}

guichetd() {
    "$abs_top_builddir/guichetd" "$@"
}

# Makes the database with the shipped sample, or with the folder given.
server_init() {
    local made="$abs_top_builddir/tests/sample.db"

    # The shipped sample was imported once, for all tests (tests/local.mk).
    if [ $# = 0 ] && [ "$made" -nt "$abs_top_builddir/guichetd" ]; then
        cp "$made" "$WORK/server.db" && cp "$made.audit-key" "$WORK/server.db.audit-key" ||
            fail "no copy of the sample"
        return
    fi
    guichetd init --database "$WORK/server.db" >"$WORK/init.log" 2>&1 || fail "guichetd init"
    guichetd import sample "${1:-$abs_top_srcdir/app/sample}" --database "$WORK/server.db" \
        >>"$WORK/init.log" 2>&1 || { cat "$WORK/init.log"; fail "guichetd import"; }
}

# listening_at WHAT PID LOG: prints where it listens as soon as its log says so, or what is wrong.
listening_at() {
    local end=$((SECONDS + 20 * PATIENCE)) line
    while [ $SECONDS -lt $end ]; do
        while read -r line; do
            [[ $line =~ http://127\.0\.0\.1:[0-9]+ ]] || continue
            echo "${BASH_REMATCH[0]}"
            return
        done <"$3"
        kill -0 "$2" 2>/dev/null || { echo "$1 ended"; return 1; }
        sleep 0.05
    done
    echo "$1 does not say where it listens"
    return 1
}

server_start() {
    [ -f "$WORK/server.db" ] || server_init
    : >"$WORK/server.log"
    "$abs_top_builddir/guichetd" serve --database "$WORK/server.db" --listen "127.0.0.1:$PORT" \
        ${SERVER_:-} >"$WORK/server.log" 2>&1 &
    SERVER_PID=$!
    SERVER=$(listening_at guichetd "$SERVER_PID" "$WORK/server.log") || fail "$SERVER"
    PORT=${SERVER##*:}
}

server_stop() {
    kill -"${1:-TERM}" "$SERVER_PID"
    wait "$SERVER_PID" 2>/dev/null
    SERVER_PID=
}

terminal() {
    local name=$1
    shift
    mux kill-session -t "=$name" 2>/dev/null
    mux new-session -d -s "$name" -x "${COLUMNS_:-80}" -y "${ROWS_:-24}" \
        "exec env ${ENV_:-} TERM=${TERM_:-xterm-256color} '$abs_top_builddir/guichet' \
        --server '$SERVER' --data-directory '${DATA_:-$WORK/$name}' $* 2>'$WORK/$name.errors'"
    case " $TERMINALS " in *" $name "*) ;; *) TERMINALS="$TERMINALS $name" ;; esac
}

# No person's next key comes sooner than this.
BETWEEN_KEYS=0.02

keys() {
    local name=$1
    shift
    mux_ask send-keys -t "=$name:" "$@" && sleep $BETWEEN_KEYS
}

types() {
    mux_ask send-keys -t "=$1:" -l "$2" && sleep $BETWEEN_KEYS
}

screen() {
    mux capture-pane -p -t "=$1:" 2>/dev/null
}

shows() {
    see "$1" && [[ $SEEN == *"$2"* ]]
}

wait_for() {
    local end=$((SECONDS + ${3:-20} * PATIENCE))
    until shows "$1" "$2"; do
        [ $SECONDS -lt $end ] || fail "$1 does not show: $2"
        sleep 0.05
    done
}

wait_gone() {
    local end=$((SECONDS + ${3:-20} * PATIENCE))
    while shows "$1" "$2"; do
        [ $SECONDS -lt $end ] || fail "$1 still shows: $2"
        sleep 0.05
    done
}

say() {
    if [ "$LANGUAGE_" = fr ]; then echo "$1"; else echo "$2"; fi
}

waits() {
    if [ "$LANGUAGE_" = fr ]; then wait_for "$1" "$2" "${4:-20}"; else wait_for "$1" "$3" "${4:-20}"; fi
}

wait_that() {
    local message=$1 end=$((SECONDS + 20 * PATIENCE))
    shift
    until "$@"; do
        [ $SECONDS -lt $end ] || fail "$message"
        sleep 0.05
    done
}

contact() {
    keys "$1" F3
    wait_for "$1" "Type a part of the name"
    keys "$1" C-o
    wait_for "$1" "The contact has begun."
    # What the contact was begun from may have given it a matter already.
    keys "$1" C-u
    types "$1" "$2"
    keys "$1" Tab Enter
    wait_for "$1" "contact, in progress"
}

wait_file() {
    local end=$((SECONDS + 20 * PATIENCE)) asks='Pourquoi ouvrez-vous ce dossier|Why do you open this file'
    until shows "$1" "$2"; do
        if matches "$1" "$asks"; then
            types "$1" 3
            while matches "$1" "$asks"; do
                [ $SECONDS -lt $end ] || fail "$1 still asks why"
                sleep 0.05
            done
        fi
        [ $SECONDS -lt $end ] || fail "$1 does not show: $2"
        sleep 0.05
    done
}

matches() {
    local rest
    see "$1" || return
    rest=$SEEN
    while [ -n "$rest" ]; do
        [[ ${rest%%$'\n'*} =~ $2 ]] && return
        rest=${rest#*$'\n'}
    done
    return 1
}

lacks() {
    ! matches "$1" "$2"
}

wait_match() {
    wait_that "$1 does not match: $2" matches "$1" "$2"
}

is_online() {
    matches "$1" "^ (online|en ligne)( |$)"
}

online() {
    local end=$((SECONDS + ${2:-20} * PATIENCE))
    until is_online "$1"; do
        [ $SECONDS -lt $end ] || fail "$1 is not online"
        sleep 0.05
    done
}

# texts_on NAME REGEX N
texts_on() {
    see "$1" && READ_OFF=$(grep -oE -- "$2" <<<"$SEEN") && [ "$(echo "$READ_OFF" | wc -l)" -ge "$3" ]
}

read_off() {
    local READ_OFF=
    wait_that "$1 does not show ${3:-1} times: $2" texts_on "$1" "$2" "${3:-1}" >&2
    echo "$READ_OFF"
}

ticket_given() {
    matches "$1" "p (prints|imprime)\."
}

ticket_answered() {
    ticket_given "$1" || matches "$1" "$NO_NUMBER"
}

NO_NUMBER="has no number yet|pas encore de numéro"

first_ticket() {
    types "$1" "$2"
    keys "$1" Enter
    wait_that "$1 gives no ticket" ticket_answered "$1"
    until ticket_given "$1"; do
        # What was said goes with the next key.
        keys "$1" Right
        wait_that "$1 still says that it has none" lacks "$1" "$NO_NUMBER"
        keys "$1" Enter
        wait_that "$1 gives no ticket" ticket_answered "$1"
    done
}

sign_in() {
    wait_for "$1" "${3:-Mot de passe}"
    types "$1" "$2"$'\r'guichet$'\r'
}

code_of() {
    local key step hash offset
    key=$(echo "$1" | base32 -d | od -An -v -tx1 | tr -d ' \n')
    step=$(printf '%016x' $(($(date +%s) / 30 + ${2:-0})))
    hash=$(printf '%s' "$step" | sed 's/../\\x&/g' | xargs -0 printf |
        openssl dgst -sha1 -mac HMAC -macopt "hexkey:$key" | sed 's/.*= //')
    offset=$((16#${hash:39:1} * 2))
    printf '%06d' $(((16#${hash:$offset:8} & 0x7fffffff) % 1000000))
}

rest_login() {
    curl -sS -H 'Content-Type: application/json' -d "{\"login\": \"$1\",
        \"password\": \"${2:-guichet}\", \"device\": \"019aaaaa-0000-7000-8000-000000000001\"}" \
        "$SERVER/v1/login" | grep -o '"token": *"[^"]*"' | cut -d'"' -f4
}

work_as() {
    DEVICE=019aaaaa-0000-7000-8000-0000000000$2
    curl -sS -H 'Content-Type: application/json' \
        -d "{\"login\": \"$1\", \"password\": \"guichet\", \"device\": \"$DEVICE\"}" \
        "$SERVER/v1/login" >"$WORK/login" || fail "the server does not answer"
    TOKEN=$(jq -r .token "$WORK/login")
    AGENT=$(jq -r .agent.id "$WORK/login")
}

ADDED=0
OPERATIONS=
add() {
    ADDED=$((ADDED + 1))
    NEW=$(printf '018aaaaa-0000-7000-8%03d-%012d' "$ADDED" "$ADDED")
    OPERATIONS="$OPERATIONS$(jq -cn --arg id "$NEW" --arg type "$1" --arg record "$2" \
        --arg agent "$AGENT" --arg device "$DEVICE" --argjson body "$3" \
        --arg kind "${4:-append}" --argjson base "${5:-0}" \
        --arg time "${THEN:-$(date -u +%Y-%m-%dT%H:%M:%S.000Z)}" \
        '{id: $id, kind: $kind, type: $type, record: $record, base: $base, agent: $agent,
          device: $device, time: $time, tick: 0, body: $body}')
"
}

send() {
    printf '%s' "$OPERATIONS" | jq -cs '{operations: .}' |
        curl -sS -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \
            --data-binary @- "$SERVER/v1/operations" >"$WORK/answers.json"
    jq -e --argjson sent "$(printf '%s' "$OPERATIONS" | wc -l)" \
        '[.outcomes[] | select(.outcome == "applied")] | length == $sent' \
        "$WORK/answers.json" >/dev/null || { cat "$WORK/answers.json"; fail "not all was applied"; }
    OPERATIONS=
}

records_of() {
    curl -sS -H "Authorization: Bearer $(rest_login "$@")" "$SERVER/v1/changes?since=0&limit=500" \
        >"$WORK/records.json" || fail "the server does not answer"
}

proxy_start() {
    mkfifo "$WORK/tell" "$WORK/told"
    "$abs_top_builddir/tests/proxy/fault_proxy" "$PORT" <"$WORK/tell" >"$WORK/told" &
    PROXY_PID=$!
    exec 9>"$WORK/tell" 8<"$WORK/told"
    read -r _ PROXIED <&8 || fail "the proxy does not start"
    PROXIED=http://127.0.0.1:$PROXIED
}

proxy_tell() {
    local answer
    echo "$1" >&9
    read -r answer <&8 && [ "$answer" = ok ] || fail "the proxy answers: $answer"
}

relay_make() {
    guichetd relay add sample/quebec --database "$WORK/server.db" >"$WORK/token" || fail "relay add"
    guichetd relay init --centre "$PROXIED" --database "$WORK/relay.db" <"$WORK/token" \
        >"$WORK/init.log" || fail "relay init"
}

relay_start() {
    : >"$WORK/relay.log"
    "$abs_top_builddir/guichetd" relay --database "$WORK/relay.db" \
        --listen "127.0.0.1:$RELAY_PORT" >"$WORK/relay.log" 2>&1 &
    RELAY_PID=$!
    RELAY=$(listening_at relay "$RELAY_PID" "$WORK/relay.log") ||
        { cat "$WORK/relay.log"; fail "$RELAY"; }
    RELAY_PORT=${RELAY##*:}
}

relay_status() {
    guichetd relay status --listen "127.0.0.1:$RELAY_PORT"
}

relay_says() {
    relay_status | grep -q "$1"
}

centre_is() {
    wait_that "the centre is not $1" relay_says "centre: $1"
}

cursor_at() {
    mux display-message -p -t "=$1:" '#{cursor_x},#{cursor_y}'
}

cursor_is() {
    local SAID
    mux_ask display-message -p -t "=$1:" '#{cursor_x},#{cursor_y}' && [ "${SAID%$'\n'}" = "$2" ]
}

terminal_pid() {
    mux display-message -p -t "=$1:" '#{pane_pid}'
}

# at_rest PID...: no thread of them has anything to do, on a machine that may give it no turn for
# seconds.
at_rest() {
    local end=$((SECONDS + 90 * PATIENCE)) still=0 before= now pid stat field
    while [ $still -lt 3 ]; do
        [ $SECONDS -lt $end ] || fail "process $* does not come to rest"
        now=
        for pid; do
            for stat in "/proc/$pid/task/"*/stat; do
                { read -r stat <"$stat"; } 2>/dev/null || continue
                read -ra field <<<"${stat##*) }"
                now+="${field[0]} ${field[11]} ${field[12]} "
            done
        done
        case $now in
        *[RD]*) still=0 ;;
        "$before") still=$((still + 1)) ;;
        *) still=0 ;;
        esac
        before=$now
        sleep 0.02
    done
}

# The program first, then what paints its window.
rests() {
    at_rest "$(terminal_pid "$1")"
    at_rest "$MUX_PID"
}

terminal_ended() {
    local SAID
    ! mux_ask display-message -p -t "=$1:" '#{pane_dead}' 2>/dev/null || [ "${SAID%$'\n'}" != 0 ]
}

wait_ended() {
    local end=$((SECONDS + 20 * PATIENCE))
    until terminal_ended "$1"; do
        [ $SECONDS -lt $end ] || fail "$1 does not end"
        sleep 0.05
    done
}

terminal_kill() {
    kill -9 "$(terminal_pid "$1")"
    wait_ended "$1"
}

terminal_quit() {
    keys "$1" F10
    wait_ended "$1"
    local status=
    for _ in $(seq $((20 * PATIENCE))); do # tmux learns it a little after the end, and sometimes never
        status=$(mux display-message -p -t "=$1:" '#{pane_dead_status}')
        [ -n "$status" ] && break
        # A signal that came while tmux was busy may have been missed: the child stays unreaped.
        kill -CHLD "$MUX_PID"
        sleep 0.05
    done
    [ "${status:-0}" = 0 ] || fail "$1 ended badly: $status"
}
