#!/usr/bin/env bash
# A 211 directory comes in by the server, is found and read at the counter in both languages, and goes
# out again under /hsds/ and from the terminal's cache; a hostile one does no harm.
. "$(dirname "$0")/harness.sh"

cat >"$WORK/211.json" <<'JSON'
{"total_pages": 1, "contents": [
 {"id": "s-pantry", "name": "Dépannage alimentaire du Vieux-Moulin", "status": "active",
  "alternate_name": "panier d'épicerie",
  "description": "Paniers de nourriture remis chaque semaine.",
  "eligibility_description": "Toute personne du quartier",
  "fees_description": "Contribution de 5 $", "url": "https://exemple.org/panier",
  "assured_date": "2026-11-02", "last_modified": "2026-11-03T10:00:00.000Z",
  "organization": {"id": "o-moulin", "name": "Le Moulin solidaire", "description": "Organisme"},
  "phones": [{"id": "p-1", "number": "418 555-0199", "extension": 7}],
  "required_documents": [{"id": "d-1", "document": "Une preuve d'adresse"}],
  "service_at_locations": [{"id": "sl-1", "location": {"id": "l-1", "location_type": "physical",
   "name": "Sous-sol de l'église", "latitude": 46.81, "longitude": -71.22,
   "addresses": [{"id": "a-1", "address_1": "10, rue du Moulin", "city": "Québec",
    "state_province": "QC", "postal_code": "G1R 4P5", "country": "CA",
    "address_type": "physical"}]}}]},
 {"id": "s-evil", "name": "Cuisine \u001b[2J\u202eevil", "status": "active",
  "organization": {"id": "o-moulin", "name": "Le Moulin solidaire", "description": "Organisme"}}]}
JSON
server_init

echo "== the preview says what would come in, and changes nothing"
"$abs_top_builddir/guichet" import --catalogue "$WORK/preview.db" --dry-run hsds "$WORK/211.json" \
    >/dev/null || fail "the preview of a new catalogue"
ls "$WORK"/preview.db* 2>/dev/null && fail "a preview leaves a file"
preview=$(guichetd import --database "$WORK/server.db" --dry-run hsds "$WORK/211.json" 211-qc fr) ||
    fail "the preview: $preview"
grep -q '^added: service 211-qc/s-pantry$' <<<"$preview" || fail "not previewed: $preview"
grep -q 's-evil: contents/1: name: control or invisible characters dropped' <<<"$preview" ||
    fail "nothing said of control characters: $preview"
guichetd import --database "$WORK/server.db" hsds "$WORK/211.json" 211-qc fr >"$WORK/account" ||
    fail "the import"
guichetd import --database "$WORK/server.db" hsds "$WORK/211.json" 211-qc fr |
    grep -q ' 0 added, 0 changed, 4 unchanged' || fail "a second import changes something"
server_start

echo "== it is found and read in the counter's words"
terminal d --language fr
sign_in d marie
wait_for d "Services courants"
keys d F2
types d "panier epicerie"
wait_for d "Dépannage alimentaire"
keys d Enter
wait_for d "Le Moulin solidaire"
wait_for d "418 555-0199 x7"
wait_for d "Une preuve d'adresse"
keys d Escape
types d $'\x15evil'
wait_for d "Cuisine [2Jevil"
keys d C-t
wait_for d "Search"
terminal_quit d

echo "== it goes out as it came in, to anybody"
curl -sf "$SERVER/hsds/" | grep -q '"version":"3.0"' || fail "/hsds/"
curl -sf "$SERVER/hsds/services?search=depannage&per_page=1" | grep -q '"total_items":1' ||
    fail "/hsds/services"
curl -sf "$SERVER/hsds/services/s-pantry" |
    grep -q '"number":"418 555-0199","extension":7' || fail "/hsds/services/s-pantry"
"$abs_top_builddir/guichet" export --catalogue "$WORK/d/catalogue.db" hsds-csv "$WORK/package" \
    2>"$WORK/said" || fail "export: $(cat "$WORK/said")"
grep -q 's-pantry' "$WORK/package/services.csv" || fail "services.csv"
grep -q '^p-1,,s-pantry,,,,418 555-0199,7,,' "$WORK/package/phones.csv" || fail "phones.csv"

echo "== a circle of moves is refused, and nothing else with it"
server_stop
printf 'key,title_fr,moved_to\na,A,b\nb,B,a\nc,C,\n' >"$WORK/moves.csv"
account=$(guichetd import --database "$WORK/server.db" csv "$WORK/moves.csv") || fail "csv"
grep -q 'moves.csv:2: refused: csv/a: moved_to: the moves go in a circle' <<<"$account" ||
    fail "not refused: $account"
grep -q '1 added,.* 2 refused' <<<"$account" || fail "account: $account"
echo "passed"
