#include "app/protect.h"

#include <sys/prctl.h>
#include <sys/resource.h>

void protect_process(void)
{
    const struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    /* Neither a core piped to a collector, nor ptrace, nor /proc/PID/mem, nor /proc/PID/environ. */
    prctl(PR_SET_DUMPABLE, 0);
}

void protect_process_end(void)
{
#if defined(__SANITIZE_ADDRESS__)
    prctl(PR_SET_DUMPABLE, 1);
#endif
}
