/*
 * Memory for JSON values that live as long as one operation is worked on. Between json_pool_begin
 * and json_pool_end this thread's values are made in one piece of memory, one behind the other, and
 * it begins anew once none of them is left. They are ordinary values: one may live on, and may be
 * freed by any thread; until then the piece only fills up, and what finds no room is made as ever.
 *
 * For the server: the terminal wipes what it gives back, and this is not given back.
 */
#ifndef GUICHET_APP_JSON_POOL_H
#define GUICHET_APP_JSON_POOL_H

#include <stdbool.h>
#include <stddef.h>

/* One thread has the pool at a time; another one goes without, and need not know. Not nested. */
void json_pool_begin(void);
void json_pool_end(void);

/* For json.c, in whose hands jansson's memory is. NULL when it is to come from elsewhere; false
 * when it came from there. */
void *json_pool_take(size_t size);
bool json_pool_give(void *memory);
/* What is made until it goes on is for free(). Whether there was something to stop. */
bool json_pool_stop(void);
void json_pool_go_on(bool stopped);

#endif
