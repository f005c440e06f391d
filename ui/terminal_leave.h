/*
 * How the terminal is left: nothing of a client stays on the screen or goes into what can be scrolled
 * back to, whatever ends the program.
 */
#ifndef GUICHET_UI_TERMINAL_LEAVE_H
#define GUICHET_UI_TERMINAL_LEAVE_H

/* After the terminal was opened: from now on a crash clears the screen too, and the program is not
 * stopped with a client on it. */
void terminal_leave_prepare(void);

/* Makes the screen blank, a line at a time: to clear it whole moves it into the scrollback of some
 * terminals. */
void terminal_leave_blank(void);

/* A terminal without a second screen, whose own lines are drawn over. */
int terminal_leave_alone(void);

#endif
