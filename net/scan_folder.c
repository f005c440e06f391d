#include "net/scan_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/text.h"
#include "net/scan_page.h"

#define DONE    "done"
#define REFUSED "refused"
#define SOURCE  "scan"

/* Looked at again after this: while something waits, and when nothing does (a folder of another
 * machine tells nothing). */
#define AGAIN_MS 500
#define IDLE_MS  30000
/* Longest name of a page, so that ours still fit beside it. */
#define NAME_LIMIT 200

struct scan_folder {
    struct scan_folder_options options;
    struct ledger *ledger;
    int folder, done, refused; /* descriptors */
    int inotify, stop;
    pthread_t thread;
    bool running;
};

static void say(const struct scan_folder *folder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct scan_folder *folder, const char *format, ...)
{
    struct error line = ERROR_INIT; /* cleans it */
    char text[ERROR_MESSAGE_SIZE];
    va_list arguments;

    if (folder->options.log == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    error_set(&line, ERROR_INTERNAL, "%s", text);
    folder->options.log(folder->options.log_context, line.message);
}

/* --- moving ----------------------------------------------------------------------------------- */

/* Moves a file to a folder, under another name where there is one of its name. */
static int move(const struct scan_folder *folder, const char *name, int to)
{
    char other[NAME_LIMIT + 64];

    text_copy(other, sizeof(other), name);
    for (int i = 1; faccessat(to, other, F_OK, AT_SYMLINK_NOFOLLOW) == 0 && i < 1000; i++)
        snprintf(other, sizeof(other), "%d-%s", i, name);
    return renameat(folder->folder, name, to, other);
}

static void move_both(const struct scan_folder *folder, const char *page, const char *sidecar,
                      int to)
{
    /* The sidecar first: a page without one waits, and is not taken for another. */
    if (move(folder, sidecar, to) != 0 || move(folder, page, to) != 0)
        say(folder, "scan: a page cannot be moved: %s", strerror(errno));
}

static void write_reason(const struct scan_folder *folder, const char *sidecar, const char *reason)
{
    char name[NAME_LIMIT + 64];
    int file;

    snprintf(name, sizeof(name), "%.*s.reason.txt", (int)(strlen(sidecar) - strlen(".json")),
             sidecar);
    file =
        openat(folder->refused, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0 || dprintf(file, "%s\n", reason) < 0)
        say(folder, "scan: a reason cannot be written: %s", strerror(errno));
    if (file >= 0)
        close(file);
}

/* --- one page --------------------------------------------------------------------------------- */

static void refuse(const struct scan_folder *folder, const char *page, const char *sidecar,
                   const char *reason)
{
    say(folder, "scan: a page was refused: %s", reason);
    write_reason(folder, sidecar, reason);
    move_both(folder, page, sidecar, folder->refused);
}

/* False when it must be tried again. */
static bool take(struct scan_folder *folder, struct scan_page *read, const char *page,
                 const char *sidecar)
{
    struct intake_message *message = &read->document.message;
    struct error error = ERROR_INIT;
    struct intake_result result;
    int code;

    message->source = SOURCE;
    if (message->queue == NULL || *message->queue == '\0')
        message->queue = folder->options.queue;
    if (message->office == NULL || *message->office == '\0')
        message->office = folder->options.office;
    code = ledger_intake(folder->ledger, message, clock_system(NULL), &result, &error);
    if (code != 0) {
        say(folder, "scan: a page waits: %s", error.message);
        return false;
    }
    if (result.kind == INTAKE_REFUSED)
        refuse(folder, page, sidecar, result.reason);
    else
        move_both(folder, page, sidecar, folder->done);
    intake_result_clear(&result);
    return true;
}

/* False when it waits. */
static bool look_at(struct scan_folder *folder, const char *page, const char *sidecar)
{
    struct error error = ERROR_INIT;
    struct scan_page read;
    bool settled;

    switch (scan_page_read(&read, folder->folder, page, sidecar, clock_system(NULL), &error)) {
    case SCAN_WHOLE:
        settled = take(folder, &read, page, sidecar);
        scan_page_clear(&read);
        return settled;
    case SCAN_REFUSED:
        if (ledger_intake_refuse(folder->ledger, "mail", SOURCE, "", error.message,
                                 clock_system(NULL), NULL) != 0)
            return false;
        refuse(folder, page, sidecar, error.message);
        return true;
    case SCAN_WAITS:
        break;
    }
    return false;
}

/* --- the folder ------------------------------------------------------------------------------- */

/* The page that a sidecar is of; false when there is none yet. */
static bool page_of(const struct scan_folder *folder, const char *sidecar, char *page, size_t size)
{
    static const char *const kinds[] = {".pdf", ".txt"};
    size_t stem = strlen(sidecar) - strlen(".json");

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        snprintf(page, size, "%.*s%s", (int)stem, sidecar, kinds[i]);
        if (faccessat(folder->folder, page, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
            return true;
    }
    return false;
}

static bool is_sidecar(const char *name)
{
    size_t length = strlen(name);

    return name[0] != '.' && length > strlen(".json") && length < NAME_LIMIT &&
           strcmp(name + length - strlen(".json"), ".json") == 0;
}

/* Looks at all that lies there; true when something of it waits to become whole. */
static bool look(struct scan_folder *folder)
{
    int again = openat(folder->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = again >= 0 ? fdopendir(again) : NULL;
    bool waits = false;
    struct dirent *entry;

    if (directory == NULL) {
        if (again >= 0)
            close(again);
        return true;
    }
    while ((entry = readdir(directory)) != NULL) {
        char page[NAME_LIMIT + 8];

        if (is_sidecar(entry->d_name) && page_of(folder, entry->d_name, page, sizeof(page)))
            waits |= !look_at(folder, page, entry->d_name);
    }
    closedir(directory);
    return waits;
}

static void drain(int descriptor)
{
    char events[4096];

    while (read(descriptor, events, sizeof(events)) > 0)
        continue;
}

static void *run(void *context)
{
    struct scan_folder *folder = context;
    struct pollfd watched[] = {{folder->inotify, POLLIN, 0}, {folder->stop, POLLIN, 0}};

    while (watched[1].revents == 0) {
        /* What comes while it looks is told afterwards. */
        drain(folder->inotify);
        poll(watched, 2, look(folder) ? AGAIN_MS : IDLE_MS);
    }
    return NULL;
}

/* --- starting and stopping -------------------------------------------------------------------- */

static int folder_below(const struct scan_folder *folder, const char *name, int *below,
                        struct error *error)
{
    if (mkdirat(folder->folder, name, 0700) != 0 && errno != EEXIST)
        return error_set(error, ERROR_STORAGE, "%s/%s: %s", folder->options.folder, name,
                         strerror(errno));
    *below = openat(folder->folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *below >= 0 ? 0
                       : error_set(error, ERROR_STORAGE, "%s/%s: %s", folder->options.folder, name,
                                   strerror(errno));
}

static int prepare(struct scan_folder *folder, struct error *error)
{
    const char *path = folder->options.folder;
    int code;

    folder->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->folder < 0)
        return error_set(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_STORAGE, "%s: %s", path,
                         strerror(errno));
    code = folder_below(folder, DONE, &folder->done, error);
    if (code == 0)
        code = folder_below(folder, REFUSED, &folder->refused, error);
    if (code != 0)
        return code;
    folder->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    folder->stop = eventfd(0, EFD_CLOEXEC);
    if (folder->inotify < 0 || folder->stop < 0 ||
        inotify_add_watch(folder->inotify, path,
                          IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR) < 0)
        return error_set(error, ERROR_STORAGE, "%s cannot be watched: %s", path, strerror(errno));
    if (pthread_create(&folder->thread, NULL, run, folder) != 0)
        return error_set(error, ERROR_MEMORY, "no thread to watch %s", path);
    folder->running = true;
    return 0;
}

int scan_folder_start(struct scan_folder **folder, const struct scan_folder_options *options,
                      struct ledger *ledger, struct error *error)
{
    int code;

    *folder = NULL;
    if (options->folder == NULL || options->folder[0] == '\0')
        return 0;
    *folder = calloc(1, sizeof(**folder));
    if (*folder == NULL)
        return error_set(error, ERROR_MEMORY, "no memory to watch a folder");
    **folder = (struct scan_folder){.options = *options,
                                    .ledger = ledger,
                                    .folder = -1,
                                    .done = -1,
                                    .refused = -1,
                                    .inotify = -1,
                                    .stop = -1};
    code = prepare(*folder, error);
    if (code != 0) {
        scan_folder_stop(*folder);
        *folder = NULL;
    }
    return code;
}

void scan_folder_stop(struct scan_folder *folder)
{
    const uint64_t one = 1;

    if (folder == NULL)
        return;
    if (folder->running) {
        while (write(folder->stop, &one, sizeof(one)) < 0 && errno == EINTR)
            continue;
        pthread_join(folder->thread, NULL);
    }
    for (int *each = (int[]){folder->folder, folder->done, folder->refused, folder->inotify,
                             folder->stop, -2};
         *each != -2; each++)
        if (*each >= 0)
            close(*each);
    free(folder);
}
