#!/usr/bin/env bash
# Hostile text reaches no terminal. Two agents work for a while, so that there are records of many
# types; then every text of every record, of the work and of the catalogue, is replaced in the
# server's database by all controls and known sequences. Terminals sign in and open every screen
# there is a command for, walk through what is listed and open it; the raw output is read: nothing
# but Guichet's own repertoire, and the hostile characters as visible marks. The same of what is
# pasted, of configuration, of file names, of what a server answers, of log lines, and of exports.
. "$(dirname "$0")/../end_to_end/harness.sh"
for tool in curl jq sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
TOOLS=$abs_top_builddir/tests/security
ESC=$'\e'
EVIL="$ESC]0;pwned"$'\a'"$ESC[31mRED"$'\u202e\u009b2J\u200b'

# watched NAME: all that the terminal of this name is sent, from its first byte.
watched() {
    mux pipe-pane -t "=$1:" -o "cat >>'$WORK/$1.raw'"
}

# own WHAT FILE...: nothing but the repertoire.
own() {
    local what=$1
    shift
    "$TOOLS/repertoire" "$@" >"$WORK/told" || { cat "$WORK/told"; fail "$what"; }
    echo "$what: $(tail -1 "$WORK/told")"
}

look() {
    sleep "${2:-0.25}"
    screen "$1" >>"$WORK/$1.seen"
}

# --- records of many types ----------------------------------------------------------------------

server_init
KEY=$(guichetd intake-key add site --channel web --queue sample/civil-status \
    --database "$WORK/server.db") || fail "intake-key add"
server_start
for n in 1 2 3; do
    curl -sS -o /dev/null -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -d "
        {\"message_id\": \"m-$n\", \"kind\": \"request\", \"subject\": \"Demande $n\",
         \"text\": \"Bonjour.\", \"language\": \"fr\", \"client\": {\"name\": \"Zoé Gagnon $n\",
         \"email\": \"zoe$n@example.org\"}, \"attachments\": [{\"name\": \"lettre.txt\",
         \"type\": \"text/plain\", \"content\": \"$(printf '%s' "$EVIL" | base64 -w0)\"}]}" \
        "$SERVER/v1/intake/web"
done
terminal a --language fr --channel phone
sign_in a marie
wait_for a "en ligne"
keys a F3
wait_for a "Tapez une partie du nom"
types a "Perséphone Quimpérault"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab
types a "418 555-0173"
keys a C-x
wait_for a "Le contact est commencé."
types a "Réclamation"
keys a Tab Enter
wait_for a "contact en cours"
keys a F6
types a "La cliente attend."
keys a C-x
wait_for a "La note est enregistrée"
keys a F6
types a "Rappeler la cliente"
keys a Tab Right Right Right
keys a Tab
types a "demain"
keys a C-x
sleep 0.5
keys a C-g
types a $'form SQCA-1\r'
wait_for a "* Prénom"
types a "Anne"
keys a Tab
wait_for a "brouillon enregistré"
keys a F5
sleep 0.5
types a "pierre"
wait_for a "Pierre Gagnon"
keys a C-x
wait_for a "Offert à Pierre Gagnon"
keys a C-g
types a $'flag\r'
sleep 0.5
keys a Escape
sleep 1.5
mux kill-session -t "=a"
server_stop
sqlite3 "$WORK/server.db" "PRAGMA wal_checkpoint(TRUNCATE)" >/dev/null
TYPES=$(sqlite3 "$WORK/server.db" "SELECT count(DISTINCT type) FROM record")
PLANTED=$("$TOOLS/plant" "$WORK/server.db" "$WORK/map") || fail "nothing was planted"
echo "hostile: $PLANTED, of $TYPES types"
server_start

# --- every screen, everything listed ------------------------------------------------------------

COMMANDS=$(grep -ho '\.command = N_("[^"]*")' "$abs_top_srcdir"/ui/screen_*.c | cut -d'"' -f2 | sort -u |
    grep -vx -e lock -e help)
[ "$(wc -w <<<"$COMMANDS")" -ge 25 ] || fail "where are the commands of the screens?"

# tours NAME: each screen, from what is open now; what is marked in it is opened, and what is in that.
tours() {
    local command
    for command in $COMMANDS; do
        keys "$1" C-g
        types "$1" "$command"$'\r'
        look "$1"
        keys "$1" Down
        keys "$1" Enter
        look "$1"
        keys "$1" Enter
        look "$1" 0.15
        for _ in 1 2 3; do
            keys "$1" Escape
            sleep 0.12
        done
    done
}

for agent in ${AGENTS:-marie pierre luc}; do
    COLUMNS_=$([ "$agent" = pierre ] && echo 160 || echo 80) terminal $agent --language fr
    watched $agent
    sign_in $agent $agent
    wait_for $agent "en ligne" 40
    sleep 1
    look $agent
    keys $agent F2
    types $agent "a"
    look $agent 1
    keys $agent Enter
    look $agent 0.5
    for _ in 1 2 3; do keys $agent PageDown; look $agent; done
    keys $agent Escape
    tours $agent
    # The first that is offered or listed at home, and from it all again.
    keys $agent C-v
    look $agent 0.5
    keys $agent Enter
    look $agent 0.5
    keys $agent C-g
    types $agent $'lists\r'
    look $agent
    keys $agent Down Enter
    look $agent 0.5
    keys $agent Enter
    look $agent 0.5
    for _ in 1 2 3 4 5 6; do
        keys $agent Down
        keys $agent Enter
        look $agent
        types $agent 1
        look $agent
        keys $agent Escape
        sleep 0.12
    done
    tours $agent
    mux kill-session -t "=$agent"
done
own "on every screen" "$WORK"/*.raw
SHOWN=$(cat "$WORK"/*.seen | grep -o '~[0-9]*~' | sort -u | tr -d '~' | wc -l)
echo "fields seen on a screen: $SHOWN of $(wc -l <"$WORK/map")"
cat "$WORK"/*.seen | grep -o '~[0-9]*~' | sort -u | tr -d '~' >"$WORK/shown"
awk 'NR == FNR { shown[$1] = 1; next } !($1 in shown) { print $2 }' "$WORK/shown" "$WORK/map" |
    sort >"$WORK/unseen"
cut -d' ' -f2 "$WORK/map" | cut -d. -f1 | sort -u >"$WORK/types"
awk 'NR == FNR { shown[$1] = 1; next } $1 in shown { print $2 }' "$WORK/shown" "$WORK/map" |
    cut -d. -f1 | sort -u >"$WORK/types-shown"
echo "types seen: $(tr '\n' ' ' <"$WORK/types-shown")"
echo "types not seen: $(comm -23 "$WORK/types" "$WORK/types-shown" | tr '\n' ' ')"
[ -z "${VERBOSE_:-}" ] || cat "$WORK/unseen"
cat "$WORK"/*.seen | grep -q '␛' || fail "no escape is shown as a mark"
cat "$WORK"/*.seen | grep -q '<U+202E>' || fail "no direction is shown as a mark"
