/* What helps while a note is typed: standard phrases, and spelling. */
#include "ui/screen_note.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/message.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/language.h"
#include "ui/message_compose.h"
#include "ui/work.h"

#define DICTIONARY       "dictionary" /* in the store's state: {language: [word]} */
#define DICTIONARY_LIMIT 2000         /* words of one language */
#define OFFER_ROWS       6

/* --- the agent's own words -------------------------------------------------------------------- */

static void accept_dictionary(const struct note_help *help, struct screen *screen)
{
    json_t *dictionary = NULL, *word;
    size_t i;

    if (store_state_get(screen->desk->store, DICTIONARY, &dictionary, NULL) != 0)
        return;
    json_array_foreach(json_object_get(dictionary, help->language), i, word)
    {
        if (json_is_string(word))
            spelling_accept(help->spelling, json_string_value(word));
    }
    json_decref(dictionary);
}

/* A client's name is no fault, however it is typed. */
static void accept_name(const struct note_help *help, struct screen *screen)
{
    struct record *client = work_get_client(screen->desk, help->client.text);
    char name[WORK_NAME_SIZE], *rest = NULL;

    work_client_name(client, name, sizeof(name));
    record_free(client);
    for (char *word = strtok_r(name, " -", &rest); word != NULL; word = strtok_r(NULL, " -", &rest))
        spelling_accept(help->spelling, word);
}

static int dictionary_add(const struct note_help *help, struct screen *screen, const char *word,
                          struct error *error)
{
    json_t *dictionary = NULL, *words;
    int code = store_state_get(screen->desk->store, DICTIONARY, &dictionary, error);

    if (code != 0)
        return code;
    if (!json_is_object(dictionary)) {
        json_decref(dictionary);
        dictionary = json_object();
    }
    words = json_object_get(dictionary, help->language);
    if (!json_is_array(words)) {
        words = json_array();
        json_object_set_new(dictionary, help->language, words);
    }
    while (json_array_size(words) >= DICTIONARY_LIMIT)
        json_array_remove(words, 0);
    json_array_append_new(words, json_string(word));
    code = store_state_put(screen->desk->store, DICTIONARY, dictionary, error);
    json_decref(dictionary);
    return code;
}

/* --- opening ---------------------------------------------------------------------------------- */

/* The word at the cursor is still being typed: it is no fault yet. */
static bool mark(void *context, const char *text, size_t length, size_t from, size_t *start,
                 size_t *end)
{
    const struct note_help *help = context;
    size_t cursor = editor_cursor(help->editor);

    while (spelling_find(help->spelling, text, length, from, start, end)) {
        if (*end != cursor || help->offer == NOTE_OFFERS_SUGGESTIONS)
            return true;
        from = *end;
    }
    return false;
}

void note_help_language(struct note_help *help, struct screen *screen, const char *language)
{
    text_copy(help->language, sizeof(help->language),
              strncmp(language, "en", 2) == 0 ? "en" : "fr");
    if (help->spelling != NULL)
        spelling_forget(help->spelling);
    help->spelling = spelling_of(help->language);
    editor_set_marker(help->editor, help->spelling != NULL ? mark : NULL, help);
    if (help->spelling == NULL)
        return;
    accept_dictionary(help, screen);
    accept_name(help, screen);
}

void note_help_open(struct note_help *help, struct screen *screen, struct editor *editor,
                    const struct id *matter, const struct id *client, const char *language)
{
    *help = (struct note_help){
        .editor = editor, .matter = *matter, .client = *client, .left = SIZE_MAX};
    note_help_language(help, screen, *language != '\0' ? language : language_now());
    /* Without them a slash is a slash. */
    snippets_read(&help->snippets, screen->desk->catalogue, desk_office(screen->desk), NULL);
}

static void suggestions_free(struct note_help *help)
{
    for (size_t i = 0; i < help->suggestion_count; i++)
        free(help->suggestions[i]);
    help->suggestion_count = 0;
}

static void stop(struct note_help *help)
{
    suggestions_free(help);
    help->offer = NOTE_OFFERS_NOTHING;
}

void note_help_close(struct note_help *help)
{
    if (help->spelling != NULL) /* a client's name is not kept for the next one */
        spelling_forget(help->spelling);
    stop(help);
    snippets_free(&help->snippets);
}

/* --- phrases ---------------------------------------------------------------------------------- */

void note_help_follow(struct note_help *help)
{
    const char *text = editor_text(help->editor);
    size_t cursor = editor_cursor(help->editor), start = cursor, count = 0;
    char typed[64];

    stop(help);
    while (start > 0 && strchr(" \n\t/", text[start - 1]) == NULL)
        start--;
    if (start == 0 || text[start - 1] != '/' ||
        (start > 1 && strchr(" \n\t", text[start - 2]) == NULL)) {
        help->left = SIZE_MAX;
        return;
    }
    if (start - 1 == help->left || cursor - start >= sizeof(typed))
        return;
    memcpy(typed, text + start, cursor - start);
    typed[cursor - start] = '\0';
    count = snippets_find(&help->snippets, help->language, typed, help->found, NOTE_SNIPPETS_LIMIT);
    if (count == 0)
        return;
    help->offer = NOTE_OFFERS_SNIPPETS;
    help->from = start - 1;
    help->to = cursor;
    help->list = (struct list){0};
    list_set_count(&help->list, count);
}

/* The phrase with what is known of the case, or of the client alone. */
static char *phrase(const struct note_help *help, struct screen *screen,
                    const struct record *snippet)
{
    struct answer_context context = work_answer_context(screen->desk);
    struct compose compose = {0};
    struct message_facts facts = {0};
    struct message_page page;
    char date[ANSWER_DATE_SIZE], *text;

    if (compose_open(&compose, screen->desk, help->matter.text, "", NULL) != 0)
        compose.client = work_get_client(screen->desk, help->client.text);
    answer_speak_day(&context.today, form_language(help->language), date);
    facts = (struct message_facts){.client = compose.client,
                                   .matter = compose.matter,
                                   .service = compose.service,
                                   .office = compose.office,
                                   .date = date};
    message_page_make(&page, &facts, help->language);
    text = snippet_text(snippet, help->language, &page.values);
    compose_close(&compose);
    return text;
}

static void put(struct note_help *help, struct screen *screen, const char *text)
{
    if (!editor_replace(help->editor, help->from, help->to, text))
        ui_tell(screen->ui, UI_FAILED, "%s", _("There is no room for it in the note."));
    stop(help);
}

/* --- spelling --------------------------------------------------------------------------------- */

static char *word_of(const struct note_help *help)
{
    return strndup(editor_text(help->editor) + help->from, help->to - help->from);
}

void note_help_next(struct note_help *help, struct screen *screen)
{
    const char *text = editor_text(help->editor);
    size_t length = editor_length(help->editor), cursor = editor_cursor(help->editor);
    char *word;

    stop(help);
    if (help->spelling == NULL) {
        ui_tell(screen->ui, UI_NOTE, "%s", _("This computer has no dictionary of that language."));
        return;
    }
    if (!spelling_find(help->spelling, text, length, cursor, &help->from, &help->to) &&
        !spelling_find(help->spelling, text, length, 0, &help->from, &help->to)) {
        ui_tell(screen->ui, UI_DONE, "%s", _("Every word is in the dictionary."));
        return;
    }
    editor_move(help->editor, help->to);
    word = word_of(help);
    if (word != NULL)
        help->suggestion_count = spelling_suggest(help->spelling, word, help->suggestions);
    free(word);
    help->offer = NOTE_OFFERS_SUGGESTIONS;
    help->list = (struct list){0};
    list_set_count(&help->list, help->suggestion_count + 1);
}

static void learn(struct note_help *help, struct screen *screen)
{
    struct error error = ERROR_INIT;
    char *word = word_of(help);

    if (word != NULL) {
        spelling_accept(help->spelling, word);
        if (dictionary_add(help, screen, word, &error) != 0)
            ui_tell_error(screen->ui, &error);
    }
    free(word);
    stop(help);
}

/* --- keys ------------------------------------------------------------------------------------- */

static void choose(struct note_help *help, struct screen *screen)
{
    char *text;

    if (help->offer == NOTE_OFFERS_SUGGESTIONS) {
        if (help->list.selected == help->suggestion_count)
            learn(help, screen);
        else
            put(help, screen, help->suggestions[help->list.selected]);
        return;
    }
    text = phrase(help, screen, help->found[help->list.selected]);
    if (text != NULL)
        put(help, screen, text);
    free(text);
}

bool note_help_key(struct note_help *help, struct screen *screen, const struct input *input)
{
    if (help->offer == NOTE_OFFERS_NOTHING)
        return false;
    if (input->code == INPUT_UP || input->code == INPUT_DOWN)
        return list_key(&help->list, input, false);
    if (input->code == INPUT_ENTER || input->code == INPUT_TAB) {
        choose(help, screen);
        return true;
    }
    if (input->code == INPUT_ESCAPE) {
        if (help->offer == NOTE_OFFERS_SNIPPETS)
            help->left = help->from;
        stop(help);
        return true;
    }
    if (help->offer == NOTE_OFFERS_SUGGESTIONS && input->code >= '1' &&
        input->code < '1' + help->list.count) {
        list_select(&help->list, input->code - '1');
        choose(help, screen);
        return true;
    }
    return false;
}

/* --- drawing ---------------------------------------------------------------------------------- */

int note_help_rows(const struct note_help *help, int rows)
{
    int wanted = (int)help->list.count;

    if (help->offer == NOTE_OFFERS_NOTHING)
        return 0;
    if (wanted > OFFER_ROWS)
        wanted = OFFER_ROWS;
    return 1 + (wanted < rows / 2 ? wanted : rows / 2);
}

static void draw_snippet(const struct note_help *help, const struct paint *row, size_t index)
{
    const struct record *snippet = help->found[index];
    const char *word = json_localised(json_object_get(snippet->body, "word"), help->language);
    char line[WORK_NAME_SIZE], slash[80];

    snprintf(slash, sizeof(slash), "/%.70s", word);
    paint_text(row, 0, 1, 16, PAINT_KEY, slash);
    work_first_line(json_localised(json_object_get(snippet->body, "text"), help->language), line,
                    sizeof(line));
    paint_text(row, 0, 18, -1, PAINT_TEXT, line);
}

static void draw_row(void *context, const struct paint *row, size_t index, bool selected)
{
    const struct note_help *help = context;
    char *word, text[160];

    (void)selected;
    if (help->offer == NOTE_OFFERS_SNIPPETS) {
        draw_snippet(help, row, index);
        return;
    }
    paint_format(row, 0, 1, 1, PAINT_KEY, "%zu", index + 1);
    if (index < help->suggestion_count) {
        paint_text(row, 0, 4, -1, PAINT_VALUE, help->suggestions[index]);
        return;
    }
    word = word_of(help);
    snprintf(text, sizeof(text), _("“%s” is right: into my own dictionary"),
             word != NULL ? word : "");
    paint_text(row, 0, 4, -1, PAINT_DIM, text);
    free(word);
}

void note_help_draw(struct note_help *help, const struct paint *paint)
{
    struct paint rows = paint_part(paint, 1, 0, -1, -1);

    if (help->offer == NOTE_OFFERS_NOTHING)
        return;
    paint_heading(paint, 0,
                  help->offer == NOTE_OFFERS_SNIPPETS
                      ? _("Phrases of the office: Enter puts it in, Esc leaves the slash")
                      : _("Not in the dictionary: Enter puts it in, Esc leaves the word"));
    list_draw(&help->list, &rows, 1, false, draw_row, help);
}
