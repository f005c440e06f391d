#ifndef GUICHET_APP_MAIN_COMMAND_IMPORT_H
#define GUICHET_APP_MAIN_COMMAND_IMPORT_H

/*
 * `guichet import --catalogue FILE [--dry-run] [--json] SOURCE ARGUMENT...`: imports into a
 * catalogue file without a server. argv[0] is the command's name. Prints the account and returns
 * the exit status.
 */
int command_import(int argc, char **argv);

#endif
