#include "app/handoff_context.h"

#include <string.h>

#include "app/checklist.h"
#include "app/client_merge.h"
#include "app/json.h"
#include "app/note.h"
#include "app/record_fields.h"
#include "app/submission.h"

/* Steps of one kind that are named. */
#define STEPS_LIMIT 12

/* --- reading ---------------------------------------------------------------------------------- */

static struct record *fetch(struct store *store, enum record_type type, const struct id *id)
{
    struct record *record = NULL;

    if (id_is_empty(id) || store_get(store, type, id, &record, NULL, NULL) != 0)
        return NULL;
    return record;
}

struct noting {
    struct handoff_facts *facts;
    const char *contact;
};

/* The oldest of the last few first: of several files of one client they come in one after the
 * other. */
static int keep(struct record **list, size_t *count, size_t limit, const struct record *record)
{
    size_t place = *count;
    struct record *copy;

    while (place > 0 && strcmp(list[place - 1]->id.text, record->id.text) > 0)
        place--;
    if (*count == limit && place == 0)
        return 0;
    copy = record_copy(record);
    if (copy == NULL)
        return ERROR_MEMORY;
    if (*count == limit) {
        record_free(list[0]);
        place--;
        memmove(&list[0], &list[1], place * sizeof(list[0]));
    } else {
        memmove(&list[place + 1], &list[place], (*count - place) * sizeof(list[0]));
        ++*count;
    }
    list[place] = copy;
    return 0;
}

static int take_note(void *context, const struct record *record, enum store_pending pending)
{
    struct noting *noting = context;
    struct handoff_facts *facts = noting->facts;

    (void)pending;
    /* What only some may read goes to nobody else in a hand-off. */
    if (record->type != RECORD_NOTE || note_is_restricted(record))
        return 0;
    if (strcmp(record_text(record, "kind"), "commitment") == 0)
        return keep(facts->commitments, &facts->commitment_count, HANDOFF_COMMITMENTS_LIMIT,
                    record);
    /* What was written in an earlier hand-off is no note on the matter. */
    if (*noting->contact == '\0' || strcmp(record_text(record, "contact"), noting->contact) != 0 ||
        *record_text(record, "handoff") != '\0')
        return 0;
    return keep(facts->notes, &facts->note_count, HANDOFF_NOTES_LIMIT, record);
}

static int notes_of_client(struct store *store, const struct id *client, struct noting *noting,
                           struct error *error)
{
    struct client_group group;
    int code = client_group_read(store, client, &group, error);

    return code == 0 ? client_group_each(store, &group, RECORD_NOTE, take_note, noting, error)
                     : code;
}

int handoff_facts_read(struct handoff_facts *facts, struct store *store, const struct id *contact,
                       const struct id *client, const struct id *matter,
                       const struct id *submission, struct error *error)
{
    const struct store_query query = {
        .type = RECORD_NOTE, .case_id = *matter, .newest_first = true};
    struct noting noting = {facts, contact->text};
    int code = 0;

    *facts = (struct handoff_facts){0};
    facts->contact = fetch(store, RECORD_CONTACT, contact);
    if (!id_is_empty(client))
        client_read(store, client, &facts->client, NULL);
    facts->matter = fetch(store, RECORD_CASE, matter);
    if (!id_is_empty(submission))
        facts->draft = fetch(store, RECORD_SUBMISSION, submission);
    else
        code = submission_find_draft(store, matter, contact, NULL, &facts->draft, error);
    /* By the client, who is there from the start: the case may have been opened later. */
    if (code == 0 && !id_is_empty(client))
        code = notes_of_client(store, client, &noting, error);
    else if (code == 0 && !id_is_empty(matter))
        code = store_each(store, &query, take_note, &noting, error);
    if (code != 0)
        handoff_facts_free(facts);
    return code;
}

void handoff_facts_free(struct handoff_facts *facts)
{
    record_free(facts->contact);
    record_free(facts->client);
    record_free(facts->matter);
    record_free(facts->draft);
    for (size_t i = 0; i < facts->note_count; i++)
        record_free(facts->notes[i]);
    for (size_t i = 0; i < facts->commitment_count; i++)
        record_free(facts->commitments[i]);
    *facts = (struct handoff_facts){0};
}

/* --- as data ---------------------------------------------------------------------------------- */

/* A fact whose value is one text; none when that is empty. */
static void add(json_t *list, const char *fact, const char *member, const char *value)
{
    if (*value != '\0')
        json_array_append_new(list, json_pack("{s:s, s:s}", "fact", fact, member, value));
}

static void add_mood(json_t *list, const struct record *contact)
{
    const json_t *mood = json_object_get(contact->body, "mood");
    json_t *words = json_array();

    for (const char *const *word = mood_words; *word != NULL; word++)
        if (json_is_true(json_object_get(mood, *word)))
            json_array_append_new(words, json_string(*word));
    if (json_array_size(words) > 0)
        json_array_append_new(list, json_pack("{s:s, s:O}", "fact", "mood", "words", words));
    json_decref(words);
}

static void add_contact(json_t *list, const struct record *contact)
{
    const char *identity = record_text(contact, "identity");

    add(list, "need", "value", record_text(contact, "need"));
    add(list, "identity", "word", *identity == '\0' ? "none" : identity);
    add_mood(list, contact);
}

static void add_client(json_t *list, const struct record *client)
{
    add(list, "language", "word", record_text(client, "language"));
    add(list, "interpreter", "value", record_text(client, "interpreter"));
    add(list, "accessibility", "value", record_text(client, "accessibility"));
}

static void add_steps(json_t *list, const struct checklist *checklist, const char *fact,
                      enum checklist_state state)
{
    json_t *steps = json_array();

    for (size_t i = 0; i < checklist->count && json_array_size(steps) < STEPS_LIMIT; i++) {
        const json_t *body = checklist->items[i].body;
        json_t *step = json_object();
        json_t *title = json_object_get(body, "title");

        if (checklist->items[i].state == state) {
            if (json_is_object(title))
                json_object_set(step, "title", title);
            json_object_set_new(step, "service", json_string(json_text_or(body, "service", "")));
            json_array_append(steps, step);
        }
        json_decref(step);
    }
    if (json_array_size(steps) > 0)
        json_array_append_new(list, json_pack("{s:s, s:O}", "fact", fact, "steps", steps));
    json_decref(steps);
}

static void add_case(json_t *list, const struct record *matter)
{
    struct checklist checklist;

    add(list, "service", "key", record_text(matter, "service"));
    add(list, "case", "value", record_text(matter, "reference"));
    if (checklist_read(&checklist, matter, NULL) != 0)
        return;
    add_steps(list, &checklist, "done", CHECKLIST_DONE);
    add_steps(list, &checklist, "left", CHECKLIST_TO_DO);
    checklist_free(&checklist);
}

json_t *handoff_facts_list(const struct handoff_facts *facts, const char *note_begun)
{
    json_t *list = json_array();

    if (facts->contact != NULL)
        add_contact(list, facts->contact);
    if (facts->client != NULL)
        add_client(list, facts->client);
    if (facts->matter != NULL)
        add_case(list, facts->matter);
    if (facts->draft != NULL)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "fact", "form", "key",
                                              record_text(facts->draft, "form"), "field",
                                              record_text(facts->draft, "field")));
    for (size_t i = 0; i < facts->commitment_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "fact", "commitment", "value",
                                              record_text(facts->commitments[i], "text"), "due_at",
                                              record_text(facts->commitments[i], "due_at")));
    for (size_t i = 0; i < facts->note_count; i++)
        add(list, "note", "value", record_text(facts->notes[i], "text"));
    add(list, "note-begun", "value", note_begun);
    return list;
}

const char *handoff_note_begun(const struct record *handoff)
{
    const json_t *fact;
    size_t i;

    json_array_foreach(json_object_get(handoff->body, "facts"), i, fact)
    {
        if (strcmp(json_text_or(fact, "fact", ""), "note-begun") == 0)
            return json_text_or(fact, "value", "");
    }
    return "";
}
