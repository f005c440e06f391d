#include <string.h>

#include "app/json.h"
#include "app/merge_internal.h"

/* A field's place in the body: the object that holds it and its name there. */
struct place {
    const char *path;
    const struct field *field;
    char member[MERGE_MEMBER_LIMIT + 1]; /* of the map, unescaped; "" for a plain field */
};

/* Undoes the escapes of RFC 6901: ~1 is '/', ~0 is '~'. */
static bool unescape_member(char *member, const char *text)
{
    size_t length = 0;

    for (; *text != '\0'; text++) {
        char character = *text;

        if (character == '/' || length >= MERGE_MEMBER_LIMIT)
            return false;
        if (character == '~') {
            text++;
            if (*text != '0' && *text != '1')
                return false;
            character = *text == '1' ? '/' : '~';
        }
        member[length++] = character;
    }
    member[length] = '\0';
    return length > 0;
}

static bool place_find(struct place *place, enum record_type type, const char *path)
{
    const char *slash = strchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : strlen(path);
    char name[64];

    *place = (struct place){.path = path};
    if (length >= sizeof(name))
        return false;
    memcpy(name, path, length);
    name[length] = '\0';
    place->field = record_field(type, name);
    if (place->field == NULL || (place->field->rules & (FIELD_FIXED | FIELD_CLAIMED)))
        return false;
    if ((place->field->shape == FIELD_MAP) != (slash != NULL))
        return false;
    return slash == NULL || unescape_member(place->member, slash + 1);
}

static json_t *place_value(const struct merge *merge, const struct place *place)
{
    json_t *value = json_object_get(merge->record->body, place->field->name);

    return place->member[0] != '\0' ? json_object_get(value, place->member) : value;
}

static void place_set(struct merge *merge, const struct place *place, json_t *value)
{
    json_t *body = merge->record->body;
    json_t *map;

    if (place->member[0] == '\0') {
        merge_set(merge, body, place->field->name, value);
        return;
    }
    map = json_object_get(body, place->field->name);
    if (map == NULL) {
        map = json_object();
        if (json_object_set_new(body, place->field->name, map) != 0) {
            merge->failed = true;
            return;
        }
    }
    merge_set(merge, map, place->member, value);
}

static struct moment stamp_moment(const json_t *stamp)
{
    struct moment moment = {.tick = (uint16_t)json_integer_or(stamp, "tick", 0)};

    timestamp_parse(json_text_or(stamp, "time", ""), &moment.ms);
    return moment;
}

/* The stamp of a field: who last set it, or who made the record. */
static const json_t *place_stamp(const struct merge *merge, const struct place *place)
{
    const json_t *stamps = json_object_get(merge->record->meta, "stamps");
    const json_t *stamp = json_object_get(stamps, place->path);

    return stamp != NULL ? stamp : json_object_get(merge->record->meta, "created");
}

/* True when the field's value was set by another terminal and this operation's agent had not seen
 * it. What was seen is changed knowingly, whatever the clocks say. */
static bool is_unseen(const struct merge *merge, const json_t *stamp)
{
    return !merge_has_seen(merge, json_integer_or(stamp, "rev", 1)) &&
           strcmp(json_text_or(stamp, "device", ""), merge->operation->device.text) != 0;
}

/* The later clock wins; at one moment the greater device id does, so that all decide alike. */
static bool operation_is_later(const struct operation *operation, const json_t *stamp)
{
    int order = moment_compare(operation->moment, stamp_moment(stamp));

    if (order == 0)
        order = strcmp(operation->device.text, json_text_or(stamp, "device", ""));
    return order > 0;
}

static json_t *conflicts_array(struct merge *merge)
{
    json_t *conflicts = json_object_get(merge->record->meta, "conflicts");

    if (conflicts == NULL) {
        conflicts = json_array();
        if (json_object_set_new(merge->record->meta, "conflicts", conflicts) != 0)
            merge->failed = true;
    }
    return conflicts;
}

static void conflict_note(struct merge *merge, const struct place *place, json_t *lost,
                          const json_t *lost_stamp, json_t *kept)
{
    json_t *conflicts = conflicts_array(merge);
    json_t *entry = json_pack("{s:s, s:O?, s:s, s:s, s:s*, s:I, s:O?}", "path", place->path,
                              "value", lost, "agent", json_text_or(lost_stamp, "agent", ""), "time",
                              json_text_or(lost_stamp, "time", ""), "channel",
                              json_text_or(lost_stamp, "channel", NULL), "rev",
                              (json_int_t)merge->record->rev, "kept", kept);

    if (merge->failed)
        json_decref(entry);
    else if (json_array_append_new(conflicts, entry) != 0)
        merge->failed = true;
    while (json_array_size(conflicts) > MERGE_CONFLICTS_KEPT)
        json_array_remove(conflicts, 0);
    merge->result->conflict = true;
    merge_refuse(merge, MERGE_APPLIED, place->path);
}

/* Setting a field whose conflict one has seen settles it. */
static void conflicts_settle(struct merge *merge, const struct place *place)
{
    json_t *conflicts = json_object_get(merge->record->meta, "conflicts");

    for (size_t i = json_array_size(conflicts); i-- > 0;) {
        const json_t *entry = json_array_get(conflicts, i);

        if (strcmp(json_text_or(entry, "path", ""), place->path) == 0 &&
            merge_has_seen(merge, json_integer_or(entry, "rev", 0)))
            json_array_remove(conflicts, i);
    }
    if (conflicts != NULL && json_array_size(conflicts) == 0)
        json_object_del(merge->record->meta, "conflicts");
}

static void place_stamp_set(struct merge *merge, const struct place *place)
{
    json_t *stamps = json_object_get(merge->record->meta, "stamps");
    json_t *stamp = merge_stamp(merge->operation);

    if (stamps == NULL) {
        stamps = json_object();
        if (json_object_set_new(merge->record->meta, "stamps", stamps) != 0) {
            merge->failed = true;
            json_decref(stamp);
            return;
        }
    }
    if (stamp == NULL || json_object_set_new(stamp, "rev", json_integer(merge->record->rev)) != 0 ||
        json_object_set(stamps, place->path, stamp) != 0)
        merge->failed = true;
    json_decref(stamp);
}

static void place_write(struct merge *merge, const struct place *place, json_t *value)
{
    const json_t *stamp = place_stamp(merge, place);
    json_t *present = place_value(merge, place);
    bool same = present != NULL ? json_equal(present, value) : json_is_null(value);

    conflicts_settle(merge, place);
    if (!same && is_unseen(merge, stamp)) {
        if (!operation_is_later(merge->operation, stamp)) {
            json_t *own = merge_stamp(merge->operation);

            conflict_note(merge, place, value, own, present);
            json_decref(own);
            return;
        }
        conflict_note(merge, place, present, stamp, value);
    }
    place_set(merge, place, value);
    place_stamp_set(merge, place);
}

static bool record_takes_fields(const struct record *record)
{
    if (record->type == RECORD_HANDOFF)
        return strcmp(record_text(record, "state"), "offered") == 0;
    return record->type != RECORD_SUBMISSION || strcmp(record_text(record, "status"), "draft") == 0;
}

enum merge_refusal merge_fields(struct merge *merge)
{
    const char *path;
    json_t *value;

    if (!record_takes_fields(merge->record))
        return merge_refuse(merge, MERGE_CLOSED, NULL);
    json_object_foreach(merge->operation->body, path, value)
    {
        struct place place;

        if (!place_find(&place, merge->operation->type, path))
            return merge_refuse(merge, MERGE_FIELD, path);
        if (!merge_field_is_allowed(merge->operation, place.field))
            return merge_refuse(merge, MERGE_ACTOR, path);
        if (json_is_null(value) ? (place.field->rules & FIELD_REQUIRED) != 0
                                : place.member[0] == '\0' && !merge_value_fits(place.field, value))
            return merge_refuse(merge, MERGE_VALUE, path);
        place_write(merge, &place, value);
    }
    return MERGE_APPLIED;
}
