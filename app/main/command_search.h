/* `guichet search`: finds services and forms, for scripts, exactly as the screen does. */
#ifndef GUICHET_APP_MAIN_COMMAND_SEARCH_H
#define GUICHET_APP_MAIN_COMMAND_SEARCH_H

/*
 * search [--catalogue FILE] [--json] [--limit N] [--language fr|en] [--channel WORD]
 *        (QUERY... | --batch)
 *
 * argv[0] is "search". `cache` is the terminal's own catalogue, searched without --catalogue; NULL
 * when there is none. Returns the exit status: 0, 1 after a failure, 2 when called wrongly.
 */
int command_search(const char *cache, int argc, char **argv);

#endif
