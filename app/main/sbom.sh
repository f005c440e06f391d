#!/bin/sh
# The software bill of materials of a build, as CycloneDX 1.5 JSON on standard output: the libraries
# that configure.ac asks for, with the versions that this build has and the packages they came from.
#
#   sbom.sh CONFIGURE.AC VERSION
set -eu

configure=$1
version=$2

# The package of Debian that a file belongs to, as "NAME VERSION"; nothing elsewhere.
package_of() {
    command -v dpkg-query >/dev/null || return 0
    name=$(dpkg-query -S "$1" 2>/dev/null | sed -n '1s/:.*//p')
    [ -n "$name" ] || return 0
    dpkg-query -W -f '${source:Package} ${source:Version}' "$name"
}

# component NAME VERSION LEAST FILE SCOPE
component() {
    set -- "$1" "$2" "$3" "$5" $(package_of "$4")
    if [ $# -eq 6 ]; then
        purl="pkg:deb/debian/$5@$6?arch=source"
    else
        purl="pkg:generic/$1@$2"
    fi
    reference="$1@$2"
    references="$references${references:+,}\"$reference\""
    printf '%s{"type":"library","bom-ref":"%s","name":"%s","version":"%s","scope":"%s","purl":"%s",' \
        "$separator" "$reference" "$1" "$2" "$4" "$(printf %s "$purl" | sed 's/+/%2B/g')"
    printf '"properties":[{"name":"guichet:minimum-version","value":"%s"}]}' "$3"
    separator=,
}

separator=
references=
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,'
printf '"metadata":{"component":{"type":"application","bom-ref":"guichet","name":"guichet",'
printf '"version":"%s"}},"components":[' "$version"
modules=$(sed -n 's/^PKG_CHECK_MODULES(\[[A-Z0-9]*\], \[\([^ ]*\) >= \([^]]*\)\]).*/\1=\2/p' \
    "$configure")
for each in $modules; do
    name=${each%%=*}
    scope=required
    [ "$name" != cmocka ] || scope=excluded # of the tests alone
    component "$name" "$(pkg-config --modversion "$name")" "${each#*=}" \
        "$(pkg-config --variable=pcfiledir "$name")/$name.pc" "$scope"
done
# It has no file for pkg-config.
header=$(for folder in /usr/include /usr/local/include; do
    [ ! -f "$folder/unistring/version.h" ] || echo "$folder/unistring/version.h"; done | head -n 1)
number=$(sed -n 's/^#define _LIBUNISTRING_VERSION 0x0*\([0-9A-Fa-f]*\).*/\1/p' "$header")
component libunistring "$((0x$number >> 16)).$((0x$number >> 8 & 255)).$((0x$number & 255))" 0.9 \
    "$header" required
printf '],"dependencies":[{"ref":"guichet","dependsOn":[%s]}]}\n' "$references"
