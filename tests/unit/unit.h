/* What every unit test needs: cmocka, in the order its header asks for. */
#ifndef GUICHET_TESTS_UNIT_H
#define GUICHET_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
