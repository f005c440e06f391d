#include "net/protocol.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int protocol_major(const char *version)
{
    const char *dot = strchr(version, '.');
    size_t digits = strspn(version, "0123456789");

    if (*version == '\0')
        return 1;
    if (digits == 0 || digits > 4 || dot != version + digits || !isdigit((unsigned char)dot[1]) ||
        dot[1 + strspn(dot + 1, "0123456789")] != '\0')
        return -1;
    return atoi(version);
}

enum protocol_fit protocol_judge(int server, int terminal)
{
    if (server < 0 || terminal < 0)
        return PROTOCOL_UNREADABLE;
    if (terminal > server)
        return PROTOCOL_SERVER_TOO_OLD;
    return terminal < server - 1 ? PROTOCOL_TERMINAL_TOO_OLD : PROTOCOL_FITS;
}
