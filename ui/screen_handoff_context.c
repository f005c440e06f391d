/* The context of a hand-off as it is read: facts in the reader's language, the rest as written. */
#include "ui/screen_handoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"

/* --- one fact --------------------------------------------------------------------------------- */

static void say_text(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    (void)desk;
    text_buffer_add_text(text, json_text_or(fact, "value", ""));
}

static void say_word(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    (void)desk;
    text_buffer_add_text(text, format_word(json_text_or(fact, "word", "")));
}

static void say_language(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    (void)desk;
    text_buffer_add_text(text, work_language(json_text_or(fact, "word", "")));
}

static void say_mood(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    const json_t *word;
    size_t i;

    (void)desk;
    json_array_foreach(json_object_get(fact, "words"), i, word)
    {
        if (json_is_string(word))
            text_buffer_add_format(text, "%s%s", i > 0 ? ", " : "",
                                   format_word(json_string_value(word)));
    }
}

static void say_service(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    char title[WORK_NAME_SIZE];

    work_title(desk, RECORD_SERVICE, json_text_or(fact, "key", ""), title, sizeof(title));
    text_buffer_add_text(text, title);
}

static void say_steps(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    char title[WORK_NAME_SIZE];
    const json_t *step;
    size_t i;

    json_array_foreach(json_object_get(fact, "steps"), i, step)
    {
        text_copy(title, sizeof(title), format_localised(json_object_get(step, "title")));
        if (*title == '\0')
            work_title(desk, RECORD_SERVICE, json_text_or(step, "service", ""), title,
                       sizeof(title));
        text_buffer_add_format(text, "%s%s", i > 0 ? "; " : "", title);
    }
}

static void say_form(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    char title[WORK_NAME_SIZE], name[WORK_NAME_SIZE];
    const char *form = json_text_or(fact, "key", "");
    const char *field = json_text_or(fact, "field", "");

    work_title(desk, RECORD_FORM, form, title, sizeof(title));
    work_field_name(desk, form, field, name, sizeof(name));
    if (*field == '\0')
        text_buffer_add_text(text, title);
    else
        text_buffer_add_format(text, _("%1$s, up to \"%2$s\""), title, name);
}

static void say_commitment(struct desk *desk, const json_t *fact, struct text_buffer *text)
{
    char when[48];
    int64_t ms;

    if (!timestamp_parse(json_text_or(fact, "due_at", ""), &ms)) {
        say_text(desk, fact, text);
        return;
    }
    format_on_day(when, sizeof(when), ms, desk_now(desk));
    text_buffer_add_format(text, _("%1$s, by %2$s"), json_text_or(fact, "value", ""), when);
}

static const struct fact {
    const char *name;
    const char *part;  /* of queue_part_words, NULL for none */
    const char *label; /* N_() */
    void (*say)(struct desk *desk, const json_t *fact, struct text_buffer *text);
} facts[] = {
    {"need", "need", N_("Need"), say_text},
    {"identity", "identity", N_("Identity"), say_word},
    {"mood", "mood", N_("Mood"), say_mood},
    {"language", "language", N_("Language"), say_language},
    {"interpreter", NULL, N_("Interpreter"), say_text},
    {"accessibility", NULL, N_("Needs"), say_text},
    {"service", "service", N_("Service"), say_service},
    {"case", NULL, N_("Case"), say_text},
    {"done", "steps-done", N_("Done"), say_steps},
    {"left", "steps-left", N_("To do"), say_steps},
    {"form", "drafts", N_("Form begun"), say_form},
    {"commitment", "commitments", N_("Promised"), say_commitment},
    {"note", NULL, N_("Note"), say_text},
    {"note-begun", NULL, N_("Note begun"), say_text},
};

/* "Identity: verified\n"; nothing for a fact that this version does not know. */
static void add_fact(struct desk *desk, const json_t *item, struct text_buffer *text)
{
    const char *name = json_text_or(item, "fact", "");
    struct text_buffer value = {0};

    if (*name == '\0') {
        text_buffer_add_format(text, "%s\n", json_text_or(item, "written", ""));
        return;
    }
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (strcmp(facts[i].name, name) == 0)
            facts[i].say(desk, item, &value);
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]) && value.length > 0; i++)
        if (strcmp(facts[i].name, name) == 0)
            text_buffer_add_format(text, _("%1$s: %2$s\n"), _(facts[i].label), value.bytes);
    text_buffer_free(&value);
}

char *handoff_facts_text(struct desk *desk, const json_t *list)
{
    struct text_buffer text = {0};
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        add_fact(desk, item, &text);
    }
    return text_buffer_take(&text);
}

char *handoff_context_text(struct desk *desk, const struct record *handoff)
{
    const json_t *list = json_object_get(handoff->body, "facts");

    if (json_array_size(list) == 0)
        return strdup(record_text(handoff, "context"));
    return handoff_facts_text(desk, list);
}

/* --- what was changed of it --------------------------------------------------------------------
 */

/* A run of text that the sender wrote; its last line break is the list's. */
static void add_written(json_t *list, const char *from, const char *to)
{
    if (to > from && to[-1] == '\n')
        to--;
    if (to > from)
        json_array_append_new(list, json_pack("{s:s#}", "written", from, (int)(to - from)));
}

/* The fact of `made` that is said, word by word, where `text` begins; 0 for none, else how long. */
static size_t find_fact(struct desk *desk, const json_t *made, const char *text, size_t *index)
{
    for (*index = 0; *index < json_array_size(made); ++*index) {
        struct text_buffer said = {0};
        size_t length;
        bool same;

        add_fact(desk, json_array_get(made, *index), &said);
        length = said.length;
        same = length > 0 && strncmp(text, said.bytes, length) == 0;
        /* The last one may have lost its line break. */
        if (!same && length > 1 && strncmp(text, said.bytes, length - 1) == 0 &&
            text[length - 1] == '\0') {
            length--;
            same = true;
        }
        text_buffer_free(&said);
        if (same)
            return length;
    }
    return 0;
}

json_t *handoff_facts_read_text(struct desk *desk, const json_t *made, const char *text)
{
    json_t *list = json_array();
    const char *written = text;

    while (*text != '\0') {
        size_t index, length = find_fact(desk, made, text, &index);

        if (length > 0) {
            add_written(list, written, text);
            json_array_append(list, json_array_get(made, index));
            text += length;
            written = text;
        } else {
            length = strcspn(text, "\n");
            text += length + (text[length] == '\n');
        }
    }
    add_written(list, written, text);
    return list;
}

/* --- the parts that a queue asks for ------------------------------------------------------------
 */

/* How a line of this part begins: "Need: ". */
static void prefix(const struct fact *fact, char *text, size_t size)
{
    snprintf(text, size, _("%1$s: %2$s\n"), _(fact->label), "");
    text[strcspn(text, "\n")] = '\0';
}

/* The line of a text that begins so; NULL for none. */
static const char *find_line(const char *text, const char *start)
{
    while (*text != '\0' && strncmp(text, start, strlen(start)) != 0) {
        text += strcspn(text, "\n");
        text += *text == '\n';
    }
    return *text != '\0' ? text : NULL;
}

static void add_part(json_t *parts, const char *part, const char *value, size_t length)
{
    while (length > 0 && *value == ' ') {
        value++;
        length--;
    }
    if (length > 0)
        json_object_set_new(parts, part, json_stringn(value, length));
}

json_t *handoff_parts(struct desk *desk, const json_t *list)
{
    json_t *parts = json_object();
    const json_t *item;
    size_t i;

    json_array_foreach(list, i, item)
    {
        const char *written = json_text_or(item, "written", "");
        const char *name = json_text_or(item, "fact", "");

        for (size_t k = 0; k < sizeof(facts) / sizeof(facts[0]); k++) {
            struct text_buffer value = {0};
            char start[64];
            const char *line;

            if (facts[k].part == NULL)
                continue;
            prefix(&facts[k], start, sizeof(start));
            line = find_line(written, start);
            if (line != NULL)
                add_part(parts, facts[k].part, line + strlen(start),
                         strcspn(line, "\n") - strlen(start));
            /* An identity that nobody asked for is none. */
            if (strcmp(facts[k].name, name) == 0 &&
                strcmp(json_text_or(item, "word", ""), "none") != 0)
                facts[k].say(desk, item, &value);
            add_part(parts, facts[k].part, value.bytes, value.length);
            text_buffer_free(&value);
        }
    }
    return parts;
}

const char *handoff_part_label(const char *part)
{
    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (facts[i].part != NULL && strcmp(facts[i].part, part) == 0)
            return _(facts[i].label);
    return part;
}

char *handoff_part_begin(const char *text, const char *part, size_t *cursor)
{
    struct text_buffer begun = {0};
    char start[64] = "";
    const char *line;

    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
        if (facts[i].part != NULL && strcmp(facts[i].part, part) == 0)
            prefix(&facts[i], start, sizeof(start));
    text_buffer_add_format(&begun, "%s\n", start);
    line = find_line(text, start);
    if (line != NULL) {
        text_buffer_add(&begun, text, (size_t)(line - text));
        text = line + strcspn(line, "\n");
        text += *text == '\n';
    }
    text_buffer_add_text(&begun, text);
    *cursor = strlen(start);
    return text_buffer_take(&begun);
}

/* --- a note that is half typed -----------------------------------------------------------------
 */

/* As screen_note.c names and saves it. */
static void note_name(const struct desk *desk, char *name, size_t size)
{
    const struct id *place =
        id_is_empty(&desk->open.matter) ? &desk->open.contact : &desk->open.matter;

    snprintf(name, size, "note/%s", place->text);
}

char *handoff_note_draft(struct desk *desk)
{
    char name[64];
    json_t *draft;
    const char *text;
    char *copy = NULL;

    note_name(desk, name, sizeof(name));
    draft = desk_draft_get(desk, name);
    text = json_text_or(json_object_get(draft, "text"), "text", "");
    /* What only some may read is begun for nobody else. */
    if (text[strspn(text, " \n")] != '\0' &&
        strcmp(json_text_or(draft, "visibility", ""), "restricted") != 0)
        copy = strdup(text);
    json_decref(draft);
    return copy;
}

void handoff_note_put(struct desk *desk, const char *text)
{
    struct text_buffer both = {0};
    char name[64];
    const char *present;
    json_t *draft;

    note_name(desk, name, sizeof(name));
    draft = desk_draft_get(desk, name);
    present = json_text_or(json_object_get(draft, "text"), "text", "");
    if (strstr(present, text) == NULL) {
        text_buffer_add_format(&both, "%s%s%s", present, *present != '\0' ? "\n" : "", text);
        if (draft == NULL)
            draft = json_object();
        if (!both.failed &&
            json_object_set_new(draft, "text", json_pack("{s:s}", "text", both.bytes)) == 0)
            desk_draft_put(desk, name, draft, NULL);
    }
    json_decref(draft);
    text_buffer_free(&both);
}

char *handoff_facts_written(struct desk *desk, const json_t *made, const char *text)
{
    json_t *list = handoff_facts_read_text(desk, made, text);
    struct text_buffer written = {0};
    const json_t *item;
    size_t index;

    json_array_foreach(list, index, item) if (*json_text_or(item, "written", "") != '\0')
        text_buffer_add_format(&written, "%s%s", written.length > 0 ? "\n" : "",
                               json_text_or(item, "written", ""));
    json_decref(list);
    return text_buffer_take(&written);
}

/* --- the summary ------------------------------------------------------------------------------ */

json_t *handoff_summary_fact(const struct handoff_facts *from)
{
    const char *service = from->matter != NULL ? record_text(from->matter, "service") : "";
    const char *need = from->contact != NULL ? record_text(from->contact, "need") : "";
    json_t *fact =
        json_pack("{s:s, s:s, s:s}", "fact", "summary", "service", service, "need", need);
    char name[WORK_NAME_SIZE] = "";

    if (from->client == NULL)
        return fact;
    if (strcmp(record_text(from->client, "kind"), "anonymous") != 0)
        work_client_name(from->client, name, sizeof(name));
    json_object_set_new(fact, "client", json_string(name));
    return fact;
}

void handoff_summary_say(struct desk *desk, const json_t *fact, char *summary, size_t size)
{
    const json_t *client = json_object_get(fact, "client");
    char title[WORK_NAME_SIZE], name[WORK_NAME_SIZE] = "";

    work_title(desk, RECORD_SERVICE, json_text_or(fact, "service", ""), title, sizeof(title));
    if (*title == '\0')
        work_first_line(json_text_or(fact, "need", ""), title, sizeof(title));
    if (client != NULL)
        text_copy(name, sizeof(name),
                  *json_text_or(fact, "client", "") != '\0' ? json_text_or(fact, "client", "")
                                                            : _("anonymous client"));
    snprintf(summary, size, "%s%s%s", name, *name != '\0' && *title != '\0' ? " · " : "", title);
}

void handoff_summary(struct desk *desk, const struct record *handoff, char *summary, size_t size)
{
    const json_t *fact;
    size_t index;

    json_array_foreach(json_object_get(handoff->body, "facts"), index,
                       fact) if (strcmp(json_text_or(fact, "fact", ""), "summary") == 0)
    {
        handoff_summary_say(desk, fact, summary, size);
        return;
    }
    text_copy(summary, size, record_text(handoff, "summary"));
}
