#include "net/open311_request.h"

#include <stdlib.h>
#include <string.h>

#include "app/clock.h"
#include "app/json.h"
#include "app/postal.h"
#include "net/open311_answers.h"
#include "net/open311_errors.h"

/* Longest of each argument, in bytes, and where it is kept. */
static const struct {
    const char *name;
    size_t limit;
    size_t offset;
} arguments[] = {
#define ARGUMENT(name, limit, member)                                                              \
    {                                                                                              \
        name, limit, offsetof(struct open311_request, member)                                      \
    }
    ARGUMENT("description", 4 * OPEN311_DESCRIPTION_LIMIT, description),
    ARGUMENT("address_string", 1000, address),
    ARGUMENT("address_id", 100, address_id),
    ARGUMENT("media_url", 2000, media_url),
    ARGUMENT("first_name", 150, first_name),
    ARGUMENT("last_name", 150, last_name),
    ARGUMENT("email", 254, email),
    ARGUMENT("phone", 40, phone),
    ARGUMENT("account_id", 200, account_id),
    ARGUMENT("device_id", 200, device_id),
#undef ARGUMENT
};

/* --- reading ---------------------------------------------------------------------------------- */

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

static void texts_read(struct open311_request *request, const struct open311_pairs *pairs,
                       json_t *errors)
{
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        const char *text = open311_pairs_get(pairs, arguments[i].name);

        if (text != NULL && strlen(text) > arguments[i].limit)
            open311_error_add(errors, 400, "%s is longer than %zu bytes", arguments[i].name,
                              arguments[i].limit);
        else
            memcpy((char *)request + arguments[i].offset, &text, sizeof(text));
    }
    if (request->description != NULL &&
        characters(request->description) > OPEN311_DESCRIPTION_LIMIT)
        open311_error_add(errors, 400, "description is longer than %d characters",
                          OPEN311_DESCRIPTION_LIMIT);
}

/* Degrees as digits with a point; not what strtod knows besides. */
static bool degrees_read(const char *text, double most, double *degrees)
{
    const char *digits = text + (text[0] == '-' || text[0] == '+');
    size_t length = strspn(digits, "0123456789.");
    char *end;

    if (length == 0 || digits[length] != '\0' || length > 24)
        return false;
    *degrees = strtod(text, &end);
    return *end == '\0' && *degrees >= -most && *degrees <= most;
}

static void place_read(struct open311_request *request, const struct open311_pairs *pairs,
                       json_t *errors)
{
    const char *latitude = open311_pairs_get(pairs, "lat");
    const char *longitude = open311_pairs_get(pairs, "long");

    if ((latitude == NULL) != (longitude == NULL))
        open311_error_add(errors, 400, "lat and long are only understood together");
    else if (latitude != NULL && !degrees_read(latitude, 90, &request->latitude))
        open311_error_add(errors, 400, "lat is not a number of degrees from -90 to 90");
    else if (longitude != NULL && !degrees_read(longitude, 180, &request->longitude))
        open311_error_add(errors, 400, "long is not a number of degrees from -180 to 180");
    else
        request->has_position = latitude != NULL;
    if (latitude == NULL && longitude == NULL && request->address == NULL &&
        request->address_id == NULL)
        open311_error_add(errors, 400,
                          "where is it? lat and long, address_string or address_id is required");
}

static void reach_read(const struct open311_request *request, json_t *errors)
{
    const char *at = request->email != NULL ? strchr(request->email, '@') : NULL;
    const char *url = request->media_url;

    if (request->email != NULL &&
        (at == NULL || at == request->email || at[1] == '\0' ||
         strpbrk(request->email, " \t\n<>,;\"") != NULL || strchr(at + 1, '@') != NULL))
        open311_error_add(errors, 400, "email is not an e-mail address");
    if (request->phone != NULL && strpbrk(request->phone, "0123456789") == NULL)
        open311_error_add(errors, 400, "phone has no digits");
    if (url != NULL && ((strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0) ||
                        strpbrk(url, " \t\n<>\"\\^`{|}") != NULL))
        open311_error_add(errors, 400, "media_url is not a web address (https://...)");
}

void open311_request_read(struct open311_request *request, const struct open311_pairs *pairs,
                          json_t *errors)
{
    *request = (struct open311_request){0};
    texts_read(request, pairs, errors);
    place_read(request, pairs, errors);
    reach_read(request, errors);
}

json_t *open311_request_facts(const struct open311_request *request)
{
    json_t *facts = json_pack("{s:s*, s:s*, s:s*, s:s*}", "description", request->description,
                              "address", request->address, "address_id", request->address_id,
                              "media_url", request->media_url);

    if (facts != NULL && request->has_position &&
        (json_object_set_new(facts, "lat", json_real(request->latitude)) != 0 ||
         json_object_set_new(facts, "long", json_real(request->longitude)) != 0)) {
        json_decref(facts);
        return NULL;
    }
    return facts;
}

/* --- for the clerk ---------------------------------------------------------------------------- */

void open311_request_name(const struct open311_request *request, struct text_buffer *name)
{
    if (request->first_name != NULL)
        text_buffer_add_text(name, request->first_name);
    if (request->first_name != NULL && request->last_name != NULL)
        text_buffer_add_text(name, " ");
    if (request->last_name != NULL)
        text_buffer_add_text(name, request->last_name);
}

static void line_add(struct text_buffer *text, bool french, const char *in_french,
                     const char *in_english, const char *value)
{
    if (value != NULL)
        text_buffer_add_format(text, "%s%s%s\n", french ? in_french : in_english,
                               open311_colon(french), value);
}

void open311_request_tell(const struct open311_request *request,
                          const struct open311_service *service, const json_t *answers,
                          const char *language, struct text_buffer *text)
{
    bool french = form_language(language) == FORM_FRENCH;

    text_buffer_add_format(text, "%s\n", open311_service_name(service, language));
    if (request->description != NULL)
        text_buffer_add_format(text, "%s\n", request->description);
    text_buffer_add_text(text, "\n");
    line_add(text, french, "Lieu", "Place", request->address);
    line_add(text, french, "Code de l’adresse", "Address code", request->address_id);
    if (request->has_position)
        text_buffer_add_format(text, "Position%s%.6f, %.6f\n", open311_colon(french),
                               request->latitude, request->longitude);
    open311_answers_tell(service, answers, language, text);
    line_add(text, french, "Image", "Image", request->media_url);
    line_add(text, french, "Compte", "Account", request->account_id);
}

/* --- for the public --------------------------------------------------------------------------- */

/* A status of a case, as the public is told of it. */
static const struct {
    const char *status;
    bool closed;
    const char *french;
    const char *english;
} statuses[] = {
    {"received", false, "Votre demande est reçue.", "Your request was received."},
    {"in-progress", false, "On s’en occupe.", "It is being looked after."},
    {"information-missing", false, "Il manque un renseignement.", "Information is missing."},
    {"approved", false, "C’est accepté : les travaux suivront.",
     "It was approved: work will follow."},
    {"refused", true, "La demande n’a pas été retenue.", "The request was not accepted."},
    {"closed", true, "La demande est close.", "The request is closed."},
};

#define STATUS_COUNT (sizeof(statuses) / sizeof(statuses[0]))

static size_t status_find(const char *status)
{
    for (size_t i = 0; i < STATUS_COUNT; i++)
        if (strcmp(statuses[i].status, status) == 0)
            return i;
    return 0;
}

bool open311_is_closed(const char *status)
{
    return statuses[status_find(status)].closed;
}

/* A postal code that stands in an address. */
static bool postal_code_in(const char *address, char code[POSTAL_CODE_SIZE])
{
    for (const char *at = address; *at != '\0'; at++) {
        char piece[POSTAL_CODE_SIZE];
        bool begins = at == address || strchr(" ,(", at[-1]) != NULL;

        for (size_t length = 6; begins && length < POSTAL_CODE_SIZE; length++) {
            text_copy(piece, length + 1, at);
            if (strlen(piece) == length && (at[length] == '\0' || strchr(" ,)", at[length])) &&
                postal_code_read(piece, code))
                return true;
        }
    }
    return false;
}

/* Sets a member to a fact, or to nothing. */
static void fact_set(json_t *item, const char *member, const json_t *facts, const char *name,
                     bool told)
{
    json_t *value = told ? json_object_get(facts, name) : NULL;

    json_object_set_new(item, member, value != NULL ? json_incref(value) : json_null());
}

static void time_set(json_t *item, const char *member, int64_t ms)
{
    json_object_set_new(item, member, ms > 0 ? json_time(ms) : json_null());
}

static bool may_tell(const struct open311_told *told, const char *word)
{
    return told->own || (told->service != NULL && open311_service_publishes(told->service, word));
}

static void place_set(json_t *item, const struct open311_told *told)
{
    char code[POSTAL_CODE_SIZE];
    bool address = may_tell(told, "address");
    bool location = may_tell(told, "location");

    fact_set(item, "address", told->facts, "address", address);
    fact_set(item, "address_id", told->facts, "address_id", address);
    if (address && postal_code_in(json_text_or(told->facts, "address", ""), code))
        json_object_set_new(item, "zipcode", json_string(code));
    else
        json_object_set_new(item, "zipcode", json_null());
    fact_set(item, "lat", told->facts, "lat", location);
    fact_set(item, "long", told->facts, "long", location);
}

static void text_set(json_t *item, const char *member, const char *text)
{
    json_object_set_new(item, member, text[0] != '\0' ? json_string(text) : json_null());
}

json_t *open311_request_item(const struct open311_told *told, const char *language)
{
    const size_t status = status_find(told->status);
    const struct open311_service *service = told->service;
    const json_t *owner = service != NULL ? json_object_get(service->record->body, "owner") : NULL;
    json_t *item = json_pack("{s:s, s:s, s:s, s:s, s:s}", "service_request_id", told->id, "status",
                             statuses[status].closed ? "closed" : "open", "status_notes",
                             form_language(language) == FORM_FRENCH ? statuses[status].french
                                                                    : statuses[status].english,
                             "service_name",
                             service != NULL ? open311_service_name(service, language)
                                             : json_localised(told->title, language),
                             "service_code", told->code);

    if (item == NULL)
        return NULL;
    fact_set(item, "description", told->facts, "description", may_tell(told, "description"));
    text_set(item, "agency_responsible", json_localised(json_object_get(owner, "title"), language));
    text_set(item, "service_notice",
             service != NULL ? open311_service_notice(service, language) : "");
    time_set(item, "requested_datetime", told->requested_ms);
    time_set(item, "updated_datetime", told->updated_ms);
    time_set(item, "expected_datetime", told->expected_ms);
    place_set(item, told);
    fact_set(item, "media_url", told->facts, "media_url", may_tell(told, "media"));
    return item;
}
