/* The code with which a client continues a draft on the web: made, shown once, taken back. */
#include "ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sodium.h>

#include "app/calendar_read.h"
#include "app/continue.h"
#include "app/json.h"
#include "app/submission.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/code_page.h"
#include "ui/continue_glyphs.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define SPELT_SIZE 512
#define WHEN_SIZE  (2 * ANSWER_DATE_SIZE + 8)

struct continuing {
    struct record *draft; /* owned */
    enum store_pending pending;
    struct continue_code code; /* made here; "" when another screen made it */
    struct continue_grant mine;
    char title[WORK_NAME_SIZE];
};

/* --- reading ---------------------------------------------------------------------------------- */

static int read_draft(struct screen *screen, const struct id *id, struct error *error)
{
    struct continuing *continuing = screen->data;
    struct record *draft;
    int code =
        store_get(screen->desk->store, RECORD_SUBMISSION, id, &draft, &continuing->pending, error);

    if (code != 0)
        return code;
    record_free(continuing->draft);
    continuing->draft = draft;
    work_title(screen->desk, RECORD_FORM, record_text(draft, "form"), continuing->title,
               sizeof(continuing->title));
    return 0;
}

/* The draft's code, unless it has ended. */
static bool read_grant(const struct screen *screen, struct continue_grant *grant)
{
    const struct continuing *continuing = screen->data;

    return submission_is_draft(continuing->draft) &&
           continue_grant_read(continuing->draft, grant) &&
           grant->expires_ms > desk_now(screen->desk);
}

/* The code shown is the one that the draft has. */
static bool is_current(const struct screen *screen)
{
    const struct continuing *continuing = screen->data;
    struct continue_grant grant;

    return continuing->code.text[0] != '\0' && read_grant(screen, &grant) &&
           memcmp(grant.hash, continuing->mine.hash, sizeof(grant.hash)) == 0;
}

/* The language to speak to the client: their file's, else the contact's, else the screen's. */
static const char *client_language(struct screen *screen)
{
    const struct record *draft = ((const struct continuing *)screen->data)->draft;
    struct record *contact =
        work_get(screen->desk, RECORD_CONTACT, record_text(draft, "contact"), NULL);
    const char *language =
        code_page_language(screen->desk, record_text(draft, "client"),
                           contact != NULL ? record_text(contact, "language") : "");

    record_free(contact);
    return language;
}

/* --- making and taking back ------------------------------------------------------------------- */

/* The holidays of the agent's office. New, NULL when it is not known. */
static struct calendar *office_calendar(struct desk *desk)
{
    struct calendar *calendar = NULL;

    if (desk->office != NULL)
        calendar_read(&calendar, NULL, desk->catalogue, desk->office, desk->office->body);
    return calendar;
}

static void make_code(struct screen *screen)
{
    struct continuing *continuing = screen->data;
    struct desk *desk = screen->desk;
    struct author author = desk_author(desk);
    struct calendar *calendar = office_calendar(desk);
    int64_t expires = continue_expiry(&desk->continue_validity, calendar, desk_now(desk));
    struct continue_code code;
    struct error error = ERROR_INIT;
    struct batch batch = {0};
    struct id id = continuing->draft->id;
    int status = continue_give(&batch, &author, continuing->draft, expires, &code, &error);

    calendar_free(calendar);
    if (work_apply(screen, &batch, status, &error) && read_draft(screen, &id, &error) == 0 &&
        read_grant(screen, &continuing->mine))
        continuing->code = code;
    sodium_memzero(&code, sizeof(code));
}

static void take_back(struct screen *screen)
{
    struct continuing *continuing = screen->data;
    struct author author = desk_author(screen->desk);
    struct error error = ERROR_INIT;
    struct batch batch = {0};
    struct id id = continuing->draft->id;
    int status = continue_revoke(&batch, &author, continuing->draft, &error);

    if (!work_apply(screen, &batch, status, &error))
        return;
    sodium_memzero(&continuing->code, sizeof(continuing->code));
    read_draft(screen, &id, NULL);
    ui_tell(screen->ui, UI_DONE, "%s", _("The code is taken back: it opens nothing any more"));
}

static void ask(struct screen *screen, const char *name, const char *question, const char *yes)
{
    const char *const choices[] = {yes, _("Leave it"), NULL};

    screen_ask(screen, name, question, choices);
}

static void run_new(struct screen *screen, const char *argument)
{
    struct continue_grant grant;

    (void)argument;
    if (read_grant(screen, &grant))
        ask(screen, "new", _("The client may hold a code. A new one ends it."),
            _("Make a new code"));
    else
        make_code(screen);
}

static void run_take_back(struct screen *screen, const char *argument)
{
    (void)argument;
    ask(screen, "take-back", _("The client can then not go on with the form on the web."),
        _("Take the code back"));
}

static void continue_answer(struct screen *screen, const char *from, const json_t *answer)
{
    const char *name = json_text_or(answer, "name", "");

    if (strcmp(from, "choice") != 0 || json_integer_or(answer, "choice", -1) != 0)
        return;
    if (strcmp(name, "new") == 0)
        make_code(screen);
    else if (strcmp(name, "take-back") == 0)
        take_back(screen);
}

/* --- drawing ---------------------------------------------------------------------------------- */

/* "Thursday, December 10, 2026, 11:59 p.m." in the language of who hears it. */
static void speak_moment(int64_t ms, const char *language, char *text, size_t size)
{
    time_t seconds = (time_t)(ms / 1000);
    char day_text[ANSWER_DATE_SIZE], time_text[ANSWER_DATE_SIZE];
    struct answer_day day;
    struct answer_time time;
    struct tm local;

    text_copy(text, size, "");
    if (localtime_r(&seconds, &local) == NULL)
        return;
    day = (struct answer_day){local.tm_year + 1900, local.tm_mon + 1, local.tm_mday};
    time = (struct answer_time){local.tm_hour, local.tm_min, 0};
    answer_speak_day(&day, form_language(language), day_text);
    answer_speak_time(&time, form_language(language), time_text);
    snprintf(text, size, "%s, %s", day_text, time_text);
}

/* What the agent reads aloud; returns the rows used. */
static int draw_words(struct screen *screen, const struct paint *paint, int row)
{
    const struct continuing *continuing = screen->data;
    const char *language = client_language(screen);
    const char *address = screen->desk->web_address;
    char spelt[SPELT_SIZE], when[WHEN_SIZE], words[2 * SPELT_SIZE];
    int used = 1;

    continue_spell(&continuing->code, language, spelt, sizeof(spelt));
    speak_moment(continuing->mine.expires_ms, language, when, sizeof(when));
    paint_format(paint, row, 0, -1, PAINT_LABEL, _("Say to the client, %s:"),
                 work_language(language));
    if (*address != '\0')
        snprintf(words, sizeof(words),
                 language_text(language, N_("On the page %1$s type this code: %2$s.")), address,
                 spelt);
    else
        snprintf(words, sizeof(words),
                 language_text(language, N_("On our page type this code: %s.")), spelt);
    used += paint_wrapped(paint, row + used, 2, paint->columns - 2, 5, PAINT_VALUE, words);
    snprintf(words, sizeof(words), language_text(language, N_("It is good until %s")), when);
    used += paint_wrapped(paint, row + used, 2, paint->columns - 2, 2, PAINT_VALUE, words);
    return used;
}

/* Whether the code opens anything yet. */
static int draw_state(struct screen *screen, const struct paint *paint, int row)
{
    const struct continuing *continuing = screen->data;
    bool sent = continuing->pending == STORE_SETTLED;

    paint_text(paint, row, 0, CODE_PAGE_LABEL - 1, PAINT_LABEL, _("State"));
    return paint_wrapped(paint, row, CODE_PAGE_LABEL, -1, 2, sent ? PAINT_GOOD : PAINT_WARNING,
                         sent ? _("Usable now")
                              : _("Not usable yet: once it is sent. It goes by itself as soon as "
                                  "the server answers."));
}

static void draw_code(struct screen *screen, const struct paint *paint)
{
    const struct continuing *continuing = screen->data;
    int row = code_page_draw(paint, &continuing->code);

    row += draw_words(screen, paint, row);
    row += paint->rows >= 18;
    if (*screen->desk->web_address != '\0') {
        paint_text(paint, row, 0, CODE_PAGE_LABEL - 1, PAINT_LABEL, _("Page"));
        paint_text(paint, row++, CODE_PAGE_LABEL, -1, PAINT_VALUE, screen->desk->web_address);
    }
    row += draw_state(screen, paint, row);
    if (row < paint->rows)
        code_page_draw_once(paint);
}

/* A code that was made earlier or elsewhere, or none. */
static void draw_grant(struct screen *screen, const struct paint *paint)
{
    const struct continuing *continuing = screen->data;
    const struct record *draft = continuing->draft;
    struct continue_grant grant;
    char when[WHEN_SIZE], text[2 * WORK_NAME_SIZE];
    int row = 0;

    paint_cursor(paint, 0, 0);
    if (continuing->code.text[0] != '\0')
        row += 1 + paint_wrapped(paint, row, 0, -1, 2, PAINT_ERROR,
                                 _("The code that stood here opens nothing any more."));
    work_when(screen->desk, draft, "given_back_at", when, sizeof(when));
    if (*when != '\0') {
        snprintf(text, sizeof(text), _("The client gave the form back on the web, %s."), when);
        row += 1 + paint_wrapped(paint, row, 0, -1, 2, PAINT_GOOD, text);
    }
    if (!submission_is_draft(draft)) {
        paint_text(paint, row, 0, -1, PAINT_TEXT, _("The form is submitted: no code opens it."));
        return;
    }
    if (!read_grant(screen, &grant)) {
        paint_text(paint, row, 0, -1, PAINT_TEXT,
                   continue_grant_read(draft, &grant)
                       ? _("The code that the client has is past its date.")
                       : _("The client has no code for this form."));
        return;
    }
    speak_moment(grant.expires_ms, language_now(), when, sizeof(when));
    row += code_page_draw_grant(screen->desk, paint, row, &grant, true, when);
    draw_state(screen, paint, row);
}

static void continue_draw(struct screen *screen, const struct paint *paint)
{
    if (is_current(screen))
        draw_code(screen, paint);
    else
        draw_grant(screen, paint);
}

/* --- the table -------------------------------------------------------------------------------- */

static void continue_close(struct screen *screen)
{
    struct continuing *continuing = screen->data;

    record_free(continuing->draft);
    sodium_memzero(continuing, sizeof(*continuing));
    free(continuing);
}

static int continue_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct continuing *continuing = calloc(1, sizeof(*continuing));
    struct continue_grant grant;
    struct id id;
    int code = ERROR_NOT_FOUND;

    if (continuing == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    screen->data = continuing;
    if (id_parse(&id, json_text_or(arguments, "submission", "")))
        code = read_draft(screen, &id, error);
    else
        error_set(error, ERROR_NOT_FOUND, "%s", _("open a form first"));
    if (code == 0 && !submission_is_draft(continuing->draft))
        code = error_set(error, ERROR_REFUSED, "%s", _("the form is submitted: no code opens it"));
    if (code != 0) {
        continue_close(screen);
        return code;
    }
    if (!read_grant(screen, &grant))
        make_code(screen);
    return 0;
}

static void continue_changed(struct screen *screen)
{
    struct continuing *continuing = screen->data;
    struct id id = continuing->draft->id;

    read_draft(screen, &id, NULL);
}

static bool continue_offers(const struct screen *screen, const struct screen_key *key)
{
    const struct continuing *continuing = screen->data;
    struct continue_grant grant;

    if (continuing == NULL || !submission_is_draft(continuing->draft))
        return false;
    return key->run != run_take_back || read_grant(screen, &grant);
}

static const char *continue_subject(struct screen *screen)
{
    const struct continuing *continuing = screen->data;

    return continuing->title;
}

static const struct screen_key continue_keys[] = {
    {INPUT_CONTROL('N'), N_("New code"), N_("Makes a new code; the one before opens nothing then."),
     N_("new"), run_new},
    {INPUT_CONTROL('D'), N_("Take back"), N_("Takes the code back: the web opens nothing then."),
     N_("take-back"), run_take_back},
    {0},
};

static struct screen_about continue_about(const struct screen *screen)
{
    const struct continuing *continuing = screen->data;

    return work_about(continuing->draft);
}

extern const struct screen_kind screen_continue;
const struct screen_kind screen_continue = {
    .name = "continue",
    .title = N_("Continue on the web"),
    .help =
        N_("A code with which the client goes on with this form on the web. It is read out in "
           "groups of four; whoever has it sees the answers and changes them, until it ends: by "
           "its date, a new one, when it is taken back, or the form given back or submitted."),
    .keys = continue_keys,
    .offers = continue_offers,
    .open = continue_open,
    .close = continue_close,
    .draw = continue_draw,
    .changed = continue_changed,
    .answer = continue_answer,
    .subject = continue_subject,
    .about = continue_about,
};
