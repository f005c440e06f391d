#!/usr/bin/env bash
# The audit trail from outside: what guichetd proves is verified by a program that has nothing of it;
# a proof that was changed, and a trail that was replaced, are not believed.
set -eu
: "${abs_top_srcdir:?}" "${abs_top_builddir:?}"
for tool in perl openssl sqlite3; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
guichetd=$abs_top_builddir/guichetd
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
    echo "FAILED: $*"
    exit 1
}

# Must succeed, and must not.
holds() { perl "$abs_top_srcdir/tests/security/audit_proof.pl" "$@" || fail "does not hold: $*"; }
breaks() {
    if perl "$abs_top_srcdir/tests/security/audit_proof.pl" "$@" >said; then
        fail "believed: $*: $(cat said)"
    fi
}

make() {
    "$guichetd" init --database "$1" >/dev/null
    "$guichetd" import --database "$1" sample "$abs_top_srcdir/app/sample" >/dev/null
}

agent() {
    "$guichetd" agent add "$2" --name "$2" --office sample/quebec --role clerk --language fr \
        --database "$1" <<<"a password of $2" >/dev/null
}

make a.db
[ "$(stat -c %a a.db.audit-key)" = 600 ] || fail "others may read the key"
"$guichetd" audit head --database a.db >kept
for name in un deux trois quatre cinq; do
    agent a.db $name
done
"$guichetd" audit verify --database a.db --kept kept >said || fail "$(cat said)"
grep -q ' 0 findings' said

# Every entry is proved.
size=$("$guichetd" audit export --database a.db | wc -l)
"$guichetd" audit head --database a.db >head
signed=$(perl -MJSON::PP -0777 -ne 'print decode_json($_)->{size}' head)
[ "$signed" -ge $((size - 1)) ] || fail "of $size entries $signed are signed"
for number in $(seq "$signed"); do
    "$guichetd" audit prove "$number" --kept kept --database a.db >proof
    holds proof kept >/dev/null
done
holds proof kept
echo "$signed entries proved"
if "$guichetd" audit prove 100000 --database a.db >said 2>&1; then
    fail "proved what is not"
fi

# A proof that was changed anywhere.
"$guichetd" audit prove 3 --kept kept --database a.db >proof
tried=0
for change in 's/office/offise/' 's/"number":3/"number":4/' 's/("inclusion":\[")./$1x/' \
    's/("inclusion":\["[0-9a-f]{10})[0-9a-f]/$1."0"/e' 's/("root":"[0-9a-f]{5})[0-9a-f]{3}/$1abc/' \
    's/("signature":"[0-9a-f]{5})[0-9a-f]{3}/$1abc/' 's/("size":)\d+/${1}21/' \
    's/("at":"20)\d\d/${1}99/' 's/("inclusion":\[)"[0-9a-f]+",/$1/'; do
    perl -pe "$change" proof >changed
    if cmp -s proof changed; then
        continue
    fi
    breaks changed kept
    tried=$((tried + 1))
done
[ $tried -ge 8 ] || fail "$tried changes tried"
perl -pe 's/("consistency":\["[0-9a-f]{20})[0-9a-f]{4}/$1abcd/' proof >changed
cmp -s proof changed || breaks changed kept

# Another trail, whole in itself: by the head that was kept it is another one.
make b.db
agent b.db six
"$guichetd" audit verify --database b.db >said || fail "$(cat said)"
if "$guichetd" audit verify --database b.db --kept kept >said; then
    fail "another trail is believed"
fi
"$guichetd" audit head --database b.db >other
"$guichetd" audit prove 1 --database b.db >proof
breaks proof kept

# What is exported is harmless in a spreadsheet, and stands in the trail itself.
"$guichetd" audit export --csv --kind export --database a.db >out.csv
grep -q 'guichetd audit export, by system user' out.csv || fail "the export is not in the trail"
sqlite3 b.db "UPDATE audit SET what = '=HYPERLINK(\"http://x\")' WHERE number = 2;
    UPDATE audit SET what = '@SUM(1)' WHERE number = 3;
    UPDATE audit SET words = zeroblob(32) WHERE number < 4;
    INSERT INTO audit_words (number, salt, words) VALUES (1, zeroblob(16), '+1'), (2, zeroblob(16), '-1');"
"$guichetd" audit export --csv --database b.db >out.csv
grep -qF "'=HYPERLINK" out.csv || fail "the cell is not there: $(head -3 out.csv)"
grep -qF ",'+1," out.csv || fail "the words are not there"
if grep -aE '(^|,)"?[=+@-]' out.csv; then
    fail "a formula left in a file"
fi
# What was changed is told, by the trail itself and by `check`.
if "$guichetd" audit verify --database b.db >said; then
    fail "changed unseen"
fi
grep -q 'entry 2 was changed' said || fail "$(cat said)"
if "$guichetd" check --database b.db >said; then
    fail "check saw nothing"
fi

"$guichetd" check --database a.db >/dev/null || fail "check"
# Another key: what the old one signed holds for who kept its head, over two changes; the new one signs.
key() { perl -MJSON::PP -0777 -ne 'print decode_json($_)->{key}' "$1"; }
"$guichetd" audit rotate --database a.db >change || fail "$(cat change)"
agent a.db rota
"$guichetd" audit rotate --database a.db >change || fail "$(cat change)"
[ "$(stat -c %a a.db.audit-key)" = 600 ] || fail "others may read the new key"
[ ! -e a.db.audit-key.next ] || fail "a key is left beside"
agent a.db rotb
"$guichetd" audit head --database a.db >head
[ "$(key head)" != "$(key kept)" ] || fail "the key is the same"
grep -q "$(key head)" change || fail "the change does not name the new key"
"$guichetd" audit keys --database a.db | grep -q "\"old\":\"$(key kept)\"" || fail "the old key is forgotten"
"$guichetd" audit verify --database a.db --kept kept >said || fail "$(cat said)"
"$guichetd" audit prove 3 --kept kept --database a.db >proof || fail "no proof"
holds proof kept
perl -MJSON::PP -0777 -ne '$p = decode_json($_); shift @{$p->{keys}}; print encode_json($p)' proof >changed
breaks changed kept
perl -MJSON::PP -0777 -ne '$p = decode_json($_); $p->{keys}[0]{size}++; print encode_json($p)' proof >changed
breaks changed kept
"$guichetd" audit export --database a.db --kind export | grep -q 'guichetd audit prove 3, by system user' ||
    fail "the proof is not in the trail"
"$guichetd" audit export --database a.db --kind permission | grep -q "audit key: $(key head)" ||
    fail "the change of the key is not in the trail"
# Killed before the new file was in its place.
mv a.db.audit-key a.db.audit-key.next
agent a.db rotc
"$guichetd" audit verify --database a.db >said || fail "$(cat said)"
grep -q ' 0 entries not signed yet' said || fail "not signed: $(cat said)"
[ -e a.db.audit-key ] || fail "the key is not in its place"
# What a change that did not come about has left is in no other's way.
echo "not a key" >a.db.audit-key.next
"$guichetd" audit rotate --database a.db >change || fail "$(cat change)"
# Killed at any moment: one of the two files is the key that the database names, and signs what follows.
for delay in 0 0.002 0.004 0.006 0.008 0.01 0.015 0.02 0.03 0.05; do
    "$guichetd" audit rotate --database a.db >change 2>&1 &
    sleep "$delay"
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    agent a.db "killed$delay"
    "$guichetd" audit verify --database a.db --kept kept >said || fail "after $delay s: $(cat said)"
    grep -q ' 0 entries not signed yet' said || fail "after $delay s, not signed: $(cat said)"
done
"$guichetd" audit rotate --database a.db >change || fail "$(cat change)"
[ ! -e a.db.audit-key.next ] || fail "a key is left beside"
"$guichetd" audit verify --database a.db --kept kept >said || fail "$(cat said)"
# A change that its key did not sign.
cp a.db c.db
sqlite3 c.db "UPDATE audit_key_change SET new = zeroblob(32) WHERE size = (SELECT min(size) FROM audit_key_change)"
if "$guichetd" audit verify --database c.db >said; then
    fail "another key was slipped in unseen"
fi
grep -q 'is not signed by it' said || fail "$(cat said)"

# Without its key the trail goes on, unsigned, and says so.
mv a.db.audit-key away
agent a.db sept
"$guichetd" audit verify --database a.db --kept kept >said || fail "$(cat said)"
grep -qE ' [1-9][0-9]* entries not signed yet' said || fail "$(cat said)"
echo done
