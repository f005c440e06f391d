#!/bin/bash
# The server does not serve as root unless it is told to; it becomes another user; then it reads no
# file that it does not need, runs no program, and what takes it over anyway is ended. It says so
# where the kernel offers nothing of that.
. "$(dirname "$0")/harness.sh"

server_init
unset GUICHETD_USER

# as WHO WORDS...: what serving says that ends at once.
says() {
    local words=$1
    shift
    timeout 20 "$abs_top_builddir/guichetd" serve --database "$WORK/server.db" \
        --listen 127.0.0.1:0 "$@" >"$WORK/said" 2>&1 && fail "it serves: $*"
    grep -q -- "$words" "$WORK/said" || { cat "$WORK/said"; fail "it does not say: $words"; }
}

says "there is no user nobody-of-this-name" --user nobody-of-this-name
if [ "$(id -u)" = 0 ]; then
    says "serves nobody as root"
    command -v setpriv >/dev/null || { echo "setpriv is not installed: skipped"; exit 77; }
    chmod 755 "$WORK"
    chown nobody "$WORK" "$WORK"/server.db*
    export GUICHETD_USER=nobody
else
    says "only root becomes root" --user root
fi

# A file that stays open must not be the server's.
exec 9<"$abs_top_srcdir/README.md"
server_start
exec 9<&-

status() {
    awk -v name="$1:" '$1 == name { print $2 }' "/proc/$SERVER_PID/status"
}

if [ "$(id -u)" = 0 ]; then
    [ "$(status Uid)" = "$(id -u nobody)" ] || fail "it is user $(status Uid)"
    [ "$(status CapEff)" = 0000000000000000 ] || fail "it may do what root may: $(status CapEff)"
    [ "$(status CapPrm)" = 0000000000000000 ] || fail "it may get back what root may"
fi
find "/proc/$SERVER_PID/fd" -lname '*README.md' | grep -q . && fail "it holds a file of ours"
[ "$(awk '$1 == "Umask:" { print $2 }' "/proc/$SERVER_PID/status")" = 0077 ] || fail "its umask"
sanitized=
grep -q sanitizer "$WORK/server.log" && sanitized=yes
if [ -n "$sanitized" ]; then
    echo "built with a sanitizer: nothing is confined"
else
    [ "$(status NoNewPrivs)" = 1 ] || fail "it may gain rights"
    [ "$(status Seccomp)" = 2 ] || grep -q "no seccomp" "$WORK/server.log" || fail "no seccomp"
    "$abs_top_builddir/tests/security/confined" "$WORK" || fail "confined"
fi

# It serves as ever.
curl -sf "$SERVER/healthz" | grep -q ok || fail "healthz"
[ "$(curl -s -o "$WORK/answer" -w '%{http_code}' "$SERVER/hsds/services")" = 200 ] || fail "hsds"
answer=$(curl -s -H 'Content-Type: application/json' -d '{"login":"marie","password":"guichet"}' \
    "$SERVER/v1/login")
echo "$answer" | grep -q '"token"' || fail "sign-in: $answer"
server_stop
grep -q stopped "$WORK/server.log" || fail "it does not end by itself"

# Another folder takes the place of the database's, of the same name, with a copy of it: the server's
# user may do there whatever they like, but it is not what the server was started with.
# asks_elsewhere [FLAG]: whether the server writes a page of what is on file about a client there.
asks_elsewhere() {
    local client asked
    rm -rf "$WORK/one" "$WORK/moved" "$WORK/page.html"
    mkdir "$WORK/one"
    cp "$WORK/server.db" "$WORK/server.db.audit-key" "$WORK/one"
    [ "$(id -u)" != 0 ] || chown -R nobody "$WORK/one"
    SERVER_="--database $WORK/one/server.db ${1:-}" server_start
    mv "$WORK/one" "$WORK/moved"
    cp -a "$WORK/moved" "$WORK/one"
    client=$(sqlite3 "$WORK/moved/server.db" "SELECT id FROM record WHERE type = 'client' LIMIT 1")
    guichetd disclose "$client" "$WORK/page.html" --database "$WORK/moved/server.db" \
        >"$WORK/asked" 2>&1
    asked=$?
    cat "$WORK/asked"
    server_stop
    return $asked
}

for tool in sqlite3 jq; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
sqlite3 "$WORK/server.db" <"$abs_top_srcdir/tests/security/seeds.sql" || fail "no client"
asks_elsewhere --no-sandbox || { cat "$WORK/asked"; fail "without the sandbox it does not write"; }
grep -q '<html' "$WORK/page.html" || fail "no page"
if [ -z "$sanitized" ]; then
    asks_elsewhere && { grep -q "no Landlock" "$WORK/server.log" || fail "it writes elsewhere"; }
    if grep -q "no Landlock" "$WORK/server.log"; then
        echo "not tried: the kernel has no Landlock"
    else
        grep -q "Permission denied" "$WORK/asked" || { cat "$WORK/asked"; fail "another reason"; }
    fi
fi
