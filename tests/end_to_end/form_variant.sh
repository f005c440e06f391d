#!/usr/bin/env bash
# A form without a layout: its fields come in the order of its schema's file; an object of several
# variants is chosen by title, in French and in English, and another choice puts answers aside that
# undo brings back; merged members and the places of a tuple are fields; the server holds it all.
. "$(dirname "$0")/harness.sh"

# The shipped sample with one more form, whose members are not in the order of their names.
add_form() {
    mkdir "$WORK/sample"
    cp "$abs_top_srcdir"/app/sample/*.json "$WORK/sample"
    jq --slurpfile form <(printf '%s' '{"schema": {"type": "object", "required": ["reply"],
        "allOf": [{"properties": {"zone": {"type": "string", "title": "Zone"}}},
                  {"properties": {"area": {"type": "string", "title": "Area"}}}],
        "properties": {
            "wish": {"type": "string", "title": "Wish"},
            "reply": {"title": "Reply", "oneOf": [
                {"title": "By phone", "required": ["by", "number"], "properties": {
                    "by": {"const": "phone"},
                    "number": {"type": "string", "title": "Number"}}},
                {"title": "By letter to an address", "required": ["by", "street"], "properties": {
                    "by": {"const": "letter"},
                    "street": {"type": "string", "title": "Street"},
                    "city": {"type": "string", "title": "City"}}},
                {"title": "At the counter, in person", "required": ["by"], "properties": {
                    "by": {"const": "counter"}}}]},
            "between": {"type": "array", "title": "Between", "minItems": 2, "items": false,
                "prefixItems": [{"type": "integer", "title": "From"},
                                {"type": "integer", "title": "To"}]}}},
        "translations": {"fr": {"wish.label": "Souhait", "reply.label": "Réponse",
            "reply.phone": "Par téléphone", "reply.letter": "Par lettre à une adresse",
            "reply.counter": "Au comptoir, en personne", "reply.street.label": "Rue"}}}') \
        '.confirmed = "2099-01-01" | .records += [(.records[] | select(.code == "PC-1")
            | .id = "variants" | .code = "VAR-1" | .title = {fr: "Variantes", en: "Variants"}
            | .services = [] | del(.layout, .recipients, .migrations, .known)) + $form[0]]' \
        "$abs_top_srcdir/app/sample/forms.json" >"$WORK/sample/forms.json" || fail "jq"
}

command -v jq >/dev/null || fail "jq is needed"
add_form
server_start
server_stop
guichetd import sample "$WORK/sample" --database "$WORK/server.db" >"$WORK/import.log" 2>&1 ||
    fail "$(cat "$WORK/import.log")"
server_start
terminal a --language fr
sign_in a marie
online a
# The catalogue comes in pages: this form is among the last.
keys a F4
types a "VAR-1"
wait_for a "Variantes" 40
keys a Enter
wait_for a "Souhait"

# --- the order of the file -----------------------------------------------------------------------
the_order_is() {
    [ "$(screen a | sed 's/ *$//' | grep -oE "Souhait|Réponse|Between|From|To$|Zone|Area" | tr '\n' ' ')" = "$1" ]
}
wait_that "the order is another one" the_order_is "Souhait Réponse Between From To Zone Area "

# --- choosing by title ---------------------------------------------------------------------------
types a "vite"
keys a Tab
types a "lettre"
wait_for a "Par lettre à une adresse"
keys a Tab
wait_for a "Rue"
types a "1 rue des Pins"
keys a Tab
types a "Laval"
keys a Tab
wait_for a "brouillon enregistré"
keys a BTab BTab BTab C-u
types a "phone"
keys a Tab
wait_gone a "Rue"
wait_for a "Number"
wait_for a "2 réponses mises de côté"
keys a C-y
wait_for a "1 rue des Pins"
wait_for a "Par lettre à une adresse"
shows a "Number" && fail "a field of the other variant stayed"

# --- a tuple, in English -------------------------------------------------------------------------
keys a C-t
wait_for a "Choice"
wait_for a "By letter to an address"
keys a Tab Tab Tab
wait_for a "From"
keys a Tab
types a "17"
keys a Tab C-x
wait_for a "Required"
keys a Home Enter
wait_for a "!  From"
types a "9"
keys a Tab C-x
wait_for a "Enter submits the form"
wait_for a "By letter to an address"
keys a End Enter
wait_for a "submitted"
wait_for a "1 rue des Pins"
terminal_quit a
command -v sqlite3 >/dev/null || exit 0
until [ "$(sqlite3 "$WORK/server.db" "select json_extract(document, '$.body.answers') from record
    where type = 'submission'" 2>/dev/null | jq -cS .)" = \
    '{"between":[9,17],"reply":{"by":"letter","city":"Laval","street":"1 rue des Pins"},"wish":"vite"}' ]; do
    [ $SECONDS -lt 60 ] || fail "the server holds: $(sqlite3 "$WORK/server.db" \
        "select document from record where type = 'submission'")"
    sleep 0.1
done
