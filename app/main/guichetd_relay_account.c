/* `guichetd relay add`, `end` at the centre, `guichetd relay init` in the branch: who trusts whom.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#include "app/clock.h"
#include "app/main/guichetd.h"
#include "app/text.h"
#include "net/http_client.h"
#include "net/ledger_relay.h"

/* --- at the centre ---------------------------------------------------------------------------- */

static int add(const struct config *config, size_t first, struct error *error)
{
    char token[LEDGER_TOKEN_SIZE];
    struct ledger_relay relay;
    struct ledger *ledger;
    int code = guichetd_ledger_open(config, &ledger, error);

    if (code != 0)
        return GUICHETD_FAILED;
    code = ledger_relay_add(ledger, config_word(config, first), clock_system(NULL), &relay, token,
                            error);
    ledger_close(ledger);
    if (code == 0)
        printf("%s\n", token);
    sodium_memzero(token, sizeof(token));
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static int end(const struct config *config, size_t first, struct error *error)
{
    const char *office = config_word(config, first);
    struct ledger *ledger;
    int ended = 0;
    int code = guichetd_ledger_open(config, &ledger, error);

    if (code != 0)
        return GUICHETD_FAILED;
    code = ledger_relay_end(ledger, office, clock_system(NULL), &ended, error);
    ledger_close(ledger);
    if (code == 0 && ended == 0)
        code = error_set(error, ERROR_NOT_FOUND, "the office \"%.200s\" has no relay", office);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

/* --- in the branch ---------------------------------------------------------------------------- */

static int copy(char *to, size_t size, const char *from, const char *what, struct error *error)
{
    if (strlen(from) >= size)
        return error_set(error, ERROR_INVALID, "%s is too long", what);
    text_copy(to, size, from);
    return 0;
}

/* What the flags say of the centre, tried as far as it can be without it. */
static int centre_fill(const struct config *config, struct ledger_centre *centre,
                       struct error *error)
{
    struct http_client_options http = http_client_default_options;
    struct http_client *client = NULL;
    const char *url = config_text(config, "centre");
    const char *ca = config_text(config, "ca");
    int code;

    *centre = (struct ledger_centre){.url = ""};
    if (url == NULL)
        return error_set(error, ERROR_INVALID, "--centre says where the centre is");
    code = copy(centre->url, sizeof(centre->url), url, "--centre", error);
    if (code == 0)
        code = copy(centre->ca, sizeof(centre->ca), ca != NULL ? ca : "", "--ca", error);
    if (code == 0)
        code = guichetd_secret_read(config, "token", centre->token, sizeof(centre->token), error);
    if (code == 0 && centre->token[0] == '\0')
        code = error_set(error, ERROR_INVALID, "`guichetd relay add` at the centre gives a token");
    http.base_url = centre->url;
    http.ca_file = ca;
    if (code == 0)
        code = http_client_new(&client, &http, error);
    if (code == 0)
        code = http_client_token_set(client, centre->token, error);
    http_client_free(client);
    return code;
}

static int init(const struct config *config, size_t first, struct error *error)
{
    struct ledger_centre centre;
    struct ledger *ledger = NULL;
    const char *path;
    int code = guichetd_database(config, &path, error);

    (void)first;
    if (code == 0)
        code = centre_fill(config, &centre, error);
    if (code != 0)
        return GUICHETD_USAGE;
    code = guichetd_folders_make(path, error);
    /* Once more, it is told of another place or token, and keeps what it holds. */
    if (code == 0 && access(path, F_OK) != 0)
        code = ledger_create(path, error);
    if (code == 0)
        code = ledger_open(&ledger, path, error);
    if (code == 0)
        code = ledger_become_relay(ledger, &centre, clock_system(NULL), error);
    ledger_close(ledger);
    sodium_memzero(&centre, sizeof(centre));
    if (code == 0)
        printf("made %s\n", path);
    return code == 0 ? GUICHETD_OK : GUICHETD_FAILED;
}

static const char *const no_keys[] = {NULL};
static const char *const init_keys[] = {"centre", "ca", "password-file", NULL};

const struct guichetd_command guichetd_relay_add = {
    .words = "relay add",
    .arguments = "OFFICE",
    .summary = "At the centre: let an office (its key) have a relay; print the token for it.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = add,
};

const struct guichetd_command guichetd_relay_end = {
    .words = "relay end",
    .arguments = "OFFICE",
    .summary = "At the centre: end the tokens of an office's relays.",
    .keys = no_keys,
    .least = 1,
    .most = 1,
    .run = end,
};

const struct guichetd_command guichetd_relay_init = {
    .words = "relay init",
    .arguments = "",
    .summary = "In a branch: make the database of its relay; the token is the first line of "
               "standard input.",
    .keys = init_keys,
    .run = init,
};
