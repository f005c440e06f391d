/* What the service page shows, read from the catalogue and from the contact in progress. */
#include "ui/service_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/flag.h"
#include "app/json.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

static const char *title_of(const struct record *record)
{
    return format_localised(json_object_get(record->body, "title"));
}

/* --- channels and offices -------------------------------------------------------------------- */

void service_look_at_clock(struct service *service, struct desk *desk)
{
    size_t count = json_array_size(json_object_get(service->record->body, "channels"));

    for (size_t i = 0; i < service->channel_count; i++)
        availability_free(&service->channels[i]);
    service->read_ms = desk_now(desk);
    service->channel_count = count < SERVICE_CHANNELS_LIMIT ? count : SERVICE_CHANNELS_LIMIT;
    for (size_t i = 0; i < service->channel_count; i++)
        availability_read(&service->channels[i], desk->catalogue, service->record, i, desk->office,
                          &service->offices, service->read_ms);
}

/* Where the client lives who is here. */
static bool client_place(struct desk *desk, struct place *place)
{
    struct record *client = work_get_client(desk, desk->open.client.text);
    char code[POSTAL_CODE_SIZE];
    bool found = client != NULL && postal_code_read(record_text(client, "postal_code"), code) &&
                 office_postal_place(desk->catalogue, code, place);

    record_free(client);
    return found;
}

static void find_origin(struct service_origin *origin, struct desk *desk)
{
    *origin = (struct service_origin){0};
    origin->client = client_place(desk, &origin->place);
    origin->known =
        origin->client || (desk->office != NULL && office_place(desk->office, &origin->place));
}

static bool same_origin(const struct service_origin *left, const struct service_origin *right)
{
    return left->known == right->known && left->place.latitude == right->place.latitude &&
           left->place.longitude == right->place.longitude &&
           left->place.within_km == right->place.within_km;
}

/* There may be many: they are read again only when they can be others. */
static int read_offices(struct service *service, struct desk *desk, struct error *error)
{
    const struct office_query query = {service->record,
                                       service->origin.known ? &service->origin.place : NULL};

    service->catalogue_version = catalogue_version(desk->catalogue);
    return office_list_read(&service->offices, desk->catalogue, &query, error);
}

/* --- links ----------------------------------------------------------------------------------- */

static void set_link(struct service_link *link, const struct record *record, const char *kind,
                     const char *remark)
{
    text_copy(link->title, sizeof(link->title), title_of(record));
    text_copy(link->remark, sizeof(link->remark), remark);
    link->target.kind = kind;
    text_copy(link->target.key, sizeof(link->target.key), record_text(record, "key"));
}

static void read_forms(struct service *service, struct desk *desk)
{
    const json_t *list = json_object_get(service->record->body, "forms"), *item;
    size_t index;

    json_array_foreach(list, index, item)
    {
        struct record *form = NULL;
        char key[RECORD_KEY_SIZE];

        if (!json_is_string(item) || service->form_count == SERVICE_RELATED_SHOWN)
            continue;
        record_full_key(service->record, json_string_value(item), key);
        if (catalogue_get_by_key(desk->catalogue, RECORD_FORM, key, &form, NULL) != 0)
            continue;
        set_link(&service->forms[service->form_count++], form, "form",
                 json_bool_or(form->body, "ended", false) ? _("ended") : record_text(form, "code"));
        record_free(form);
    }
}

static bool is_listed(const struct service *service, const char *key)
{
    if (strcmp(record_text(service->record, "key"), key) == 0)
        return true;
    for (size_t i = 0; i < service->group_count; i++)
        for (size_t j = 0; j < service->groups[i].count; j++)
            if (strcmp(service->groups[i].links[j].target.key, key) == 0)
                return true;
    return false;
}

/* Those of the group being read among them. */
static size_t related_count(const struct service *service)
{
    size_t count = 0;

    for (size_t i = 0; i <= service->group_count && i < SERVICE_GROUPS_LIMIT; i++)
        count += service->groups[i].count;
    return count;
}

/* A related service: its successor where it moved. */
static void add_related(struct service *service, struct desk *desk, const struct record *owner,
                        const char *reference)
{
    struct service_group *group = &service->groups[service->group_count];
    struct succession found;
    char key[RECORD_KEY_SIZE], remark[256] = "";

    record_full_key(owner, reference, key);
    if (group->count == SERVICE_RELATED_SHOWN ||
        succession_read(&found, desk->catalogue, key, NULL) != 0)
        return;
    if (json_bool_or(found.record->body, "ended", false))
        text_copy(remark, sizeof(remark), _("ended"));
    else if (found.past_count > 0)
        snprintf(remark, sizeof(remark), _("was: %s"), title_of(found.past[0]));
    for (size_t i = 0; i < group->count; i++)
        if (strcmp(group->links[i].target.key, record_text(found.record, "key")) == 0)
            goto done;
    if (is_listed(service, record_text(found.record, "key")))
        goto done;
    if (related_count(service) >= SERVICE_RELATED_DIGITS)
        service->related_more = true;
    else
        set_link(&group->links[group->count++], found.record, "service", remark);
done:
    succession_free(&found);
}

static void add_list(struct service *service, struct desk *desk, const struct record *owner,
                     const char *member, const char *heading)
{
    const json_t *list = json_object_get(owner->body, member), *item;
    struct service_group *group = &service->groups[service->group_count];
    size_t index;

    if (service->group_count == SERVICE_GROUPS_LIMIT)
        return;
    text_copy(group->heading, sizeof(group->heading), heading);
    json_array_foreach(list, index, item)
    {
        if (json_is_string(item))
            add_related(service, desk, owner, json_string_value(item));
    }
    if (group->count > 0)
        service->group_count++;
}

/* What the record names, then the other services of its life events. */
static void read_related(struct service *service, struct desk *desk)
{
    const json_t *events = json_object_get(service->record->body, "events"), *item;
    size_t index;

    add_list(service, desk, service->record, "related",
             json_bool_or(service->record->body, "ended", false) ? _("In its place, perhaps")
                                                                 : _("See also"));
    json_array_foreach(events, index, item)
    {
        struct record *event = NULL;
        char key[RECORD_KEY_SIZE];

        if (!json_is_string(item))
            continue;
        record_full_key(service->record, json_string_value(item), key);
        if (catalogue_get_by_key(desk->catalogue, RECORD_LIFE_EVENT, key, &event, NULL) != 0)
            continue;
        add_list(service, desk, event, "services", title_of(event));
        record_free(event);
    }
}

/* --- the sentence to say ---------------------------------------------------------------------- */

/* The language of the client that is here, "fr" or "en"; the screen's when none is, or when it is
 * another one. */
static void client_language(struct desk *desk, char language[3])
{
    struct record *contact = work_get(desk, RECORD_CONTACT, desk->open.contact.text, NULL);
    struct record *client = work_get_client(desk, desk->open.client.text);
    const char *tag = contact == NULL ? "" : record_text(contact, "language");

    if (contact != NULL && *tag == '\0' && client != NULL)
        tag = record_text(client, "language");
    text_copy(language, 3, language_now());
    if (strncmp(tag, "fr", 2) == 0 || strncmp(tag, "en", 2) == 0)
        text_copy(language, 3, tag);
    record_free(contact);
    record_free(client);
}

/* "counter $56.00; online $30.25" into `fees`; true when they are not all the same. */
static bool list_fees(const struct record *record, struct text_buffer *fees)
{
    const json_t *channels = json_object_get(record->body, "channels"), *channel;
    int64_t first = -1;
    bool differ = false;
    size_t index;

    json_array_foreach(channels, index, channel)
    {
        const json_t *fee = json_object_get(channel, "fee");
        int64_t amount = json_integer_or(fee, "amount", -1);
        char money[64];

        if (amount < 0 || json_is_false(json_object_get(channel, "available")))
            continue;
        differ = differ || (first >= 0 && amount != first);
        first = amount;
        format_money(money, sizeof(money), fee);
        text_buffer_add_format(fees, "%s%s %s", fees->length > 0 ? "; " : "",
                               format_channel(json_text_or(channel, "channel", "")), money);
    }
    return differ && !fees->failed;
}

/* "Birth certificate. Fees: counter $56.00; online $30.25.", or title and summary. */
static void compose(const struct record *record, struct text_buffer *say)
{
    const char *summary = format_localised(json_object_get(record->body, "summary"));
    struct text_buffer fees = {0};

    if (list_fees(record, &fees))
        text_buffer_add_format(say, _("%1$s. Fees: %2$s."), title_of(record), fees.bytes);
    else
        text_buffer_add_format(say, "%s%s%s", title_of(record), *summary == '\0' ? "" : ". ",
                               summary);
    text_buffer_free(&fees);
}

/* A nudge in the client's language, else fees or summary. The screen's language is changed
 * meanwhile: everything that formats follows it. */
static void read_say(struct service *service, struct desk *desk)
{
    const json_t *nudge = json_object_get(service->record->body, "nudge");
    struct text_buffer say = {0};
    char before[3];

    service->say[0] = '\0';
    client_language(desk, service->say_language);
    if (json_bool_or(service->record->body, "ended", false))
        return;
    text_copy(before, sizeof(before), language_now());
    language_set(service->say_language);
    if (json_is_string(json_object_get(nudge, service->say_language)))
        text_buffer_add_text(&say, json_text_or(nudge, service->say_language, ""));
    else
        compose(service->record, &say);
    language_set(before);
    text_copy(service->say, sizeof(service->say), say.bytes == NULL ? "" : say.bytes);
    text_buffer_free(&say);
}

/* --- all of it ------------------------------------------------------------------------------- */

void service_forget(struct service *service)
{
    succession_free(&service->succession);
    for (size_t i = 0; i < service->channel_count; i++)
        availability_free(&service->channels[i]);
    office_list_free(&service->offices);
    record_free(service->flag);
    service->flag = NULL;
    service->record = NULL;
    service->channel_count = service->form_count = service->group_count = 0;
    service->related_more = false;
    for (size_t i = 0; i < SERVICE_GROUPS_LIMIT; i++)
        service->groups[i].count = 0;
}

/* Takes out the offices that it has, when they are those of this service and origin still. */
static bool take_offices(struct service *service, struct desk *desk, const struct record *record,
                         const struct service_origin *origin, struct office_list *offices)
{
    if (service->record == NULL ||
        service->catalogue_version != catalogue_version(desk->catalogue) ||
        strcmp(record_text(service->record, "key"), record_text(record, "key")) != 0 ||
        !same_origin(&service->origin, origin))
        return false;
    *offices = service->offices;
    service->offices = (struct office_list){0};
    return true;
}

int service_read(struct service *service, struct desk *desk, const char *key, struct error *error)
{
    struct office_list offices = {0};
    struct service_origin origin;
    struct succession found;
    bool kept;
    int code = succession_read(&found, desk->catalogue, key, error);

    if (code != 0)
        return code;
    find_origin(&origin, desk);
    kept = take_offices(service, desk, found.record, &origin, &offices);
    service_forget(service);
    service->succession = found;
    service->record = service->succession.record;
    service->origin = origin;
    service->offices = offices;
    if (!kept)
        code = read_offices(service, desk, error);
    service_look_at_clock(service, desk);
    read_forms(service, desk);
    read_related(service, desk);
    read_say(service, desk);
    if (desk->store != NULL)
        service->flag =
            flag_find_open(desk->store, RECORD_SERVICE, record_text(service->record, "key"));
    return code;
}
