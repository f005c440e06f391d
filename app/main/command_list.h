/* `guichet list`: the lists of cases of an agent's terminal, for scripts. */
#ifndef GUICHET_APP_MAIN_COMMAND_LIST_H
#define GUICHET_APP_MAIN_COMMAND_LIST_H

/*
 * list [NAME] [--json] [--filter WORDS]: a standard list by its name (due), or a view. Reads what
 * is on this terminal; the server is not asked. An exit status (command_agent.h).
 */
int command_list(int argc, char **argv);

#endif
