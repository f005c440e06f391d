#!/bin/sh
# Runs the JSON Schema Test Suite of the shared data; skipped (77) when it is not there.
data=${GUICHET_SHARED_DATA:-$abs_top_srcdir/../shared/data}
exec "$abs_top_builddir/tests/schema_suite" "$data/json-schema-test-suite"
