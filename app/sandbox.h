/*
 * A process shuts itself in: which files it may still touch (Landlock) and which calls of the
 * system it may still make (seccomp). What it gives up here neither it nor a child gets back. Both
 * hold for the calling thread and those that it starts: call them before there are others.
 */
#ifndef GUICHET_APP_SANDBOX_H
#define GUICHET_APP_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

enum sandbox_access {
    SANDBOX_READ,  /* the file, or all below the folder */
    SANDBOX_WRITE, /* the same, and to change, make, move and remove there */
    SANDBOX_RUN,   /* to read, and to run programs there */
};

struct sandbox_path {
    const char *path; /* NULL, "" and what is not there are passed over */
    enum sandbox_access access;
};

/* Nothing but these from now on, and what is open already. False when the kernel has no Landlock,
 * or refuses. */
bool sandbox_files(const struct sandbox_path *paths, size_t count);

enum sandbox_calls {
    SANDBOX_SERVER, /* what a server needs: files, network, threads; no program is run */
    SANDBOX_READER, /* all but what reaches beyond the process: no network, no other process */
};

/* No other calls from now on. What no honest code of ours makes ends the process; the rest fails as
 * if the kernel did not know it. False when the kernel has no seccomp, or refuses. */
bool sandbox_calls(enum sandbox_calls which);

/* Built with a sanitizer, whose own calls a sandbox would break: neither is done then. */
bool sandbox_is_off(void);

#endif
