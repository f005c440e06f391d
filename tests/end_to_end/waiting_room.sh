#!/usr/bin/env bash
# The waiting room: reception, two counters and a public screen. A ticket in three keys; call next,
# recall, no-show and back, transfer, appointment; served and finished with the contact; one winner
# of two counters that call while the link is cut; tickets given without the link; a public screen
# that no key leads out of, that says when the link is cut, and that never holds a name.
. "$(dirname "$0")/harness.sh"
PERSON="Zebulon Quackenbush"

cp -r "$abs_top_srcdir/app/sample" "$WORK/sample"
# Who did not come is called again at once: the test does not wait for minutes.
sed -i 's/"letter": "A",/"letter": "A", "return_minutes": 0,/' "$WORK/sample/queues.json"
server_init "$WORK/sample"
for who in alice:agent bernard:agent screen:display; do
    echo waiting-room | guichetd agent add --no-must-change "${who%%:*}" --database "$WORK/server.db" \
        --name "Agent ${who%%:*}" --office sample/quebec --role "${who##*:}" --language fr,en \
        --queues sample/front-line >>"$WORK/init.log" 2>&1 || fail "agent add: $(cat "$WORK/init.log")"
done
echo waiting-room >"$WORK/password"
server_start

display() {
    local name=$1
    shift
    mux kill-session -t "=$name" 2>/dev/null
    mux new-session -d -s "$name" -x "${COLUMNS_:-80}" -y "${ROWS_:-24}" \
        "exec env TERM=xterm-256color '$abs_top_builddir/guichet' display --server '$SERVER' \
        --data-directory '$WORK/$name' --agent screen --password-file '$WORK/password' $* \
        2>'$WORK/$name.errors'"
    case " $TERMINALS " in *" $name "*) ;; *) TERMINALS="$TERMINALS $name" ;; esac
}

counter() {
    terminal "$1" --language en --counter "$3"
    wait_for "$1" Password
    types "$1" "$2"$'\r'waiting-room$'\r'
    online "$1"
    types "$1" t
    wait_for "$1" "Counter $3: free"
}

command_line() {
    types "$1" ":$2"
    keys "$1" Enter
}

# Nothing that was typed there waits to be read (FIONREAD).
all_read() {
    perl -MFcntl -e 'sysopen(T, $ARGV[0], O_RDONLY | O_NOCTTY) or exit 1;
        ioctl(T, 0x541B, $count = pack("i", 0)) or exit 1;
        exit(unpack("i", $count) > 0)' "$(mux display-message -p -t "=$1:" '#{pane_tty}')"
}

# The number in the first row of the list.
first_of() {
    screen "$1" | sed -n 6p | awk '{print $1}'
}

first_is() {
    [ "$(first_of "$1")" = "$2" ]
}

give() {
    types r n
    wait_for r "Queues and services here"
    types r "$1"
    keys r Enter
    wait_for r "p prints."
}

display d --bell --office sample/quebec
wait_for d "Nobody is called now"
terminal r --language en
sign_in r marie Password
online r
counter a alice 1
counter b bernard 2
types r t
wait_for r "Nobody waits"

echo "a ticket in three keys"
# The very first one waits for its numbers to come.
types r n
wait_for r "Queues and services here"
first_ticket r fr
wait_for r "A1 for Front line: 0 before it"
for name in a b; do wait_for $name "A1 "; done
wait_for d "Waiting: 1"
wait_for d "Première ligne / Front line: 1"
give fr
wait_for r "A2 for Front line: 1 before it, ~8 min"

echo "call next, recall"
types a c
wait_for a "A1 is called to counter 1"
wait_for d "A1   Guichet / Counter: 1"
[ "$(mux display-message -p -t "=d:" '#{window_bell_flag}')" = 1 ] || fail "no bell at a new call"
wait_for r "called to 1"
types b c
wait_for b "A2 is called to counter 2"
wait_for d "A2   Guichet / Counter: 2"
wait_for d "Appels précédents / Calls before"
# Whoever has called a number calls no other one: what is called again next is still A2.
types b c
types b r
wait_for b "called 2 times"
wait_for b "Counter 2: A2"
types b r
wait_for b "called 3 times"
types b r
wait_for b "A2 was called 3 times. Did nobody come?"

echo "no-show, and back"
types b 1
wait_for b "A2: no-show"
wait_for d "A1   Guichet / Counter: 1"
shows d "A2   Guichet" && fail "a no-show stays called"
wait_for b "call again"
types b c
wait_for b "A2 is called to counter 2"

echo "transfer keeps the place"
types b t
wait_for b "A2 goes on to which queue?"
types b 1
wait_for b "A2 waits for Civil status"
give fr
wait_for r "A3 for Front line"
keys b Tab
wait_for b "A3 "
wait_for b "All queues"
wait_that "A2 lost its place" first_is b A2

echo "an appointment comes before those who came later than half an hour before it"
types r n
wait_for r "Queues and services here"
types r fr
keys r Tab Tab Tab
types r "$(TZ=America/Toronto date +%H:%M)"
keys r Enter
wait_for r "A4 for Front line: 0 before it"
wait_for b "appointment"
wait_that "the appointment is not first" first_is b A4

echo "served, with a contact that ends the ticket"
types a s
wait_for a "A ticket is being served"
types a "$PERSON"
keys a C-n
wait_for a "Birth date"
keys a C-x
wait_for a "with this client"
wait_for a "$PERSON"
wait_for a "A1"
wait_for r "at 1"
keys a C-x
wait_for a "How did the contact end?"
types a 1
wait_for a "The contact has ended"
keys a Escape
wait_for a "Served: 1"
wait_for r "Served: 1"

echo "the link is cut: tickets are given, and of two who call the same one gets it"
server_stop KILL
wait_for d "The link is cut" 40
give fr
wait_for r "A5 for Front line"
wait_for r "not sent yet"
keys a Tab
wait_for a "A4 "
types a c
wait_for a "A4 is called to counter 1"
wait_for a "not confirmed yet"
types b c
wait_for b "A4 is called to counter 2"
wait_for b "not confirmed yet"
server_start
wait_gone r "not sent yet" 60
wait_gone a "not confirmed yet" 60
wait_gone b "not confirmed yet" 60
for _ in $(seq $((200 * PATIENCE))); do
    lost=
    for name in a b; do shows $name "called it first" && lost="$lost $name"; done
    [ -n "$lost" ] && break
    sleep 0.1
done
case $lost in
" a") winner=2 loser=a ;;
" b") winner=1 loser=b ;;
*) fail "told that another was first:$lost" ;;
esac
wait_for $loser "free"
wait_for r "called to $winner"
wait_for d "A4   Guichet / Counter: $winner" 60
wait_gone d "The link is cut"

echo "the slip"
types r w
wait_for r "Written to"
command_line r "text $WORK/slip.txt"
wait_for r "Written to $WORK"
grep -q "Your number: A" "$WORK/slip.txt" || fail "the slip: $(cat "$WORK/slip.txt")"
rm -f A*-20[0-9][0-9]-[0-9][0-9]-[0-9][0-9].txt

echo "in French"
keys r C-t
wait_for r "Salle d’attente"
wait_for r "appelé au $winner"

echo "no key leads out of the public screen; a resize and a restart leave it as it is"
keys d q : Escape C-c F10 C-q Enter F1 F2
types d "admin"$'\r'
wait_that "the public screen does not read its keys" all_read d
mux resize-window -t "=d:" -x 60 -y 16
wait_for d "A4   Guichet / Counter: $winner"
terminal_ended d && fail "a key ended the public screen"
shows d "admin" && fail "keys are shown on the public screen"
mux resize-window -t "=d:" -x 132 -y 43
wait_for d "A4   Guichet / Counter: $winner"
pid=$(terminal_pid d)
kill -TERM "$pid"
wait_ended d
ROWS_=24 display d --plain
wait_for d "A4   Guichet / Counter: $winner"
wait_for d "##"
shows d "█" && fail "--plain draws blocks"

echo "it comes on without the server, and shows what it says when it is back"
server_stop
display f
wait_for f "The link is cut. Please ask at the reception."
server_start
wait_for f "A4   Guichet / Counter: $winner"

echo "it holds no name"
grep -rqF "Quackenbush" "$WORK/server.db"* || fail "the server does not know the client"
[ -z "$(find "$WORK/d" -type f)" ] || fail "the public screen keeps files: $(find "$WORK/d" -type f)"
screen d | grep -F -e Quackenbush -e "Agent " && fail "a name on the public screen"

echo "a wrong office shows nothing"
display e --office sample/gatineau
wait_for e "another office"
shows e "A4" && fail "another office's calls are shown"
exit 0
