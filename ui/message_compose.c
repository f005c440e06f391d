#include "ui/message_compose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "app/json.h"
#include "app/text.h"
#include "forms/answer_date.h"
#include "ui/day.h"
#include "ui/language.h"
#include "ui/work.h"

/* How long the codes live that are sent. */
#define STATUS_CODE_MS   CONTINUE_LONGEST_MS
#define QUESTIONNAIRE_MS (INT64_C(30) * 24 * 3600 * 1000)
/* One that is sent is good for so long at least. */
#define CODE_LEAST_MS (INT64_C(7) * 24 * 3600 * 1000)

/* --- reading ---------------------------------------------------------------------------------- */

/* The catalogue record that a member of the case names; NULL when there is none here. */
static struct record *read_key(struct desk *desk, const struct record *matter, const char *member,
                               enum record_type type)
{
    struct record *record = NULL;
    char key[RECORD_KEY_SIZE];

    if (*record_text(matter, member) == '\0')
        return NULL;
    record_full_key(matter, record_text(matter, member), key);
    catalogue_get_by_key(desk->catalogue, type, key, &record, NULL);
    return record;
}

static int keep_template(void *context, const struct record *record)
{
    struct compose *compose = context;
    struct record **grown;

    if (json_bool_or(record->body, "ended", false))
        return 0;
    grown = realloc(compose->templates, (compose->count + 1) * sizeof(struct record *));
    if (grown == NULL)
        return ERROR_MEMORY;
    compose->templates = grown;
    grown[compose->count] = record_copy(record);
    if (grown[compose->count] == NULL)
        return ERROR_MEMORY;
    compose->count++;
    return 0;
}

/* In the order in which a case needs them. */
static size_t use_rank(const struct record *template)
{
    size_t rank = 0;

    while (message_use_words[rank] != NULL &&
           strcmp(message_use_words[rank], record_text(template, "use")) != 0)
        rank++;
    return rank;
}

static int compare(const void *left, const void *right)
{
    const struct record *const *first = left, *const *second = right;
    size_t rank = use_rank(*first), other = use_rank(*second);

    if (rank != other)
        return rank < other ? -1 : 1;
    return strcmp(record_text(*first, "key"), record_text(*second, "key"));
}

int compose_open(struct compose *compose, struct desk *desk, const char *matter, const char *reply,
                 struct error *error)
{
    int code;

    *compose = (struct compose){0};
    compose->matter = work_get(desk, RECORD_CASE, matter, NULL);
    if (compose->matter == NULL)
        return error_set(error, ERROR_NOT_FOUND, "%s", matter);
    compose->client = work_get_client(desk, record_text(compose->matter, "client"));
    compose->service = read_key(desk, compose->matter, "service", RECORD_SERVICE);
    compose->office = read_key(desk, compose->matter, "office", RECORD_OFFICE);
    if (*reply != '\0')
        compose->answered = work_get(desk, RECORD_MESSAGE, reply, NULL);
    code = catalogue_each(desk->catalogue, RECORD_TEMPLATE, keep_template, compose, error);
    if (code != 0)
        return code;
    if (compose->count > 1)
        qsort(compose->templates, compose->count, sizeof(struct record *), compare);
    return 0;
}

void compose_close(struct compose *compose)
{
    for (size_t i = 0; i < compose->count; i++)
        record_free(compose->templates[i]);
    free(compose->templates);
    record_free(compose->matter);
    record_free(compose->client);
    record_free(compose->service);
    record_free(compose->office);
    record_free(compose->answered);
    json_decref(compose->granted);
    sodium_memzero(compose, sizeof(*compose));
}

const char *compose_language(const struct compose *compose)
{
    const char *language = compose->client != NULL ? record_text(compose->client, "language") : "";

    if (*language == '\0' && compose->answered != NULL)
        language = record_text(compose->answered, "language");
    return language;
}

/* --- the template ----------------------------------------------------------------------------- */

static int grant(struct compose *compose, struct desk *desk, const char *member, int64_t life_ms,
                 struct continue_code *code, struct error *error)
{
    struct continue_grant made;
    char key[RECORD_KEY_SIZE];
    json_t *value;
    int status = continue_grant_make(code, &made, desk_agent(desk), desk_now(desk),
                                     desk_now(desk) + life_ms, error);

    if (status != 0)
        return status;
    value = continue_grant_to_json(&made);
    if (strcmp(member, "questionnaire") == 0) {
        record_full_key(compose->template, record_text(compose->template, "form"), key);
        json_object_set_new(value, "form", json_string(key));
    }
    if (compose->granted == NULL)
        compose->granted = json_object();
    return json_object_set_new(compose->granted, member, value) == 0
               ? 0
               : error_set(error, ERROR_MEMORY, "out of memory");
}

static int make_codes(struct compose *compose, struct desk *desk, struct error *error)
{
    struct continue_code code;
    int status = 0;

    if (*desk->public_address == '\0')
        return 0;
    if (compose_asks(compose, MESSAGE_STATUS_CODE)) {
        status = grant(compose, desk, "status_code", STATUS_CODE_MS, &code, error);
        if (status == 0)
            continue_code_show(&code, compose->status_code);
    }
    if (status == 0 && compose_asks(compose, MESSAGE_QUESTIONNAIRE) &&
        *record_text(compose->template, "form") != '\0') {
        status = grant(compose, desk, "questionnaire", QUESTIONNAIRE_MS, &code, error);
        if (status == 0)
            text_copy(compose->questionnaire, sizeof(compose->questionnaire), code.text);
    }
    sodium_memzero(&code, sizeof(code));
    return status;
}

int compose_choose(struct compose *compose, struct desk *desk, const char *key, struct error *error)
{
    compose->template = NULL;
    json_decref(compose->granted);
    compose->granted = NULL;
    compose->status_code[0] = compose->questionnaire[0] = '\0';
    for (size_t i = 0; key != NULL && *key != '\0' && i < compose->count; i++)
        if (strcmp(record_text(compose->templates[i], "key"), key) == 0)
            compose->template = compose->templates[i];
    if (compose->template == NULL)
        return 0;
    message_template_read(compose->template, compose_language(compose), &compose->reading);
    return make_codes(compose, desk, error);
}

bool compose_asks(const struct compose *compose, enum message_value value)
{
    return compose->template != NULL && (message_uses(compose->reading.subject, value) ||
                                         message_uses(compose->reading.text, value) ||
                                         message_uses(compose->reading.shorter, value));
}

/* --- texts ------------------------------------------------------------------------------------ */

static char *fill(const struct compose *compose, const struct desk *desk, const char *text,
                  const struct compose_words *words)
{
    const struct message_facts facts = {
        .client = compose->client,
        .matter = compose->matter,
        .service = compose->service,
        .office = compose->office,
        .date = words->date,
        .place = words->place,
        .missing = words->missing,
        .public_address = desk->public_address,
        .status_code = compose->status_code,
        .questionnaire_code = compose->questionnaire[0] != '\0' ? compose->questionnaire : NULL,
    };
    struct text_buffer filled = {0};
    struct message_page page;

    message_page_make(&page, &facts, compose->reading.language);
    text_buffer_add_text(&filled, "");
    message_fill(&filled, text, compose->reading.language, &page.values, MESSAGE_GAP_MARK);
    return text_buffer_take(&filled);
}

char *compose_subject(const struct compose *compose, struct desk *desk,
                      const struct compose_words *words)
{
    const char *answered =
        compose->answered != NULL ? record_text(compose->answered, "subject") : "";
    struct text_buffer subject = {0};

    if (compose->template != NULL)
        return fill(compose, desk, compose->reading.subject, words);
    text_buffer_add_text(&subject, "");
    if (*answered != '\0')
        text_buffer_add_format(&subject, "%s%s",
                               strncmp(answered, "Re:", 3) == 0 ? "" : "Re: ", answered);
    return text_buffer_take(&subject);
}

char *compose_text(const struct compose *compose, struct desk *desk, const char *channel,
                   const struct compose_words *words)
{
    if (compose->template == NULL)
        return strdup("");
    return fill(compose, desk,
                strcmp(channel, "sms") == 0 ? compose->reading.shorter : compose->reading.text,
                words);
}

char *compose_place(const struct compose *compose)
{
    const struct message_facts facts = {.office = compose->office};
    struct message_page page;

    message_page_make(&page, &facts, compose->reading.language);
    return strdup(page.values.text[MESSAGE_PLACE]);
}

void compose_speak_date(const struct compose *compose, struct desk *desk, const char *typed,
                        char date[COMPOSE_DATE_SIZE])
{
    struct answer_context context = work_answer_context(desk);
    enum form_language language = form_language(compose->reading.language);
    char day_text[ANSWER_DATE_SIZE], time_text[ANSWER_DATE_SIZE];
    struct answer_day day;
    struct answer_time hour;
    bool timed;

    text_copy(date, COMPOSE_DATE_SIZE, typed);
    if (compose->template == NULL || !day_read_moment(typed, &context, &day, &hour, &timed))
        return;
    answer_speak_day(&day, language, day_text);
    text_copy(date, COMPOSE_DATE_SIZE, day_text);
    if (!timed)
        return;
    answer_speak_time(&hour, language, time_text);
    snprintf(date, COMPOSE_DATE_SIZE, "%s %s %s", day_text, language == FORM_FRENCH ? "à" : "at",
             time_text);
}

/* A code that goes out with a message lives from when that leaves, as long as the server lets it.
 * False when it would have ended before. */
static bool codes_live(const struct compose *compose, int64_t now_ms, int64_t send_ms)
{
    int64_t last_ms = now_ms + CONTINUE_LONGEST_MS, until_ms = send_ms + QUESTIONNAIRE_MS;
    json_t *questionnaire = json_object_get(compose->granted, "questionnaire");

    if (send_ms == 0 || json_object_size(compose->granted) == 0)
        return true;
    if (questionnaire != NULL)
        json_object_set_new(questionnaire, "expires_at",
                            json_time(until_ms < last_ms ? until_ms : last_ms));
    return send_ms < last_ms - CODE_LEAST_MS;
}

/* --- writing ---------------------------------------------------------------------------------- */

static int change_case(const struct compose *compose, struct batch *batch,
                       const struct author *author, const char *missing, struct error *error)
{
    bool missed = *missing != '\0' && strcmp(record_text(compose->matter, "missing"), missing) != 0;
    struct operation *operation;

    if (json_object_size(compose->granted) == 0 && !missed)
        return 0;
    operation = author_change(author, OPERATION_FIELDS, compose->matter);
    if (missed)
        operation_put_field(operation, "missing", missing);
    if (operation != NULL && compose->granted != NULL &&
        json_object_update(operation->body, compose->granted) != 0) {
        operation_free(operation);
        operation = NULL;
    }
    return batch_add(batch, operation, error);
}

int compose_write(const struct compose *compose, struct batch *batch, const struct author *author,
                  const struct message_draft *draft, const char *missing, struct id *id,
                  struct error *error)
{
    struct message_draft whole = *draft;
    json_t *remarks = NULL;
    int code;

    if (!codes_live(compose, author_now(author), draft->send_ms))
        return error_set(error, ERROR_INVALID, "%s",
                         _("the code in it would have ended by then: choose a sooner day"));
    whole.matter = compose->matter->id;
    if (compose->client != NULL)
        whole.client = compose->client->id;
    whole.language = compose_language(compose);
    if (compose->template != NULL) {
        whole.template = record_text(compose->template, "key");
        whole.language = compose->reading.language;
        if (compose->reading.fallback)
            whole.remarks = remarks = json_pack("[s]", "language-fallback");
    }
    if (compose->answered != NULL)
        whole.in_reply_to = record_text(compose->answered, "message_id");
    code = message_write(batch, author, &whole, compose->client, id, error);
    if (code == 0)
        code = change_case(compose, batch, author, missing, error);
    json_decref(remarks);
    return code;
}
