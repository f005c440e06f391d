#!/bin/sh
# Times the validator beside Ajv (npm, installed here and nowhere else). Usage:
# bench_schema.sh PROGRAM SCRIPT SUITE; works in the current directory.
set -eu
program=$1
script=$2
suite=$3
work=bench-schema
rm -rf "$work/cases"
mkdir -p "$work/cases"
"$program" write "$work/cases" "$suite"
"$program" run "$work"/cases/*.json >"$work/ours"
: >"$work/peer"
if command -v npm >/dev/null && (cd "$work" && { [ -d node_modules/ajv-formats ] ||
    npm install --silent --no-audit --no-fund --prefix . ajv@8 ajv-formats@3 >/dev/null; }); then
    script=$(cd "$(dirname "$script")" && pwd)/$(basename "$script")
    (cd "$work" && node "$script" cases/*.json >peer)
else
    echo "no npm or no Ajv: only our own figures"
fi
awk '
FNR == NR { compile[$1] = $2; again[$1] = $3; next }
FNR == 1 {
    printf "%-36s %12s %12s %8s %12s %12s %8s\n", "nanoseconds per document",
        "compile+1st", "Ajv", "ratio", "repeated", "Ajv", "ratio"
}
{
    if (compile[$1] + 0 > 0)
        printf "%-36s %12d %12d %7.1fx %12d %12d %7.2fx\n", $1, $2, compile[$1],
            compile[$1] / $2, $3, again[$1], again[$1] / $3
    else
        printf "%-36s %12d %12s %8s %12d %12s %8s\n", $1, $2, "-", "-", $3, "-", "-"
}' "$work/peer" "$work/ours"
echo "ratio: how many times longer Ajv takes"
