#include "ui/ui_internal.h"

#include <stdio.h>
#include <string.h>

#include "app/contact.h"
#include "app/record_fields.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/queue_next.h"
#include "ui/task_news.h"

/* Quitting twice within this time is meant. */
#define QUIT_AGAIN_MS INT64_C(10000)

/* --- from anywhere --------------------------------------------------------------------------- */

static void run_quit(struct ui *ui, const char *argument)
{
    int64_t now = desk_now(ui->desk);

    (void)argument;
    /* A contact is never left open unseen. */
    if (ui->desk->line.contact_started_ms > 0 && now - ui->quit_asked_ms > QUIT_AGAIN_MS) {
        ui->quit_asked_ms = now;
        ui_tell(ui, UI_WARNING, "%s", _("A contact is in progress. Quit again leaves it open."));
        return;
    }
    ui_quit(ui);
}

static void run_language(struct ui *ui, const char *argument)
{
    const char *other = strcmp(language_now(), "fr") == 0 ? "en" : "fr";

    if (!language_set(*argument == '\0' ? other : argument))
        ui_tell(ui, UI_FAILED, _("Languages: fr, en"));
    else
        ui->desk->changes++; /* texts that a screen keeps are read again in the new language */
}

static void run_command_line(struct ui *ui, const char *argument)
{
    (void)argument;
    ui->commanding = true;
}

static void run_redraw(struct ui *ui, const char *argument)
{
    /* The terminal sees this key too and starts from an empty screen. */
    (void)ui;
    (void)argument;
}

/* As if it were typed, so that it goes wherever text can. */
static void run_paste(struct ui *ui, const char *argument)
{
    struct screen *top = ui_top(ui);
    const char *text = ui->desk->copied;
    struct input input = {INPUT_PASTE, text, text == NULL ? 0 : strlen(text)};

    (void)argument;
    if (text == NULL)
        ui_tell(ui, UI_NOTE, "%s", _("Nothing was copied yet."));
    else if (top == NULL || top->kind->key == NULL || !top->kind->key(top, &input))
        ui_tell(ui, UI_NOTE, "%s", _("There is no place for text here."));
}

static void run_channel(struct ui *ui, const char *argument)
{
    struct error error = ERROR_INIT;

    for (const char *const *word = channel_words; *word != NULL; word++) {
        if (strcmp(argument, *word) != 0 && strcmp(argument, format_channel(*word)) != 0)
            continue;
        text_copy(ui->desk->channel, sizeof(ui->desk->channel), *word);
        if (desk_open_keep(ui->desk, &error) != 0)
            ui_tell_error(ui, &error);
        return;
    }
    ui_tell(ui, UI_FAILED, _("Say a channel: %1$s or %2$s, for example"), format_channel("counter"),
            format_channel("phone"));
}

static void run_sign_out(struct ui *ui, const char *argument)
{
    (void)argument;
    ui_sign_out(ui);
}

/* The last contact is written up: the next one may come. */
static void run_available(struct ui *ui, const char *argument)
{
    struct desk *desk = ui->desk;
    struct author author = desk_author(desk);
    struct error error = ERROR_INIT;
    struct record *contact = NULL;
    struct batch batch = {0};
    int code;

    (void)argument;
    if (desk->store == NULL || desk->line.wrap_up_until_ms <= desk_now(desk)) {
        ui_tell(ui, UI_NOTE, "%s", _("You are not writing up a contact."));
        return;
    }
    code =
        store_get(desk->store, RECORD_CONTACT, &desk->line.wrap_up_contact, &contact, NULL, &error);
    if (code == 0)
        code = contact_wrap_up(&batch, &author, contact, desk_now(desk), &error);
    if (code == 0)
        code = desk_apply(desk, &batch, &error);
    batch_clear(&batch);
    record_free(contact);
    if (code != 0)
        ui_tell_error(ui, &error);
    else
        ui_tell(ui, UI_DONE, "%s", _("You are available again."));
}

static void run_seen(struct ui *ui, const char *argument)
{
    struct error error = ERROR_INIT;

    (void)argument;
    if (ui->desk->store == NULL)
        return;
    if (store_notices_dismiss(ui->desk->store, &error) != 0) {
        ui_tell_error(ui, &error);
        return;
    }
    task_news_seen(ui->desk);
    ui->desk->line.notice[0] = '\0';
    ui->desk->changes++;
}

static void run_away(struct ui *ui, const char *argument)
{
    (void)argument;
    if (ui->desk->store == NULL)
        return;
    link_away_set(ui->desk->link, true);
    ui_tell(ui, UI_DONE, "%s", _("You are away; the next key says that you are back."));
}

void commands_back(struct ui *ui)
{
    if (!link_away_get(ui->desk->link))
        return;
    link_away_set(ui->desk->link, false);
    ui_tell(ui, UI_DONE, "%s", _("You are back."));
}

static void run_next(struct ui *ui, const char *argument)
{
    (void)argument;
    queue_take_next(ui);
}

static const struct command everywhere[] = {
    {N_("quit"), N_("Leaves Guichet; everything is kept as it is."), N_("Quit"), INPUT_F(10), NULL,
     NULL, run_quit},
    {N_("language"), N_("Switches between French and English; or: language fr."), N_("Français"),
     INPUT_CONTROL('T'), NULL, NULL, run_language},
    {NULL, N_("Opens the command line, also where ':' is text."), N_("Command"), INPUT_CONTROL('G'),
     NULL, NULL, run_command_line},
    {N_("redraw"), N_("Draws the whole screen again."), NULL, INPUT_CONTROL('L'), NULL, NULL,
     run_redraw},
    {N_("paste"), N_("Puts what was copied where the cursor is."), NULL, INPUT_INSERT, NULL, NULL,
     run_paste},
    {N_("channel"), N_("Says how this terminal serves: channel counter, channel phone."), NULL,
     INPUT_NONE, NULL, NULL, run_channel},
    {N_("available"), N_("Ends the writing up after a contact: you are available again."), NULL,
     INPUT_F(11), NULL, NULL, run_available},
    {N_("away"), N_("Tells the others that you are away, until your next key."), NULL, INPUT_NONE,
     NULL, NULL, run_away},
    {N_("next"), N_("Takes the hand-off whose turn it is: by priority, promise and waiting time."),
     NULL, INPUT_NONE, NULL, NULL, run_next},
    {N_("seen"), N_("Takes off the notice about this terminal or the server."), NULL, INPUT_NONE,
     NULL, NULL, run_seen},
    {N_("sign-out"), N_("Signs this agent out; the next one sees nothing of theirs."), NULL,
     INPUT_NONE, NULL, NULL, run_sign_out},
};

const struct command *commands_everywhere(size_t *count)
{
    *count = sizeof(everywhere) / sizeof(everywhere[0]);
    return everywhere;
}

/* --- all tables as one ----------------------------------------------------------------------- */

struct commands {
    struct command *list;
    size_t count, limit;
};

static void add(struct commands *commands, const struct command *command)
{
    if (commands->count < commands->limit)
        commands->list[commands->count++] = *command;
}

static void add_screen(struct commands *commands, const struct screen *screen)
{
    const struct screen_kind *kind = screen->kind;

    for (const struct screen_key *key = kind->keys; key != NULL && key->help != NULL; key++)
        if (kind->offers == NULL || kind->offers(screen, key))
            add(commands,
                &(struct command){key->command, key->help, key->label, key->code, NULL, key, NULL});
}

/* A key of the top screen stands before the same key from anywhere. */
static bool has_key(const struct commands *commands, uint32_t code)
{
    for (size_t i = 0; i < commands->count && code != INPUT_NONE; i++)
        if (commands->list[i].code == code)
            return true;
    return false;
}

size_t commands_list(const struct ui *ui, struct command *list, size_t limit)
{
    struct commands commands = {list, 0, limit};
    const struct screen_kind *top = ui->count == 0 ? NULL : ui->stack[ui->count - 1]->screen.kind;
    bool signed_in = ui->desk->agent != NULL;

    if (top != NULL)
        add_screen(&commands, &ui->stack[ui->count - 1]->screen);
    if (top != NULL && (top->flags & SCREEN_BARE))
        return commands.count;
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++) {
        const struct screen_kind *k = *kind;

        if ((k->command == NULL && k->code == INPUT_NONE) ||
            (!signed_in && !(k->flags & SCREEN_WITHOUT_AGENT)))
            continue;
        add(&commands,
            &(struct command){k->command, k->title, has_key(&commands, k->code) ? NULL : k->label,
                              k->code, k, NULL, NULL});
    }
    for (size_t i = 0; i < sizeof(everywhere) / sizeof(everywhere[0]); i++)
        if (signed_in || (everywhere[i].run != run_sign_out && everywhere[i].run != run_channel &&
                          everywhere[i].run != run_available && everywhere[i].run != run_paste))
            add(&commands, &everywhere[i]);
    return commands.count;
}

void command_run(struct ui *ui, const struct command *command, const char *argument)
{
    if (command->run != NULL) {
        command->run(ui, argument);
    } else if (command->kind != NULL) {
        if (*argument != '\0' || ui_top(ui) == NULL || ui_top(ui)->kind != command->kind)
            ui_open(ui, command->kind->name,
                    *argument == '\0' ? NULL : json_pack("{s:s}", "argument", argument));
    } else if (command->key->run != NULL) {
        command->key->run(ui_top(ui), argument);
    } else {
        struct input input = {command->code, NULL, 0};

        ui_top(ui)->kind->key(ui_top(ui), &input);
    }
}

/* The key of a kind: what it opens from the screen on top. */
static void open_by_key(struct ui *ui, const struct command *command)
{
    struct screen *top = ui_top(ui);
    const char *name = NULL;

    if (command->kind != NULL && command->kind->instead != NULL && top != NULL)
        name = command->kind->instead(top);
    if (name == NULL) {
        command_run(ui, command, "");
        return;
    }
    if (top->kind->suspend != NULL)
        top->kind->suspend(top);
    ui_open(ui, name, NULL);
}

bool commands_key(struct ui *ui, uint32_t code)
{
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(ui, commands, UI_COMMANDS_LIMIT);

    for (size_t i = 0; i < count; i++) {
        if (commands[i].code != code || code == INPUT_NONE ||
            (commands[i].key != NULL && commands[i].key->run == NULL))
            continue;
        open_by_key(ui, &commands[i]);
        return true;
    }
    return false;
}

/* --- the command line ------------------------------------------------------------------------ */

/* The words of both languages are taken, whatever the screen speaks. */
static bool word_matches(const char *word, const char *typed, size_t length, bool whole)
{
    const char *const both[] = {word, language_text("fr", word)};

    for (size_t i = 0; i < 2; i++)
        if (strncmp(both[i], typed, length) == 0 && (!whole || both[i][length] == '\0'))
            return true;
    return false;
}

static const struct command *find(const struct command *commands, size_t count, const char *typed,
                                  size_t length)
{
    const struct command *found = NULL;

    for (size_t i = 0; i < count; i++)
        if (commands[i].word != NULL && word_matches(commands[i].word, typed, length, true))
            return &commands[i];
    for (size_t i = 0; i < count; i++) {
        if (commands[i].word == NULL || !word_matches(commands[i].word, typed, length, false))
            continue;
        if (found != NULL)
            return NULL; /* more than one begins like this */
        found = &commands[i];
    }
    return found;
}

void commands_line(struct ui *ui, const char *line)
{
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(ui, commands, UI_COMMANDS_LIMIT);
    const struct command *command;
    size_t length;

    while (*line == ' ' || *line == ':')
        line++;
    length = strcspn(line, " ");
    if (length == 0)
        return;
    command = find(commands, count, line, length);
    if (command == NULL) {
        ui_tell(ui, UI_FAILED, _("No such command: %s. F1 lists them."), line);
        return;
    }
    line += length;
    while (*line == ' ')
        line++;
    command_run(ui, command, line);
}

size_t commands_complete(const struct ui *ui, const char *typed, char *word, size_t word_size,
                         char *matches, size_t matches_size)
{
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(ui, commands, UI_COMMANDS_LIMIT), found = 0;
    size_t length = strlen(typed), common = 0;
    struct text_buffer shown = {0};

    text_copy(word, word_size, typed);
    for (size_t i = 0; i < count; i++) {
        const char *candidate = commands[i].word == NULL ? NULL : _(commands[i].word);

        if (candidate == NULL || strncmp(candidate, typed, length) != 0)
            continue;
        text_buffer_add_format(&shown, "%s%s", found == 0 ? "" : "  ", candidate);
        if (found++ == 0) {
            text_copy(word, word_size, candidate);
            common = strlen(word);
        }
        while (common > 0 && strncmp(candidate, word, common) != 0)
            common = text_previous(word, strlen(word), common);
        word[common] = '\0';
    }
    if (found == 1 && strlen(word) + 1 < word_size)
        text_copy(word + strlen(word), word_size - strlen(word), " ");
    text_copy(matches, matches_size, shown.bytes == NULL ? "" : shown.bytes);
    text_buffer_free(&shown);
    return found;
}
