#!/usr/bin/env bash
# The list of agents says what each is at: present, busy with a client, writing up afterwards; and
# without a link, when that was heard.
. "$(dirname "$0")/harness.sh"
server_start

for name in a:marie b:pierre; do
    terminal "${name%%:*}" --language en
    sign_in "${name%%:*}" "${name##*:}" Password
    online "${name%%:*}"
done

# Presence is asked for when the list opens.
pierre_is() {
    for _ in $(seq $((60 * PATIENCE))); do
        types a ":agents"
        keys a Enter
        sleep 0.4
        matches a "Pierre Gagnon *$1" && return
        keys a Escape
    done
    fail "Pierre is not seen $1"
}

echo "present"
pierre_is present
keys a Escape

echo "away, said so, until the next key"
types b ":away"
keys b Enter
wait_for b "You are away"
pierre_is away
keys a Escape
server_stop KILL
wait_for b offline 60
server_start
online b 60
online a 60
pierre_is away
keys a Escape
keys b F2
wait_for b "You are back."
pierre_is present
keys a Escape
keys b Escape

echo "busy"
keys b F3
wait_for b "Type a part of the name"
keys b C-o
wait_for b "The contact has begun."
pierre_is busy
keys a Escape

echo "wrap-up"
keys b C-x
wait_for b "End of contact"
types b 1
wait_gone b "End of contact"
pierre_is wrap-up

echo "the open list follows by itself"
keys b F11
wait_for b "You are available again."
wait_match a "Pierre Gagnon *present"

echo "without a link it says when it was heard"
server_stop KILL
wait_for a "offline" 60
wait_match a "as heard at [0-9]"
keys a Escape
keys a F3
wait_for a "Type a part of the name"
keys a C-o
wait_for a "The contact has begun."
keys a F5
wait_for a "Context"
wait_match a "as heard at [0-9]"
keys a Escape
keys a F10
wait_for a "A contact is in progress."
terminal_quit a
