#!/usr/bin/env bash
# Every text of the screens has its French, no French is left over, and the French has the
# apostrophe of typography.
set -eu
: "${abs_top_srcdir:=$(cd "$(dirname "$0")/.." && pwd)}"
for tool in xgettext msgcmp msgcat; do
    command -v $tool >/dev/null || { echo "$tool is not installed: skipped"; exit 77; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$abs_top_srcdir"
xgettext --from-code=UTF-8 -k_ -kN_ -klanguage_plural:1,2 -o "$work/texts.pot" ui/*.c

ids() {
    msgcat --no-wrap "$1" | grep -a '^msgid "' | sort -u
}

failed=0
if ! msgcmp --no-fuzzy-matching ui/po/fr.po "$work/texts.pot" 2>"$work/missing"; then
    echo "texts without their French:"
    cat "$work/missing"
    failed=1
fi
ids "$work/texts.pot" >"$work/used"
ids ui/po/fr.po >"$work/translated"
if comm -13 "$work/used" "$work/translated" | grep .; then
    echo "French of no text: the lines above"
    failed=1
fi
if msgcat --no-wrap ui/po/fr.po | grep -a '^msgstr' | grep -aE "[^ ]'[^ ]"; then
    echo "a straight apostrophe in French, instead of ’: the lines above"
    failed=1
fi
exit $failed
