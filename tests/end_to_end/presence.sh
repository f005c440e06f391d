#!/usr/bin/env bash
# The list of agents says what each is at: present, busy with a client, writing up afterwards; and
# without a link, when that was heard.
. "$(dirname "$0")/harness.sh"
server_start

for name in a:marie b:pierre; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    wait_for "${name%%:*}" online
done

# Presence is asked for when the list opens.
see() {
    for _ in $(seq 60); do
        types a ":agents"
        keys a Enter
        sleep 0.4
        screen a | grep -q "Pierre Gagnon *$1" && return
        keys a Escape
    done
    fail "Pierre is not seen $1"
}

echo "present"
see present
keys a Escape

echo "busy"
keys b F3
wait_for b "Type a part of the name"
keys b C-o
wait_for b "The contact has begun."
see busy
keys a Escape

echo "wrap-up"
keys b C-x
wait_for b "End of contact"
types b 1
wait_gone b "End of contact"
see wrap-up

echo "without a link it says when it was heard"
server_stop KILL
wait_for a "offline" 60
screen a | grep -q "as heard at [0-9]" || fail "it does not say when it was heard"
terminal_quit a
