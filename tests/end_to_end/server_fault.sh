#!/usr/bin/env bash
# A server that is there and can not write: its clerk reads that it is the server, not the line, keeps
# on working, and what was written meanwhile leaves when the server writes again.
. "$(dirname "$0")/harness.sh"
server_init
server_start
for language in en fr; do
    terminal "$language" --language "$language"
done
sign_in en marie Password
sign_in fr pierre
online en
online fr

mkfifo "$WORK/hold"
sqlite3 "$WORK/server.db" <"$WORK/hold" >"$WORK/held" 2>&1 &
exec 6>"$WORK/hold"
echo "BEGIN IMMEDIATE; SELECT 'held';" >&6
wait_that "sqlite3 does not take the lock" grep -q held "$WORK/held"
for name in en fr; do
    types "$name" ":contact"
    keys "$name" Enter
done
wait_for en "Ctrl-O Anonymous"
wait_for fr "Ctrl-O Anonyme"
keys en C-o
keys fr C-o
wait_for en "server fault since"
wait_for en "waiting"
wait_for fr "panne du serveur depuis"
wait_for fr "en attente"

echo "ROLLBACK;" >&6
exec 6>&-
wait_for en " online "
wait_for fr " en ligne "
wait_gone en "waiting"
wait_gone fr "en attente"
