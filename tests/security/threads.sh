#!/usr/bin/env bash
# Two real terminals and a real server, built with ThreadSanitizer: screen and sync of a terminal are two
# threads that meet in the store and in a few words of memory. They sign in, serve a client, write notes
# and fill a form, hand off and take over, lose the link and find it, lock, change agents and leave, while
# the other thread is at work. Any report of the sanitizer, of either program, fails it.
#
# A build without the sanitizer has nothing to tell: skipped. The address space must not be random
# (`setarch -R`), which the script sees to.
: "${abs_top_builddir:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
[ "$(nm "$abs_top_builddir/guichet" 2>/dev/null | grep -c '__tsan_init')" != 0 ] ||
    { echo "not built with --enable-thread-sanitizer: skipped"; exit 77; }
[ -n "${GUICHET_THREADS_FIXED:-}" ] ||
    exec env GUICHET_THREADS_FIXED=1 setarch -R "$0" "$@"

export GUICHET_TEST_PATIENCE=${GUICHET_TEST_PATIENCE:-5}
. "$(dirname "$0")/../end_to_end/harness.sh"
export TSAN_OPTIONS="log_path=$WORK/race:exitcode=66:second_deadlock_stack=1:history_size=4"
ENV_=TSAN_OPTIONS=$TSAN_OPTIONS # tmux started before

# The link of the first terminal goes through a proxy.
server_start
proxy_start

# What was reported so far.
reports() {
    local file
    for file in "$WORK"/race.*; do
        [ -e "$file" ] || return 0
        echo "--- $file"
        cat "$file"
    done
}
unreported() {
    [ -z "$(reports)" ] || { reports | head -150; fail "the sanitizer reports, at: $1"; }
}

SERVER=$PROXIED terminal a --language en
terminal b --language fr
sign_in a marie Password
sign_in b pierre
online a
online b

echo "serve"
keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
types a "first matter"
keys a Tab Enter
wait_for a "contact, in progress"
keys a F6
wait_for a "Kind"
types a "asked for the old card"
keys a C-x
wait_for a "asked for the old card"
unreported serving

echo "hand off and take over"
keys a F5
wait_for a "Context"
types a pierre
wait_for a "Minutes   5"
keys a C-x
wait_for a "Offered to"
wait_for b "Ctrl-V"
keys b C-v
wait_for b "first matter"
keys b Enter
wait_for b "Confirmé, à vous"
wait_for a "Pierre Gagnon has taken over"
unreported "the hand-off"

echo "a form, while the other thread brings news"
keys b Escape
keys b F4
wait_for b "SQCA-1"
keys b Down Down Enter
wait_for b "* Prénom"
types b "Zoé"
keys b Tab
wait_for b "brouillon enregistré"

echo "the link is cut, work goes on, the link heals"
keys a Escape
keys a Escape
proxy_tell "refuse"
proxy_tell "kill"
wait_for a offline
keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
types a "second matter"
keys a Tab Enter
wait_for a "contact, in progress"
wait_match a '[1-9][0-9]* waiting'
proxy_tell "pass"
online a 60
wait_gone a " waiting"
unreported "the link"

echo "the other language, a search, the settings"
keys a F2
types a "birth certificate"
wait_for a "Birth certificate"
keys a C-t
wait_match a 'naissance'
keys a C-t
keys a Escape
keys a Escape
unreported "the screens"

echo "lock, unlock, another agent at the same terminal, and their way back"
keys a F9
wait_for a "arie Tremblay"
types a $'guichet\r'
wait_match a 'online|en ligne'
keys a F9
wait_for a "arie Tremblay"
keys a F10
wait_match a 'Identifiant|Login'
types a $'john\rguichet\r'
wait_match a 'online|en ligne'
wait_for a "John"
unreported "the lock"

echo "leave"
keys b F10 # the contact goes on
wait_for b "Un contact est en cours."
terminal_quit b
terminal_quit a
server_stop
unreported "the end"
exit 0
