#!/bin/sh
# A few seeds of the simulator, and every bug that it must find.
exec "${abs_top_builddir:-.}/tests/sim/sim" --test
