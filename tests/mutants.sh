#!/usr/bin/env bash
# Breaks one behaviour at a time and sees that a test notices (`make mutants`). A list names, in blocks
# with a blank line between: what is broken (after "# "), the source file, one or more lines of sed
# that break it, and the test that must fail.
#   mutants.sh LIST [WORDS]   in a build folder of its own; only blocks whose first line holds WORDS
# With LOOK=1 nothing is built: it only sees that each block breaks something.
# The broken file stands in the build folder, where make finds it before the true one.
set -u
list=$1
words=${2:-}
: "${abs_top_srcdir:?}" "${abs_top_builddir:?}" "${MAKE:=make}"
[ -n "${LOOK:-}" ] || [ "$abs_top_srcdir" != "$abs_top_builddir" ] || {
    echo "the sources stand in the build folder: configure in another one"
    exit 1
}
cd "$abs_top_builddir" || exit 1
out=$(mktemp -d "${TMPDIR:-/tmp}/guichet-mutants.XXXXXX")
broken=
# Make does not see a header that stands in the place of another: the texts of the ledger's statements
# are in one object.
make_anew() {
    case $broken in *_statements*.h) rm -f net/ledger_schema.o ;; esac
}
restore() {
    [ -z "$broken" ] || rm -f "$broken" "${broken%.c}.o"
    make_anew
    broken=
}
trap 'restore; rm -rf "$out"' EXIT
trap 'exit 1' HUP INT TERM

# make_test TEST: what it needs, built; what is broken may have something unused.
make_test() {
    case $1 in
    tests/schema_suite.sh) set -- tests/schema_suite ;;
    */confined.sh) set -- guichetd tests/security/confined ;;
    *.sh) set -- guichet guichetd tests/agency/agency ;;
    *_process) set -- guichetd "$1" ;;
    */test_delivery*) set -- tests/agency/agency "$1" ;;
    esac
    $MAKE -s CFLAGS="-g -O1 -Wno-error" "$@" >"$out/made" 2>&1
}

run_test() {
    case $1 in
    *.sh) timeout 300 bash "$abs_top_srcdir/$1" ;;
    *) timeout 120 "./$1" ;;
    esac >"$out/ran" 2>&1
}

count=0
missed=0
say() {
    echo "$1: $name ($test)"
    missed=$((missed + 1))
}

one() {
    local file=$1 script=$2 status
    count=$((count + 1))
    [ ! -e "$file" ] || { say "IN THE WAY: $file"; return; }
    sed "$script" "$abs_top_srcdir/$file" >"$out/broken.c" || { say "NO SCRIPT"; return; }
    cmp -s "$out/broken.c" "$abs_top_srcdir/$file" && { say "CHANGES NOTHING"; return; }
    [ -z "${LOOK:-}" ] || return
    broken=$file
    cp "$out/broken.c" "$file"
    make_anew
    if ! make_test "$test"; then
        say "DOES NOT COMPILE"
        grep -m 3 error "$out/made"
    elif run_test "$test"; then
        say "NOT NOTICED"
    else
        status=$?
        [ $status != 77 ] || say SKIPPED
        # A test that runs on may be what was broken, or a slow machine: whoever reads decides.
        [ $status != 124 ] || echo "noticed by its running on alone: $name ($test)"
    fi
    restore
}

cat "$list" >"$out/list" && echo >>"$out/list" || exit 1
name= file= script= test=
while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    "# "*) name=${line#\# } ;;
    "")
        case $name in *"$words"*) [ -z "$test" ] || one "$file" "$script" ;; esac
        name= file= script= test=
        ;;
    *)
        if [ -z "$file" ]; then
            file=$line
        else
            [ -z "$test" ] || script="$script${script:+
}$test"
            test=$line
        fi
        ;;
    esac
done <"$out/list"
how="are noticed"
[ -z "${LOOK:-}" ] || how="can be made"
echo "$((count - missed)) of $count broken behaviours $how"
[ $missed = 0 ] && [ $count -gt 0 ]
