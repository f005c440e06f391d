#include "ui/sign_in_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/database.h"
#include "app/link_sign_in.h"
#include "app/store_key.h"
#include "app/store_provider.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/renewal.h"
#include "ui/sign_in_provider.h"

bool sign_in_login_is_safe(const char *login)
{
    if (*login == '\0' || *login == '.' || strlen(login) > 100)
        return false;
    for (; *login != '\0'; login++)
        if (!isalnum((unsigned char)*login) && strchr("._-@+", *login) == NULL)
            return false;
    return true;
}

char *sign_in_path(const struct desk *desk, const char *login)
{
    struct text_buffer path = {0};

    text_buffer_add_format(&path, "%s/agents/%s.db", desk->data_directory, login);
    return text_buffer_take(&path);
}

static enum sign_in_step fail(struct error *error, int code, const char *message)
{
    error_set(error, code, "%s", message);
    return SIGN_IN_FAILED;
}

/* What stands in the way may be beyond the screen: says who can tell more. */
static enum sign_in_step store_failed(const struct desk *desk, const char *login,
                                      struct error *error)
{
    char cause[ERROR_MESSAGE_SIZE];
    char *path = sign_in_path(desk, login);

    if (error->code == ERROR_STORAGE && path != NULL && database_is_read_only(path)) {
        error_set(error, ERROR_STORAGE, _("the disk cannot be written to: %s"), path);
    } else if (error->code == ERROR_STORAGE) {
        text_copy(cause, sizeof(cause), error->message);
        error_set(error, ERROR_STORAGE, _("run: guichet recover --agent %1$s (%2$s)"), login,
                  cause);
    }
    free(path);
    return SIGN_IN_FAILED;
}

/* What is due with the store's key: it is deposited as this terminal's settings have it (where they
 * say nothing the server does, later), and renewed when it is old or `renews`. What fails keeps
 * nobody from working: it is due next time. */
static void keep_key(struct desk *desk, const char *password, bool renews)
{
    int64_t made = store_key_made(desk->store, NULL);

    if (renews || (made > 0 && desk_now(desk) - made > STORE_KEY_LIFE_MS))
        (void)renewal_at_once(desk, password, NULL);
    if (desk->escrow_pinned)
        (void)store_escrow_follow(desk->store, desk->escrow, desk_now(desk), NULL);
}

/* Who signs in at the identity provider has no password for the server. */
static int tell_link(struct desk *desk, const char *login, const char *password,
                     struct error *error)
{
    if (!store_is_provider(desk->store))
        return link_sign_in(desk->link, login, password, store_device(desk->store), error);
    link_provider_hold(desk->link, login, store_device(desk->store));
    return 0;
}

enum sign_in_step sign_in_finish(struct desk *desk, const char *login, const char *password,
                                 struct seal_key *key, struct record *agent,
                                 const unsigned char *wrapped, struct error *error)
{
    bool first = agent != NULL;
    char *path = sign_in_path(desk, login);

    if (path == NULL) {
        seal_key_free(key);
        record_free(agent);
        return fail(error, ERROR_MEMORY, "out of memory");
    }
    if (desk_sign_in(desk, path, key, agent, error) != 0) {
        /* The server may have taken the sign-in already: nobody would be behind that session. */
        link_sign_out(desk->link);
        return store_failed(desk, login, error);
    }
    if (wrapped != NULL && store_write_wrapped(desk->store, wrapped, error) != 0) {
        link_sign_out(desk->link);
        desk_close(desk);
        return SIGN_IN_FAILED;
    }
    keep_key(desk, password, wrapped != NULL);
    if ((!first && tell_link(desk, login, password, error) != 0) ||
        link_store_set(desk->link, desk->store_path, desk->key, error) != 0) {
        desk_sign_out(desk);
        return SIGN_IN_FAILED;
    }
    return SIGN_IN_DONE;
}

int sign_in_unwrap(const struct desk *desk, const char *login, const char *password,
                   struct seal_key **key, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char *path = sign_in_path(desk, login);
    int code;

    if (path == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = store_read_wrapped(path, wrapped, error);
    free(path);
    if (code != 0)
        return code;
    return seal_key_unwrap(key, password, wrapped, sizeof(wrapped), error);
}

enum sign_in_step sign_in_start(struct desk *desk, const char *login, const char *password,
                                struct error *error)
{
    static const struct id no_device;
    struct seal_key *key = NULL;
    int code;

    if (!sign_in_login_is_safe(login))
        return fail(error, ERROR_INVALID, _("type your login: letters, digits, dots and dashes"));
    if (*password == '\0')
        return fail(error, ERROR_INVALID, _("type your password"));
    code = sign_in_unwrap(desk, login, password, &key, error);
    if (code == 0)
        return sign_in_finish(desk, login, password, key, NULL, NULL, error);
    if (code != ERROR_NOT_FOUND && code != ERROR_REFUSED)
        return store_failed(desk, login, error);
    /* It is no password: it is not for the server. */
    if (code == ERROR_REFUSED && sign_in_is_provider(desk, login)) {
        sign_in_wrong_passphrase(desk, login, error);
        return SIGN_IN_FAILED;
    }
    *error = (struct error)ERROR_INIT;
    if (link_sign_in(desk->link, login, password, &no_device, error) != 0)
        return SIGN_IN_FAILED;
    return SIGN_IN_WAIT;
}

const char *sign_in_certificate(const char *message)
{
    static const struct {
        const char *said;
        const char *words;
    } rows[] = {
        {"expired", N_("the server's certificate has expired: tell your administrator")},
        {"not yet valid",
         N_("the server's certificate is not valid yet: is this terminal's clock right?")},
        {"subject name", N_("the server's certificate is another machine's: check the address, and "
                            "tell your administrator")},
        {"match", N_("the server's certificate is another machine's: check the address, and tell "
                     "your administrator")},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strstr(message, rows[i].said) != NULL)
            return _(rows[i].words);
    return _("the server's certificate was issued by nobody trusted here: somebody may be in "
             "between; tell your administrator");
}

/* A first sign-in here: makes the store. */
static enum sign_in_step create(struct desk *desk, const char *login, const char *password,
                                struct record *agent, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key = seal_key_new();
    char *path = sign_in_path(desk, login);
    int code;

    if (key == NULL || path == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else
        code = seal_key_wrap(key, password, wrapped, error);
    if (code == 0)
        code = store_create(path, &agent->id, key, wrapped, error);
    free(path);
    if (code == 0)
        return sign_in_finish(desk, login, password, key, agent, NULL, error);
    seal_key_free(key);
    record_free(agent);
    link_sign_out(desk->link);
    return SIGN_IN_FAILED;
}

static bool store_is_here(const struct desk *desk, const char *login)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char *path = sign_in_path(desk, login);
    bool here = path != NULL && store_read_wrapped(path, wrapped, NULL) == 0;

    free(path);
    return here;
}

enum sign_in_step sign_in_poll(struct desk *desk, const char *login, const char *password,
                               struct error *error)
{
    struct record *agent = NULL;
    char message[ERROR_MESSAGE_SIZE] = "";
    bool here;

    switch (link_sign_in_state(desk->link, &agent, message)) {
    case SIGN_IN_ASKED:
    case SIGN_IN_ELSEWHERE:
    case SIGN_IN_CHANGE: /* a screen of its own asks the agent for the rest */
    case SIGN_IN_CODE:
    case SIGN_IN_CODE_WRONG:
    case SIGN_IN_SETUP:
    case SIGN_IN_SETUP_WRONG:
        record_free(agent);
        return SIGN_IN_WAIT;
    case SIGN_IN_ACCEPTED:
        if (agent == NULL)
            return fail(error, ERROR_PROTOCOL, _("the server does not say who you are"));
        here = store_is_here(desk, login);
        if (!here)
            return create(desk, login, password, agent, error);
        record_free(agent);
        return SIGN_IN_PREVIOUS;
    case SIGN_IN_REFUSED:
        record_free(agent);
        link_sign_out(desk->link);
        return fail(error, ERROR_REFUSED, _("wrong login or password"));
    case SIGN_IN_ENROL:
        record_free(agent);
        link_sign_out(desk->link);
        return SIGN_IN_ENROLS;
    case SIGN_IN_BARRED:
        record_free(agent);
        link_sign_out(desk->link);
        return fail(error, ERROR_REFUSED,
                    strstr(message, "certificate") != NULL
                        ? _("this server wants a certificate of terminals: tell your administrator")
                        : _("an administrator has revoked this terminal"));
    case SIGN_IN_CUT:
        record_free(agent);
        link_sign_out(desk->link);
        return fail(error, ERROR_OFFLINE,
                    _("this office is cut off from the centre, which checks your one-time code: "
                      "work on a terminal that you know, or wait for the link"));
    case SIGN_IN_HELD:
        record_free(agent);
        link_sign_out(desk->link);
        return fail(error, ERROR_BUSY, _("too many failed sign-ins: wait before the next"));
    default:
        record_free(agent);
        if (strstr(message, "certificate is not trusted") != NULL) {
            link_sign_out(desk->link);
            return fail(error, ERROR_REFUSED, sign_in_certificate(message));
        }
        here = store_is_here(desk, login);
        link_sign_out(desk->link);
        if (here)
            return fail(error, ERROR_REFUSED, _("wrong password (the server cannot be reached)"));
        return fail(error, ERROR_OFFLINE, _("a first sign-in on this terminal needs it"));
    }
}

enum sign_in_step sign_in_previous(struct desk *desk, const char *login, const char *password,
                                   const char *previous, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key = NULL;
    int code = sign_in_unwrap(desk, login, previous, &key, error);

    if (code == ERROR_REFUSED) {
        fail(error, ERROR_REFUSED, _("that is not the password used here before"));
        return SIGN_IN_PREVIOUS;
    }
    if (code == 0 && seal_key_wrap(key, password, wrapped, error) != 0) {
        seal_key_free(key);
        return SIGN_IN_FAILED;
    }
    if (code != 0 ||
        sign_in_finish(desk, login, password, key, NULL, wrapped, error) != SIGN_IN_DONE)
        return SIGN_IN_FAILED;
    return SIGN_IN_DONE;
}

bool sign_in_check(struct desk *desk, const char *password)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    struct seal_key *key = NULL;

    if (desk->store_path == NULL || store_read_wrapped(desk->store_path, wrapped, NULL) != 0 ||
        seal_key_unwrap(&key, password, wrapped, sizeof(wrapped), NULL) != 0)
        return false;
    seal_key_free(key);
    return true;
}
