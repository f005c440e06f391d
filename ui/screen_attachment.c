/* A file that came with a message: fetched when it is looked at, shown when it is text, HTML or a
 * PDF, kept nowhere unless it is saved. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/html_text.h"
#include "app/json.h"
#include "app/link_fetch.h"
#include "app/pdf_text.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/own_file.h"
#include "ui/page.h"
#include "ui/screen.h"

#define LABEL_WIDTH 12
#define TEXT_LIMIT  (256 * (size_t)1024)

struct file {
    struct id id;
    char name[256], type[128];
    char *bytes; /* owned; NULL while it is not here */
    size_t length;
    char *text; /* owned; NULL while it is not shown */
    bool cut;
    struct pdf_text *pdf;            /* while it is read */
    char notice[ERROR_MESSAGE_SIZE]; /* why nothing is shown, or not yet */
    bool waiting;                    /* for the server */
    struct page page;
};

static void forget_bytes(struct file *file)
{
    if (file->bytes != NULL)
        sodium_memzero(file->bytes, file->length);
    free(file->bytes);
    file->bytes = NULL;
}

static void file_close(struct screen *screen)
{
    const struct id none = {""};
    struct file *file = screen->data;

    link_fetch_ask(screen->desk->link, &none);
    pdf_text_stop(file->pdf);
    forget_bytes(file);
    if (file->text != NULL)
        sodium_memzero(file->text, strlen(file->text));
    free(file->text);
    free(file);
}

/* --- showing ---------------------------------------------------------------------------------- */

static bool is_type(const struct file *file, const char *type)
{
    return strncmp(file->type, type, strlen(type)) == 0;
}

/* Text of any bytes, fit for the screen. */
static void show_text(struct file *file, const char *bytes, size_t length)
{
    file->cut |= length > TEXT_LIMIT;
    file->text = text_clean(bytes, length < TEXT_LIMIT ? length : TEXT_LIMIT, true);
}

static void show_html(struct file *file)
{
    char *plain = html_text(file->bytes, file->length, TEXT_LIMIT, &file->cut);

    if (plain != NULL)
        show_text(file, plain, strlen(plain));
    free(plain);
}

static void show(struct file *file)
{
    struct error error = ERROR_INIT;

    file->notice[0] = '\0';
    if (is_type(file, "text/html")) {
        show_html(file);
    } else if (is_type(file, "text/") || is_type(file, "application/json")) {
        show_text(file, file->bytes, file->length);
    } else if (is_type(file, "application/pdf")) {
        if (pdf_text_start(&file->pdf, file->bytes, file->length, clock_steady(NULL), &error) != 0)
            text_copy(file->notice, sizeof(file->notice), error.message);
    } else {
        text_copy(file->notice, sizeof(file->notice),
                  _("This kind of file is not shown here. It can be saved."));
    }
}

static void look_at_pdf(struct file *file)
{
    struct error error = ERROR_INIT;
    char *text;
    int code;

    if (file->pdf == NULL)
        return;
    code = pdf_text_look(file->pdf, clock_steady(NULL), &text, &error);
    if (code > 0)
        return;
    pdf_text_stop(file->pdf);
    file->pdf = NULL;
    if (code == 0 && text[strspn(text, " \n\f")] == '\0')
        text_copy(file->notice, sizeof(file->notice),
                  _("There is no text in this PDF, only pictures. It can be saved."));
    else if (code == 0)
        show_text(file, text, strlen(text));
    else
        snprintf(file->notice, sizeof(file->notice), _("It is not shown: %s"), error.message);
    free(text);
}

/* --- fetching --------------------------------------------------------------------------------- */

static void ask(struct screen *screen)
{
    struct file *file = screen->data;
    struct link_status status;

    link_status_get(screen->desk->link, &status);
    file->waiting = status.state == LINK_ONLINE || status.state == LINK_CONNECTING;
    if (file->waiting) {
        link_fetch_ask(screen->desk->link, &file->id);
        text_copy(file->notice, sizeof(file->notice), _("Fetching it from the server..."));
    } else {
        text_copy(file->notice, sizeof(file->notice),
                  _("The server is not reached: files stay there. Try again when it is."));
    }
}

static void file_wake(struct screen *screen)
{
    struct file *file = screen->data;
    char message[ERROR_MESSAGE_SIZE];
    enum link_fetch state;

    look_at_pdf(file);
    if (!file->waiting)
        return;
    state = link_fetch_take(screen->desk->link, &file->id, &file->bytes, &file->length, message);
    if (state == LINK_FETCH_ASKED)
        return;
    file->waiting = false;
    if (state == LINK_FETCH_HERE)
        show(file);
    else
        snprintf(file->notice, sizeof(file->notice), _("It did not come: %s"), message);
}

static int file_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct file *file = calloc(1, sizeof(*file));

    if (file == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (!id_parse(&file->id, json_text_or(arguments, "id", ""))) {
        free(file);
        return error_set(error, ERROR_NOT_FOUND, "%s", _("open a message first"));
    }
    text_copy(file->name, sizeof(file->name), json_text_or(arguments, "name", ""));
    text_copy(file->type, sizeof(file->type), json_text_or(arguments, "type", ""));
    screen->data = file;
    ask(screen);
    return 0;
}

static json_t *file_save(const struct screen *screen)
{
    const struct file *file = screen->data;

    return json_pack("{s:s, s:s, s:s}", "id", file->id.text, "name", file->name, "type",
                     file->type);
}

static bool file_busy(const struct screen *screen)
{
    const struct file *file = screen->data;

    return file->pdf != NULL;
}

/* --- drawing ---------------------------------------------------------------------------------- */

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct file *file = screen->data;
    char size[64];

    page_start(&file->page, paint);
    page_labelled(&file->page, LABEL_WIDTH, _("File"), PAINT_VALUE, file->name);
    page_labelled(&file->page, LABEL_WIDTH, _("Kind"), PAINT_VALUE, file->type);
    if (file->bytes != NULL) {
        snprintf(size, sizeof(size), _("%d bytes"), (int)file->length);
        page_labelled(&file->page, LABEL_WIDTH, _("Size"), PAINT_VALUE, size);
    }
    page_blank(&file->page);
    if (file->pdf != NULL)
        page_text(&file->page, 0, PAINT_DIM, _("Reading the PDF..."));
    page_text(&file->page, 0, PAINT_DIM, file->notice);
    page_text(&file->page, 0, PAINT_TEXT, file->text != NULL ? file->text : "");
    if (file->cut)
        page_text(&file->page, 0, PAINT_WARNING, _("Only its beginning is shown."));
}

static void file_draw(struct screen *screen, const struct paint *paint)
{
    struct file *file = screen->data;

    page_draw(&file->page, paint, draw_page, screen);
    paint_cursor(paint, 0, 0);
}

static bool file_key(struct screen *screen, const struct input *input)
{
    struct file *file = screen->data;
    int opened;

    return page_key(&file->page, input, &opened);
}

static const char *file_subject(struct screen *screen)
{
    const struct file *file = screen->data;

    return file->name;
}

/* --- saving ----------------------------------------------------------------------------------- */

/* A name without a way to another folder, and not hidden. */
static void plain_name(const struct file *file, char name[200])
{
    char *clean = text_clean(file->name, strlen(file->name), false);
    const char *from = clean != NULL ? clean : "";
    size_t length = 0;

    from += strspn(from, ". ");
    for (; *from != '\0' && length < 180; from++)
        name[length++] = (char)(*from == '/' || *from == '\\' ? '-' : *from);
    name[length] = '\0';
    if (length == 0)
        strcpy(name, "file");
    free(clean);
}

/* Makes a new file, for its owner alone: in the folder or under the path that was typed, else at
 * home; under another name where there is one. */
static int create(const struct file *file, const char *typed, char path[1024])
{
    const char *home = getenv("HOME");
    char name[200];
    int made = -1;

    if (*typed != '\0') {
        text_copy(path, 1024, typed);
        return own_file_create(path);
    }
    plain_name(file, name);
    for (int i = 0; made < 0 && i < 100; i++) {
        char before[16] = "";

        if (i > 0)
            snprintf(before, sizeof(before), "%d-", i);
        snprintf(path, 1024, "%s/%s%s", home != NULL ? home : ".", before, name);
        made = own_file_create(path);
        if (made < 0 && errno != EEXIST)
            break;
    }
    return made;
}

static void run_save(struct screen *screen, const char *argument)
{
    struct file *file = screen->data;
    char path[1024];
    int made;

    if (file->bytes == NULL) {
        ui_tell(screen->ui, UI_WARNING, "%s", _("The file is not here yet."));
        return;
    }
    made = create(file, argument, path);
    if (made < 0) {
        ui_tell(screen->ui, UI_FAILED, "%s: %s", path, strerror(errno));
        return;
    }
    if (!own_file_write(made, file->bytes, file->length) || close(made) != 0) {
        ui_tell(screen->ui, UI_FAILED, "%s: %s", path, strerror(errno));
        unlink(path);
        return;
    }
    ui_tell(screen->ui, UI_DONE,
            _("Saved as %s. It is not sealed: delete it when it is done with."), path);
}

static void run_again(struct screen *screen, const char *argument)
{
    (void)argument;
    ask(screen);
}

static const struct screen_key file_keys[] = {
    {'s', N_("Save"), N_("Saves the file at home; the command takes a path: save PATH."),
     N_("save"), run_save},
    {'f', N_("Fetch again"), N_("Asks the server for the file again."), N_("fetch"), run_again},
    {0},
};

static bool file_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct file *file = screen->data;

    return key->run == run_save ? file->bytes != NULL : file->bytes == NULL && !file->waiting;
}

extern const struct screen_kind screen_attachment;
const struct screen_kind screen_attachment = {
    .name = "attachment",
    .title = N_("File"),
    .help = N_("A file that came with a message. It stays at the server and is fetched when it is "
               "looked at: text, HTML and the text of a PDF are shown, and any file can be saved."),
    .keys = file_keys,
    .offers = file_offers,
    .open = file_open,
    .close = file_close,
    .draw = file_draw,
    .key = file_key,
    .save = file_save,
    .tick = file_wake,
    .wake = file_wake,
    .busy = file_busy,
    .subject = file_subject,
};
