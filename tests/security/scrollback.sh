#!/usr/bin/env bash
# What a terminal window keeps. Guichet runs in a shell's window, with a second screen and without
# one (vt100): after it was left, locked, told to end, hung up, stopped, and after a crash, neither
# the screen nor all that can be scrolled back to holds anything of a client, the shell's own lines
# are there, and the cursor and echo work again. The window's title is never touched.
. "$(dirname "$0")/../end_to_end/harness.sh"

NAME="Perséphone Quimpérault"
server_start

# everything WINDOW: the screen and what can be scrolled back to, other screen included.
everything() {
    mux capture-pane -p -S - -t "=$1:"
    mux capture-pane -p -a -q -t "=$1:" 2>/dev/null
}

# holds_nothing WINDOW WHEN
holds_nothing() {
    everything "$1" >"$WORK/kept"
    grep -qF "\$<" "$WORK/kept" && fail "a pause of terminfo is printed $2"
    grep -q -e "Quimp" -e "555-0173" -e "Zwieback" "$WORK/kept" &&
        { cat "$WORK/kept"; fail "the window keeps a client's name $2"; }
    [ "$(mux display-message -p -t "=$1:" '#{pane_title}')" = untouched ] ||
        fail "the title is $(mux display-message -p -t "=$1:" '#{pane_title}') $2"
}

# A shell's window with lines of its own.
window() {
    mux kill-session -t "=$1" 2>/dev/null
    mux new-session -d -s "$1" -x 80 -y 24 "exec env PS1='shell> ' TERM=$2 bash --norc --noprofile"
    mux set-option -t "=$1:" history-limit 5000 2>/dev/null
    mux select-pane -t "=$1:" -T untouched
    case " $TERMINALS " in *" $1 "*) ;; *) TERMINALS="$TERMINALS $1" ;; esac
    wait_for "$1" "shell>"
    mux send-keys -t "=$1:" -l 'for i in $(seq 30); do echo before-$i; done'
    keys "$1" Enter
    wait_for "$1" "before-30"
}

# Guichet in it, with a client's file open.
opens() {
    mux send-keys -t "=$1:" -l "'$abs_top_builddir/guichet' --server '$SERVER' --data-directory '$WORK/$1' --language fr"
    keys "$1" Enter
    sign_in "$1" marie
    online "$1" 40
}

serves() {
    keys "$1" F3
    wait_for "$1" "Tapez une partie du nom"
    types "$1" "$NAME"
    keys "$1" C-n
    wait_for "$1" "Code postal"
    keys "$1" Tab Tab
    types "$1" "418 555-0173"
    keys "$1" C-x
    wait_for "$1" "Le contact est commencé."
    types "$1" "Réclamation Zwieback"
    keys "$1" Tab Enter
    wait_for "$1" "contact en cours"
    wait_for "$1" "$NAME"
}

# The process that runs in the window's shell.
guichet_pid() {
    ps -o pid= --ppid "$(terminal_pid "$1")" | tr -d ' '
}

# left WINDOW: guichet is gone, and the shell waits for a line.
left() {
    wait_that "guichet does not end in $1" has_no_guichet "$1"
    rests "$1"
}

has_no_guichet() {
    [ -z "$(guichet_pid "$1")" ]
}

# settled WINDOW: guichet has done what was asked of it.
settled() {
    at_rest "$(guichet_pid "$1")"
    rests "$1"
}

# works_again WINDOW WHEN: the shell echoes and reads lines.
works_again() {
    keys "$1" C-u
    types "$1" 'echo again-$((6 * 7))'
    wait_for "$1" 'echo again-'
    keys "$1" Enter
    wait_for "$1" "again-42"
    [ "$(mux display-message -p -t "=$1:" '#{cursor_flag}')" = 1 ] || fail "no cursor $2"
    everything "$1" | grep -q "before-1$" || fail "the shell's own lines are gone $2"
}

for TERM_ in ${TERMS:-xterm-256color vt100}; do
    w=w-${TERM_%%-*}
    window "$w" "$TERM_"
    opens "$w"
    serves "$w"
    everything "$w" | grep -q Quimp || fail "the name is not seen where it should be"

    keys "$w" F6
    settled "$w"
    keys "$w" Escape
    keys "$w" C-l
    # A smaller window pushes the lines of a terminal without a second screen into what it keeps
    # before anybody is told.
    if [ "$TERM_" != vt100 ]; then
        mux resize-window -t "=$w:" -x 100 -y 30
        settled "$w"
        mux resize-window -t "=$w:" -x 80 -y 24
        settled "$w"
    fi
    wait_for "$w" "$NAME"
    if [ "$TERM_" != vt100 ]; then
        keys "$w" F9
    else # which has no such key
        keys "$w" C-g
        types "$w" $'lock\r'
    fi
    wait_for "$w" "Verrouillé par"
    holds_nothing "$w" "when it is locked ($TERM_)"
    types "$w" $'guichet\r'
    wait_for "$w" "$NAME"

    kill -TSTP "$(guichet_pid "$w")"
    settled "$w"
    wait_for "$w" "$NAME" # it cannot be stopped
    keys "$w" C-z
    settled "$w"
    wait_for "$w" "$NAME"
    keys "$w" C-g
    types "$w" $'quit\r'
    wait_for "$w" "Quitter encore"
    keys "$w" C-g
    types "$w" $'quit\r'
    wait_for "$w" "shell>"
    left "$w"
    holds_nothing "$w" "after it was left ($TERM_)"
    works_again "$w" "after it was left ($TERM_)"

    for signal in TERM HUP INT SEGV ABRT; do
        opens "$w"
        wait_for "$w" "$NAME"
        kill -$signal "$(guichet_pid "$w")"
        left "$w"
        holds_nothing "$w" "after SIG$signal ($TERM_)"
        works_again "$w" "after SIG$signal ($TERM_)"
        holds_nothing "$w" "after SIG$signal, at work again ($TERM_)"
    done
    echo "$TERM_: nothing is kept after lock, leaving and five signals"
done
