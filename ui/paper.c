/* memfd_create: what is printed is personal and touches no disk on its way. */
#define _GNU_SOURCE
#include "ui/paper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/text.h"

extern char **environ;

struct paper_job {
    pid_t child;     /* 0: none any more */
    char *path;      /* of the PDF; NULL for the printer */
    bool whole;      /* the file may stay */
    int complaints;  /* memory file with what the child says */
    time_t deadline; /* on the monotonic clock */
};

static time_t seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static int system_error(const char *what, struct error *error)
{
    return error_set(error, ERROR_STORAGE, "%s: %s", what, strerror(errno));
}

static bool write_all(int file, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t written = write(file, text, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

static int new_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

int paper_write(const char *path, const char *text, struct error *error)
{
    int file = new_file(path);
    bool done;
    int code = 0;

    if (file < 0)
        return system_error(path, error);
    done = write_all(file, text, strlen(text)) && fsync(file) == 0;
    if (!done)
        code = system_error(path, error);
    if (close(file) != 0 && code == 0)
        code = system_error(path, error);
    if (code != 0)
        unlink(path);
    return code;
}

/* --- groff ----------------------------------------------------------------------------------- */

/* Letter paper with a margin of 2 cm, 78 columns of Courier; pages by traps, numbers at the foot.
 */
static const char groff_start[] = ".pl 11i\n"
                                  ".po 1i\n"
                                  ".ll 6.6i\n"
                                  ".de top\n"
                                  "'sp 0.8i\n"
                                  "..\n"
                                  ".de foot\n"
                                  "'sp 0.3i\n"
                                  "'ce 1\n"
                                  "\\\\n%\n"
                                  "'bp\n"
                                  "..\n"
                                  ".wh 0 top\n"
                                  ".wh -0.9i foot\n"
                                  ".nh\n"
                                  ".nf\n"
                                  ".na\n"
                                  ".fam C\n"
                                  ".ft R\n"
                                  ".ps 10\n"
                                  ".vs 12\n";

/* What would mean something to groff, or be drawn as another character. */
static const char *groff_escape(char byte)
{
    switch (byte) {
    case '\\':
        return "\\(rs";
    case '\'':
        return "\\(aq";
    case '`':
        return "\\(ga";
    case '^':
        return "\\(ha";
    case '~':
        return "\\(ti";
    case '-':
        return "\\-";
    case '"':
        return "\\(dq";
    default:
        return NULL;
    }
}

/* Characters that the fonts have under another name: how many bytes of `text` are one, and what is
 * written for it. */
static size_t groff_replace(const char *text, const char **with)
{
    static const char *const pairs[][2] = {
        {"\xc2\xa0", "\\ "},     /* no-break space */
        {"\xe2\x80\xaf", "\\ "}, /* the narrow one */
        {"\xe2\x80\x89", "\\ "}, /* thin space */
        {"\xe2\x80\x91", "\\-"}, /* no-break hyphen */
        {"\xc2\xad", ""},        /* soft hyphen */
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (strncmp(text, pairs[i][0], strlen(pairs[i][0])) == 0) {
            *with = pairs[i][1];
            return strlen(pairs[i][0]);
        }
    }
    return 0;
}

char *paper_groff(const char *text)
{
    struct text_buffer buffer = {0};
    bool line_start = true;

    text_buffer_add_text(&buffer, groff_start);
    for (; *text != '\0'; text++) {
        const char *escape = groff_escape(*text);
        size_t replaced = groff_replace(text, &escape);

        /* No line begins as a request does, whatever it holds. */
        if (line_start)
            text_buffer_add_text(&buffer, "\\&");
        if (escape != NULL)
            text_buffer_add_text(&buffer, escape);
        else if ((unsigned char)*text >= 0x20 || *text == '\n')
            text_buffer_add(&buffer, text, 1);
        line_start = *text == '\n';
        text += replaced > 0 ? replaced - 1 : 0;
    }
    text_buffer_add_text(&buffer, "\n");
    return text_buffer_take(&buffer);
}

/* --- children -------------------------------------------------------------------------------- */

/* A file in memory that holds `text`, at its start; -1 with errno. */
static int memory_file(const char *text)
{
    int file = memfd_create("paper", MFD_CLOEXEC);

    if (file < 0)
        return -1;
    if (!write_all(file, text, strlen(text)) || lseek(file, 0, SEEK_SET) != 0) {
        close(file);
        return -1;
    }
    return file;
}

static int spawn(struct paper_job *job, const char *const *arguments, int input, int output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    union {
        const char *const *borrowed;
        char **list;
    } words = {arguments};
    int result;

    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, job->complaints, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    /* Its own group: a job that runs too long ends with its own children. */
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    result = posix_spawnp(&job->child, arguments[0], &actions, &attributes, words.list, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (result != 0)
        job->child = 0;
    return result;
}

/* `text` is what the child reads; `output` is closed. */
static int job_start(struct paper_job **job, const char *path, const char *const *arguments,
                     const char *text, int output, struct error *error)
{
    struct paper_job *made = calloc(1, sizeof(*made));
    int input = memory_file(text);
    int code = 0;

    *job = NULL;
    if (made != NULL) {
        made->complaints = memfd_create("complaints", MFD_CLOEXEC);
        made->path = path == NULL ? NULL : strdup(path);
        made->deadline = seconds_now() + PAPER_SECONDS;
    }
    if (made == NULL || (path != NULL && made->path == NULL))
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else if (input < 0 || made->complaints < 0 || output < 0)
        code = system_error(path != NULL ? path : arguments[0], error);
    if (code == 0) {
        errno = spawn(made, arguments, input, output);
        if (errno == ENOENT)
            code = error_set(error, ERROR_NOT_FOUND, "%s is not installed", arguments[0]);
        else if (errno != 0)
            code = system_error(arguments[0], error);
    }
    if (input >= 0)
        close(input);
    if (output >= 0)
        close(output);
    if (code != 0) {
        paper_job_free(made);
        return code;
    }
    *job = made;
    return 0;
}

int paper_pdf(struct paper_job **job, const char *path, const char *text, struct error *error)
{
    static const char *const arguments[] = {"groff", "-Tpdf", "-Kutf8", "-P-pletter", NULL};
    char *source = paper_groff(text);
    int output;
    int code;

    *job = NULL;
    if (source == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    output = new_file(path);
    code = output < 0 ? system_error(path, error)
                      : job_start(job, path, arguments, source, output, error);
    if (code != 0 && output >= 0)
        unlink(path);
    free(source);
    return code;
}

int paper_print(struct paper_job **job, const char *command, const char *text, struct error *error)
{
    const char *const arguments[] = {"/bin/sh", "-c", command, NULL};

    return job_start(job, NULL, arguments, text, open("/dev/null", O_WRONLY | O_CLOEXEC), error);
}

/* The first line of what the child said; its length. */
static size_t complaint(const struct paper_job *job, char *text, size_t size)
{
    ssize_t got = pread(job->complaints, text, size - 1, 0);
    size_t length = got < 0 ? 0 : (size_t)got;

    text[length] = '\0';
    length = strcspn(text, "\n");
    text[length] = '\0';
    return length;
}

int paper_job_poll(struct paper_job *job, bool *warning, struct error *error)
{
    char said[300];
    int status;
    pid_t ended = waitpid(job->child, &status, WNOHANG);

    if (warning != NULL)
        *warning = false;
    if (ended == 0 && seconds_now() < job->deadline)
        return 1;
    if (ended == 0)
        return error_set(error, ERROR_STORAGE, "it took over %d s", PAPER_SECONDS);
    job->child = 0;
    complaint(job, said, sizeof(said));
    if (ended < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_set(error, ERROR_STORAGE, "%s",
                         *said != '\0' ? said : "the program failed and does not say why");
    job->whole = true;
    if (warning != NULL)
        *warning = *said != '\0';
    return 0;
}

void paper_job_free(struct paper_job *job)
{
    if (job == NULL)
        return;
    if (job->child > 0) {
        kill(-job->child, SIGKILL);
        waitpid(job->child, NULL, 0);
    }
    if (job->path != NULL && !job->whole)
        unlink(job->path);
    if (job->complaints > 0)
        close(job->complaints);
    free(job->path);
    free(job);
}
