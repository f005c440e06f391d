#include "app/message.h"

#include <stdio.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/message_segments.h"
#include "app/message_words.h"
#include "app/record_fields.h"
#include "app/text.h"

#define CONSENT "channel_consent"

/* --- channels --------------------------------------------------------------------------------- */

static const struct {
    const char *channel;
    const char *member; /* of the client: where it goes */
} ways[] = {{"email", "email"}, {"sms", "phone"}, {"mail", "address"}};

#define WAY_COUNT (sizeof(ways) / sizeof(ways[0]))

const char *message_address(const struct record *client, const char *channel)
{
    for (size_t i = 0; client != NULL && i < WAY_COUNT; i++)
        if (strcmp(ways[i].channel, channel) == 0)
            return record_text(client, ways[i].member);
    return "";
}

static bool is_refused(const struct record *client, const char *channel)
{
    return json_is_false(json_object_get(json_object_get(client->body, CONSENT), channel));
}

enum message_way message_way(const struct record *client, const char *channel)
{
    char number[MESSAGE_NUMBER_SIZE];
    const char *address = message_address(client, channel);

    if (client != NULL && is_refused(client, channel))
        return MESSAGE_WAY_REFUSED;
    if (*address == '\0' || (strcmp(channel, "sms") == 0 && !message_number(address, number)))
        return MESSAGE_WAY_NO_ADDRESS;
    return MESSAGE_WAY_OPEN;
}

const char *message_channel(const struct record *client)
{
    const char *preferred = client != NULL ? record_text(client, "preferred_channel") : "";
    const char *first = NULL;

    for (size_t i = 0; i < WAY_COUNT; i++) {
        if (message_way(client, ways[i].channel) != MESSAGE_WAY_OPEN)
            continue;
        if (strcmp(ways[i].channel, preferred) == 0)
            return ways[i].channel;
        if (first == NULL)
            first = ways[i].channel;
    }
    return first;
}

bool message_number(const char *phone, char number[MESSAGE_NUMBER_SIZE])
{
    bool whole = phone[strspn(phone, " (")] == '+';
    char digits[MESSAGE_NUMBER_SIZE] = "";
    size_t count = 0;

    for (const char *at = phone; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9') {
            if (count == 15)
                return false;
            digits[count++] = *at;
        } else if (strchr("+ -().", *at) == NULL) {
            /* An extension, or words: nobody's mobile. */
            return false;
        }
    }
    digits[count] = '\0';
    if (!whole && count == 10)
        snprintf(number, MESSAGE_NUMBER_SIZE, "+1%.10s", digits);
    else if (whole ? count >= 7 : count == 11 && digits[0] == '1')
        snprintf(number, MESSAGE_NUMBER_SIZE, "+%.15s", digits);
    else
        return false;
    return true;
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char *localised(const struct record *record, const char *member, const char *language)
{
    return record != NULL ? json_localised(json_object_get(record->body, member), language) : "";
}

void message_page_make(struct message_page *page, const struct message_facts *facts,
                       const char *language)
{
    const char **text = page->values.text;
    const char *address = facts->public_address != NULL ? facts->public_address : "";
    const char *reference = facts->matter != NULL ? record_text(facts->matter, "reference") : "";

    *page = (struct message_page){.hours = ""};
    text[MESSAGE_NAME] = facts->client != NULL ? record_text(facts->client, "name") : "";
    text[MESSAGE_REFERENCE] = reference;
    text[MESSAGE_SERVICE] = localised(facts->service, "title", language);
    if (facts->matter != NULL)
        text[MESSAGE_STATUS] = message_status_words(record_text(facts->matter, "status"), language);
    text[MESSAGE_OFFICE] = localised(facts->office, "title", language);
    text[MESSAGE_ADDRESS] = localised(facts->office, "address", language);
    text[MESSAGE_PHONE] = facts->office != NULL ? record_text(facts->office, "phone") : "";
    if (facts->office != NULL)
        message_hours(facts->office, language, page->hours, sizeof(page->hours));
    text[MESSAGE_HOURS] = page->hours;
    snprintf(page->place, sizeof(page->place), "%.200s%s%.300s", text[MESSAGE_OFFICE],
             *text[MESSAGE_OFFICE] != '\0' && *text[MESSAGE_ADDRESS] != '\0' ? ", " : "",
             text[MESSAGE_ADDRESS]);
    text[MESSAGE_PLACE] = facts->place != NULL ? facts->place : page->place;
    text[MESSAGE_DATE] = facts->date;
    text[MESSAGE_PROMISE] = facts->promise;
    text[MESSAGE_MISSING] = facts->missing;
    if (*address != '\0' && *reference != '\0')
        snprintf(page->status_page, sizeof(page->status_page), "%.300s/v1/status/%s", address,
                 reference);
    text[MESSAGE_STATUS_PAGE] = page->status_page;
    text[MESSAGE_STATUS_CODE] = facts->status_code;
    if (*address != '\0' && facts->questionnaire_code != NULL)
        snprintf(page->questionnaire, sizeof(page->questionnaire), "%.300s/v1/questionnaire/%s",
                 address, facts->questionnaire_code);
    text[MESSAGE_QUESTIONNAIRE] = page->questionnaire;
}

/* --- what agents do --------------------------------------------------------------------------- */

static int check(const struct message_draft *draft, const struct record *client,
                 struct error *error)
{
    struct message_segments segments;
    char number[MESSAGE_NUMBER_SIZE];
    const char *gap;
    size_t length;

    if (draft->text[strspn(draft->text, " \n\t")] == '\0')
        return error_set(error, ERROR_INVALID, "text: nothing is written");
    if (client != NULL && is_refused(client, draft->channel))
        return error_set(error, ERROR_REFUSED, "channel: the client wants no messages by it");
    if (draft->to[strspn(draft->to, " ")] == '\0' ||
        (strcmp(draft->channel, "sms") == 0 && !message_number(draft->to, number)) ||
        (strcmp(draft->channel, "email") == 0 && strchr(draft->to, '@') == NULL))
        return error_set(error, ERROR_INVALID, "to: no address for this channel");
    length = message_find_gap(draft->text, &gap);
    if (length == 0)
        length = message_find_gap(draft->subject, &gap);
    if (length > 0)
        return error_set(error, ERROR_INVALID, "text: %.*s is not filled in", (int)length, gap);
    message_segments_count(draft->text, &segments);
    if (strcmp(draft->channel, "sms") == 0 && segments.segments > MESSAGE_SEGMENTS_LIMIT)
        return error_set(error, ERROR_TOO_LARGE, "text: %zu segments, at most %d",
                         segments.segments, MESSAGE_SEGMENTS_LIMIT);
    return 0;
}

int message_write(struct batch *batch, const struct author *author,
                  const struct message_draft *draft, const struct record *client, struct id *id,
                  struct error *error)
{
    struct operation *operation;
    int code = check(draft, client, error);

    if (code != 0)
        return code;
    operation = author_append(author, RECORD_MESSAGE);
    operation_put_text(operation, "channel", draft->channel);
    operation_put_text(operation, "direction", "out");
    operation_put_id(operation, "case", &draft->matter);
    operation_put_id(operation, "client", &draft->client);
    operation_put_id(operation, "contact", &draft->contact);
    operation_put_text(operation, "template", draft->template);
    operation_put_text(operation, "language", draft->language);
    operation_put_text(operation, "to", draft->to);
    operation_put_text(operation, "subject", draft->subject);
    operation_put_text(operation, "text", draft->text);
    operation_put_text(operation, "in_reply_to", draft->in_reply_to);
    operation_put_id(operation, "author", &author->agent);
    operation_put_text(operation, "office", author->office);
    operation_put_time(operation, "at", author_now(author));
    if (draft->send_ms > 0)
        operation_put_time(operation, "send_at", draft->send_ms);
    operation_put_text(operation, "state", "queued");
    if (operation != NULL && json_array_size(draft->remarks) > 0)
        json_object_set_new(operation->body, "remarks", json_deep_copy(draft->remarks));
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

static int claim(struct batch *batch, const struct author *author, const struct record *message,
                 const char *from, const char *to, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(message, "direction"), "out") != 0 ||
        strcmp(record_text(message, "state"), from) != 0)
        return error_set(error, ERROR_REFUSED, "state: the message is not %s", from);
    operation = author_change(author, OPERATION_CLAIM, message);
    operation_put_text(operation, "state", to);
    if (strcmp(to, "sent") == 0)
        operation_put_time(operation, "sent_at", author_now(author));
    return batch_add(batch, operation, error);
}

int message_withdraw(struct batch *batch, const struct author *author, const struct record *message,
                     struct error *error)
{
    return claim(batch, author, message, "queued", "withdrawn", error);
}

int64_t message_planned_ms(const struct record *message)
{
    int64_t ms = 0;

    if (strcmp(record_text(message, "state"), "queued") != 0 ||
        strcmp(record_text(message, "direction"), "out") != 0 ||
        json_object_get(message->body, "tried_at") != NULL)
        return 0;
    return timestamp_parse(record_text(message, "send_at"), &ms) ? ms : 0;
}

int message_move(struct batch *batch, const struct author *author, const struct record *message,
                 int64_t send_ms, struct error *error)
{
    struct operation *operation;

    if (message_planned_ms(message) == 0)
        return error_set(error, ERROR_REFUSED, "state: the message is not planned");
    operation = author_change(author, OPERATION_CLAIM, message);
    operation_put_text(operation, "state", "queued");
    operation_put_time(operation, "send_at", send_ms > 0 ? send_ms : author_now(author));
    return batch_add(batch, operation, error);
}

struct planned {
    int64_t now_ms;
    store_visit visit;
    void *context;
};

static int visit_planned(void *context, const struct record *message, enum store_pending pending)
{
    const struct planned *planned = context;

    return message_planned_ms(message) > planned->now_ms
               ? planned->visit(planned->context, message, pending)
               : 0;
}

int message_each_planned(struct store *store, const struct id *matter, int64_t now_ms,
                         store_visit visit, void *context, struct error *error)
{
    struct planned planned = {now_ms, visit, context};
    struct store_query query = {.type = RECORD_MESSAGE, .case_id = *matter};

    return store_each(store, &query, visit_planned, &planned, error);
}

struct taking {
    struct batch *batch;
    const struct author *author;
    struct error *error;
};

static int take_back(void *context, const struct record *message, enum store_pending pending)
{
    struct taking *taking = context;

    (void)pending;
    /* Room is left for what it is taken back with. */
    return taking->batch->count + 1 >= BATCH_LIMIT
               ? 0
               : message_withdraw(taking->batch, taking->author, message, taking->error);
}

int message_withdraw_planned(struct batch *batch, const struct author *author, struct store *store,
                             const struct id *matter, struct error *error)
{
    struct taking taking = {batch, author, error};

    return message_each_planned(store, matter, author_now(author), take_back, &taking, error);
}

int message_send_again(struct batch *batch, const struct author *author,
                       const struct record *message, struct error *error)
{
    return claim(batch, author, message, "bounced", "queued", error);
}

int message_mark_read(struct batch *batch, const struct author *author,
                      const struct record *message, struct error *error)
{
    struct operation *operation;

    if (strcmp(record_text(message, "state"), "received") != 0)
        return 0;
    operation = author_change(author, OPERATION_CLAIM, message);
    operation_put_text(operation, "state", "read");
    operation_put_id(operation, "read_by", &author->agent);
    operation_put_time(operation, "read_at", author_now(author));
    return batch_add(batch, operation, error);
}

int message_mailed(struct batch *batch, const struct author *author, const struct record *message,
                   struct error *error)
{
    if (strcmp(record_text(message, "channel"), "mail") != 0)
        return error_set(error, ERROR_REFUSED, "channel: this is no letter");
    return claim(batch, author, message, "queued", "sent", error);
}

/* --- the status page -------------------------------------------------------------------------- */

static int put_status_code(struct batch *batch, const struct author *author,
                           const struct record *matter, json_t *value, struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, matter);

    if (operation == NULL || json_object_set(operation->body, "status_code", value) != 0) {
        operation_free(operation);
        operation = NULL;
    }
    json_decref(value);
    return batch_add(batch, operation, error);
}

int message_status_code_give(struct batch *batch, const struct author *author,
                             const struct record *matter, struct continue_code *code,
                             struct error *error)
{
    struct continue_grant grant;
    int64_t now_ms = author_now(author);
    int status = continue_grant_make(code, &grant, &author->agent, now_ms,
                                     now_ms + CONTINUE_LONGEST_MS, error);

    return status == 0
               ? put_status_code(batch, author, matter, continue_grant_to_json(&grant), error)
               : status;
}

int message_status_code_revoke(struct batch *batch, const struct author *author,
                               const struct record *matter, struct error *error)
{
    if (json_object_get(matter->body, "status_code") == NULL)
        return 0;
    return put_status_code(batch, author, matter, json_null(), error);
}

/* --- wishes ----------------------------------------------------------------------------------- */

void message_wishes_read(const struct record *client, struct message_wishes *wishes)
{
    *wishes = (struct message_wishes){
        .preferred = record_text(client, "preferred_channel"),
        .alerts = json_bool_or(client->body, "alerts", false),
        .refused_email = is_refused(client, "email"),
        .refused_sms = is_refused(client, "sms"),
        .refused_mail = is_refused(client, "mail"),
    };
}

static void put_consent(struct operation *operation, const struct record *client,
                        const char *channel, bool refused)
{
    char path[OPERATION_MEMBER_LIMIT + 32];

    if (operation != NULL && is_refused(client, channel) != refused &&
        operation_map_path(CONSENT, channel, path, sizeof(path)))
        json_object_set_new(operation->body, path, json_boolean(!refused));
}

int message_wishes_set(struct batch *batch, const struct author *author,
                       const struct record *client, const struct message_wishes *wishes,
                       struct error *error)
{
    struct operation *operation = author_change(author, OPERATION_FIELDS, client);

    if (strcmp(record_text(client, "preferred_channel"), wishes->preferred) != 0)
        operation_put_field(operation, "preferred_channel", wishes->preferred);
    if (operation != NULL && json_bool_or(client->body, "alerts", false) != wishes->alerts)
        json_object_set_new(operation->body, "alerts", json_boolean(wishes->alerts));
    put_consent(operation, client, "email", wishes->refused_email);
    put_consent(operation, client, "sms", wishes->refused_sms);
    put_consent(operation, client, "mail", wishes->refused_mail);
    if (operation != NULL && json_object_size(operation->body) == 0) {
        operation_free(operation);
        return 0;
    }
    return batch_add(batch, operation, error);
}
