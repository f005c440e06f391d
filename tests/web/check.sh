#!/usr/bin/env bash
# The web channel shows the same forms. For every shipped form and both languages: a clerk begins it
# in a real terminal and makes a code; a real browser opens it with the ordinary JSON Forms library,
# shows the same fields with faults on the same ones, before and after an answer that a rule waits
# for, and hands the answers back; the terminal shows them, marked as come from the web.
# Every shipped form and questionnaire is first shown to the library alone, which must accept it.
# What npm installs goes into the build folder.
for tool in tmux node npm jq; do
    command -v $tool >/dev/null || { echo "FAILED: $tool is not installed"; exit 1; }
done
. "$(dirname "$0")/../end_to_end/harness.sh"
source=$abs_top_srcdir/tests/web
work=$abs_top_builddir/tests/web/made
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
    fail "there is no chromium"

mkdir -p "$work/shown"
cp "$source"/*.json "$source"/*.mjs "$source"/page.* "$source"/.npmrc "$work"
(cd "$work" && npm ci --silent && node_modules/.bin/esbuild page.jsx --bundle --format=esm \
    --jsx=automatic --define:process.env.NODE_ENV='"production"' --outfile=page.js \
    --log-level=warning) >"$WORK/npm.log" 2>&1 || { cat "$WORK/npm.log"; fail "the page is not made"; }

node "$work/serve.mjs" "$work" >"$WORK/origin" &
PAGES=$!
trap 'kill $PAGES 2>/dev/null; cleanup' EXIT
for _ in $(seq 200); do
    GUICHETD_WEB_ORIGIN=$(cat "$WORK/origin")
    [ -n "$GUICHETD_WEB_ORIGIN" ] && break
    sleep 0.05
done
[ -n "$GUICHETD_WEB_ORIGIN" ] || fail "the page is not served"
export GUICHETD_WEB_ORIGIN
server_start

# say FRENCH ENGLISH: by the language of this round.
say() {
    if [ "$LANGUAGE_" = fr ]; then echo "$1"; else echo "$2"; fi
}

# The whole form as the terminal has it, to a file.
write_text() {
    keys a C-g
    types a "$(say texte text) $1"$'\r'
    wait_for a "$(say "Écrit dans" "Written to")"
}

one_form() {
    local form=$1 name=$LANGUAGE_-$1 code text
    keys a C-g
    types a "$(say formulaire form) $form"$'\r'
    wait_for a "Ctrl-X"
    keys a F12
    wait_for a "$(say "Utilisable dès maintenant" "Usable now")" 40
    code=$(screen a | grep -oE '([2346789FKMRTX]{4} ){2}[2346789FKMRTX]{4}' | head -1 | tr -d ' ')
    keys a Escape
    wait_for a "Ctrl-X"
    write_text "$WORK/$name.before"
    timeout 180 node "$work/drive.mjs" "$chromium" "$GUICHETD_WEB_ORIGIN" "$SERVER" "$code" \
        "$LANGUAGE_" "$form" "$work/shown/$name" >"$WORK/drive.log" 2>&1 ||
        { cat "$WORK/drive.log"; fail "$name: the browser"; }
    node "$work/compare.mjs" "$WORK/$name.before" "$work/shown/$name.before.json" ||
        fail "$name: another form on the web"
    text=$(jq -r --arg form "$form" '.[$form].text.value' "$source/forms.json")
    wait_for a "$(say "Le client sur le Web a changé" "The client on the web changed")" 40
    write_text "$WORK/$name.after"
    grep -qF -- "$text" "$WORK/$name.after" || fail "$name: the terminal does not have \"$text\""
    node "$work/compare.mjs" "$WORK/$name.after" "$work/shown/$name.after.json" \
        "$work/shown/$name.before.json" || fail "$name: another form on the web after an answer"
    # What was so before the answer is not so after it: the comparison sees differences.
    node "$work/compare.mjs" "$WORK/$name.before" "$work/shown/$name.after.json" \
        >/dev/null 2>&1 && fail "$name: the comparison sees no difference where there is one"
    keys a C-x
    wait_for a "$(say "Révision" "Review")"
    keys a End
    for _ in $(seq 60); do
        screen a | grep -F -- "$text" | grep -qF "$(say "en ligne" online)" && break
        keys a Up
        sleep 0.05
    done
    screen a | grep -F -- "$text" | grep -qF "$(say "en ligne" online)" ||
        fail "$name: the review does not say that \"$text\" came from the web"
    keys a Escape
    wait_for a "Ctrl-X"
    keys a Escape
    wait_gone a "Ctrl-X"
    echo "$name: the same on the web"
}

timeout 300 node "$work/accept.mjs" "$chromium" "$GUICHETD_WEB_ORIGIN" \
    "$abs_top_srcdir/app/sample/forms.json" "$abs_top_srcdir/app/sample/questionnaires.json" ||
    fail "the library does not accept a shipped form"

shipped=$(jq -r '.records[].code' "$abs_top_srcdir/app/sample/forms.json")
checked=0
for LANGUAGE_ in fr en; do
    DATA_=$WORK/$LANGUAGE_ ROWS_=40 terminal a --language $LANGUAGE_
    sign_in a marie "$(say "Mot de passe" Password)"
    online a 40
    for form in $shipped; do
        jq -e --arg form "$form" 'has($form)' "$source/forms.json" >/dev/null ||
            fail "forms.json says nothing of the shipped form $form"
        one_form "$form"
        checked=$((checked + 1))
    done
    terminal_quit a
done
[ $checked -ge 6 ] || fail "only $checked forms were looked at"
echo "$checked forms are the same on the web; pictures: $work/shown"
