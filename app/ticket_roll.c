#include "app/ticket_roll.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "app/text.h"

#define STATE_NAME  "tickets"
#define ROLLS_LIMIT 400
#define DAYS_LIMIT  100
#define STOP        1

/* The rolls of one day that this store knows. */
struct rolls {
    const struct author *author;
    const char *day;
    int64_t own[ROLLS_LIMIT]; /* confirmed, ascending */
    size_t count;
    int64_t highest; /* of those that a relay may give */
    int64_t beyond;  /* of the others */
    bool waiting;    /* one of this terminal's is not confirmed yet */
};

static int add_roll(void *context, const struct record *record, enum store_pending pending)
{
    struct rolls *rolls = context;
    int day = strcmp(record_text(record, "day"), rolls->day);
    int64_t number = json_integer_or(record->body, "number", 0);
    const json_t *created = json_object_get(record->meta, "created");

    if (day < 0)
        return STOP;
    if (day > 0 || strcmp(record_text(record, "office"), rolls->author->office) != 0)
        return 0;
    if (number <= TICKET_ROLLS_OF_RELAY && number > rolls->highest)
        rolls->highest = number;
    if (number > rolls->beyond)
        rolls->beyond = number;
    if (pending != STORE_SETTLED) {
        rolls->waiting = true;
        return 0;
    }
    if (strcmp(json_text_or(created, "device", ""), rolls->author->device.text) == 0 &&
        rolls->count < ROLLS_LIMIT) {
        size_t at = rolls->count++;

        while (at > 0 && rolls->own[at - 1] > number) {
            rolls->own[at] = rolls->own[at - 1];
            at--;
        }
        rolls->own[at] = number;
    }
    return 0;
}

static int rolls_read(struct rolls *rolls, struct store *store, struct error *error)
{
    const struct store_query query = {.type = RECORD_ROLL, .newest_first = true};
    int code = store_each(store, &query, add_roll, rolls, error);

    return code == STOP ? 0 : code;
}

/* --- how far each letter has come ------------------------------------------------------------- */

#define LAST_OF_RELAY ((int64_t)TICKET_ROLLS_OF_RELAY * TICKET_ROLL_SIZE)

/* The last numbers that were given of a letter: of the rolls that a relay may give, and of those
 * beyond. A terminal that has been at both goes on with either. */
struct last {
    int64_t low;
    int64_t high;
};

/* {day: {letter: last number}}, and beyond a relay's rolls {day: {letter + HIGH: last number}}; new
 * reference. */
#define HIGH      "+"
#define NAME_SIZE 8

static int used_read(struct store *store, json_t **used, struct error *error)
{
    int code = store_state_get(store, STATE_NAME, used, error);

    if (code == 0 && *used == NULL) {
        *used = json_object();
        if (*used == NULL)
            code = error_set(error, ERROR_MEMORY, "out of memory");
    }
    return code;
}

static struct last used_last(const json_t *used, const char *day, const char *letter)
{
    const json_t *letters = json_object_get(used, day);
    char name[NAME_SIZE];
    struct last last;

    snprintf(name, sizeof(name), "%.2s" HIGH, letter);
    last.low = json_integer_or(letters, letter, 0);
    last.high = json_integer_or(letters, name, 0);
    /* It was written as one, before there were two. */
    if (last.high < last.low)
        last.high = last.low;
    return last;
}

/* Drops the oldest of the days, once there are many of them. What time it is does not count here: a
 * clock that was years ahead, or behind, for a while must not make a number come twice. */
static void used_trim(json_t *used)
{
    while (json_object_size(used) >= DAYS_LIMIT) {
        const char *oldest = NULL;
        const char *day;
        json_t *letters;

        json_object_foreach(used, day, letters) if (oldest == NULL || strcmp(day, oldest) < 0)
            oldest = day;
        json_object_del(used, oldest);
    }
}

static int used_write(struct store *store, json_t *used, const char *day, const char *letter,
                      int64_t number, struct error *error)
{
    json_t *letters = json_object_get(used, day);
    char name[NAME_SIZE];

    snprintf(name, sizeof(name), "%.2s%s", letter, number > LAST_OF_RELAY ? HIGH : "");
    if (letters == NULL) {
        used_trim(used);
        letters = json_object();
        if (letters == NULL || json_object_set_new(used, day, letters) != 0)
            return error_set(error, ERROR_MEMORY, "out of memory");
    }
    if (json_object_set_new(letters, name, json_integer(number)) != 0)
        return error_set(error, ERROR_MEMORY, "out of memory");
    return store_state_put(store, STATE_NAME, used, error);
}

/* --- taking ---------------------------------------------------------------------------------- */

static int64_t last_before(const struct last *last, int64_t roll)
{
    return roll <= TICKET_ROLLS_OF_RELAY ? last->low : last->high;
}

/* Numbers left in the confirmed rolls, for a letter that has come so far. */
static int64_t left(const struct rolls *rolls, const struct last *upto)
{
    int64_t count = 0;

    for (size_t i = 0; i < rolls->count; i++) {
        int64_t end = rolls->own[i] * TICKET_ROLL_SIZE, first = end - TICKET_ROLL_SIZE + 1;
        int64_t last = last_before(upto, rolls->own[i]);

        if (last < first)
            count += TICKET_ROLL_SIZE;
        else if (last < end)
            count += end - last;
    }
    return count;
}

static bool is_low(const struct rolls *rolls, const json_t *used)
{
    json_t *letters = json_object_get(used, rolls->day);
    const char *name;
    json_t *value;

    if (rolls->count == 0)
        return true;
    json_object_foreach(letters, name, value)
    {
        char letter[3] = "";
        struct last last;

        memcpy(letter, name, strcspn(name, HIGH) < 2 ? strcspn(name, HIGH) : 2);
        last = used_last(used, rolls->day, letter);
        if (left(rolls, &last) < TICKET_ROLL_LOW)
            return true;
    }
    return false;
}

static int take(struct batch *batch, const struct author *author, const char *day, int64_t number,
                struct error *error)
{
    struct operation *operation = author_append(author, RECORD_ROLL);

    if (operation != NULL) {
        operation->record = ticket_roll_id(author->office, day, number);
        (void)json_object_set_new(operation->body, "number", json_integer(number));
    }
    operation_put_text(operation, "office", author->office);
    operation_put_text(operation, "day", day);
    return batch_add(batch, operation, error);
}

/* The one to ask for: of the relay's, or of the centre's where that is known to be what is here, or
 * where the relay's are all given. */
static int64_t number_to_take(const struct rolls *rolls, bool is_centre)
{
    if (!is_centre && rolls->highest < TICKET_ROLLS_OF_RELAY)
        return rolls->highest + 1;
    return (rolls->beyond > TICKET_ROLLS_OF_RELAY ? rolls->beyond : TICKET_ROLLS_OF_RELAY) + 1;
}

#define REFUSED_LIMIT 16
struct refused {
    struct id ids[REFUSED_LIMIT];
    char relays[REFUSED_LIMIT][CALENDAR_DAY_SIZE]; /* the day of one that is a relay's to give */
    size_t count;
};

static int note_refused(void *context, const struct store_refusal *refusal)
{
    struct refused *refused = context;

    const char *day;

    if (refusal->operation->type != RECORD_ROLL || refused->count == REFUSED_LIMIT)
        return 0;
    day = refusal->refusal == MERGE_FORBIDDEN && strcmp(refusal->field, TICKET_ROLL_REFUSED) == 0
              ? json_text_or(refusal->operation->body, "day", "")
              : "";
    text_copy(refused->relays[refused->count], CALENDAR_DAY_SIZE, day);
    refused->ids[refused->count++] = refusal->operation->id;
    return 0;
}

static int forget_refused(struct refused *refused, struct store *store, struct error *error)
{
    int code = store_refusal_each(store, note_refused, refused, error);

    for (size_t i = 0; i < refused->count && code == 0; i++)
        code = store_refusal_dismiss(store, &refused->ids[i], error);
    return code;
}

static bool is_centre(const struct refused *refused, const char *day)
{
    for (size_t i = 0; i < refused->count; i++)
        if (strcmp(refused->relays[i], day) == 0)
            return true;
    return false;
}

int ticket_rolls_take(struct batch *batch, const struct author *author, struct store *store,
                      const char *day, struct error *error)
{
    struct refused refused = {.count = 0};
    json_t *used = NULL;
    int code = forget_refused(&refused, store, error);

    if (code == 0)
        code = used_read(store, &used, error);
    for (int ahead = 0; ahead <= TICKET_DAYS_AHEAD && code == 0; ahead++) {
        char other[CALENDAR_DAY_SIZE];
        struct rolls rolls = {.author = author, .day = other};

        if (!ticket_day_add(day, ahead, other))
            code = error_set(error, ERROR_INVALID, "day: \"%s\" is none", day);
        if (code == 0)
            code = rolls_read(&rolls, store, error);
        if (code == 0 && !rolls.waiting && is_low(&rolls, used))
            code = take(batch, author, other, number_to_take(&rolls, is_centre(&refused, other)),
                        error);
    }
    json_decref(used);
    return code;
}

struct owning {
    const struct author *author;
    const char *day;
    bool owns;
};

static int find_own(void *context, const struct record *record, enum store_pending pending)
{
    struct owning *owning = context;
    const json_t *created = json_object_get(record->meta, "created");

    (void)pending;
    if (strcmp(record_text(record, "day"), owning->day) < 0)
        return STOP;
    owning->owns = strcmp(record_text(record, "office"), owning->author->office) == 0 &&
                   strcmp(json_text_or(created, "device", ""), owning->author->device.text) == 0;
    return owning->owns ? STOP : 0;
}

bool ticket_rolls_are_taken(const struct author *author, struct store *store, const char *day)
{
    const struct store_query query = {.type = RECORD_ROLL, .newest_first = true};
    struct owning owning = {author, day, false};

    store_each(store, &query, find_own, &owning, NULL);
    return owning.owns;
}

/* --- giving ---------------------------------------------------------------------------------- */

/* The first number of the rolls after the last ones; 0 for none. */
static int64_t number_after(const struct rolls *rolls, const struct last *upto)
{
    for (size_t i = 0; i < rolls->count; i++) {
        int64_t end = rolls->own[i] * TICKET_ROLL_SIZE, first = end - TICKET_ROLL_SIZE + 1;
        int64_t last = last_before(upto, rolls->own[i]);

        if (last < end)
            return last < first ? first : last + 1;
    }
    return 0;
}

static bool is_given(struct store *store, const struct author *author, const char *day,
                     const char *number)
{
    struct id id = ticket_id(author->office, day, number);
    struct record *record = NULL;
    bool given = store_get(store, RECORD_TICKET, &id, &record, NULL, NULL) == 0;

    record_free(record);
    return given;
}

int ticket_number_next(const struct author *author, struct store *store, const char *day,
                       const char *letter, char number[TICKET_NUMBER_SIZE], struct error *error)
{
    struct rolls rolls = {.author = author, .day = day};
    json_t *used = NULL;
    struct last last;
    int64_t next;
    int code = rolls_read(&rolls, store, error);

    if (code == 0)
        code = used_read(store, &used, error);
    if (code != 0)
        return code;
    last = used_last(used, day, letter);
    do {
        next = number_after(&rolls, &last);
        *(next > LAST_OF_RELAY ? &last.high : &last.low) = next;
        snprintf(number, TICKET_NUMBER_SIZE, "%.2s%" PRId64, letter, next);
    } while (next != 0 && is_given(store, author, day, number));
    if (next == 0)
        code = error_set(error, ERROR_NOT_FOUND, "no number is left: more come with the link");
    else
        code = used_write(store, used, day, letter, next, error);
    json_decref(used);
    return code;
}
