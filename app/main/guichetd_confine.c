#define _GNU_SOURCE /* close_range, initgroups, setresuid */
#include "app/main/guichetd_confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app/main/guichetd.h"
#include "app/sandbox.h"

const struct config_key guichetd_confine_keys[] = {
    {.name = "user",
     .shape = CONFIG_TEXT,
     .argument = "NAME",
     .help = "Serve as this user when started as root (root: stay it, in a container)."},
    {.name = "sandbox",
     .shape = CONFIG_SWITCH,
     .preset = "yes",
     .help = "Serve without access to other files, programs and calls than it needs."},
    {0},
};

/* --- the begin -------------------------------------------------------------------------------- */

void guichetd_begin(void)
{
    umask(077);
    /* A file that is opened later must not become standard output. */
    for (int i = 0; i <= 2; i++)
        if (fcntl(i, F_GETFD) < 0 && open("/dev/null", i == 0 ? O_RDONLY : O_WRONLY) < 0)
            _exit(GUICHETD_FAILED);
    close_range(3, ~0u, 0);
}

/* --- root ------------------------------------------------------------------------------------- */

/* The one thing that root is needed for: a port below 1024. */
static bool wants_low_port(const struct config *config)
{
    const char *listen = config_text(config, "listen");
    const char *colon = listen != NULL ? strrchr(listen, ':') : NULL;
    int port = colon != NULL ? atoi(colon + 1) : 0;

    return port > 0 && port < 1024;
}

/* Of all that root may, to listen there, or nothing. */
static int keep_low_port(bool keep, struct error *error)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0}};

    if (keep)
        data[0].effective = data[0].permitted = 1u << CAP_NET_BIND_SERVICE;
    return syscall(SYS_capset, &header, data) == 0
               ? 0
               : error_set(error, ERROR_REFUSED, "capabilities stay: %s", strerror(errno));
}

static int become(const struct passwd *user, bool low_port, struct error *error)
{
    prctl(PR_SET_KEEPCAPS, low_port ? 1 : 0);
    if (initgroups(user->pw_name, user->pw_gid) != 0 ||
        setresgid(user->pw_gid, user->pw_gid, user->pw_gid) != 0 ||
        setresuid(user->pw_uid, user->pw_uid, user->pw_uid) != 0)
        return error_set(error, ERROR_REFUSED, "cannot become %s: %s", user->pw_name,
                         strerror(errno));
    if (user->pw_uid != 0 && setuid(0) == 0)
        return error_set(error, ERROR_INTERNAL, "root could be got back");
    return user->pw_uid != 0 ? keep_low_port(low_port, error) : 0;
}

int guichetd_drop_root(const struct config *config, struct error *error)
{
    const char *name = config_text(config, "user");
    const struct passwd *user;

    if (name == NULL || name[0] == '\0')
        return geteuid() != 0
                   ? 0
                   : error_set(error, ERROR_REFUSED,
                               "this serves nobody as root: --user says who to be (--user root in "
                               "a container that holds nothing else)");
    user = getpwnam(name);
    if (user == NULL)
        return error_set(error, ERROR_NOT_FOUND, "there is no user %s", name);
    if (geteuid() == user->pw_uid && getuid() == user->pw_uid && user->pw_uid != 0)
        return 0;
    if (geteuid() != 0)
        return error_set(error, ERROR_INVALID, "only root becomes %s", name);
    return become(user, wants_low_port(config), error);
}

/* --- files ------------------------------------------------------------------------------------ */

/* What the C library, TLS and time zones read. */
static const struct sandbox_path system_paths[] = {
    {"/etc/resolv.conf", SANDBOX_READ},
    {"/run/systemd/resolve", SANDBOX_READ},
    {"/etc/hosts", SANDBOX_READ},
    {"/etc/host.conf", SANDBOX_READ},
    {"/etc/nsswitch.conf", SANDBOX_READ},
    {"/etc/gai.conf", SANDBOX_READ},
    {"/etc/services", SANDBOX_READ},
    {"/etc/protocols", SANDBOX_READ},
    {"/etc/passwd", SANDBOX_READ},
    {"/etc/group", SANDBOX_READ},
    {"/etc/localtime", SANDBOX_READ},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/etc/ssl", SANDBOX_READ},
    {"/etc/pki", SANDBOX_READ},
    {"/etc/ca-certificates", SANDBOX_READ},
    {"/etc/gnutls", SANDBOX_READ},
    {"/etc/guichet", SANDBOX_READ},
    {"/usr/share", SANDBOX_READ},
    {"/usr/lib", SANDBOX_READ},
    {"/usr/lib64", SANDBOX_READ},
    {"/usr/local/lib", SANDBOX_READ},
    {"/lib", SANDBOX_READ},
    {"/lib64", SANDBOX_READ},
    {"/dev/urandom", SANDBOX_READ},
    {"/dev/null", SANDBOX_WRITE},
    {"/proc", SANDBOX_READ},
    {"/sys/devices/system/cpu", SANDBOX_READ},
    {GUICHET_DATA_DIRECTORY, SANDBOX_READ},
};

/* Settings that name a file to read: its folder, for a new one takes its place by its name. */
static const char *const file_keys[] = {
    "tls-cert",           "tls-key", "agencies",        "delivery-key",
    "smtp-password-file", "smtp-ca", "sms-ca",          "sms-secret",
    "imap-password-file", "imap-ca", "provider-secret", "provider-ca",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define PATHS_MOST   64

struct paths {
    size_t count;
    struct sandbox_path list[PATHS_MOST];
    char *owned[PATHS_MOST];
};

static void path_add(struct paths *paths, const char *path, enum sandbox_access access)
{
    if (path == NULL || path[0] == '\0' || paths->count == PATHS_MOST)
        return;
    paths->owned[paths->count] = strdup(path);
    paths->list[paths->count] = (struct sandbox_path){paths->owned[paths->count], access};
    paths->count++;
}

/* The folder of a file, there or not. */
static void folder_add(struct paths *paths, const char *path, enum sandbox_access access)
{
    char *real, *slash;

    if (path == NULL || path[0] == '\0')
        return;
    real = realpath(path, NULL);
    if (real == NULL)
        real = strdup(path);
    slash = real != NULL ? strrchr(real, '/') : NULL;
    if (slash != NULL)
        slash[slash == real] = '\0';
    path_add(paths, slash != NULL ? real : ".", access);
    free(real);
}

static void paths_free(struct paths *paths)
{
    for (size_t i = 0; i < paths->count; i++)
        free(paths->owned[i]);
}

int guichetd_confine(const struct config *config, const char *more, struct error *error)
{
    struct paths paths = {0};
    const char *zones = getenv("TZDIR");
    bool full;

    if (!config_switch(config, "sandbox"))
        return 0;
    if (sandbox_is_off()) {
        guichetd_print(NULL, "built with a sanitizer: not confined");
        return 0;
    }
    for (size_t i = 0; i < COUNT(system_paths); i++)
        path_add(&paths, system_paths[i].path, system_paths[i].access);
    path_add(&paths, zones, SANDBOX_READ);
    for (size_t i = 0; i < COUNT(file_keys); i++)
        folder_add(&paths, config_text(config, file_keys[i]), SANDBOX_READ);
    folder_add(&paths, more, SANDBOX_READ);
    folder_add(&paths, config_text(config, "database"), SANDBOX_WRITE);
    path_add(&paths, config_text(config, "scan-folder"), SANDBOX_WRITE);
    full = paths.count == PATHS_MOST;
    if (!full && !sandbox_files(paths.list, paths.count))
        guichetd_print(NULL, "this kernel has no Landlock of version 2: files are not confined");
    paths_free(&paths);
    if (full)
        return error_set(error, ERROR_INVALID, "too many paths to confine the server to");
    if (!sandbox_calls(SANDBOX_SERVER))
        guichetd_print(NULL, "this kernel has no seccomp: calls of the system are not confined");
    return 0;
}
