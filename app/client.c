#include "app/client.h"

#include <ctype.h>
#include <string.h>

#include "app/birth_date.h"
#include "app/postal.h"
#include "app/text.h"

#define POSTAL_TEXT_SIZE 64

static bool is_blank(const char *text)
{
    return text == NULL || text[strspn(text, " ")] == '\0';
}

/* One day and no other. */
static bool date_is_plain(const char *typed, char date[BIRTH_DATE_SIZE])
{
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];

    if (birth_date_read(typed, dates) != 1)
        return false;
    memcpy(date, dates[0], BIRTH_DATE_SIZE);
    return true;
}

static size_t count_digits(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += isdigit((unsigned char)*text) != 0;
    return count;
}

int client_check(const struct client_details *details, bool new_client, struct error *error)
{
    char date[BIRTH_DATE_SIZE];

    if (new_client && is_blank(details->name) && is_blank(details->phone) &&
        is_blank(details->email))
        return error_set(error, ERROR_INVALID, "name: a name, a phone number or an e-mail address");
    if (!is_blank(details->phone) && count_digits(details->phone) < 3)
        return error_set(error, ERROR_INVALID, "phone: no number in it");
    if (!is_blank(details->email) &&
        (strchr(details->email, '@') == NULL || strchr(details->email, ' ') != NULL))
        return error_set(error, ERROR_INVALID, "email: not an address");
    if (!is_blank(details->birth_date) && !date_is_plain(details->birth_date, date))
        return error_set(error, ERROR_INVALID, "birth_date: not a date like 1980-05-31");
    return 0;
}

void client_postal_code(const char *typed, char *text, size_t size)
{
    char code[POSTAL_CODE_SIZE];

    /* A whole one; its first half alone is no code of an address. */
    if (postal_code_read(typed, code) && code[3] != '\0')
        text_copy(text, size, code);
    else
        text_copy(text, size, typed);
}

/* Every text of the details with the member that it goes to. */
struct detail {
    const char *member;
    const char *text; /* NULL: not said */
};
#define DETAIL_COUNT 10

/* What is kept in another form than it was typed in. */
struct usual {
    char postal_code[POSTAL_TEXT_SIZE];
    char birth_date[BIRTH_DATE_SIZE];
};

static void list_details(const struct client_details *details, struct usual *usual,
                         struct detail list[DETAIL_COUNT])
{
    if (details->postal_code != NULL)
        client_postal_code(details->postal_code, usual->postal_code, sizeof(usual->postal_code));
    if (is_blank(details->birth_date) || !date_is_plain(details->birth_date, usual->birth_date))
        usual->birth_date[0] = '\0';

    const struct detail all[DETAIL_COUNT] = {
        {"kind", details->kind},
        {"name", details->name},
        {"language", details->language},
        {"interpreter", details->interpreter},
        {"accessibility", details->accessibility},
        {"phone", details->phone},
        {"email", details->email},
        {"address", details->address},
        {"postal_code", details->postal_code == NULL ? NULL : usual->postal_code},
        {"birth_date", details->birth_date == NULL ? NULL : usual->birth_date},
    };

    memcpy(list, all, sizeof(all));
}

int client_new(struct batch *batch, const struct author *author,
               const struct client_details *details, struct id *id, struct error *error)
{
    struct detail list[DETAIL_COUNT];
    struct usual usual = {"", ""};
    struct operation *operation;
    int code = client_check(details, true, error);

    if (code != 0)
        return code;
    list_details(details, &usual, list);
    operation = author_append(author, RECORD_CLIENT);
    operation_put_text(operation, "kind", "person");
    for (size_t i = 0; i < DETAIL_COUNT; i++)
        operation_put_text(operation, list[i].member, list[i].text);
    operation_put_text(operation, "office", author->office);
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int client_new_anonymous(struct batch *batch, const struct author *author, const char *language,
                         struct id *id, struct error *error)
{
    struct operation *operation = author_append(author, RECORD_CLIENT);

    operation_put_text(operation, "kind", "anonymous");
    operation_put_text(operation, "language", language);
    operation_put_text(operation, "office", author->office);
    if (operation != NULL)
        *id = operation->record;
    return batch_add(batch, operation, error);
}

int client_change(struct batch *batch, const struct author *author, const struct record *client,
                  const struct client_details *details, struct error *error)
{
    struct detail list[DETAIL_COUNT];
    struct usual usual = {"", ""};
    struct operation *operation;
    int code = client_check(details, false, error);

    if (code != 0)
        return code;
    list_details(details, &usual, list);
    operation = author_change(author, OPERATION_FIELDS, client);
    for (size_t i = 0; i < DETAIL_COUNT; i++)
        if (list[i].text != NULL && strcmp(list[i].text, record_text(client, list[i].member)) != 0)
            operation_put_field(operation, list[i].member, list[i].text);
    if (operation != NULL && json_object_size(operation->body) == 0) {
        operation_free(operation);
        return 0;
    }
    return batch_add(batch, operation, error);
}
