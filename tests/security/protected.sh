#!/bin/bash
# Neither program leaves a core file or lets another process of its user look into its memory, and
# no secret stands in its arguments or environment. What a process tells of itself to a user who is
# not root tells the first: /proc/PID/environ is root's when a process cannot be looked into.
. "$(dirname "$0")/../end_to_end/harness.sh"

unset XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME GUICHETD_USER

# As an ordinary user, for root sees into everything.
as_user=()
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || { echo "setpriv is not installed: skipped"; exit 77; }
    as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs)
fi
USER_WORK=$WORK/user
mkdir -p "$USER_WORK/bin"
export HOME=$USER_WORK
cp "$abs_top_builddir/guichet" "$abs_top_builddir/guichetd" "$USER_WORK/bin/"
printf 'guichet\n' >"$USER_WORK/password"
: >"$USER_WORK/note"
chmod -R a+rX "$WORK"
[ "$(id -u)" != 0 ] || chown -R 65534:65534 "$USER_WORK"

# process PID NAME: what must hold of a running one.
check_process() {
    local owner limit
    owner=$(stat -c %u "/proc/$1/environ") || fail "$2 is not running"
    [ "$owner" = 0 ] || fail "the memory of $2 can be read by its user"
    limit=$(awk '/^Max core file size/ { print $5 }' "/proc/$1/limits")
    [ "$limit" = 0 ] || fail "$2 may leave a core file: $limit"
    tr '\0' '\n' <"/proc/$1/cmdline" | grep -qx guichet && fail "a password among the arguments"
    if [ -r "/proc/$1/environ" ]; then
        tr '\0' '\n' <"/proc/$1/environ" | grep -q '=guichet$' && fail "a password in the environment"
    fi
}

# The check itself tells one that is not protected.
"${as_user[@]}" env sleep 60 &
PLAIN=$!
for _ in $(seq $((100 * PATIENCE))); do
    [ "$(cat "/proc/$PLAIN/comm")" = sleep ] && break
    sleep 0.05
done
[ "$(stat -c %u "/proc/$PLAIN/environ")" != 0 ] || fail "an unprotected process is not told apart"
kill "$PLAIN"

"${as_user[@]}" "$USER_WORK/bin/guichetd" init --database "$USER_WORK/s.db" >/dev/null || fail init
"${as_user[@]}" "$USER_WORK/bin/guichetd" serve --database "$USER_WORK/s.db" \
    --listen 127.0.0.1:0 >"$WORK/server.log" 2>&1 &
SERVER_PID=$!
for _ in $(seq $((200 * PATIENCE))); do
    SERVER=$(grep -o 'http://127.0.0.1:[0-9]*' "$WORK/server.log" | head -1)
    [ -n "$SERVER" ] && break
    sleep 0.05
done
[ -n "$SERVER" ] || fail "guichetd does not say where it listens"
check_process "$SERVER_PID" guichetd

mux new-session -d -s desk -x 80 -y 24 \
    "exec env HOME='$USER_WORK' TERM=xterm-256color ${as_user[*]} '$USER_WORK/bin/guichet' --server '$SERVER' \
    --data-directory '$USER_WORK/desk' --password-file '$USER_WORK/password' --language fr \
    2>'$WORK/desk.errors'"
TERMINALS=desk
wait_for desk "Mot de passe"
check_process "$(terminal_pid desk)" guichet

# One that crashes says so, and leaves nothing.
(cd "$USER_WORK" && ulimit -c unlimited 2>/dev/null)
kill -SEGV "$SERVER_PID"
wait "$SERVER_PID" 2>/dev/null
SERVER_PID=
kill -SEGV "$(terminal_pid desk)"
wait_ended desk
find "$USER_WORK" "$abs_top_builddir" -maxdepth 1 -name 'core*' -type f -newer "$USER_WORK/note" |
    grep . && fail "a core file was left"
echo "both programs are closed to others, and leave no core file"
