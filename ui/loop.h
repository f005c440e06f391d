/*
 * The loop of the screen thread: keys, the link's bell, signals, timers. It never waits for
 * anything else.
 */
#ifndef GUICHET_UI_LOOP_H
#define GUICHET_UI_LOOP_H

#include "app/error.h"
#include "ui/terminal.h"
#include "ui/ui.h"

/* Blocks the signals that the loop reads (SIGWINCH, SIGHUP, SIGTERM, SIGINT), for this thread and
 * those it starts later. Before any thread is started. */
int loop_start(struct error *error);

/* Runs until quit, hang-up or SIGTERM. The state is saved after the keys, and at the end. */
int loop_run(struct ui *ui, struct terminal *terminal, struct desk *desk, struct error *error);

#endif
