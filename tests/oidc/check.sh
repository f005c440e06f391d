#!/usr/bin/env bash
# Sign-in at an identity provider that was not written here: npm's "oidc-provider" on loopback, a
# real guichetd as its client, and somebody with a browser who says yes or no there (device flow, RFC
# 8628). What npm installs goes into the build folder.
for tool in node npm jq curl; do
    command -v $tool >/dev/null || { echo "FAILED: $tool is not installed"; exit 1; }
done
. "$(dirname "$0")/../end_to_end/harness.sh"
source=$abs_top_srcdir/tests/oidc
work=$abs_top_builddir/tests/oidc/made

mkdir -p "$work"
cp "$source"/package.json "$source"/package-lock.json "$source"/.npmrc "$source"/*.mjs "$work"
chmod -R u+w "$work"
(cd "$work" && npm ci --silent --ignore-scripts) >"$WORK/npm.log" 2>&1 ||
    { cat "$WORK/npm.log"; fail "the provider is not installed"; }
(umask 077 && echo "a secret between the two" >"$WORK/secret")
node "$work/provider.mjs" guichet "a secret between the two" >"$WORK/issuer" 2>"$WORK/provider.log" &
PROVIDER=$!
trap 'kill $PROVIDER 2>/dev/null; cleanup' EXIT
for _ in $(seq 200); do
    [ -s "$WORK/issuer" ] && break
    sleep 0.05
done
[ -s "$WORK/issuer" ] || { cat "$WORK/provider.log"; fail "the provider is not there"; }
GUICHETD_PROVIDER=$(cat "$WORK/issuer")
export GUICHETD_PROVIDER GUICHETD_PROVIDER_CLIENT=guichet GUICHETD_PROVIDER_SECRET=$WORK/secret
server_start

# post PATH BODY: the answer's body to $WORK/answer, its status printed.
post() {
    curl -s -o "$WORK/answer" -w '%{http_code}' -H 'Content-Type: application/json' \
        -d "$2" "$SERVER$1"
}

# member NAME: of the last answer.
member() {
    jq -r ".$1" "$WORK/answer"
}

# sign_in NAME yes|no: begins, has NAME say so there, and asks until there is an answer; its status.
sign_in() {
    local handle status
    status=$(post /v1/login/provider '{"protocol":"1.0"}')
    [ "$status" = 200 ] || { cat "$WORK/answer"; fail "no code: $status"; }
    handle=$(member handle)
    node "$work/person.mjs" "$(member url_complete)" "$1" "$2" >"$WORK/page" 2>&1 ||
        { cat "$WORK/page"; fail "the browser"; }
    for _ in $(seq 40); do
        status=$(post /v1/login/provider/session "{\"protocol\":\"1.0\",\"handle\":\"$handle\"}")
        [ "$status" = 202 ] || break
        sleep "$(jq -r '.wait_ms / 1000' "$WORK/answer")"
    done
    echo "$status"
}

[ "$(sign_in marie yes)" = 200 ] || { cat "$WORK/answer" "$WORK/page"; fail "marie is not signed in"; }
[ "$(member agent.body.login)" = marie ] || fail "somebody else signed in: $(member agent.body.login)"
token=$(member token)
status=$(curl -s -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" \
    "$SERVER/v1/changes?since=0&limit=1")
[ "$status" = 200 ] || fail "the token opens nothing: $status"
echo "yes: marie is signed in"

[ "$(sign_in mallory yes)" = 403 ] || fail "somebody who is no agent is signed in"
echo "yes, by nobody of ours: $(member detail)"
[ "$(sign_in marie no)" = 403 ] || { cat "$WORK/answer" "$WORK/page"; fail "no was no no"; }
echo "no: $(member detail)"

# The terminal itself, on a screen: what it shows is opened in the browser.
# says yes|no: by marie, at the address on the screen.
says() {
    local place
    wait_for a "user_code="
    place=$(screen a | grep -o 'http://[^ ]*user_code=[^ ]*' | head -1)
    node "$work/person.mjs" "$place" marie "$1" >"$WORK/page" 2>&1 ||
        { cat "$WORK/page"; fail "the browser"; }
}

terminal a --language en --provider
wait_for a "Password"
keys a C-p
says no
wait_for a "It was refused" 40
keys a Enter
wait_gone a "It was refused"
says yes
wait_for a "Choose a passphrase" 40
types a $'quiet green canoe\rquiet green canoe\r'
wait_for a "Common services"
online a
terminal_kill a
terminal a --language en --provider
wait_for a "Password"
types a $'marie\rquiet green canoe\r'
online a
types a $':sign-out\r'
wait_for a "Password"
types a $'marie\rquiet green canoe\r'
wait_for a "kept here"
types a $':account\r'
says yes
online a 40
terminal_quit a
echo "on the terminal: no, yes, started again, and the account once more from within"

# A server with another secret is told so, plainly.
server_stop
(umask 077 && echo "a wrong secret" >"$WORK/wrong")
GUICHETD_PROVIDER_SECRET=$WORK/wrong server_start
status=$(post /v1/login/provider '{"protocol":"1.0"}')
[ "$status" = 403 ] || fail "a wrong secret: $status"
member detail | grep -q invalid_client || fail "it is not said why: $(member detail)"
echo "a wrong secret: $(member detail)"
echo "1 identity provider, 4 sign-ins by hand and 3 on a terminal: all as they should be"
