#include "tests/bench/services.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"

uint32_t chance_next(struct chance *chance)
{
    chance->state = chance->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(chance->state >> 33);
}

/* Adds `count` words of `text` from a random place to `target`. */
static void add_words(char *target, size_t size, const char *text, size_t count,
                      struct chance *chance)
{
    size_t length = strlen(text);
    size_t used = strlen(target);
    size_t at = length > 200 ? chance_next(chance) % (length - 100) : 0;

    while (at > 0 && at < length && text[at - 1] != ' ')
        at++;
    while (count > 0 && at < length && used + 64 < size) {
        size_t part = strcspn(text + at, " ");

        if (part > 0 && part < 60) {
            if (used > 0)
                target[used++] = ' ';
            memcpy(target + used, text + at, part);
            used += part;
            count--;
        }
        at += part + (text[at + part] == ' ');
    }
    target[used] = '\0';
}

const char *services_text(const struct record *record, const char *member, const char *language)
{
    return json_text_or(json_object_get(record->body, member), language, "");
}

void services_texts(const struct inventory *inventory, size_t number, struct service_texts *texts)
{
    struct chance chance = {number * 2654435761u + 12345};
    const struct record *title = inventory->records[number % inventory->count];
    const struct record *one = inventory->records[chance_next(&chance) % inventory->count];
    const struct record *two = inventory->records[chance_next(&chance) % inventory->count];

    memset(texts, 0, sizeof *texts);
    snprintf(texts->key, sizeof texts->key, "scaled/%zu", number);
    snprintf(texts->title_fr, sizeof texts->title_fr, "%s", services_text(title, "title", "fr"));
    snprintf(texts->title_en, sizeof texts->title_en, "%s", services_text(title, "title", "en"));
    if (number >= inventory->count) { /* a variant: with a word or two of another title */
        add_words(texts->title_fr, sizeof texts->title_fr, services_text(one, "title", "fr"), 2,
                  &chance);
        add_words(texts->title_en, sizeof texts->title_en, services_text(one, "title", "en"), 2,
                  &chance);
    }
    add_words(texts->text_fr, sizeof texts->text_fr, services_text(one, "description", "fr"), 12,
              &chance);
    add_words(texts->text_fr, sizeof texts->text_fr, services_text(two, "description", "fr"), 12,
              &chance);
    add_words(texts->text_en, sizeof texts->text_en, services_text(one, "description", "en"), 12,
              &chance);
    add_words(texts->text_en, sizeof texts->text_en, services_text(two, "description", "en"), 12,
              &chance);
    texts->applications = (int64_t)1 << chance_next(&chance) % 20;
}

struct record *services_record(const struct service_texts *texts, struct error *error)
{
    struct id id = id_from_key("service", texts->key);
    struct record *record = record_new(RECORD_SERVICE, &id);

    if (record == NULL) {
        error_set(error, ERROR_MEMORY, "out of memory");
        return NULL;
    }
    record->rev = 1;
    json_decref(record->body);
    record->body =
        json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}, s:{s:s, s:s}, s:[{s:s, s:b, s:I}]}", "key",
                  texts->key, "source", "name", "scaled", "id", strchr(texts->key, '/') + 1,
                  "title", "fr", texts->title_fr, "en", texts->title_en, "description", "fr",
                  texts->text_fr, "en", texts->text_en, "channels", "channel", "counter",
                  "available", 1, "applications", (json_int_t)texts->applications);
    if (record->body == NULL) {
        error_set(error, ERROR_INVALID, "a text of the inventory cannot be used");
        record_free(record);
        return NULL;
    }
    return record;
}
