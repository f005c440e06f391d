#!/usr/bin/env bash
# A catalogue with terminal escapes in its texts: no importer takes them, and from a server that
# has them all the same none reaches the terminal.
. "$(dirname "$0")/harness.sh"
mkdir "$WORK/sample"
cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
chmod u+w "$WORK"/sample/*.json
command -v jq >/dev/null || fail "jq is needed"
evil=$'\e]0;pwned\a\e[31mHOSTILE\u009b2J\u202etxt'
jq --arg evil "$evil" '.records |= map(
    .title = {fr: ($evil + .title.fr), en: ($evil + .title.en)} |
    .summary = {fr: $evil, en: $evil})' \
    "$abs_top_srcdir/app/sample/services.json" >"$WORK/sample/services.json"
guichetd init --database "$WORK/refused.db" >/dev/null
guichetd import sample "$WORK/sample" --database "$WORK/refused.db" >"$WORK/refused.log" 2>&1 &&
    fail "the importer takes terminal escapes"
grep -q "services.json.*control" "$WORK/refused.log" || fail "$(cat "$WORK/refused.log")"

# So they are put into the server's database behind its back.
jq '.records |= map(
    .title = {fr: ("EVIL" + .title.fr), en: ("EVIL" + .title.en)} |
    .summary = {fr: "EVIL", en: "EVIL"})' \
    "$abs_top_srcdir/app/sample/services.json" >"$WORK/sample/services.json"
server_init "$WORK/sample"
sqlite3 "$WORK/server.db" "UPDATE record SET document = replace(document, 'EVIL',
    '\\u001b]0;pwned\\u0007\\u001b[31mHOSTILE\\u009b2J\\u202etxt')"
server_start
terminal a --language fr
mux pipe-pane -t "=a:" -o "cat >'$WORK/raw'"
sign_in a marie
wait_for a "HOSTILE"
keys a F2
types a "certificat mariage"
wait_for a "HOSTILE"
keys a Enter
wait_for a "Service ·"
rests a
mux pipe-pane -t "=a:"
[ "$(mux display-message -p -t "=a:" '#{pane_title}')" = pwned ] && fail "the title was set"
grep -qaF $'\e]0;pwned' "$WORK/raw" && fail "an OSC reached the terminal"
grep -qaF $'\e[31mHOSTILE' "$WORK/raw" && fail "a colour reached the terminal"
grep -qaF $'\u202e' "$WORK/raw" && fail "a direction mark reached the terminal"
grep -qaF $'\u009b' "$WORK/raw" && fail "a C1 control reached the terminal"
wait_for a "␛]0;pwned"
exit 0
