#define _GNU_SOURCE /* F_SETLEASE, memmem */
#include "net/scan_page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/json.h"
#include "app/text.h"

#define PDF_HEAD "%PDF-"
#define PDF_END  "%%EOF"
/* Where a PDF's end mark stands at the latest, from its end. */
#define PDF_TAIL 1024

void scan_page_clear(struct scan_page *page)
{
    /* The one attachment is the page's own, not of the document. */
    page->document.message.attachments = NULL;
    page->document.message.attachment_count = 0;
    intake_document_clear(&page->document);
    free(page->bytes);
    *page = (struct scan_page){.bytes = NULL};
}

/* True when somebody has it open for writing. Where the system cannot say, nobody has. */
static bool is_being_written(int file)
{
    if (fcntl(file, F_SETLEASE, F_RDLCK) == 0) {
        fcntl(file, F_SETLEASE, F_UNLCK);
        return false;
    }
    return errno == EAGAIN;
}

static int64_t changed_ms(const struct stat *facts)
{
    return (int64_t)facts->st_mtim.tv_sec * 1000 + facts->st_mtim.tv_nsec / 1000000;
}

static enum scan_state read_bytes(int file, size_t size, char **bytes, size_t *length)
{
    size_t held = 0;

    *bytes = malloc(size + 1);
    if (*bytes == NULL)
        return SCAN_WAITS;
    while (held < size) {
        ssize_t got = read(file, *bytes + held, size - held);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        held += (size_t)got;
    }
    (*bytes)[held] = '\0';
    *length = held;
    /* Shorter than it was a moment ago. */
    return held == size ? SCAN_WHOLE : SCAN_WAITS;
}

/* Reads a whole, quiet file of at most `limit` bytes; `age_ms` is how long it has been quiet. */
static enum scan_state read_file(int folder, const char *name, size_t limit, int64_t now_ms,
                                 char **bytes, size_t *length, int64_t *age_ms, struct error *error)
{
    int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    enum scan_state state = SCAN_WAITS;
    struct stat facts;

    *bytes = NULL;
    if (file < 0) {
        if (errno != ELOOP)
            return SCAN_WAITS;
        error_set(error, ERROR_INVALID, "a link, not a file");
        return SCAN_REFUSED;
    }
    if (fstat(file, &facts) == 0 && !S_ISREG(facts.st_mode)) {
        error_set(error, ERROR_INVALID, "not a file");
        state = SCAN_REFUSED;
    } else if (fstat(file, &facts) == 0) {
        *age_ms = now_ms - changed_ms(&facts);
        /* A clock that was set back must not make it wait for ever. */
        if ((*age_ms < 0 || *age_ms >= SCAN_QUIET_MS) && !is_being_written(file)) {
            if ((size_t)facts.st_size > limit) {
                error_set(error, ERROR_TOO_LARGE, "more than %zu bytes", limit);
                state = SCAN_REFUSED;
            } else {
                state = read_bytes(file, (size_t)facts.st_size, bytes, length);
            }
        }
    }
    close(file);
    return state;
}

static bool is_pdf(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcmp(name + length - 4, ".pdf") == 0;
}

/* Whether a PDF has come to its end. */
static enum scan_state check_pdf(const char *bytes, size_t length, int64_t age_ms,
                                 struct error *error)
{
    size_t tail = length < PDF_TAIL ? length : PDF_TAIL;

    if (length >= strlen(PDF_HEAD) && memcmp(bytes, PDF_HEAD, strlen(PDF_HEAD)) == 0 &&
        memmem(bytes + length - tail, tail, PDF_END, strlen(PDF_END)) != NULL)
        return SCAN_WHOLE;
    if (age_ms >= 0 && age_ms < SCAN_PATIENCE_MS)
        return SCAN_WAITS;
    error_set(error, ERROR_INVALID, "not a PDF, or one without its end");
    return SCAN_REFUSED;
}

/* Takes the channel out of the sidecar: it names it where REST has it in the path. */
static const char *take_channel(json_t *sidecar)
{
    const char *channel = json_text_or(sidecar, "channel", "");
    const char *known = strcmp(channel, "mail") == 0  ? "mail"
                        : strcmp(channel, "fax") == 0 ? "fax"
                                                      : NULL;

    json_object_del(sidecar, "channel");
    return known;
}

static enum scan_state read_sidecar(struct scan_page *page, const char *bytes, size_t length,
                                    struct error *error)
{
    static const struct intake_limits limits = {0};
    json_t *sidecar;
    const char *channel;
    int code = json_read(&sidecar, bytes, length, SCAN_SIDECAR_LIMIT, "the sidecar", error);

    if (code == ERROR_MEMORY)
        return SCAN_WAITS;
    if (code == 0 && !json_is_object(sidecar))
        code = error_set(error, ERROR_INVALID, "the sidecar is not a JSON object");
    if (code != 0)
        return SCAN_REFUSED;
    channel = take_channel(sidecar);
    if (channel == NULL)
        code = error_set(error, ERROR_INVALID, "channel: mail or fax");
    else if (json_object_get(sidecar, "attachments") != NULL)
        code = error_set(error, ERROR_INVALID, "attachments: the page is the attachment");
    else
        code = intake_document_read(&page->document, sidecar, &limits, error);
    page->document.message.channel = channel;
    json_decref(sidecar);
    if (code == ERROR_MEMORY)
        return SCAN_WAITS;
    return code == 0 ? SCAN_WHOLE : SCAN_REFUSED;
}

/* A page of text is the message itself; one of another kind comes with it. */
static void put_page(struct scan_page *page, const char *name, size_t length)
{
    struct intake_message *message = &page->document.message;
    bool pdf = is_pdf(name);

    text_copy(page->name, sizeof(page->name), name);
    page->file = (struct intake_attachment){.name = page->name,
                                            .media_type = pdf ? "application/pdf" : "text/plain",
                                            .bytes = page->bytes,
                                            .length = length};
    if (!pdf && (message->text == NULL || *message->text == '\0'))
        message->text = page->bytes;
    message->attachments = &page->file;
    message->attachment_count = 1;
}

enum scan_state scan_page_read(struct scan_page *read, int folder, const char *page,
                               const char *sidecar, int64_t now_ms, struct error *error)
{
    char *text = NULL;
    size_t length = 0, text_length = 0;
    int64_t age_ms = 0, sidecar_age_ms;
    enum scan_state state;

    *read = (struct scan_page){.bytes = NULL};
    state = read_file(folder, page, INTAKE_ATTACHMENT_LIMIT, now_ms, &read->bytes, &length, &age_ms,
                      error);
    if (state == SCAN_WHOLE && is_pdf(page))
        state = check_pdf(read->bytes, length, age_ms, error);
    if (state == SCAN_WHOLE)
        state = read_file(folder, sidecar, SCAN_SIDECAR_LIMIT, now_ms, &text, &text_length,
                          &sidecar_age_ms, error);
    if (state == SCAN_WHOLE)
        state = read_sidecar(read, text, text_length, error);
    if (state == SCAN_WHOLE)
        put_page(read, page, length);
    else
        scan_page_clear(read);
    free(text);
    return state;
}
