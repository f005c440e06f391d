#include "ui/sign_in_provider.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/store_key.h"
#include "app/store_provider.h"
#include "app/text.h"
#include "ui/language.h"
#include "ui/sign_in_internal.h"

bool sign_in_is_provider(const struct desk *desk, const char *login)
{
    char *path = sign_in_path(desk, login);
    bool is = path != NULL && store_file_is_provider(path);

    free(path);
    return is;
}

void sign_in_forgotten(const struct desk *desk, const char *login, char text[ERROR_MESSAGE_SIZE])
{
    struct escrow_public public_key;
    char *path = sign_in_path(desk, login);
    bool deposited = path != NULL && store_file_escrow(path, &public_key);

    free(path);
    snprintf(text, ERROR_MESSAGE_SIZE,
             deposited
                 ? _("Forgotten? An administrator opens it with the organisation's key: guichet "
                     "recover --agent %.100s --escrow-secret FILE")
                 : _("Forgotten? Nobody else can open it. An administrator sets it aside, with "
                     "what was not sent: guichet recover --agent %.100s --set-aside"),
             login);
}

/* With what to do about it: it is nobody's to guess. */
void sign_in_wrong_passphrase(const struct desk *desk, const char *login, struct error *error)
{
    char forgotten[ERROR_MESSAGE_SIZE];

    sign_in_forgotten(desk, login, forgotten);
    error_set(error, ERROR_REFUSED, "%.120s. %.380s",
              _("that is not the passphrase of this terminal"), forgotten);
}

bool sign_in_is_known(const struct desk *desk, const char *login)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char *path = sign_in_path(desk, login);
    bool here = path != NULL && store_read_wrapped(path, wrapped, NULL) == 0;

    free(path);
    return here;
}

static int create(struct desk *desk, const char *login, const struct record *agent,
                  const char *passphrase, struct seal_key **key, struct error *error)
{
    unsigned char wrapped[SEAL_WRAPPED_SIZE];
    char *path = sign_in_path(desk, login);
    int code;

    *key = seal_key_new();
    if (*key == NULL || path == NULL)
        code = error_set(error, ERROR_MEMORY, "out of memory");
    else
        code = seal_key_wrap(*key, passphrase, wrapped, error);
    if (code == 0)
        code = store_create_provider(path, &agent->id, *key, wrapped, error);
    free(path);
    if (code != 0) {
        seal_key_free(*key);
        *key = NULL;
    }
    return code;
}

enum sign_in_step sign_in_provider(struct desk *desk, const struct record *agent,
                                   const char *passphrase, struct error *error)
{
    char login[256];
    struct seal_key *key = NULL;
    struct record *copy;
    int code;

    text_copy(login, sizeof(login), record_text(agent, "login"));
    if (!sign_in_login_is_safe(login))
        code = error_set(error, ERROR_INVALID, "%s",
                         _("type your login: letters, digits, dots and dashes"));
    else if (sign_in_is_known(desk, login))
        code = sign_in_unwrap(desk, login, passphrase, &key, error);
    else
        code = create(desk, login, agent, passphrase, &key, error);
    if (code == 0 && (copy = record_copy(agent)) != NULL)
        return sign_in_finish(desk, login, passphrase, key, copy, NULL, error);
    seal_key_free(key);
    if (code == 0)
        error_set(error, ERROR_MEMORY, "out of memory");
    else if (code == ERROR_REFUSED)
        error_set(error, ERROR_REFUSED, "%s", _("that is not the passphrase of this terminal"));
    return SIGN_IN_FAILED;
}
