#!/usr/bin/env bash
# One filing, six agencies. A clerk submits a change of address on a case: one agency acknowledges,
# one refuses, one is down at first and then up, one decides later, one has no consent, one fails
# twice. The screens tell the state of each in plain words, in both languages; guichetd is killed
# with -9 while an agency has a filing that it has not answered yet; the refused one is sent again.
# In the end each agency has exactly one filing, with exactly its own answers.
. "$(dirname "$0")/harness.sh"
command -v openssl >/dev/null || { echo "openssl is not installed: skipped"; exit 77; }

AGENCY_PIDS=
agencies_end() {
    for pid in $AGENCY_PIDS; do
        kill -9 "$pid"
        wait "$pid"
    done 2>/dev/null
    AGENCY_PIDS=
}
trap 'agencies_end; cleanup' EXIT

# agency_start LOG [PORT]: the receiving agency; its port in $AGENCY_PORT, its pid in $AGENCY_PID.
agency_start() {
    "$abs_top_builddir/tests/agency/agency" "$WORK/agency.pem" "$WORK/agency-key.pem" \
        "$WORK/public.pem" "$WORK/orders" "$WORK/$1.log" "${2:-0}" >"$WORK/$1.out" 2>&1 &
    AGENCY_PID=$!
    AGENCY_PIDS="$AGENCY_PIDS $AGENCY_PID"
    for _ in $(seq $((200 * PATIENCE))); do
        AGENCY_PORT=$(sed -n 's/.*127.0.0.1:\([0-9]*\)$/\1/p' "$WORK/$1.out")
        [ -n "$AGENCY_PORT" ] && return
        sleep 0.05
    done
    cat "$WORK/$1.out"
    fail "the agency does not start"
}

# order AGENCY WORDS: what it does from now on.
order() {
    printf '%s' "$2" >"$WORK/order.new"
    mv "$WORK/order.new" "$WORK/orders/$1"
}

# posts LOG AGENCY [EXTRA]: how many lines of its log are POSTs to it.
posts() {
    grep '"method":"POST"' "$WORK/$1.log" | grep -F "\"agency\":\"$2\",\"attempt\"" |
        grep -cF -- "${3:-}"
}

wait_posts() {
    local end=$((SECONDS + 40 * PATIENCE))
    until [ "$(posts "$1" "$2" "${4:-}")" -ge "$3" ]; do
        [ $SECONDS -lt $end ] || fail "$2 did not get $3 filings"
        sleep 0.1
    done
}

mkdir "$WORK/orders"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=agency \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$WORK/agency-key.pem" -out "$WORK/agency.pem" \
    2>"$WORK/openssl.log" || fail "openssl"
export GUICHETD_DELIVERY_KEY="$WORK/delivery-key.pem"
guichetd delivery-key >"$WORK/public.pem" || fail "guichetd delivery-key"
agency_start down
DOWN_PORT=$AGENCY_PORT
DOWN_PID=$AGENCY_PID
kill -9 "$DOWN_PID"
{ wait "$DOWN_PID"; } 2>/dev/null
agency_start agency
order ramq "refuse Le numéro d’assurance maladie n’existe pas"
order retraite "never"
order elections "fail 2"
{
    printf '{"agencies": ['
    for name in saaq ramq revenu retraite emploi elections; do
        port=$AGENCY_PORT
        [ $name = revenu ] && port=$DOWN_PORT
        [ $name = saaq ] || printf ', '
        printf '{"id": "%s", "url": "https://127.0.0.1:%s/%s/filings", "ca_file": "%s",
            "retry_seconds": 1, "retry_limit_seconds": 2, "timeout_seconds": 120}' \
            $name "$port" $name "$WORK/agency.pem"
    done
    printf ']}'
} >"$WORK/agencies.json"
export GUICHETD_AGENCIES="$WORK/agencies.json"

server_start
terminal a --language fr
sign_in a marie
wait_for a "F4"

# --- a case, and on it the form, submitted --------------------------------------------------------
keys a F3
wait_for a "Tapez une partie du nom"
types a "Zoé Gagnon"
keys a C-n
wait_for a "Code postal"
keys a Tab Tab
types a "418 555-0199"
keys a C-x
wait_for a "Le contact est commencé."
types a "Déménage en juillet."
keys a Tab Enter
wait_for a "contact en cours"
keys a C-g
types a "form SQCA-1"$'\r'
wait_for a "* Prénom"
types a "Zoé"
keys a Tab
types a "Gagnon"
keys a Tab
types a "3 avril 87"
keys a Tab Tab Tab
wait_for a "Ancien code postal"
types a "1 rue des Érables"
keys a Tab
types a "G1R 4P5"
keys a Tab
types a "2 rue des Pins"
keys a Tab
types a "g1r4p6"
keys a Tab
types a "2026-12-01"
keys a Tab
wait_for a "G1R 4P6"
types a "perm"
keys a Tab
types a "o"
keys a C-x
wait_for a "0 organisme sur 6 sera avisé"
# Consent to all but the fifth, Emploi et Solidarité sociale.
keys a Enter Enter Enter Enter Down Enter
wait_for a "5 organismes sur 6 seront avisés"
keys a End
wait_for a "Entrée soumet le formulaire"
keys a Enter
wait_for a "soumis"

# --- every state, on the form and on the case ------------------------------------------------------
wait_for a "Organismes"
wait_for a "réception confirmée · saaq-" 40
wait_for a "refus de l’organisme · Le numéro" 40
wait_for a "à transmettre de nouveau" 40
wait_for a "reçu, décision à venir" 40
wait_for a "non transmis : pas de consentement" 40
wait_for a "réception confirmée · elections-" 40
wait_match a "Emploi et Solidarité sociale *non transmis"
keys a 3
wait_for a "L’organisme n’a pas pu être joint."
wait_for a "Prochain essai"
keys a Escape
wait_for a "Organismes"
keys a Escape
wait_for a "Assurance maladie : refus de l’organisme"
wait_for a "Directeur général des élections : réception confirmée"
wait_for a "Emploi et Solidarité sociale : non transmis"

# The clerk hears of the refusal wherever they are, and finds it at home.
keys a C-g
types a "accueil"$'\r'
wait_for a "Mes dossiers"
told_at_the_foot() { screen a | tail -4 | grep -q "Assurance maladie : refus de l’organisme · Changement d’adresse"; }
told_at_home() { screen a | head -8 | grep -q "Assurance maladie : refus"; }
wait_that "no notice of the refusal" told_at_the_foot
wait_that "the refusal is not at home" told_at_home
keys a C-g
types a "dossier"$'\r'
wait_for a "Assurance maladie : refus de l’organisme"

# --- killed between the POST and what is written of it -----------------------------------------------
order revenu stall
agency_start down "$DOWN_PORT"
wait_posts down revenu 1
server_stop KILL
order revenu ok
server_start
wait_posts down revenu 2
keys a C-g
types a "case"$'\r'
wait_for a "Revenu Québec : réception confirmée" 60
[ "$(posts down revenu '"new":true')" = 1 ] || fail "revenu has another number of filings than one"

# --- sent again, in English -----------------------------------------------------------------------
keys a C-t
wait_for a "Health insurance: refused by the agency"
order ramq ok
order retraite ok
keys a Home Enter
wait_for a "Receives"
keys a F4
wait_for a "Agencies"
wait_for a "acknowledged · retraite-" 40
keys a 2
wait_for a "refused by the agency"
wait_for a "Le numéro d’assurance maladie n’existe pas"
wait_for a "Given name"
keys a C-r
wait_for a "acknowledged" 40
wait_for a "ramq-"
keys a Escape
wait_for a "acknowledged · ramq-"
wait_match a "Employment and Social Solidarity *not sent: no consent"

# --- each agency has one filing, with its own answers ----------------------------------------------
for name in saaq ramq retraite elections; do
    [ "$(posts agency $name '"new":true')" = 1 ] ||
        fail "$name has $(posts agency $name '"new":true') filings, not one"
done
[ "$(posts agency emploi)" = 0 ] || fail "emploi was told without consent"
[ "$(posts agency elections)" = 3 ] || fail "elections did not get it three times"
grep -q '"rejected"' "$WORK/agency.log" "$WORK/down.log" && fail "an agency found a bad signature"
answers() {
    grep '"new":true' "$WORK/agency.log" | grep -F "\"agency\":\"$1\",\"attempt\"" |
        jq -r '.body.answers | keys | join(" ")'
}
if command -v jq >/dev/null; then
    [ "$(answers elections)" = \
        "birth_date first_name last_name move_date new_address new_postal_code" ] ||
        fail "elections received: $(answers elections)"
    case "$(answers saaq)" in
    *old_address*) ;;
    *) fail "saaq received: $(answers saaq)" ;;
    esac
fi

# --- no agency connected; the client withdraws the consent ------------------------------------------
server_stop
unset GUICHETD_AGENCIES
server_start
keys a C-t
keys a C-g
types a "formulaire PC-1"$'\r'
wait_for a "Il s’agit"
types a "plainte"
keys a Tab
types a "Comptoir de Québec"
keys a Tab
types a "2026-11-20"
keys a Tab
types a "erreur"
keys a Tab
types a "Le nom était mal écrit."
keys a C-x
wait_for a "Pas encore"
keys a Enter
types a "oui"
keys a C-x
wait_gone a "Pas encore"
# The link is cut: what is submitted waits, and the screen says that the agencies do too.
server_stop
wait_for a "hors ligne" 40
keys a End Enter
wait_for a "Ils seront avisés dès que le serveur aura reçu le formulaire."
server_start
wait_for a "non transmis : pas de raccordement" 60
keys a 1
wait_for a "avisez son"
keys a C-d
wait_for a "Retirer le consentement ?"
keys a 1
wait_for a "non transmis : consentement retiré"
wait_for a "Marie Tremblay ·"
keys a Escape
wait_for a "Organismes"
# Nor does the paper say any more that the agency is told.
keys a C-g
types a "texte $WORK/withdrawn"$'\r'
wait_for a "Écrit dans"
grep -qF "[ ] Bureau des plaintes" "$WORK/withdrawn" || fail "the paper says that an agency is told"
keys a C-g
types a "dossier"$'\r'
wait_for a "Bureau des plaintes : non transmis : consentement retiré"
keys a F10
wait_for a "Un contact est en cours"
terminal_quit a
server_stop
guichetd check --database "$WORK/server.db" >"$WORK/check.log" || fail "$(cat "$WORK/check.log")"
echo "one filing told to each agency once, and nothing to the one without consent"
