#include "forms/fill_private.h"

#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "forms/form_pointer.h"

/* --- offers ---------------------------------------------------------------------------------- */

/* What the client's file has for a line, as the answer it would be. New reference, or NULL. */
static json_t *offer_of(const struct fill *fill, const struct fill_line *line)
{
    const char *field = form_known_field(fill->form, line->pointer);
    const char *text = field == NULL ? NULL : json_text_or(fill->client, field, NULL);
    json_t *value = NULL;

    if (text == NULL || line->kind != FILL_FIELD || fill_control(line) == NULL)
        return NULL;
    if (answer_read(fill_control(line), text, &fill->context, &value) == ANSWER_READ)
        return value;
    json_decref(value);
    return NULL;
}

void fill_update_offers(struct fill *fill)
{
    for (size_t i = 0; i < fill->count; i++) {
        struct fill_line *line = &fill->lines[i];

        json_decref(line->offer);
        free(line->offer_text);
        line->offer_text = NULL;
        line->offer =
            fill->client == NULL || fill_value(fill, i) != NULL ? NULL : offer_of(fill, line);
        line->offered = line->offer != NULL && line->visible && line->enabled;
        if (line->offered)
            line->offer_text = answer_text(fill_control(line), line->offer, fill->context.language);
    }
}

int fill_offer(struct fill *fill, const json_t *client, struct error *error)
{
    json_t *copy = client == NULL ? NULL : json_deep_copy(client);

    if (client != NULL && copy == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    json_decref(fill->client);
    fill->client = copy;
    fill->generation++;
    fill_update_offers(fill);
    return 0;
}

size_t fill_offer_count(const struct fill *fill)
{
    size_t count = 0;

    for (size_t i = 0; i < fill->count; i++)
        count += fill->lines[i].offered;
    return count;
}

const char *fill_offer_text(const struct fill *fill, size_t index)
{
    return fill->lines[index].offered ? fill->lines[index].offer_text : NULL;
}

static bool take_offer(struct fill *fill, size_t index)
{
    struct fill_line *line = &fill->lines[index];
    char *pointer;
    json_t *offer;
    bool taken;

    if (!line->offered)
        return false;
    line->touched = true;
    line->known = true;
    pointer = strdup(line->pointer);
    offer = json_incref(line->offer);
    taken = pointer != NULL && fill_set(fill, pointer, offer);
    json_decref(offer);
    free(pointer);
    return taken;
}

bool fill_offer_take(struct fill *fill)
{
    if (fill->current >= fill->count || !fill->lines[fill->current].offered)
        return false;
    free(fill->typed);
    fill->typed = NULL;
    return take_offer(fill, fill->current);
}

size_t fill_offer_take_all(struct fill *fill)
{
    size_t taken = 0;

    fill_take(fill);
    /* Taking one may show or hide others: the lines are walked as they then are. */
    for (size_t i = 0; i < fill->count; i++)
        taken += take_offer(fill, i);
    return taken;
}

/* --- changes out ----------------------------------------------------------------------------- */

bool fill_next_change(struct fill *fill, const char **name, const json_t **value)
{
    void *first = json_object_iter(fill->changed);

    if (first == NULL)
        return false;
    free(fill->told);
    fill->told = strdup(json_object_iter_key(first));
    if (fill->told == NULL)
        return false;
    json_object_del(fill->changed, fill->told);
    *name = fill->told;
    *value = json_object_get(fill->answers, fill->told);
    return true;
}

/* --- changes in ------------------------------------------------------------------------------ */

/* Takes one top-level answer over as it now stands elsewhere; true when it differs. */
static bool receive_one(struct fill *fill, const char *name, const json_t *value)
{
    const json_t *own = json_object_get(fill->answers, name);

    if (json_object_get(fill->changed, name) != NULL)
        return false;
    if ((own == NULL && value == NULL) || (own != NULL && value != NULL && json_equal(own, value)))
        return false;
    if (value == NULL)
        json_object_del(fill->answers, name);
    else
        json_object_set_new(fill->answers, name, json_deep_copy(value));
    fill_forget_steps(fill, name);
    return true;
}

/* Names on one side or the other, as an object. New reference. */
static json_t *all_names(const json_t *left, const json_t *right)
{
    json_t *names = json_object();
    const json_t *const sides[] = {left, right};

    for (size_t i = 0; names != NULL && i < 2; i++) {
        const char *name;
        json_t *value;
        union {
            const json_t *borrowed;
            json_t *object;
        } side = {sides[i]};

        json_object_foreach(side.object, name, value) json_object_set_new(names, name, json_true());
    }
    return names;
}

int fill_receive(struct fill *fill, const json_t *answers, struct error *error)
{
    json_t *old = json_copy(fill->answers);
    json_t *names = all_names(fill->answers, answers);
    const char *name;
    json_t *mark;
    int changed = 0;

    if (old == NULL || names == NULL) {
        json_decref(old);
        json_decref(names);
        return error_set(error, ERROR_MEMORY, "out of memory");
    }
    json_object_foreach(names, name, mark) changed +=
        receive_one(fill, name, json_object_get(answers, name));
    if (changed > 0) {
        fill_lay_out(fill);
        for (size_t i = 0; i < fill->count; i++) {
            struct fill_line *line = &fill->lines[i];
            const json_t *before = form_pointer_get(old, line->pointer);
            const json_t *now = fill_value(fill, i);

            if (line->kind != FILL_FIELD || fill_control(line)->variants != NULL ||
                json_equal(before, now) == 1 || (before == NULL && now == NULL))
                continue;
            line->received = true;
            line->known = false;
        }
        fill_check(fill);
    }
    json_decref(old);
    json_decref(names);
    return changed;
}

/* --- state ----------------------------------------------------------------------------------- */

json_t *fill_state(const struct fill *fill)
{
    const char *field = fill->current < fill->count ? fill->lines[fill->current].pointer : "";
    json_t *state = json_pack("{s:s}", "field", field);

    if (state != NULL && fill->typed != NULL)
        json_object_set_new(state, "typed", json_string(fill->typed));
    if (state != NULL && json_object_size(fill->variants) > 0)
        json_object_set_new(state, "variants", json_deep_copy(fill->variants));
    for (size_t i = 0; state != NULL && i < fill->count; i++) {
        if (!fill->lines[i].received)
            continue;
        if (json_object_get(state, "received") == NULL)
            json_object_set_new(state, "received", json_array());
        json_array_append_new(json_object_get(state, "received"),
                              json_string(fill->lines[i].pointer));
    }
    return state;
}

void fill_restore(struct fill *fill, const json_t *state)
{
    json_t *variants = json_object_get(state, "variants");
    size_t index;
    const json_t *received = json_object_get(state, "received");
    const char *typed = json_text_or(state, "typed", NULL);

    fill->generation++;
    if (json_object_size(variants) > 0 && json_object_update(fill->variants, variants) == 0 &&
        fill_lay_out(fill))
        fill_check(fill);
    index = fill_find(fill, json_text_or(state, "field", ""));
    for (size_t i = 0; i < json_array_size(received); i++) {
        const char *pointer = json_string_value(json_array_get(received, i));
        size_t line = pointer == NULL ? fill->count : fill_find(fill, pointer);

        if (line < fill->count)
            fill->lines[line].received = true;
    }
    if (index < fill->count && fill_takes_focus(&fill->lines[index])) {
        fill->current = index;
        if (typed != NULL)
            fill_type(fill, typed);
    } else if (typed != NULL && *typed != '\0') {
        free(fill->stranded);
        fill->stranded = strdup(typed);
    }
}

/* --- submission ------------------------------------------------------------------------------ */

void fill_strip_hidden(struct fill *fill)
{
    if (!form_strips_hidden(fill->form))
        return;
    for (size_t i = 0; i < fill->count; i++) {
        const struct fill_line *line = &fill->lines[i];
        char name[FORM_POINTER_SIZE];
        const char *cursor = line->pointer;
        bool hidden = (line->kind == FILL_FIELD || line->kind == FILL_LIST) && !line->visible;

        if (!hidden || !form_pointer_token(&cursor, name, sizeof(name)) ||
            !fill_put(fill->answers, fill_control(line), line->pointer, NULL))
            continue;
        json_object_set_new(fill->changed, name, json_true());
        fill_forget_steps(fill, name);
    }
    fill_lay_out(fill);
    fill_check(fill);
}

bool fill_consent(const struct fill *fill, size_t recipient)
{
    const struct form_recipient *agency = form_recipient(fill->form, recipient);

    if (*form_text_in(&agency->consent, FORM_FRENCH) == '\0')
        return true;
    return json_bool_or(fill->consents, agency->id, false);
}

void fill_consent_set(struct fill *fill, size_t recipient, bool given)
{
    json_object_set_new(fill->consents, form_recipient(fill->form, recipient)->id,
                        json_boolean(given));
}

void fill_withhold(struct fill *fill, size_t recipient, bool withheld)
{
    json_object_set_new(fill->withheld, form_recipient(fill->form, recipient)->id,
                        json_boolean(withheld));
}

bool fill_file_consent(const struct fill *fill)
{
    return json_bool_or(fill->consents, FILL_FILE_CONSENT, false);
}

void fill_file_consent_give(struct fill *fill)
{
    json_object_set_new(fill->consents, FILL_FILE_CONSENT, json_true());
}

json_t *fill_consents(const struct fill *fill)
{
    return json_deep_copy(fill->consents);
}

void fill_consents_receive(struct fill *fill, const json_t *consents)
{
    for (size_t i = 0; i < form_recipient_count(fill->form); i++) {
        const json_t *given = json_object_get(consents, form_recipient(fill->form, i)->id);

        if (json_is_boolean(given))
            fill_consent_set(fill, i, json_is_true(given));
    }
    if (json_bool_or(consents, FILL_FILE_CONSENT, false))
        fill_file_consent_give(fill);
}
