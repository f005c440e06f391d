/* F1: what the screen below is for, its keys, and the keys and commands from anywhere, all out of
 * the tables. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/page.h"
#include "ui/ui_internal.h"

/* Columns of key, command and explanation. */
#define COMMAND_COLUMN 13
#define TEXT_COLUMN    29

struct help {
    const struct screen_kind *about; /* the kind it explains */
    struct page page;
};

static int help_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct help *help = calloc(1, sizeof(*help));
    const struct screen *below = ui_top(screen->ui);

    if (help == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    help->about = screen_kind_find(json_text_or(arguments, "about", ""));
    if (help->about == NULL)
        help->about = below == NULL ? screen->kind : below->kind;
    page_restore(&help->page, json_object_get(arguments, "page"));
    screen->data = help;
    return 0;
}

static void help_close(struct screen *screen)
{
    free(screen->data);
}

/* One key: its name, its command, and what they do. */
static void draw_entry(struct page *page, uint32_t code, const char *command, const char *text)
{
    char name[32] = "", word[64] = "";
    struct paint paint;
    int row;

    if (code != INPUT_NONE)
        input_name(code, name, sizeof(name));
    if (command != NULL) {
        word[0] = ':';
        text_copy(word + 1, sizeof(word) - 1, _(command));
    }
    paint = page_rows(page, 0, &row);
    paint_text(&paint, row, 1, COMMAND_COLUMN - 2, PAINT_KEY, name);
    paint_text(&paint, row, COMMAND_COLUMN, TEXT_COLUMN - COMMAND_COLUMN - 1, PAINT_ACCENT, word);
    page_text(page, TEXT_COLUMN, PAINT_TEXT, _(text));
}

static void draw_page(struct screen *screen, const struct paint *paint)
{
    struct help *help = screen->data;
    struct page *page = &help->page;
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(screen->ui, commands, UI_COMMANDS_LIMIT);

    page_start(page, paint);
    page_blank(page);
    page_text(page, 0, PAINT_TEXT, _(help->about->help));
    page_heading(page, _("Keys on this screen"));
    for (const struct screen_key *key = help->about->keys; key != NULL && key->help != NULL; key++)
        draw_entry(page, key->code, key->command, key->help);
    draw_entry(page, INPUT_ESCAPE, NULL, N_("One step back; text is kept."));
    page_heading(page, _("Keys and commands from anywhere"));
    for (size_t i = 0; i < count; i++)
        if (commands[i].key == NULL)
            draw_entry(page, commands[i].code, commands[i].word, commands[i].help);
    page_blank(page);
    page_text(page, 0, PAINT_DIM,
              _("Without function keys: Esc or Alt and a digit (Esc 2 is F2, Esc 0 is F10)."));
}

static void help_draw(struct screen *screen, const struct paint *paint)
{
    struct help *help = screen->data;

    page_draw(&help->page, paint, draw_page, screen);
}

static bool help_key(struct screen *screen, const struct input *input)
{
    struct help *help = screen->data;
    int opened;

    return page_key(&help->page, input, &opened);
}

static json_t *help_save(const struct screen *screen)
{
    const struct help *help = screen->data;

    return json_pack("{s:s, s:o}", "about", help->about->name, "page", page_save(&help->page));
}

static const char *help_subject(struct screen *screen)
{
    const struct help *help = screen->data;

    return _(help->about->title);
}

extern const struct screen_kind screen_help;
const struct screen_kind screen_help = {
    .name = "help",
    .title = N_("Help"),
    .help = N_("Explains the keys and commands of the screen below."),
    .command = N_("help"),
    .code = INPUT_F(1),
    .label = N_("Help"),
    .flags = SCREEN_WITHOUT_AGENT | SCREEN_SINGLE,
    .open = help_open,
    .close = help_close,
    .draw = help_draw,
    .key = help_key,
    .save = help_save,
    .subject = help_subject,
};
