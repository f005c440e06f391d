/* guichet display: the public screen of a waiting room. */
#ifndef GUICHET_APP_MAIN_COMMAND_DISPLAY_H
#define GUICHET_APP_MAIN_COMMAND_DISPLAY_H

/* Runs until a signal, or until the terminal hangs up; the exit status. */
int command_display(int argc, char **argv);

#endif
