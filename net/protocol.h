/*
 * The version of what terminals and servers say to each other. A larger minor adds, and is no
 * concern of the other side: members that it does not know are passed over and kept. A larger major
 * changes; a server speaks with terminals of its own major and of the one before.
 */
#ifndef GUICHET_NET_PROTOCOL_H
#define GUICHET_NET_PROTOCOL_H

#define PROTOCOL_MAJOR   1
#define PROTOCOL_MINOR   1
#define PROTOCOL_VERSION "1.1"

enum protocol_fit {
    PROTOCOL_FITS,
    PROTOCOL_TERMINAL_TOO_OLD,
    PROTOCOL_SERVER_TOO_OLD,
    PROTOCOL_UNREADABLE, /* not "major.minor" */
};

/* Whether a server of major `server` and a terminal of major `terminal` understand each other. */
enum protocol_fit protocol_judge(int server, int terminal);

/* The major of "major.minor"; "" is what spoke before there were versions: 1. -1 when it is none.
 */
int protocol_major(const char *version);

#endif
