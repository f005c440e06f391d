/*
 * What a process does first that holds personal content or secrets: it leaves no core file, and no
 * other process of the same user reads its memory.
 */
#ifndef GUICHET_APP_PROTECT_H
#define GUICHET_APP_PROTECT_H

/* At the very begin. A program that it runs is as any other, but for core files. */
void protect_process(void);

/* At the very end: a leak checker, where one is built in, looks into the process then. */
void protect_process_end(void);

#endif
