#include "ui/manual.h"

#include <string.h>

#include "ui/ui_internal.h"

void manual_add_text(struct text_buffer *page, const char *text)
{
    if (*text == '.' || *text == '\'')
        text_buffer_add_text(page, "\\&");
    for (; *text != '\0'; text++) {
        if (*text == '\\')
            text_buffer_add_text(page, "\\e");
        else if (*text == '-')
            text_buffer_add_text(page, "\\-");
        else
            text_buffer_add(page, text, 1);
    }
}

static void add_entry(struct text_buffer *page, uint32_t code, const char *word, const char *help)
{
    char name[32] = "";

    if (code != INPUT_NONE)
        input_name(code, name, sizeof(name));
    text_buffer_add_text(page, ".TP\n.B ");
    manual_add_text(page, name);
    if (word != NULL) {
        text_buffer_add_text(page, *name == '\0' ? ":" : ", :");
        manual_add_text(page, word);
    }
    text_buffer_add_text(page, "\n");
    manual_add_text(page, help);
    text_buffer_add_text(page, "\n");
}

static void add_screen(struct text_buffer *page, const struct screen_kind *kind)
{
    text_buffer_add_text(page, ".SS ");
    manual_add_text(page, kind->title);
    text_buffer_add_text(page, "\n");
    manual_add_text(page, kind->help);
    text_buffer_add_text(page, "\n");
    for (const struct screen_key *key = kind->keys; key != NULL && key->help != NULL; key++)
        add_entry(page, key->code, key->command, key->help);
}

void manual_add_keys(struct text_buffer *page)
{
    size_t count;
    const struct command *everywhere = commands_everywhere(&count);

    text_buffer_add_text(page, ".SH KEYS FROM ANYWHERE\n");
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if ((*kind)->command != NULL || (*kind)->code != INPUT_NONE)
            add_entry(page, (*kind)->code, (*kind)->command, (*kind)->help);
    for (size_t i = 0; i < count; i++)
        add_entry(page, everywhere[i].code, everywhere[i].word, everywhere[i].help);
    text_buffer_add_text(page, ".SH SCREENS\n");
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        add_screen(page, *kind);
}
