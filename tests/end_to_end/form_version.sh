#!/usr/bin/env bash
# A form gets a second version while a clerk fills the first one: what is open stays as it is, the
# draft comes to the second version when it is opened again, with what lost its field kept and
# shown; the server keeps both versions. (What was submitted before: tests/unit/test_ui_form.)
. "$(dirname "$0")/harness.sh"

# The shipped sample with version 2 of the complaint: "service" is now "counter", and satisfaction
# is not asked any more.
make_second_version() {
    mkdir "$WORK/sample"
    cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
    jq '.confirmed = "2099-01-01"
        | .records |= map(if .code != "PC-1" then . else
            .version = 2
            | .schema.properties.counter = .schema.properties.service
            | .schema.properties.counter.i18n = "counter"
            | .translations.fr["counter.label"] = "Comptoir"
            | .translations.en["counter.label"] = "Counter"
            | del(.schema.properties.service, .schema.properties.satisfaction)
            | .schema.required |= map(if . == "service" then "counter" else . end)
            | .recipients |= ((. // []) | map(.answers |= (map(select(. != "satisfaction"))
                | map(if . == "service" then "counter" else . end))))
            | .layout |= walk(if type == "object" and .scope? == "#/properties/service"
                then .scope = "#/properties/counter" else . end)
            | .layout |= walk(if type == "array" then map(select(type != "object" or
                .scope? != "#/properties/satisfaction")) else . end)
            | .migrations = [{from: 1, answers: [{move: "/service", to: "/counter"},
                {drop: "/satisfaction"}]}] end)' \
        "$abs_top_srcdir/app/sample/forms.json" >"$WORK/sample/forms.json" || fail "jq"
}

command -v jq >/dev/null || fail "jq is needed"
server_start
make_second_version
terminal a --language fr
sign_in a marie
online a

# A complaint is begun.
keys a C-g
types a "form PC-1"$'\r'
wait_for a "Il s’agit"
types a "comm"
keys a Tab
types a "Comptoir de Québec"
keys a Tab Tab
types a "La porte est lourde."
keys a Tab Tab
types a "3"
keys a Tab
wait_for a "brouillon enregistré"
keys a PPage
wait_for a "Comptoir de…"

# Meanwhile the form changes: what is open stays.
server_stop
guichetd import sample "$WORK/sample" --database "$WORK/server.db" >"$WORK/import.log" 2>&1 ||
    fail "$(cat "$WORK/import.log")"
server_start
wait_for a "Version 2 du formulaire arrivée" 60
wait_for a "Satisfaction"
keys a Escape
wait_for a "formulaire, brouillon"
keys a Up Enter
wait_for a "Version 2 du formulaire (avant : 1)"
wait_for a "Comptoir de…"
shows a "Satisfaction" && fail "the draft is still of version 1"
wait_match a "Comptoir  *Comptoir de"
keys a C-x
wait_for a "- Satisfaction"
# The server has the same, and keeps both versions.
end=$((SECONDS + 20 * PATIENCE))
until [ "$(sqlite3 "$WORK/server.db" "select json_extract(document, '\$.body.form_version') || ' ' ||
    json_extract(document, '\$.body.answers.counter') || ' ' ||
    json_extract(document, '\$.body.set_aside.\"/satisfaction\".value') from record
    where type = 'submission' and json_extract(document, '\$.body.status') = 'draft'")" = \
    "2 Comptoir de Québec 3" ]; do
    [ $SECONDS -lt $end ] || fail "the server has not the draft as it is"
    sleep 0.1
done
[ "$(sqlite3 "$WORK/server.db" "select count(*) from record where type = 'form'
    and document like '%complaint@1%'")" = 1 ] || fail "version 1 is not kept"

# It is still one form to find.
keys a Escape
wait_for a "Ce qui s’est passé"
keys a F2
types a "plainte"
wait_for a "Formulaire : Plainte"
[ "$(screen a | grep -c "Formulaire : Plainte")" = 1 ] || fail "past versions are offered"
terminal_quit a
echo "two versions"
