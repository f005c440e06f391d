#include "ui/ui.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/link_sign_in.h"
#include "app/text.h"
#include "app/wipe.h"
#include "ui/arriving.h"
#include "ui/language.h"
#include "ui/notice.h"
#include "ui/sign_in.h"
#include "ui/task_news.h"
#include "ui/ui_internal.h"

/* How often a notice is looked at again while nothing changes. */
#define NOTICE_LOOK_MS INT64_C(10000)
#define MESSAGE_MS     INT64_C(4000) /* so long what was done stands before a notice */

struct ui *ui_new(struct desk *desk)
{
    struct ui *ui = calloc(1, sizeof(*ui));

    if (ui == NULL)
        return NULL;
    ui->desk = desk;
    /* Starting it was somebody's key. */
    ui->used_ms = clock_steady(NULL);
    ui->command = editor_new(EDITOR_LINE, UI_COMMAND_SIZE);
    if (ui->command == NULL) {
        free(ui);
        return NULL;
    }
    return ui;
}

static void entry_free(struct entry *entry)
{
    entry->screen.kind->close(&entry->screen);
    json_decref(entry->answer);
    free(entry);
}

void ui_free(struct ui *ui)
{
    if (ui == NULL)
        return;
    while (ui->count > 0)
        entry_free(ui->stack[--ui->count]);
    editor_free(ui->command);
    json_decref(ui->answered);
    free(ui->saved);
    free(ui);
}

struct entry *ui_top_entry(struct ui *ui)
{
    return ui->count == 0 ? NULL : ui->stack[ui->count - 1];
}

struct screen *ui_top(struct ui *ui)
{
    struct entry *top = ui_top_entry(ui);

    return top == NULL ? NULL : &top->screen;
}

void ui_quit(struct ui *ui)
{
    ui->over = true;
}

bool ui_is_over(const struct ui *ui)
{
    return ui->over;
}

/* --- stack ----------------------------------------------------------------------------------- */

static void screen_suspend(struct entry *entry)
{
    if (entry != NULL && entry->screen.kind->suspend != NULL)
        entry->screen.kind->suspend(&entry->screen);
}

static void screen_refresh(struct entry *entry)
{
    if (entry != NULL && entry->stale && entry->screen.kind->changed != NULL)
        entry->screen.kind->changed(&entry->screen);
    if (entry != NULL)
        entry->stale = false;
}

static void screen_resume(struct entry *entry)
{
    if (entry == NULL || entry->closing)
        return;
    screen_refresh(entry);
    if (entry->screen.kind->resume != NULL)
        entry->screen.kind->resume(&entry->screen);
}

/* Brings the open screen of a SCREEN_SINGLE kind to the top. */
static void stack_raise(struct ui *ui, size_t index)
{
    struct entry *entry = ui->stack[index];

    if (index + 1 == ui->count)
        return;
    screen_suspend(ui_top_entry(ui));
    memmove(&ui->stack[index], &ui->stack[index + 1],
            (ui->count - index - 1) * sizeof(ui->stack[0]));
    ui->stack[ui->count - 1] = entry;
    screen_resume(entry);
}

static bool stack_find(const struct ui *ui, const struct screen_kind *kind, size_t *index)
{
    for (size_t i = ui->count; i-- > 0;)
        if (ui->stack[i]->screen.kind == kind && !ui->stack[i]->closing) {
            *index = i;
            return true;
        }
    return false;
}

int ui_push(struct ui *ui, const struct screen_kind *kind, const json_t *arguments,
            struct error *error)
{
    struct entry *entry;
    int code;

    if (ui->count == UI_STACK_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "%s", _("too many screens are open: press Esc"));
    if (ui->desk->agent == NULL && !(kind->flags & SCREEN_WITHOUT_AGENT))
        return error_set(error, ERROR_REFUSED, "%s", _("sign in first"));
    entry = calloc(1, sizeof(*entry));
    if (entry == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    entry->screen = (struct screen){kind, ui, ui->desk, NULL};
    code = kind->open(&entry->screen, arguments, error);
    if (code != 0) {
        free(entry);
        return code;
    }
    screen_suspend(ui_top_entry(ui));
    ui->stack[ui->count++] = entry;
    return 0;
}

int ui_open(struct ui *ui, const char *name, json_t *arguments)
{
    const struct screen_kind *kind = screen_kind_find(name);
    struct error error = ERROR_INIT;
    size_t index;
    int code;

    if (kind == NULL) {
        code = error_set(&error, ERROR_NOT_FOUND, "%s: %s", _("no such screen"), name);
    } else if (ui_ask_first(ui, kind, arguments, &code, &error)) {
        /* It opens with the answer. */
    } else if (ui_fetch_first(ui, kind, arguments, &code, &error)) {
        /* It opens with its file. */
    } else if ((kind->flags & SCREEN_SINGLE) && stack_find(ui, kind, &index)) {
        if (arguments == NULL) {
            stack_raise(ui, index);
            return 0;
        }
        ui->stack[index]->closing = true;
        code = ui_push(ui, kind, arguments, &error);
        if (code != 0)
            ui->stack[index]->closing = false;
    } else {
        code = ui_push(ui, kind, arguments, &error);
    }
    if (code != 0)
        ui_tell_error(ui, &error);
    json_decref(arguments);
    return code;
}

json_t *ui_state_of(struct ui *ui, const char *name)
{
    const struct screen_kind *kind = screen_kind_find(name);
    size_t index;

    if (kind == NULL || kind->save == NULL || !stack_find(ui, kind, &index))
        return NULL;
    return kind->save(&ui->stack[index]->screen);
}

void screen_close(struct screen *screen)
{
    struct ui *ui = screen->ui;

    for (size_t i = 0; i < ui->count; i++)
        if (&ui->stack[i]->screen == screen)
            ui->stack[i]->closing = true;
}

void screen_finish(struct screen *screen, json_t *answer)
{
    struct ui *ui = screen->ui;

    for (size_t i = 0; i < ui->count; i++)
        if (&ui->stack[i]->screen == screen) {
            json_decref(ui->stack[i]->answer);
            ui->stack[i]->answer = answer;
            ui->stack[i]->closing = true;
            return;
        }
    json_decref(answer);
}

/* Takes the closing screens off, the topmost first, giving answers down. */
static void stack_close(struct ui *ui)
{
    struct entry *top = ui_top_entry(ui);
    bool any = true;

    while (any) {
        any = false;
        for (size_t i = ui->count; i-- > 0 && !any;) {
            struct entry *entry = ui->stack[i];
            struct entry *below = i == 0 ? NULL : ui->stack[i - 1];
            const char *name = entry->screen.kind->name;

            if (!entry->closing)
                continue;
            memmove(&ui->stack[i], &ui->stack[i + 1], (ui->count - i - 1) * sizeof(ui->stack[0]));
            ui->count--;
            any = true;
            if (entry == top) {
                top = ui_top_entry(ui);
                screen_resume(top);
            }
            if (entry->answer != NULL && !ui_ask_answered(ui, entry->answer) && below != NULL &&
                below->screen.kind->answer != NULL)
                below->screen.kind->answer(&below->screen, name, entry->answer);
            entry_free(entry);
        }
    }
}

/* What a screen asked for while it was at work, done now that it is not. */
/* An administrator ordered it: nobody is signed in any more. */
static void erase(struct ui *ui)
{
    struct error error = ERROR_INIT;
    const char *directory = ui->desk->data_directory;
    bool left = directory != NULL &&
                (wipe_note(directory, &error) != 0 || wipe_run(directory, &error) != 0);

    ui->message[0] = '\0';
    ui_open(ui, "wiped", json_pack("{s:b}", "left", (int)left));
}

static void stack_settle(struct ui *ui)
{
    stack_close(ui);
    ui_ask_settle(ui);
    if (!ui->signing_out)
        return;
    ui->signing_out = false;
    ui_close_all(ui);
    desk_sign_out(ui->desk);
    ui->waiting = ui->refusals = 0;
    if (ui->wiped)
        erase(ui);
    else
        ui_open(ui, "sign-in", NULL);
}

void ui_sign_out(struct ui *ui)
{
    ui->signing_out = true;
}

void ui_close_all(struct ui *ui)
{
    /* What is half typed goes into its draft first: what is restored is then that draft. */
    screen_suspend(ui_top_entry(ui));
    ui_save(ui);
    while (ui->count > 0)
        entry_free(ui->stack[--ui->count]);
    free(ui->saved);
    ui->saved = NULL;
}

/* --- keys ------------------------------------------------------------------------------------ */

bool ui_is_busy(const struct ui *ui)
{
    const struct screen *top = ui->count == 0 ? NULL : &ui->stack[ui->count - 1]->screen;

    return top != NULL && top->kind->busy != NULL && top->kind->busy(top);
}

static void command_close(struct ui *ui)
{
    ui->commanding = false;
    editor_clear(ui->command);
}

static void command_input(struct ui *ui, const struct input *input)
{
    char word[UI_COMMAND_SIZE], matches[UI_COMMAND_SIZE], line[UI_COMMAND_SIZE + 1];

    switch (input->code) {
    case INPUT_ESCAPE:
        command_close(ui);
        return;
    case INPUT_ENTER:
        text_copy(line, sizeof(line), editor_text(ui->command));
        command_close(ui);
        commands_line(ui, line);
        return;
    case INPUT_TAB:
        if (strchr(editor_text(ui->command), ' ') == NULL &&
            commands_complete(ui, editor_text(ui->command), word, sizeof(word), matches,
                              sizeof(matches)) > 0)
            editor_set_text(ui->command, word);
        return;
    case INPUT_BACKSPACE:
        if (editor_length(ui->command) == 0) {
            command_close(ui);
            return;
        }
        break;
    default:
        break;
    }
    editor_key(ui->command, input, NULL);
}

static void screen_input(struct ui *ui, const struct input *input)
{
    struct screen *top = ui_top(ui);

    if (top == NULL)
        return;
    if (top->kind->key != NULL && top->kind->key(top, input))
        return;
    if (commands_key(ui, input->code))
        return;
    if (input->code == INPUT_ESCAPE && ui->count > 1)
        screen_close(top);
    else if (input->code == ':' && !(top->kind->flags & SCREEN_BARE))
        ui->commanding = true;
}

void ui_input(struct ui *ui, const struct input *input)
{
    ui->used_ms = clock_steady(NULL);
    ui->message[0] = '\0';
    ui->asking = false;
    if (input->code == INPUT_RESIZE)
        return;
    commands_back(ui);
    if (ui->commanding)
        command_input(ui, input);
    else
        screen_input(ui, input);
    stack_settle(ui);
}

static void observe(struct ui *ui)
{
    int64_t refusals, waiting;
    int handoffs = ui->desk->line.handoffs_offered, urgent = ui->desk->line.urgent;
    bool calls;

    ui->observed_ms = desk_now(ui->desk);
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if ((*kind)->observe != NULL)
            (*kind)->observe(ui->desk);
    notice_observe(ui->desk);
    /* The sync thread may have brought in what only the journal held. */
    if (store_stranded(ui->desk->store) > 0)
        (void)store_catch_up(ui->desk->store, NULL);
    ui->stranded = store_stranded(ui->desk->store);
    waiting = store_outbox_count_work(ui->desk->store, NULL);
    refusals = store_refusal_count(ui->desk->store, NULL);
    calls = ui->desk->line.handoffs_offered > handoffs || ui->desk->line.urgent > urgent;
    if (refusals > ui->refusals || (calls && !ui->desk->silent))
        ui->ring = true;
    /* What was done is old news beside an offer or a refusal; what went wrong stays. */
    if ((calls || refusals > ui->refusals) && ui->message_kind <= UI_NOTE)
        ui->message[0] = '\0';
    ui->waiting = waiting < 0 ? 0 : waiting;
    ui->refusals = refusals < 0 ? 0 : refusals;
}

/* Nobody has pressed a key for so long that somebody else may be there. What is half typed goes
 * into its draft, as whenever another screen comes on top. */
static void lock_when_idle(struct ui *ui)
{
    const struct screen *top = ui_top(ui);

    if (ui->desk->store == NULL || ui->desk->lock_ms <= 0 || top == NULL ||
        (top->kind->flags & SCREEN_BARE) != 0 ||
        clock_steady(NULL) - ui->used_ms < ui->desk->lock_ms)
        return;
    if (ui->commanding)
        command_close(ui);
    ui->message[0] = '\0';
    ui_open(ui, "lock", NULL);
}

void ui_tick(struct ui *ui)
{
    struct screen *top;

    ui->asking = false;
    lock_when_idle(ui);
    top = ui_top(ui);
    /* What was done has been read: the notice below it is to be seen. */
    if (ui->desk->line.notice[0] != '\0' && ui->message_kind <= UI_NOTE &&
        desk_now(ui->desk) - ui->message_ms >= MESSAGE_MS)
        ui->message[0] = '\0';

    /* News grow old also while nothing changes. */
    if (ui->desk->store != NULL && ui->desk->line.notice[0] != '\0' &&
        desk_now(ui->desk) - ui->observed_ms >= NOTICE_LOOK_MS)
        observe(ui);
    if (top != NULL && top->kind->tick != NULL)
        top->kind->tick(top);
    stack_settle(ui);
}

/* --- what changed outside -------------------------------------------------------------------- */

/* A store that fails is told when it begins to; the bottom line tells as long as it lasts. */
static void look_at_link(struct ui *ui)
{
    enum link_state before = ui->link.state;
    bool refused = ui->link.certificate;

    link_status_get(ui->desk->link, &ui->link);
    if (link_wipe_get(ui->desk->link) && !ui->wiped)
        ui->wiped = ui->signing_out = true;
    if (ui->link.certificate && !refused)
        ui_tell(ui, UI_FAILED, "%s", sign_in_certificate(ui->link.message));
    if (ui->link.state == LINK_FAULT && before != LINK_FAULT) {
        struct error failed = {.code = ERROR_STORAGE};

        text_copy(failed.message, sizeof(failed.message), ui->link.message);
        ui_tell_error(ui, &failed);
    }
}

/* What the server wants of the agent besides the password is asked for by a screen of its own,
 * once, wherever they are; behind the lock it waits. */
static void look_at_sign_in(struct ui *ui)
{
    enum sign_in_state state = link_sign_in_state(ui->desk->link, NULL, NULL);
    const struct screen *top = ui_top(ui);
    const char *name = NULL;

    if (state == SIGN_IN_CHANGE)
        name = "password";
    else if (state == SIGN_IN_CODE || state == SIGN_IN_SETUP)
        name = "code";
    if (state == SIGN_IN_CUT && ui->desk->store != NULL) {
        if (ui->sign_in_asked != state)
            ui_tell(
                ui, UI_FAILED, "%s",
                _("cut off from the centre, which checks your one-time code: you work offline"));
        ui->sign_in_asked = state;
    } else if (name == NULL) {
        ui->sign_in_asked = SIGN_IN_NONE;
    } else if (ui->sign_in_asked != state && top != NULL && !(top->kind->flags & SCREEN_BARE)) {
        ui->sign_in_asked = state;
        ui_open(ui, name, NULL);
    }
}

/* Behind the lock nobody reads it. What was done is old news beside it. */
bool ui_look_ahead(struct ui *ui)
{
    const struct screen *top = ui_top(ui);

    if (top == NULL || (top->kind->flags & SCREEN_BARE) != 0) {
        arriving_forget(ui->desk);
        return false;
    }
    if (!arriving_look(ui->desk))
        return false;
    if (ui->message_kind <= UI_NOTE)
        ui->message[0] = '\0';
    return true;
}

void ui_look(struct ui *ui)
{
    struct desk *desk = ui->desk;
    int64_t catalogue = catalogue_version(desk->catalogue), store;
    struct entry *top = ui_top_entry(ui);

    (void)ui_look_ahead(ui);
    look_at_link(ui);
    look_at_sign_in(ui);
    top = ui_top_entry(ui);
    if (top != NULL && top->screen.kind->wake != NULL)
        top->screen.kind->wake(&top->screen);
    stack_settle(ui);
    store = desk_version(desk);
    desk->local_only = desk->store != NULL && ui->link.state == LINK_REFUSED;
    if (catalogue == ui->catalogue_version && store == ui->store_version &&
        desk->changes == ui->desk_changes && !task_news_is_stale(desk))
        return;
    if (catalogue != ui->catalogue_version)
        desk_find_office(desk);
    ui->catalogue_version = catalogue;
    ui->store_version = store;
    ui->desk_changes = desk->changes;
    if (desk->store != NULL)
        observe(ui);
    ui_look_at_records(ui);
    stack_settle(ui);
    screen_refresh(ui_top_entry(ui));
    stack_settle(ui);
    ui_tell_gone(ui);
}

int ui_draw_ahead(struct ui *ui, struct canvas *canvas)
{
    return frame_draw_message(ui, canvas);
}

void ui_draw(struct ui *ui, struct canvas *canvas)
{
    frame_draw(ui, canvas);
}
