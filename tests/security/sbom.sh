#!/bin/bash
# The bill of materials is CycloneDX, names every library that configure.ac asks for, once, and none
# that is older than it asks.
set -u
: "${abs_top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"
command -v jq >/dev/null || { echo "jq is not installed: skipped"; exit 77; }
bill=$(mktemp)
trap 'rm -f "$bill"' EXIT
sh "$abs_top_srcdir/app/main/sbom.sh" "$abs_top_srcdir/configure.ac" 0.1.0 >"$bill" || exit 1

jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.5" and .version == 1 and
    .metadata.component.name == "guichet" and (.components | length) > 10 and
    all(.components[]; .type == "library" and (.name | length) > 0 and
        (.version | test("^[0-9]+([.][0-9]+)*$")) and (.purl | test("^pkg:[a-z]+/[^ ]+@[^ ]+$")) and
        (.scope == "required" or .scope == "excluded")) and
    ([.components[]."bom-ref"] | sort) == (.dependencies[0].dependsOn | sort) and
    ([.components[].name] | unique | length) == (.components | length)' "$bill" >/dev/null ||
    { cat "$bill"; echo "the bill is not well formed"; exit 1; }

asked=$(grep -c '^PKG_CHECK_MODULES' "$abs_top_srcdir/configure.ac")
[ "$(jq '.components | length' "$bill")" -eq $((asked + 1)) ] || { echo "one is missing"; exit 1; }

# Each is pinned, and at least as new.
grep '^PKG_CHECK_MODULES' "$abs_top_srcdir/configure.ac" | grep -v '>= [0-9]' && exit 1
jq -r '.components[] | [.version, .properties[0].value, .name] | @tsv' "$bill" |
    while IFS=$(printf '\t') read -r version least name; do
        [ "$(printf '%s\n%s\n' "$least" "$version" | sort -V | head -n 1)" = "$least" ] ||
            { echo "$name $version is older than $least"; exit 1; }
    done
