#!/usr/bin/env bash
# Quit, kill -9 and hang-up: on return everything is as it was, half-typed text and cursor included.
. "$(dirname "$0")/harness.sh"
server_start

returns() {
    terminal a --language fr
    sign_in a marie
    wait_for a "passeport échu"
    wait_for a "Recherche"
    wait_that "the cursor is not at $1, where it was" cursor_is a "$1"
}

terminal a --language fr
sign_in a marie
wait_for a "Services courants"
keys a F2
types a "passeport échu"
wait_for a "passeport échu"
keys a Left Left
rests a
where=$(cursor_at a)

echo "after quitting"
terminal_quit a
returns "$where"

echo "after kill -9"
rests a
terminal_kill a
returns "$where"

echo "after the terminal has gone"
pid=$(terminal_pid a)
mux kill-session -t a
for _ in $(seq $((100 * PATIENCE))); do kill -0 "$pid" 2>/dev/null || break; sleep 0.05; done
kill -0 "$pid" 2>/dev/null && fail "guichet goes on without a terminal"
returns "$where"

echo "with a page over it, scrolled"
keys a Enter
wait_for a "Service ·"
is_painted_anew() {
    [ "$(screen a; cursor_at a)" != "$was" ]
}
for _ in 1 2 3; do
    was=$(screen a; cursor_at a)
    keys a Down
    wait_that "Down does nothing" is_painted_anew
done
before=$(screen a)
terminal_kill a
terminal a --language fr
sign_in a marie
wait_for a "Service ·"
online a
page_is_back() { [ "$(screen a | head -20)" = "$(echo "$before" | head -20)" ]; }
wait_that "the page is another one" page_is_back
keys a Escape
wait_for a "passeport échu"
