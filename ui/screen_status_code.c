/* The code with which a client sees on the web where their case stands: made, shown once. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/message.h"
#include "app/text.h"
#include "ui/code_page.h"
#include "ui/continue_glyphs.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define SPELT_SIZE 512

struct giving {
    struct record *matter; /* owned */
    enum store_pending pending;
    struct continue_code code; /* made here; "" when another screen made it */
    unsigned char hash[CONTINUE_HASH_BYTES];
};

static int read_case(struct screen *screen, const char *id, struct error *error)
{
    struct giving *giving = screen->data;
    struct record *matter = work_get(screen->desk, RECORD_CASE, id, &giving->pending);

    if (matter == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s",
                         *id != '\0' ? id : _("no case is open: F3 finds the client's"));
    record_free(giving->matter);
    giving->matter = matter;
    return 0;
}

/* The case's code, unless it has ended. */
static bool read_grant(const struct screen *screen, struct continue_grant *grant)
{
    const struct giving *giving = screen->data;

    return continue_grant_from_json(json_object_get(giving->matter->body, "status_code"), grant) &&
           grant->expires_ms > desk_now(screen->desk);
}

static void read_again(struct screen *screen)
{
    struct giving *giving = screen->data;
    char id[ID_TEXT_LENGTH + 1];

    text_copy(id, sizeof(id), giving->matter->id.text);
    read_case(screen, id, NULL);
}

static void make_code(struct screen *screen)
{
    struct giving *giving = screen->data;
    struct author author = desk_author(screen->desk);
    struct continue_grant grant;
    struct continue_code code;
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int status = message_status_code_give(&batch, &author, giving->matter, &code, &error);

    if (work_apply(screen, &batch, status, &error)) {
        read_again(screen);
        if (read_grant(screen, &grant)) {
            giving->code = code;
            memcpy(giving->hash, grant.hash, sizeof(grant.hash));
        }
    }
    sodium_memzero(&code, sizeof(code));
}

static void run_new(struct screen *screen, const char *argument)
{
    static const char *const choices[] = {N_("Make a new code"), N_("Leave it"), NULL};
    struct continue_grant grant;

    (void)argument;
    if (read_grant(screen, &grant))
        screen_ask(screen, "new", _("The client may hold a code. A new one ends it."), choices);
    else
        make_code(screen);
}

static void run_take_back(struct screen *screen, const char *argument)
{
    struct giving *giving = screen->data;
    struct author author = desk_author(screen->desk);
    struct batch batch = {0};
    struct error error = ERROR_INIT;
    int status = message_status_code_revoke(&batch, &author, giving->matter, &error);

    (void)argument;
    if (!work_apply(screen, &batch, status, &error))
        return;
    sodium_memzero(&giving->code, sizeof(giving->code));
    read_again(screen);
    ui_tell(screen->ui, UI_DONE, "%s", _("The code is taken back: it opens nothing any more"));
}

static void giving_answer(struct screen *screen, const char *from, const json_t *answer)
{
    if (strcmp(from, "choice") == 0 && json_integer_or(answer, "choice", -1) == 0)
        make_code(screen);
}

/* --- drawing ---------------------------------------------------------------------------------- */

static int draw_words(struct screen *screen, const struct paint *paint, int row)
{
    const struct giving *giving = screen->data;
    const char *language =
        code_page_language(screen->desk, record_text(giving->matter, "client"), "");
    const char *reference = record_text(giving->matter, "reference");
    char spelt[SPELT_SIZE], words[2 * SPELT_SIZE];

    continue_spell(&giving->code, language, spelt, sizeof(spelt));
    paint_format(paint, row, 0, -1, PAINT_LABEL, _("Say to the client, %s:"),
                 work_language(language));
    snprintf(words, sizeof(words),
             language_text(language, N_("Your file is %1$s. The code to see where it stands is: "
                                        "%2$s.")),
             reference, spelt);
    return 1 + paint_wrapped(paint, row + 1, 2, paint->columns - 2, 6, PAINT_VALUE, words);
}

static void draw_code(struct screen *screen, const struct paint *paint)
{
    const struct giving *giving = screen->data;
    int row = code_page_draw(paint, &giving->code);
    char page[400];

    row += draw_words(screen, paint, row) + 1;
    if (*screen->desk->public_address != '\0') {
        snprintf(page, sizeof(page), "%.300s/v1/status/%s", screen->desk->public_address,
                 record_text(giving->matter, "reference"));
        row += paint_labelled(paint, row, CODE_PAGE_LABEL, _("Page"), PAINT_VALUE, page);
    }
    paint_labelled(paint, row, CODE_PAGE_LABEL, _("State"),
                   giving->pending == STORE_SETTLED ? PAINT_GOOD : PAINT_WARNING,
                   giving->pending == STORE_SETTLED ? _("Usable now")
                                                    : _("Not usable yet: once it is sent."));
    code_page_draw_once(paint);
}

/* A code that was made earlier or elsewhere, or none. */
static void draw_grant(struct screen *screen, const struct paint *paint)
{
    struct continue_grant grant;
    char when[64];

    paint_cursor(paint, 0, 0);
    if (!read_grant(screen, &grant)) {
        paint_text(paint, 0, 0, -1, PAINT_TEXT, _("The client has no code for this case."));
        return;
    }
    format_when(when, sizeof(when), grant.expires_ms, desk_now(screen->desk));
    code_page_draw_grant(screen->desk, paint, 0, &grant, false, when);
}

static void giving_draw(struct screen *screen, const struct paint *paint)
{
    const struct giving *giving = screen->data;
    struct continue_grant grant;

    if (giving->code.text[0] != '\0' && read_grant(screen, &grant) &&
        memcmp(grant.hash, giving->hash, sizeof(grant.hash)) == 0)
        draw_code(screen, paint);
    else
        draw_grant(screen, paint);
}

/* --- the table -------------------------------------------------------------------------------- */

static void giving_close(struct screen *screen)
{
    struct giving *giving = screen->data;

    record_free(giving->matter);
    sodium_memzero(giving, sizeof(*giving));
    free(giving);
}

static int giving_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct continue_grant grant;
    int code;

    screen->data = calloc(1, sizeof(struct giving));
    if (screen->data == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code =
        read_case(screen, json_text_or(arguments, "case", screen->desk->open.matter.text), error);
    if (code != 0) {
        giving_close(screen);
        return code;
    }
    if (!read_grant(screen, &grant))
        make_code(screen);
    return 0;
}

static bool giving_offers(const struct screen *screen, const struct screen_key *key)
{
    struct continue_grant grant;

    return screen->data != NULL && (key->run != run_take_back || read_grant(screen, &grant));
}

static const char *giving_subject(struct screen *screen)
{
    const struct giving *giving = screen->data;

    return record_text(giving->matter, "reference");
}

static const struct screen_key giving_keys[] = {
    {INPUT_CONTROL('N'), N_("New code"), N_("Makes a new code; the one before opens nothing then."),
     N_("new"), run_new},
    {INPUT_CONTROL('D'), N_("Take back"), N_("Takes the code back: the web opens nothing then."),
     N_("take-back"), run_take_back},
    {0},
};

static struct screen_about giving_about(const struct screen *screen)
{
    const struct giving *giving = screen->data;

    return work_about(giving->matter);
}

extern const struct screen_kind screen_status_code;
const struct screen_kind screen_status_code = {
    .name = "status-code",
    .title = N_("Code for the status page"),
    .help = N_("A code with which the client sees on the web, by the reference of the case, where "
               "it stands, what was promised and what is missing, and nothing else. It is read "
               "out in groups of four, and ends by its date, a new one, or when it is taken back."),
    .command = N_("status-code"),
    .keys = giving_keys,
    .offers = giving_offers,
    .open = giving_open,
    .close = giving_close,
    .draw = giving_draw,
    .changed = read_again,
    .answer = giving_answer,
    .subject = giving_subject,
    .about = giving_about,
};
