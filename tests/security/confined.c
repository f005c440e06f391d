/* Confines itself as the server and as the reader of a PDF, in a child for each deed, and tells
 * what became of each: `confined FOLDER`, where the folder is one that may be written to. */
#define _GNU_SOURCE /* unshare */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/sandbox.h"

#define MADE   0
#define DENIED 1

static const char *folder;

static char *within(const char *name)
{
    static char path[1024];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static int status_of(bool made)
{
    return made ? MADE : DENIED;
}

static int read_passwd_of_root(void)
{
    return status_of(open("/etc/shadow", O_RDONLY) >= 0 || open("/root/.profile", O_RDONLY) >= 0);
}

static int read_home(void)
{
    return status_of(open("/var/log", O_RDONLY | O_DIRECTORY) >= 0);
}

static int write_elsewhere(void)
{
    return status_of(open("/tmp/guichet-confined-test", O_WRONLY | O_CREAT, 0600) >= 0);
}

static int write_here(void)
{
    int file = open(within("written"), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    return status_of(file >= 0 && write(file, "x", 1) == 1 && ftruncate(file, 0) == 0 &&
                     mkdir(within("made"), 0700) == 0 &&
                     rename(within("written"), strdup(within("moved"))) == 0);
}

static int remove_here(void)
{
    return status_of(unlink(within("moved")) == 0 && rmdir(within("made")) == 0);
}

static int run_program(void)
{
    execl("/bin/true", "true", (char *)NULL);
    return DENIED;
}

static int trace(void)
{
    return status_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0);
}

static int new_namespace(void)
{
    return status_of(unshare(CLONE_NEWUSER) == 0);
}

static int packets(void)
{
    return status_of(socket(AF_PACKET, SOCK_RAW, 0) >= 0);
}

static int other_socket(void)
{
    return status_of(socket(AF_INET, SOCK_STREAM, 0) >= 0);
}

static int local_socket(void)
{
    int ends[2];

    return status_of(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
}

static int signal_other(void)
{
    return status_of(kill(getppid(), 0) == 0);
}

static int memory(void)
{
    return status_of(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
                     MAP_FAILED);
}

struct deed {
    const char *name;
    enum sandbox_calls as;
    int (*do_it)(void);
    int expected; /* MADE, DENIED, or minus the signal that ends it */
    bool files;   /* it is Landlock that says so */
};

static const struct deed deeds[] = {
    {"the server reads files of root", SANDBOX_SERVER, read_passwd_of_root, DENIED, true},
    {"the server lists the logs", SANDBOX_SERVER, read_home, DENIED, true},
    {"the server writes elsewhere", SANDBOX_SERVER, write_elsewhere, DENIED, true},
    {"the server writes in its folder", SANDBOX_SERVER, write_here, MADE, false},
    {"the server removes in its folder", SANDBOX_SERVER, remove_here, MADE, false},
    {"the server runs a program", SANDBOX_SERVER, run_program, -SIGSYS, false},
    {"the server traces", SANDBOX_SERVER, trace, -SIGSYS, false},
    {"the server makes a namespace", SANDBOX_SERVER, new_namespace, -SIGSYS, false},
    {"the server hears all packets", SANDBOX_SERVER, packets, DENIED, false},
    {"the server has sockets", SANDBOX_SERVER, other_socket, MADE, false},
    {"the server signals another", SANDBOX_SERVER, signal_other, DENIED, false},
    {"the server has memory", SANDBOX_SERVER, memory, MADE, false},
    {"a reader reads files of root", SANDBOX_READER, read_passwd_of_root, DENIED, true},
    {"a reader writes", SANDBOX_READER, write_here, DENIED, true},
    {"a reader has a socket", SANDBOX_READER, other_socket, DENIED, false},
    {"a reader has a local socket", SANDBOX_READER, local_socket, DENIED, false},
    {"a reader signals another", SANDBOX_READER, signal_other, DENIED, false},
    {"a reader traces", SANDBOX_READER, trace, -SIGSYS, false},
    {"a reader has memory", SANDBOX_READER, memory, MADE, false},
    {"a reader runs a program", SANDBOX_READER, run_program, MADE, false},
};

static bool shut_in(const struct deed *deed)
{
    const struct sandbox_path server[] = {{"/usr/lib", SANDBOX_READ}, {folder, SANDBOX_WRITE}};
    const struct sandbox_path reader[] = {{"/usr", SANDBOX_RUN},
                                          {"/bin", SANDBOX_RUN},
                                          {"/lib", SANDBOX_RUN},
                                          {"/lib64", SANDBOX_RUN}};
    bool files = deed->as == SANDBOX_SERVER ? sandbox_files(server, 2) : sandbox_files(reader, 4);

    return sandbox_calls(deed->as) && (files || !deed->files);
}

/* What became of it: as `expected`; 77 when the kernel does not offer what is needed. */
static int become_of(const struct deed *deed)
{
    pid_t child = fork();
    int status;

    if (child == 0)
        _exit(shut_in(deed) ? deed->do_it() : 77);
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    unsigned wrong = 0, missing = 0;

    if (argc != 2 || sandbox_is_off())
        return argc == 2 ? 77 : 2;
    folder = argv[1];
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        int became = become_of(&deeds[i]);

        missing += became == 77;
        if (became == deeds[i].expected || became == 77)
            continue;
        printf("%s: %d instead of %d\n", deeds[i].name, became, deeds[i].expected);
        wrong++;
    }
    if (missing > 0)
        printf("%u deeds not tried: the kernel does not offer what denies them\n", missing);
    return wrong > 0;
}
