#include "app/main/guichetd_order.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "net/ledger_order.h"
#include "net/secret_file.h"

/* One process, one key: it is read once and kept in locked memory. */
static unsigned char *factor_key;

static int factor_key_make(const char *path, const unsigned char *key, struct error *error)
{
    char text[2 * TRUST_FACTOR_KEY_SIZE + 2];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool written;

    if (file < 0)
        return error_set(error, ERROR_STORAGE, "factor-key: %s: %s", path, strerror(errno));
    sodium_bin2hex(text, sizeof(text), key, TRUST_FACTOR_KEY_SIZE);
    text[2 * TRUST_FACTOR_KEY_SIZE] = '\n';
    written = write(file, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1 && fsync(file) == 0;
    close(file);
    sodium_memzero(text, sizeof(text));
    return written ? 0 : error_set(error, ERROR_STORAGE, "factor-key: %s cannot be written", path);
}

static int factor_key_parse(const char *path, const char *text, struct error *error)
{
    size_t length = 0;

    return sodium_hex2bin(factor_key, TRUST_FACTOR_KEY_SIZE, text, strlen(text), NULL, &length,
                          NULL) == 0 &&
                   length == TRUST_FACTOR_KEY_SIZE
               ? 0
               : error_set(error, ERROR_INVALID, "factor-key: %s holds no key", path);
}

/* Reads the key; makes it where codes are asked for and there is none. Without either, nobody has
 * codes, and nothing is needed. */
static int factor_key_read(const struct config *config, bool needed, struct trust_rules *rules,
                           struct error *error)
{
    const char *path = config_text(config, "factor-key");
    char *text = NULL;
    int code = 0;

    if (path == NULL || (access(path, F_OK) != 0 && !needed))
        return 0;
    if (factor_key == NULL &&
        (sodium_init() < 0 || (factor_key = sodium_malloc(TRUST_FACTOR_KEY_SIZE)) == NULL))
        return error_set(error, ERROR_MEMORY, "no locked memory for a key");
    if (access(path, F_OK) != 0) {
        randombytes_buf(factor_key, TRUST_FACTOR_KEY_SIZE);
        code = guichetd_folders_make(path, error);
        if (code == 0)
            code = factor_key_make(path, factor_key, error);
    } else {
        code = secret_file_read(path, 2 * TRUST_FACTOR_KEY_SIZE, &text, error);
        if (code == 0)
            code = factor_key_parse(path, text, error);
        secret_file_free(text);
    }
    rules->factor_key = code == 0 ? factor_key : NULL;
    return code;
}

int guichetd_rules_read(const struct config *config, struct trust_rules *rules, struct error *error)
{
    const char *enrolment = config_text(config, "enrolment");

    *rules = TRUST_RULES_PRESET;
    rules->enrolment_required = strcmp(enrolment, "required") == 0;
    rules->access_ms = config_number(config, "access-minutes") * 60 * 1000;
    if (!rules->enrolment_required && strcmp(enrolment, "optional") != 0)
        return error_set(error, ERROR_INVALID, "enrolment: %s is neither optional nor required",
                         enrolment);
    rules->password.least = (size_t)config_number(config, "password-least");
    rules->password.list = config_text(config, "password-list");
    if (rules->password.list != NULL && access(rules->password.list, R_OK) != 0)
        return error_set(error, ERROR_NOT_FOUND, "password-list: %s: %s", rules->password.list,
                         strerror(errno));
    rules->factor_roles = config_text(config, "factor-roles");
    return factor_key_read(config, rules->factor_roles != NULL && rules->factor_roles[0] != '\0',
                           rules, error);
}

/* A relay's own terminals and locks are the branch's affair: its database takes orders too. */
static int order_here(const struct config *config, const char *path, const json_t *order,
                      json_t **answer, struct error *error)
{
    struct trust_rules rules;
    struct ledger *ledger;
    int code = guichetd_rules_read(config, &rules, error);

    if (code == 0)
        code = ledger_open(&ledger, path, error);
    if (code != 0)
        return code;
    ledger_rules_set(ledger, &rules);
    code = ledger_order(ledger, order, clock_system(NULL), answer, error);
    ledger_close(ledger);
    return code;
}

int guichetd_order(const struct config *config, json_t *order, json_t **answer, struct error *error)
{
    const char *path;
    int code = guichetd_database(config, &path, error);

    *answer = NULL;
    if (order == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    if (code == 0)
        code = order_here(config, path, order, answer, error);
    if (code == ERROR_NOT_FOUND && *answer == NULL && strstr(error->message, path) != NULL)
        code = error_set(error, code, "%s is not there: make it with `guichetd init`", path);
    if (code == ERROR_BUSY)
        code = control_call(path, order, answer, error);
    json_decref(order);
    return code;
}

static int carry_out(void *context, const json_t *order, json_t **answer, struct error *error)
{
    return ledger_order(context, order, clock_system(NULL), answer, error);
}

int guichetd_orders_start(struct control **control, const struct config *config,
                          struct ledger *ledger, struct error *error)
{
    return control_start(control, config_text(config, "database"), carry_out, ledger, error);
}
