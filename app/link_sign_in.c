#include "app/link_internal.h"

#include <string.h>

#include <sodium.h>

#include "app/text.h"

bool link_sign_in_make(struct link_sign_in *sign_in)
{
    sign_in->password = sodium_malloc(LINK_PASSWORD_SIZE);
    if (sign_in->password == NULL)
        return false;
    sign_in->password[0] = '\0';
    return true;
}

void link_sign_in_forget(struct link_sign_in *sign_in)
{
    uint64_t count = sign_in->provider_count;
    char *password = sign_in->password;

    record_free(sign_in->agent);
    sodium_memzero(password, LINK_PASSWORD_SIZE);
    sodium_memzero(sign_in, sizeof *sign_in);
    sign_in->password = password;
    sign_in->provider_count = count;
}

void link_sign_in_destroy(struct link_sign_in *sign_in)
{
    if (sign_in->password == NULL)
        return;
    link_sign_in_forget(sign_in);
    sodium_free(sign_in->password);
}

int link_sign_in(struct link *link, const char *login, const char *password,
                 const struct id *device, struct error *error)
{
    size_t login_length = strlen(login);
    size_t password_length = strlen(password);
    if (login_length == 0 || login_length >= LINK_LOGIN_SIZE)
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LINK_LOGIN_SIZE - 1);
    if (password_length == 0 || password_length >= LINK_PASSWORD_SIZE)
        return error_set(error, ERROR_INVALID, "a password has 1 to %d bytes",
                         LINK_PASSWORD_SIZE - 1);
    link_lock(link);
    link_sign_in_forget(&link->sign_in);
    memcpy(link->sign_in.login, login, login_length + 1);
    memcpy(link->sign_in.password, password, password_length + 1);
    link->sign_in.device = *device;
    link->sign_in.state = SIGN_IN_ASKED;
    link_unlock(link);
    link_sync_ring(link);
    return 0;
}

enum sign_in_state link_sign_in_state(struct link *link, struct record **agent, char *message)
{
    link_lock(link);
    enum sign_in_state state = link->sign_in.state;
    if (agent != NULL)
        *agent = link->sign_in.agent == NULL ? NULL : record_copy(link->sign_in.agent);
    if (message != NULL)
        memcpy(message, link->sign_in.message, sizeof link->sign_in.message);
    link_unlock(link);
    return state;
}

void link_sign_in_code(struct link *link, const char *code)
{
    link_lock(link);
    if (link->sign_in.state != SIGN_IN_NONE) {
        text_copy(link->sign_in.code, sizeof link->sign_in.code, code);
        link->sign_in.state = SIGN_IN_ASKED;
    }
    link_unlock(link);
    link_sync_ring(link);
}

void link_code_take(struct link *link, char code[LINK_CODE_SIZE])
{
    link_lock(link);
    memcpy(code, link->sign_in.code, LINK_CODE_SIZE);
    sodium_memzero(link->sign_in.code, LINK_CODE_SIZE);
    link_unlock(link);
}

bool link_credentials(struct link *link, char login[256], char password[1024], struct id *device)
{
    link_lock(link);
    bool signed_in = link->sign_in.state != SIGN_IN_NONE;
    if (signed_in) {
        memcpy(login, link->sign_in.login, LINK_LOGIN_SIZE);
        memcpy(password, link->sign_in.password, LINK_PASSWORD_SIZE);
        *device = link->sign_in.device;
        link->sign_in.taken = true;
    }
    link_unlock(link);
    return signed_in;
}

bool link_password_get(struct link *link, char login[256], char password[1024])
{
    link_lock(link);
    bool signed_in = link->sign_in.state != SIGN_IN_NONE;
    if (signed_in) {
        memcpy(login, link->sign_in.login, LINK_LOGIN_SIZE);
        memcpy(password, link->sign_in.password, LINK_PASSWORD_SIZE);
    }
    link_unlock(link);
    return signed_in;
}

void link_sign_in_answer(struct link *link, enum sign_in_state state, const struct record *agent,
                         const char *message)
{
    struct record *copy = agent == NULL ? NULL : record_copy(agent);
    link_lock(link);
    if (link->sign_in.state != SIGN_IN_NONE && link->sign_in.taken) {
        link->sign_in.state = state;
        struct record *former = link->sign_in.agent;
        if (copy != NULL || state == SIGN_IN_REFUSED) {
            link->sign_in.agent = copy;
            copy = former;
        }
        text_copy(link->sign_in.message, sizeof link->sign_in.message,
                  message == NULL ? "" : message);
    }
    link_unlock(link);
    record_free(copy);
    link_screen_ring(link);
}

/* --- sign-in at the identity provider ------------------------------------------------------- */

static void provider_begin(struct link *link, const char *login, const struct id *device,
                           enum sign_in_state state)
{
    link_lock(link);
    link_sign_in_forget(&link->sign_in);
    text_copy(link->sign_in.login, sizeof link->sign_in.login, login);
    link->sign_in.device = *device;
    link->sign_in.provider = ++link->sign_in.provider_count;
    link->sign_in.state = state;
    link_unlock(link);
    link_sync_ring(link);
}

void link_provider_ask(struct link *link, const struct id *device)
{
    provider_begin(link, "", device, SIGN_IN_ASKED);
}

void link_provider_hold(struct link *link, const char *login, const struct id *device)
{
    provider_begin(link, login, device, SIGN_IN_ELSEWHERE);
}

bool link_provider_place(struct link *link, struct link_place *place)
{
    link_lock(link);
    *place = link->sign_in.place;
    link_unlock(link);
    return place->url[0] != '\0';
}

uint64_t link_provider_number(struct link *link)
{
    link_lock(link);
    uint64_t number = link->sign_in.provider;
    link_unlock(link);
    return number;
}

uint64_t link_provider_take(struct link *link, struct id *device)
{
    link_lock(link);
    uint64_t number = link->sign_in.provider;
    if (number != 0) {
        *device = link->sign_in.device;
        link->sign_in.taken = true;
    }
    link_unlock(link);
    return number;
}

void link_provider_show(struct link *link, uint64_t number, const struct link_place *place)
{
    link_lock(link);
    if (number != 0 && link->sign_in.provider == number) {
        link->sign_in.place = *place;
        link->sign_in.state = SIGN_IN_ELSEWHERE;
    }
    link_unlock(link);
    link_screen_ring(link);
}
