#!/bin/bash
# Two tarballs of one tree, made at different times, under different umasks and from different
# builds, are the same bytes, and belong to nobody in particular.
set -eu
: "${abs_top_srcdir:?}"
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
make=${MAKE:-make}

# tarball FOLDER: made there.
tarball() {
    mkdir "$work/$1"
    (cd "$work/$1" && "$abs_top_srcdir/configure" --quiet >"$work/log" 2>&1 &&
        "$make" -s dist >>"$work/log" 2>&1) || { tail -n 20 "$work/log"; exit 1; }
    mv "$work/$1"/guichet-*.tar.xz "$work/$1.tar.xz"
}

(umask 022; tarball one)
sleep 2
(umask 027; tarball two)
cmp "$work/one.tar.xz" "$work/two.tar.xz"
tar --numeric-owner -tvf "$work/one.tar.xz" >"$work/list"
awk '$2 != "0/0" { print; wrong = 1 } END { exit wrong }' "$work/list"
[ "$(awk '{ print $4, $5 }' "$work/list" | sort -u | wc -l)" = 1 ]
echo "the same bytes twice: $(sha256sum <"$work/one.tar.xz" | cut -c1-16)..."
