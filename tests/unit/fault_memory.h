/*
 * Memory that runs out, at one allocation or from one on: of our own code (the linker leads malloc
 * and its like through here: -Wl,--wrap), of Jansson, which is given ours, and of SQLite. One
 * thread.
 */
#ifndef GUICHET_TESTS_UNIT_FAULT_MEMORY_H
#define GUICHET_TESTS_UNIT_FAULT_MEMORY_H

#include <stdbool.h>

/* Before SQLite is used. */
void fault_memory_hook_sqlite(void);

/* Counts anew; allocation `at` is to fail, and with `lasting` all after it. 0: none. */
void fault_memory_arm(long at, bool lasting);
/* Only what is allocated between these two is counted, and may fail. */
void fault_memory_enter(void);
void fault_memory_leave(void);
/* Allocations since it was armed. */
long fault_memory_count(void);

#endif
