/* `guichet export`: writes a catalogue file in a format that others read. */
#ifndef GUICHET_APP_MAIN_COMMAND_EXPORT_H
#define GUICHET_APP_MAIN_COMMAND_EXPORT_H

/* Runs the command; argv[0] is "export". Returns the exit status. */
int command_export(int argc, char **argv);

#endif
