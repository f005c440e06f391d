#!/usr/bin/env bash
# Open311 by a client that was not written here: npm's "open311" (Code for America) against a real
# guichetd with the shipped sample, in JSON and in XML: discovery, services, definitions, requests in
# real time and by token, lists, errors. What npm installs goes into the build folder. Of the client
# only its XML readers are replaced, by small ones over xmldom: its own need a compiler.
for tool in node npm; do
    command -v $tool >/dev/null || { echo "FAILED: $tool is not installed"; exit 1; }
done
. "$(dirname "$0")/../end_to_end/harness.sh"
source=$abs_top_srcdir/tests/open311
work=$abs_top_builddir/tests/open311/made

mkdir -p "$work"
cp -R "$source"/package.json "$source"/package-lock.json "$source"/.npmrc "$source"/client.cjs \
    "$source"/sparkxml "$source"/xml2json "$work"
chmod -R u+w "$work"
(cd "$work" && npm ci --silent --ignore-scripts) >"$WORK/npm.log" 2>&1 ||
    { cat "$WORK/npm.log"; fail "the client is not installed"; }
server_init
key=$(guichetd intake-key add city-app --channel mobile --database "$WORK/server.db") ||
    fail "no key: $key"
server_start
for format in json xml; do
    timeout 120 node "$work/client.cjs" "$SERVER/open311/v2/discovery" "$key" $format \
        >"$WORK/ids" 2>"$WORK/client.log" || { cat "$WORK/client.log"; fail "the client in $format"; }
    [ "$(grep -c '^C-' "$WORK/ids")" = 2 ] || fail "$format: no two ids"
    echo "$format: the client made $(tr '\n' ' ' <"$WORK/ids")"
done
