/* `guichetd device code`, `list`, `revoke`, `wipe`; `guichetd agent unlock`, `agent sign-out`:
 * beside a server that runs as well. */
#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

#include "app/json.h"
#include "app/main/guichetd_order.h"
#include "app/print.h"

static int finish(int code, json_t *answer)
{
    json_decref(answer);
    return code == 0 ? GUICHETD_OK : code == ERROR_INVALID ? GUICHETD_USAGE : GUICHETD_FAILED;
}

static int device_code(const struct config *config, size_t first, struct error *error)
{
    json_t *answer;
    int code = guichetd_order(config,
                              json_pack("{s:s, s:s, s:I}", "order", "device-code", "name",
                                        config_word(config, first), "minutes",
                                        (json_int_t)config_number(config, "minutes")),
                              &answer, error);

    if (code == 0)
        printf("%s\n", json_text_or(answer, "code", ""));
    return finish(code, answer);
}

static void print_devices(const struct config *config, const json_t *devices)
{
    char *text = config_switch(config, "json") ? json_write(devices) : NULL;
    const json_t *device;
    size_t i;

    if (text != NULL)
        print_json(text);
    else
        json_array_foreach(devices, i, device) print_row((const char *const[]){
            json_text_or(device, "name", ""), json_text_or(device, "state", ""),
            json_text_or(device, "enrolled_at", ""), json_text_or(device, "seen_at", ""),
            json_text_or(device, "told_at", "-"), NULL});
    free(text);
}

static int device_list(const struct config *config, size_t first, struct error *error)
{
    json_t *answer;
    int code = guichetd_order(config, json_pack("{s:s}", "order", "device-list"), &answer, error);

    (void)first;
    if (code == 0)
        print_devices(config, json_object_get(answer, "devices"));
    return finish(code, answer);
}

/* An order with one word and nothing to tell. */
static int plain(const struct config *config, size_t first, const char *order, const char *member,
                 struct error *error)
{
    json_t *answer;
    int code = guichetd_order(
        config, json_pack("{s:s, s:s}", "order", order, member, config_word(config, first)),
        &answer, error);

    return finish(code, answer);
}

static int device_revoke(const struct config *config, size_t first, struct error *error)
{
    return plain(config, first, "device-revoke", "name", error);
}

static int device_wipe(const struct config *config, size_t first, struct error *error)
{
    return plain(config, first, "device-wipe", "name", error);
}

static int agent_unlock(const struct config *config, size_t first, struct error *error)
{
    return plain(config, first, "agent-unlock", "login", error);
}

static int agent_sign_out(const struct config *config, size_t first, struct error *error)
{
    return plain(config, first, "agent-sign-out", "login", error);
}

/* The password is the first line of standard input, or of --password-file. */
static int agent_password(const struct config *config, size_t first, struct error *error)
{
    char password[LEDGER_PASSWORD_LIMIT + 3];
    json_t *answer = NULL;
    int code = guichetd_secret_read(config, "password", password, sizeof(password), error);

    if (code == 0)
        code = guichetd_order(config,
                              json_pack("{s:s, s:s, s:s, s:b}", "order", "agent-password", "login",
                                        config_word(config, first), "password", password,
                                        "must_change", (int)config_switch(config, "must-change")),
                              &answer, error);
    sodium_memzero(password, sizeof(password));
    return finish(code, answer);
}

static int agent_codes(const struct config *config, size_t first, struct error *error)
{
    return plain(config, first, "agent-codes", "login", error);
}

static const char *const no_keys[] = {NULL};
static const char *const code_keys[] = {"minutes", NULL};
static const char *const password_keys[] = {"password-file", "must-change", GUICHETD_RULES_KEYS,
                                            NULL};
static const char *const list_keys[] = {"json", NULL};

const struct guichetd_command guichetd_device_code = {
    .words = "device code",
    .arguments = "NAME",
    .summary = "Print a one-time code by which a terminal is enrolled under this name.",
    .keys = code_keys,
    .least = 1,
    .most = 1,
    .run = device_code,
};

const struct guichetd_command guichetd_device_list = {
    .words = "device list",
    .arguments = "",
    .summary = "Print the enrolled terminals: name, state, since when, seen when, told to erase "
               "itself when.",
    .keys = list_keys,
    .run = device_list,
};

const struct guichetd_command guichetd_device_revoke = {
    .words = "device revoke",
    .arguments = "NAME",
    .summary = "Serve a terminal no more, at once, also while the server runs.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = device_revoke,
};

const struct guichetd_command guichetd_device_wipe = {
    .words = "device wipe",
    .arguments = "NAME",
    .summary = "Serve a terminal no more, and have it erase what it keeps when it next asks; work "
               "that it had not sent is lost.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = device_wipe,
};

const struct guichetd_command guichetd_agent_unlock = {
    .words = "agent unlock",
    .arguments = "LOGIN",
    .summary = "Forget the failed sign-ins of an agent, who need wait no more.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = agent_unlock,
};

const struct guichetd_command guichetd_agent_sign_out = {
    .words = "agent sign-out",
    .arguments = "LOGIN",
    .summary = "End all sessions of an agent, at once, also while the server runs.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = agent_sign_out,
};

const struct guichetd_command guichetd_agent_password = {
    .words = "agent password",
    .arguments = "LOGIN",
    .summary = "Give an agent another password, the first line of standard input; all their "
               "sessions end.",
    .keys = password_keys,
    .least = 1,
    .most = 1,
    .run = agent_password,
};

const struct guichetd_command guichetd_agent_codes = {
    .words = "agent codes",
    .arguments = "LOGIN",
    .summary = "Take one-time codes from an agent who has lost them; at the next sign-in they are "
               "set up anew.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = agent_codes,
};
