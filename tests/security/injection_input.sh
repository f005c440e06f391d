#!/usr/bin/env bash
# Hostile text reaches no terminal, wherever it comes in that is no record: what is pasted and typed,
# what a server answers, arguments, configuration, names of files, JSON on a terminal, log lines.
# (Records: injection.sh.)
. "$(dirname "$0")/../end_to_end/harness.sh"
. "$(dirname "$0")/hostile_text.bash"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
server_init
sqlite3 "$WORK/server.db" <"$abs_top_srcdir/tests/security/seeds.sql" || fail "no seeds"
"$TOOLS/plant" "$WORK/server.db" "$WORK/map" >/dev/null || fail "nothing was planted"
server_start

# --- what is pasted and typed --------------------------------------------------------------------

terminal p --language fr
watched p
sign_in p marie
online p 40
keys p F2
rests p
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
    rests p
    mux load-buffer -b evil "$WORK/pasted"
    mux paste-buffer -p -b evil -t "=p:"
    look p 0.4
    mux paste-buffer -b evil -t "=p:" # as if typed: no marks around it
    look p 0.4
    for _ in 1 2 3 4; do keys p Escape; rests p; done
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
    wait_that "the lying server does not start" test -s "$WORK/liar.port"
    REAL=$SERVER SERVER=http://127.0.0.1:$(cat "$WORK/liar.port")
    terminal s --language fr
    watched s
    sign_in s marie
    wait_for s "Refusé"
    look s
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
until [ -e "$WORK/j.pid" ]; do sleep 0.02; done # it is watched
for command in "list mine" "list office" "recover" "status --server $SERVER"; do
    '$GUICHET' \$command --json --agent marie --data-directory '$WORK/p' --password-file '$WORK/password'
done
echo "that is all"
exec sleep 600
END
mux new-session -d -s j -x 200 -y 50 "bash '$WORK/look.sh'"
watched j
wait_for j '"query"'
wait_that "the commands do not end" grep -q "that is all" "$WORK/j.raw"
own "JSON on a terminal" "$WORK/j.raw"
grep -qiF '\u202e' "$WORK/j.raw" || fail "no direction in the JSON"

# --- the server's log ----------------------------------------------------------------------------

server_stop
"$abs_top_builddir/guichetd" serve --database "$WORK/server.db" --listen 127.0.0.1:0 --log-requests \
    >"$WORK/log" 2>&1 &
SERVER_PID=$!
wait_that "guichetd does not say where it listens" grep -q 'http://127.0.0.1:[0-9]' "$WORK/log"
SERVER=$(grep -o 'http://127.0.0.1:[0-9]*' "$WORK/log")
for path in "/v1/x%1b%5d0;pwned%07" "/v1/x%0aguichetd:%20forged" "/v1/x?q=%1b[31m" "/$EVIL"; do
    curl -sS -g -o /dev/null -A "$EVIL" -H "X-Request-Id: $EVIL" -H "Referer: $EVIL" "$SERVER$path"
done 2>/dev/null
curl -sS -o /dev/null -H 'Content-Type: application/json' \
    -d '{"login": "x\nguichetd: forged\u001b[31m", "password": "p"}' "$SERVER/v1/login"
printf 'GET /\x1b[31m\x9b HTTP/1.1\r\nHost: a\r\n\r\nBREW \x1b]0;x\x07 x\r\n\r\n' >"$WORK/raw-request"
timeout 3 bash -c "exec 3<>/dev/tcp/127.0.0.1/${SERVER##*:}; cat '$WORK/raw-request' >&3; cat <&3" \
    >/dev/null 2>&1
server_stop # all that it had to log is there
grep -q '^guichetd: forged' "$WORK/log" && fail "a client wrote a line of the log"
[ "$(wc -l <"$WORK/log")" -ge 4 ] || fail "nothing was logged"
own "the log" --lines "$WORK/log"
