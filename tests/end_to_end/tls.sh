#!/usr/bin/env bash
# TLS: only the pinned authority is trusted, and what is wrong is said in words; terminals show a
# certificate where one is asked for, the public does not; nothing older than TLS 1.2.
. "$(dirname "$0")/harness.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }

# An authority NAME in $WORK, and a certificate by it: certify AUTHORITY NAME EXTENSION [DAYS]
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3 -subj "/CN=$1" \
        -keyout "$WORK/$1.key" -out "$WORK/$1.pem" 2>/dev/null || fail "no authority $1"
}
certify() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" \
        -keyout "$WORK/$2.key" -out "$WORK/$2.csr" 2>/dev/null || fail "no request $2"
    openssl x509 -req -in "$WORK/$2.csr" -CA "$WORK/$1.pem" -CAkey "$WORK/$1.key" -CAcreateserial \
        -days 2 -extfile <(echo "$3") -out "$WORK/$2.pem" 2>/dev/null || fail "no certificate $2"
}
authority ca
authority other
authority clients
certify ca server "subjectAltName=IP:127.0.0.1"
certify ca elsewhere "subjectAltName=DNS:guichet.example.ca"
certify clients counter "extendedKeyUsage=clientAuth"
certify other stranger "extendedKeyUsage=clientAuth"

# serve CERTIFICATE [FLAG...]
serve() {
    local certificate=$1
    shift
    [ -f "$WORK/server.db" ] || server_init
    : >"$WORK/server.log"
    "$abs_top_builddir/guichetd" serve --database "$WORK/server.db" --listen "127.0.0.1:$PORT" \
        --tls-cert "$WORK/$certificate.pem" --tls-key "$WORK/$certificate.key" "$@" \
        >"$WORK/server.log" 2>&1 &
    SERVER_PID=$!
    for _ in $(seq $((200 * PATIENCE))); do
        SERVER=$(grep -o 'https://127.0.0.1:[0-9]*' "$WORK/server.log" | head -1)
        [ -n "$SERVER" ] && break
        kill -0 "$SERVER_PID" 2>/dev/null || fail "guichetd ended"
        sleep 0.05
    done
    PORT=${SERVER##*:}
}

echo "the pinned authority is trusted, another one is not, and the screen says why"
serve server
terminal a --language fr --ca-file "$WORK/ca.pem"
sign_in a marie
online a
terminal_quit a
terminal b --language fr --ca-file "$WORK/other.pem"
sign_in b pierre
wait_for b "n’est de personne à qui se fier"
keys b F10
wait_ended b
terminal a --language en --ca-file "$WORK/other.pem"
sign_in a marie "Password"
wait_for a "certificate refused"
wait_for a "Common services"
terminal_quit a

echo "nothing older than TLS 1.2"
for version in tls1 tls1_1; do
    echo | openssl s_client -connect "127.0.0.1:$PORT" -"$version" -cipher 'ALL:@SECLEVEL=0' \
        2>/dev/null | grep -q "Cipher is [A-Z]" && fail "$version is spoken"
done
echo | openssl s_client -connect "127.0.0.1:$PORT" -tls1_2 2>/dev/null | grep -q "Cipher is [A-Z]" ||
    fail "TLS 1.2 is not spoken"
server_stop

echo "another machine's certificate is told as such"
serve elsewhere
terminal b --language fr --ca-file "$WORK/ca.pem"
sign_in b pierre
wait_for b "celui d’une autre machine"
keys b F10
wait_ended b
server_stop

echo "where terminals show a certificate: without one, or with a stranger's, nobody gets in"
serve server --tls-client-ca "$WORK/clients.pem"
terminal b --language fr --ca-file "$WORK/ca.pem"
sign_in b pierre
wait_for b "exige un certificat"
keys b F10
wait_ended b
terminal b --language fr --ca-file "$WORK/ca.pem" --client-cert "$WORK/stranger.pem" \
    --client-key "$WORK/stranger.key"
sign_in b pierre
wait_for b "exige un certificat"
keys b F10
wait_ended b
terminal b --language fr --ca-file "$WORK/ca.pem" --client-cert "$WORK/counter.pem" \
    --client-key "$WORK/counter.key"
sign_in b pierre
online b
terminal_quit b
status=$(curl -s --cacert "$WORK/ca.pem" -o /dev/null -w '%{http_code}' "$SERVER/hsds/")
[ "$status" = 200 ] || fail "the public is asked for a certificate: $status"
for path in /v1/changes /v1/presence; do
    curl -s --cacert "$WORK/ca.pem" "$SERVER$path" | grep -q '"code":"certificate"' ||
        fail "$path answers without a certificate"
done
exit 0
