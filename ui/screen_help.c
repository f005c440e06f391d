/* F1: what this screen is for, its keys, and the keys and commands from anywhere, all out of the
 * tables. */
#include "ui/screen.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/list.h"
#include "ui/ui_internal.h"

struct help {
    char about[64]; /* the kind it explains */
    struct list list;
    struct ui_help_line {
        char key[32];
        char command[64];
        const char *text; /* static, translated while drawing */
        bool heading;
    } lines[UI_COMMANDS_LIMIT + 8];
};

static void add(struct help *help, const char *text, bool heading, uint32_t code,
                const char *command)
{
    struct ui_help_line *line = &help->lines[help->list.count];

    if (help->list.count >= sizeof(help->lines) / sizeof(help->lines[0]))
        return;
    *line = (struct ui_help_line){.text = text, .heading = heading};
    if (code != INPUT_NONE)
        input_name(code, line->key, sizeof(line->key));
    if (command != NULL) {
        line->command[0] = ':';
        text_copy(line->command + 1, sizeof(line->command) - 1, _(command));
    }
    list_set_count(&help->list, help->list.count + 1);
}

/* Made anew at each drawing, so that it follows the language. */
static void help_fill(struct screen *screen)
{
    struct help *help = screen->data;
    const struct screen_kind *about = screen_kind_find(help->about);
    struct command commands[UI_COMMANDS_LIMIT];
    size_t count = commands_list(screen->ui, commands, UI_COMMANDS_LIMIT);
    size_t selected = help->list.selected;

    help->list.count = 0;
    add(help, N_("Keys on this screen"), true, INPUT_NONE, NULL);
    for (const struct screen_key *key = about->keys; key != NULL && key->help != NULL; key++)
        add(help, key->help, false, key->code, key->command);
    add(help, N_("One step back; text is kept."), false, INPUT_ESCAPE, NULL);
    add(help, N_("Keys and commands from anywhere"), true, INPUT_NONE, NULL);
    for (size_t i = 0; i < count; i++)
        if (commands[i].key == NULL)
            add(help, commands[i].help, false, commands[i].code, commands[i].word);
    add(help, N_("Without function keys: Esc or Alt and a digit (Esc 2 is F2, Esc 0 is F10)."),
        false, INPUT_NONE, NULL);
    list_select(&help->list, selected);
}

static int help_open(struct screen *screen, const json_t *arguments, struct error *error)
{
    struct help *help = calloc(1, sizeof(*help));
    const struct screen *below = ui_top(screen->ui);
    const char *about = json_text_or(arguments, "about", "");

    if (help == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (screen_kind_find(about) == NULL)
        about = below == NULL ? "home" : below->kind->name;
    text_copy(help->about, sizeof(help->about), about);
    list_restore(&help->list, arguments);
    screen->data = help;
    help_fill(screen);
    return 0;
}

static void help_close(struct screen *screen)
{
    free(screen->data);
}

static void draw_line(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct help *help = context;
    const struct ui_help_line *line = &help->lines[index];

    (void)selected;
    if (line->heading) {
        paint_heading(row, 0, _(line->text));
        return;
    }
    paint_text(row, 0, 1, 13, PAINT_KEY, line->key);
    paint_text(row, 0, 14, 14, PAINT_ACCENT, line->command);
    paint_text(row, 0, *line->key == '\0' && *line->command == '\0' ? 1 : 29, -1, PAINT_TEXT,
               _(line->text));
}

static void help_draw(struct screen *screen, const struct paint *paint)
{
    struct help *help = screen->data;
    struct paint lines;
    int rows =
        paint_wrapped(paint, 1, 0, -1, 4, PAINT_TEXT, _(screen_kind_find(help->about)->help));

    help_fill(screen);
    lines = paint_part(paint, rows + 2, 0, -1, -1);
    list_draw(&help->list, &lines, 1, true, draw_line, help);
}

static bool help_key(struct screen *screen, const struct input *input)
{
    struct help *help = screen->data;

    return list_key(&help->list, input, true);
}

static json_t *help_save(const struct screen *screen)
{
    const struct help *help = screen->data;
    json_t *state = list_save(&help->list);

    json_object_set_new(state, "about", json_string(help->about));
    return state;
}

static const char *help_subject(struct screen *screen)
{
    const struct help *help = screen->data;

    return _(screen_kind_find(help->about)->title);
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
