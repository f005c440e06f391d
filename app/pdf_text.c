#define _GNU_SOURCE /* close_range, environ, memfd_create, pipe2 */
#include "app/pdf_text.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/sandbox.h"
#include "app/text.h"

#define PROGRAM      "pdftotext"
#define MEMORY_BYTES ((rlim_t)1024 * 1024 * 1024)
#define CPU_SECONDS  10
#define NOT_THERE    127

struct pdf_text {
    pid_t child; /* 0 when it was waited for */
    int output;
    int64_t until_ms;
    struct text_buffer text;
};

static void limit(int what, rlim_t most)
{
    const struct rlimit limits = {most, most};

    setrlimit(what, &limits);
}

/* The program, its libraries and fonts: nothing of the agent's, nothing to write. */
static const struct sandbox_path seen[] = {
    {"/usr", SANDBOX_RUN},
    {"/bin", SANDBOX_RUN},
    {"/lib", SANDBOX_RUN},
    {"/lib64", SANDBOX_RUN},
    {"/etc/ld.so.cache", SANDBOX_READ},
    {"/etc/fonts", SANDBOX_READ},
    {"/dev/null", SANDBOX_WRITE},
};

/* Never returns. */
static void become_pdftotext(int input, int output)
{
    static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin", language[] = "LC_ALL=C.UTF-8";
    char *environment[] = {path, language, NULL};
    char name[] = PROGRAM, quiet[] = "-q", layout[] = "-layout", as[] = "-enc", utf8[] = "UTF-8",
         standard[] = "-";
    char *words[] = {name, quiet, layout, as, utf8, standard, standard, NULL};
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (dup2(input, 0) < 0 || dup2(output, 1) < 0)
        _exit(NOT_THERE);
    output = open("/dev/null", O_WRONLY);
    if (output >= 0)
        dup2(output, 2);
    limit(RLIMIT_AS, MEMORY_BYTES);
    limit(RLIMIT_CPU, CPU_SECONDS);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_NOFILE, 64);
    close_range(3, ~0u, 0);
    /* A kernel without one of them has the other, and the limits. */
    if (!sandbox_is_off()) {
        sandbox_files(seen, sizeof(seen) / sizeof(seen[0]));
        sandbox_calls(SANDBOX_READER);
    }
    environ = environment;
    execvp(PROGRAM, words);
    _exit(NOT_THERE);
}

/* The bytes as a file in memory, at its beginning; -1 on failure. */
static int file_of(const char *bytes, size_t length)
{
    int file = memfd_create("pdf", MFD_CLOEXEC);

    while (file >= 0 && length > 0) {
        ssize_t written = write(file, bytes, length);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            close(file);
            return -1;
        }
        bytes += written;
        length -= (size_t)written;
    }
    if (file >= 0)
        lseek(file, 0, SEEK_SET);
    return file;
}

int pdf_text_start(struct pdf_text **pdf, const void *bytes, size_t length, int64_t now_ms,
                   struct error *error)
{
    int input = file_of(bytes, length), ends[2] = {-1, -1};
    pid_t child = -1;

    *pdf = calloc(1, sizeof(**pdf));
    if (*pdf != NULL && input >= 0 && pipe2(ends, O_CLOEXEC) == 0) {
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        child = fork();
        if (child == 0)
            become_pdftotext(input, ends[1]);
    }
    if (input >= 0)
        close(input);
    if (ends[1] >= 0)
        close(ends[1]);
    if (child <= 0) {
        if (ends[0] >= 0)
            close(ends[0]);
        free(*pdf);
        *pdf = NULL;
        return error_set(error, ERROR_STORAGE, "pdftotext cannot be started: %s", strerror(errno));
    }
    (*pdf)->child = child;
    (*pdf)->output = ends[0];
    (*pdf)->until_ms = now_ms + PDF_TEXT_MOST_MS;
    return 0;
}

/* Waits for a child that has ended, or is ended now; its status. */
static int end(struct pdf_text *pdf, bool kill_it)
{
    int status = 0;

    if (pdf->child == 0)
        return 0;
    if (kill_it)
        kill(pdf->child, SIGKILL);
    while (waitpid(pdf->child, &status, 0) < 0 && errno == EINTR)
        continue;
    pdf->child = 0;
    return status;
}

/* What has come so far; true at the end of it, or when there is enough. */
static bool read_on(struct pdf_text *pdf)
{
    char bytes[16384];
    ssize_t got;

    while ((got = read(pdf->output, bytes, sizeof(bytes))) > 0) {
        text_buffer_add(&pdf->text, bytes, (size_t)got);
        if (pdf->text.length >= PDF_TEXT_LIMIT)
            return true;
    }
    return got == 0 || (errno != EAGAIN && errno != EINTR);
}

int pdf_text_look(struct pdf_text *pdf, int64_t now_ms, char **text, struct error *error)
{
    bool enough;
    int status;

    *text = NULL;
    if (!read_on(pdf)) {
        if (now_ms < pdf->until_ms)
            return 1;
        end(pdf, true);
        return error_set(error, ERROR_TOO_LARGE, "it takes too long to read");
    }
    enough = pdf->text.length >= PDF_TEXT_LIMIT;
    status = end(pdf, enough);
    if (!enough && WIFEXITED(status) && WEXITSTATUS(status) == NOT_THERE)
        return error_set(error, ERROR_NOT_FOUND, "there is no %s on this terminal", PROGRAM);
    if (!enough && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
        return error_set(error, ERROR_INVALID, "%s cannot read it", PROGRAM);
    text_buffer_add(&pdf->text, "", 0);
    *text = pdf->text.bytes != NULL ? text_buffer_take(&pdf->text) : strdup("");
    return *text != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for the text");
}

void pdf_text_stop(struct pdf_text *pdf)
{
    if (pdf == NULL)
        return;
    end(pdf, true);
    close(pdf->output);
    text_buffer_free(&pdf->text);
    free(pdf);
}
