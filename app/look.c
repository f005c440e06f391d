#include "app/look.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"

/* What was told stands in the store's state: {"<client> <case>": {"contact", "purpose", "words",
 * "at"}}. */
#define STATE "looks"
/* So many files are remembered; the one opened longest ago is forgotten first. */
#define KEPT 200

const char *const look_keep_words[] = {"fetch", "pin", "unpin", NULL};

#define NAME_SIZE (2 * (ID_TEXT_LENGTH + 1))

static void name_of(const struct look *look, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s %s", look->client.text, look->matter.text);
}

static const char *purpose_of(const struct look *look)
{
    const char *name = purpose_name(look->purpose);

    return name != NULL ? name : "";
}

static const char *words_of(const struct look *look)
{
    return look->words != NULL ? look->words : "";
}

enum look_keep look_keep_from_name(const char *name)
{
    for (int i = 0; look_keep_words[i] != NULL; i++)
        if (strcmp(look_keep_words[i], name) == 0)
            return (enum look_keep)(i + 1);
    return LOOK_SHOWN;
}

bool look_is_told(struct store *store, const struct look *look, int64_t now_ms)
{
    char name[NAME_SIZE];
    json_t *state = NULL;
    const json_t *told;
    int64_t since;
    bool is;

    if (store_state_get(store, STATE, &state, NULL) != 0)
        return false;
    name_of(look, name);
    told = json_object_get(state, name);
    since = now_ms - json_integer_or(told, "at", 0);
    is = told != NULL && strcmp(json_text_or(told, "contact", ""), look->contact.text) == 0 &&
         (look->purpose == PURPOSE_NONE ||
          strcmp(json_text_or(told, "purpose", ""), purpose_of(look)) == 0) &&
         (words_of(look)[0] == '\0' ||
          strcmp(json_text_or(told, "words", ""), words_of(look)) == 0) &&
         json_integer_or(told, "at", 0) >= look->said_ms &&
         (!id_is_empty(&look->contact) || (since >= 0 && since < LOOK_AGAIN_MS));
    json_decref(state);
    return is;
}

int look_add(struct batch *batch, const struct author *author, const struct look *look,
             struct error *error)
{
    struct operation *operation;

    if (id_is_empty(&look->client) && id_is_empty(&look->matter))
        return error_set(error, ERROR_INVALID, "client: a look is at somebody's file");
    operation = author_append(author, RECORD_ACCESS);
    operation_put_id(operation, "client", &look->client);
    operation_put_id(operation, "case", &look->matter);
    operation_put_id(operation, "contact", &look->contact);
    operation_put_id(operation, "agent", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    operation_put_text(operation, "purpose", purpose_name(look->purpose));
    operation_put_text(operation, "words", look->words);
    if (look->keep != LOOK_SHOWN)
        operation_put_text(operation, "keep", look_keep_words[look->keep - 1]);
    return batch_add(batch, operation, error);
}

static void forget_oldest(json_t *state)
{
    const char *name, *oldest = NULL;
    int64_t at = INT64_MAX;
    json_t *told;

    json_object_foreach(state, name, told)
    {
        if (json_integer_or(told, "at", 0) < at) {
            at = json_integer_or(told, "at", 0);
            oldest = name;
        }
    }
    if (oldest != NULL)
        json_object_del(state, oldest);
}

int look_note(struct store *store, const struct look *look, int64_t now_ms, struct error *error)
{
    char name[NAME_SIZE];
    json_t *state = NULL, *told;
    int code = store_state_get(store, STATE, &state, error);

    if (code != 0)
        return code;
    if (state == NULL)
        state = json_object();
    name_of(look, name);
    told = json_pack("{s:s, s:s, s:s, s:I}", "contact", look->contact.text, "purpose",
                     purpose_of(look), "words", words_of(look), "at", (json_int_t)now_ms);
    if (state == NULL || told == NULL || json_object_set_new(state, name, told) != 0) {
        json_decref(state);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    while (json_object_size(state) > KEPT)
        forget_oldest(state);
    code = store_state_put(store, STATE, state, error);
    json_decref(state);
    return code;
}
