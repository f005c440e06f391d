#include "app/link.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sodium.h>

#include "app/text.h"

#define LOGIN_SIZE    256
#define PASSWORD_SIZE 1024

struct link {
    pthread_mutex_t mutex; /* guards all below but the two descriptors */
    int screen_fd;
    int sync_fd;
    struct link_status status;
    struct link_file file;
    enum sign_in_state sign_in;
    /* Whether the credentials as they are now were handed out: an answer that arrives for the ones
     * before them must not count for them. */
    bool credentials_taken;
    char login[LOGIN_SIZE];
    char *password; /* PASSWORD_SIZE bytes of locked memory; "" when nobody is signed in */
    char code[LINK_CODE_SIZE]; /* for the next sign-in; "" for none */
    struct id device;
    struct record *agent;
    char message[ERROR_MESSAGE_SIZE];
    char *store_path; /* NULL when there is no store to keep in sync */
    struct seal_key *store_key;
    uint64_t store_generation;
    struct errand *errand;
    bool wipe;
    bool presence_asked;
    bool away;
    struct id fetch; /* the attachment that the screen wants; empty for none */
    enum link_fetch fetch_state;
    char *fetch_bytes; /* LINK_FETCH_HERE */
    size_t fetch_length;
    char fetch_message[ERROR_MESSAGE_SIZE];
    uint64_t provider;           /* the sign-in at the identity provider; 0: it is by password */
    uint64_t provider_count;     /* so many were asked for */
    struct link_place place;     /* `url` is "" for none */
    struct questions *questions; /* has its own lock */
    struct announced *announced; /* the same */
};

static void lock(struct link *link)
{
    (void)pthread_mutex_lock(&link->mutex);
}

static void unlock(struct link *link)
{
    (void)pthread_mutex_unlock(&link->mutex);
}

int link_new(struct link **result, struct error *error)
{
    if (sodium_init() < 0)
        return error_set(error, ERROR_INTERNAL, "libsodium cannot start");
    struct link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the link");
    link->password = sodium_malloc(PASSWORD_SIZE);
    link->errand = errand_new();
    if (link->password == NULL || link->errand == NULL) {
        sodium_free(link->password);
        errand_free(link->errand);
        free(link);
        return error_set(error, ERROR_MEMORY, "no locked memory for the password");
    }
    link->questions = questions_new();
    link->announced = announced_new();
    if (link->questions == NULL || link->announced == NULL) {
        questions_free(link->questions);
        announced_free(link->announced);
        errand_free(link->errand);
        sodium_free(link->password);
        free(link);
        return error_set(error, ERROR_MEMORY, "no memory for the link");
    }
    link->password[0] = '\0';
    link->screen_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    link->sync_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (link->screen_fd < 0 || link->sync_fd < 0 || pthread_mutex_init(&link->mutex, NULL) != 0) {
        int cause = errno;
        if (link->screen_fd >= 0)
            (void)close(link->screen_fd);
        if (link->sync_fd >= 0)
            (void)close(link->sync_fd);
        questions_free(link->questions);
        announced_free(link->announced);
        sodium_free(link->password);
        errand_free(link->errand);
        free(link);
        return error_set(error, ERROR_MEMORY, "the link cannot be made: %s", strerror(cause));
    }
    *result = link;
    return 0;
}

/* Takes the store away; the lock is held. */
static void forget_store(struct link *link)
{
    free(link->store_path);
    seal_key_free(link->store_key);
    link->store_path = NULL;
    link->store_key = NULL;
    link->store_generation++;
}

/* Takes the credentials away; the lock is held. */
static void forget_credentials(struct link *link)
{
    sodium_memzero(link->password, PASSWORD_SIZE);
    sodium_memzero(link->login, sizeof link->login);
    sodium_memzero(link->code, sizeof link->code);
    sodium_memzero(link->message, sizeof link->message);
    record_free(link->agent);
    link->agent = NULL;
    link->device = (struct id){""};
    link->message[0] = '\0';
    link->sign_in = SIGN_IN_NONE;
    link->provider = 0;
    sodium_memzero(&link->place, sizeof link->place);
    link->credentials_taken = false;
}

/* With the lock held, or nobody else there. */
static void fetch_forget(struct link *link)
{
    if (link->fetch_bytes != NULL)
        sodium_memzero(link->fetch_bytes, link->fetch_length);
    free(link->fetch_bytes);
    link->fetch_bytes = NULL;
    link->fetch_length = 0;
    link->fetch_state = LINK_FETCH_NONE;
    link->fetch = (struct id){""};
}

void link_free(struct link *link)
{
    if (link == NULL)
        return;
    forget_credentials(link);
    forget_store(link);
    fetch_forget(link);
    questions_free(link->questions);
    announced_free(link->announced);
    sodium_free(link->password);
    errand_free(link->errand);
    (void)close(link->screen_fd);
    (void)close(link->sync_fd);
    (void)pthread_mutex_destroy(&link->mutex);
    free(link);
}

/* --- state of the link ---------------------------------------------------------------------- */

void link_status_get(struct link *link, struct link_status *status)
{
    lock(link);
    *status = link->status;
    unlock(link);
}

void link_status_set(struct link *link, const struct link_status *status)
{
    lock(link);
    link->status = *status;
    unlock(link);
    link_screen_ring(link);
}

void link_file_set(struct link *link, const struct link_file *file)
{
    lock(link);
    link->file = *file;
    unlock(link);
    link_screen_ring(link);
}

bool link_file_get(struct link *link, enum record_type type, const struct id *id,
                   struct link_file *file)
{
    lock(link);
    *file = link->file;
    unlock(link);
    return file->type == type && id_equal(&file->id, id);
}

/* --- bells ---------------------------------------------------------------------------------- */

static void ring(int descriptor)
{
    /* Fails only when the counter is full, and then the bell is ringing already. */
    (void)eventfd_write(descriptor, 1);
}

static void clear(int descriptor)
{
    eventfd_t count;
    (void)eventfd_read(descriptor, &count);
}

int link_screen_fd(const struct link *link)
{
    return link->screen_fd;
}

int link_sync_fd(const struct link *link)
{
    return link->sync_fd;
}

void link_screen_ring(struct link *link)
{
    ring(link->screen_fd);
}

void link_sync_ring(struct link *link)
{
    ring(link->sync_fd);
}

void link_screen_clear(struct link *link)
{
    clear(link->screen_fd);
}

void link_sync_clear(struct link *link)
{
    clear(link->sync_fd);
}

/* --- sign-in -------------------------------------------------------------------------------- */

int link_sign_in(struct link *link, const char *login, const char *password,
                 const struct id *device, struct error *error)
{
    size_t login_length = strlen(login);
    size_t password_length = strlen(password);
    if (login_length == 0 || login_length >= LOGIN_SIZE)
        return error_set(error, ERROR_INVALID, "a login has 1 to %d bytes", LOGIN_SIZE - 1);
    if (password_length == 0 || password_length >= PASSWORD_SIZE)
        return error_set(error, ERROR_INVALID, "a password has 1 to %d bytes", PASSWORD_SIZE - 1);
    lock(link);
    forget_credentials(link);
    memcpy(link->login, login, login_length + 1);
    memcpy(link->password, password, password_length + 1);
    link->device = *device;
    link->sign_in = SIGN_IN_ASKED;
    unlock(link);
    link_sync_ring(link);
    return 0;
}

enum sign_in_state link_sign_in_state(struct link *link, struct record **agent, char *message)
{
    lock(link);
    enum sign_in_state state = link->sign_in;
    if (agent != NULL)
        *agent = link->agent == NULL ? NULL : record_copy(link->agent);
    if (message != NULL)
        memcpy(message, link->message, sizeof link->message);
    unlock(link);
    return state;
}

void link_sign_in_code(struct link *link, const char *code)
{
    lock(link);
    if (link->sign_in != SIGN_IN_NONE) {
        text_copy(link->code, sizeof link->code, code);
        link->sign_in = SIGN_IN_ASKED;
    }
    unlock(link);
    link_sync_ring(link);
}

void link_code_take(struct link *link, char code[LINK_CODE_SIZE])
{
    lock(link);
    memcpy(code, link->code, LINK_CODE_SIZE);
    sodium_memzero(link->code, LINK_CODE_SIZE);
    unlock(link);
}

bool link_credentials(struct link *link, char login[256], char password[1024], struct id *device)
{
    lock(link);
    bool signed_in = link->sign_in != SIGN_IN_NONE;
    if (signed_in) {
        memcpy(login, link->login, LOGIN_SIZE);
        memcpy(password, link->password, PASSWORD_SIZE);
        *device = link->device;
        link->credentials_taken = true;
    }
    unlock(link);
    return signed_in;
}

bool link_password_get(struct link *link, char login[256], char password[1024])
{
    lock(link);
    bool signed_in = link->sign_in != SIGN_IN_NONE;
    if (signed_in) {
        memcpy(login, link->login, LOGIN_SIZE);
        memcpy(password, link->password, PASSWORD_SIZE);
    }
    unlock(link);
    return signed_in;
}

void link_sign_in_answer(struct link *link, enum sign_in_state state, const struct record *agent,
                         const char *message)
{
    struct record *copy = agent == NULL ? NULL : record_copy(agent);
    lock(link);
    if (link->sign_in != SIGN_IN_NONE && link->credentials_taken) {
        link->sign_in = state;
        struct record *former = link->agent;
        if (copy != NULL || state == SIGN_IN_REFUSED) {
            link->agent = copy;
            copy = former;
        }
        text_copy(link->message, sizeof link->message, message == NULL ? "" : message);
    }
    unlock(link);
    record_free(copy);
    link_screen_ring(link);
}

/* --- sign-in at the identity provider ------------------------------------------------------- */

static void provider_begin(struct link *link, const char *login, const struct id *device,
                           enum sign_in_state state)
{
    lock(link);
    forget_credentials(link);
    text_copy(link->login, sizeof link->login, login);
    link->device = *device;
    link->provider = ++link->provider_count;
    link->sign_in = state;
    unlock(link);
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
    lock(link);
    *place = link->place;
    unlock(link);
    return place->url[0] != '\0';
}

uint64_t link_provider_number(struct link *link)
{
    lock(link);
    uint64_t number = link->provider;
    unlock(link);
    return number;
}

uint64_t link_provider_take(struct link *link, struct id *device)
{
    lock(link);
    uint64_t number = link->provider;
    if (number != 0) {
        *device = link->device;
        link->credentials_taken = true;
    }
    unlock(link);
    return number;
}

void link_provider_show(struct link *link, uint64_t number, const struct link_place *place)
{
    lock(link);
    if (number != 0 && link->provider == number) {
        link->place = *place;
        link->sign_in = SIGN_IN_ELSEWHERE;
    }
    unlock(link);
    link_screen_ring(link);
}

/* --- store ---------------------------------------------------------------------------------- */

int link_store_set(struct link *link, const char *path, const struct seal_key *key,
                   struct error *error)
{
    char *path_copy = NULL;
    struct seal_key *key_copy = NULL;
    if (path != NULL) {
        path_copy = strdup(path);
        key_copy = seal_key_copy(key);
        if (path_copy == NULL || key_copy == NULL) {
            free(path_copy);
            seal_key_free(key_copy);
            return error_set(error, ERROR_MEMORY, "no memory to name the store");
        }
    }
    lock(link);
    forget_store(link);
    link->store_path = path_copy;
    link->store_key = key_copy;
    unlock(link);
    link_sync_ring(link);
    return 0;
}

bool link_store_get(struct link *link, char **path, struct seal_key **key, uint64_t *generation)
{
    char *path_copy = NULL;
    struct seal_key *key_copy = NULL;
    lock(link);
    *generation = link->store_generation;
    if (link->store_path != NULL) {
        path_copy = strdup(link->store_path);
        key_copy = seal_key_copy(link->store_key);
    }
    unlock(link);
    if (path_copy == NULL || key_copy == NULL) {
        free(path_copy);
        seal_key_free(key_copy);
        return false;
    }
    *path = path_copy;
    *key = key_copy;
    return true;
}

void link_sign_out(struct link *link)
{
    lock(link);
    forget_credentials(link);
    forget_store(link);
    link->presence_asked = link->away = false;
    errand_clear(link->errand);
    fetch_forget(link);
    unlock(link);
    questions_forget_all(link->questions);
    announced_forget(link->announced);
    link_sync_ring(link);
    link_screen_ring(link);
}

/* --- errands -------------------------------------------------------------------------------- */

struct errand *link_errand(const struct link *link)
{
    return link->errand;
}

void link_errand_ask(struct link *link, const struct errand_request *request)
{
    errand_ask(link->errand, request);
    link_sync_ring(link);
}

void link_errand_answer(struct link *link, enum errand_state state, const char *message)
{
    errand_answer(link->errand, state, message);
    link_screen_ring(link);
}

void link_wipe_set(struct link *link)
{
    lock(link);
    link->wipe = true;
    unlock(link);
    link_screen_ring(link);
}

bool link_wipe_get(struct link *link)
{
    lock(link);
    bool wipe = link->wipe;
    unlock(link);
    return wipe;
}

/* --- presence ------------------------------------------------------------------------------- */

void link_presence_ask(struct link *link)
{
    lock(link);
    link->presence_asked = true;
    unlock(link);
    link_sync_ring(link);
}

void link_away_set(struct link *link, bool away)
{
    lock(link);
    link->away = away;
    unlock(link);
    link_presence_ask(link);
}

bool link_away_get(struct link *link)
{
    lock(link);
    bool away = link->away;
    unlock(link);
    return away;
}

bool link_presence_take(struct link *link)
{
    lock(link);
    bool asked = link->presence_asked;
    link->presence_asked = false;
    unlock(link);
    return asked;
}

/* --- attachments ---------------------------------------------------------------------------- */

void link_fetch_ask(struct link *link, const struct id *id)
{
    lock(link);
    fetch_forget(link);
    link->fetch = *id;
    if (!id_is_empty(id))
        link->fetch_state = LINK_FETCH_ASKED;
    unlock(link);
    link_sync_ring(link);
}

enum link_fetch link_fetch_take(struct link *link, const struct id *id, char **bytes,
                                size_t *length, char *message)
{
    enum link_fetch state = LINK_FETCH_NONE;

    *bytes = NULL;
    *length = 0;
    message[0] = '\0';
    lock(link);
    if (id_equal(&link->fetch, id)) {
        state = link->fetch_state;
        text_copy(message, ERROR_MESSAGE_SIZE, link->fetch_message);
        if (state == LINK_FETCH_HERE) {
            *bytes = link->fetch_bytes;
            *length = link->fetch_length;
            link->fetch_bytes = NULL;
            fetch_forget(link);
        }
    }
    unlock(link);
    return state;
}

bool link_fetch_wanted(struct link *link, struct id *id)
{
    bool wanted;

    lock(link);
    wanted = link->fetch_state == LINK_FETCH_ASKED;
    if (wanted)
        *id = link->fetch;
    unlock(link);
    return wanted;
}

void link_fetch_answer(struct link *link, const struct id *id, char *bytes, size_t length,
                       const char *message)
{
    lock(link);
    if (link->fetch_state == LINK_FETCH_ASKED && id_equal(&link->fetch, id)) {
        link->fetch_state = bytes != NULL ? LINK_FETCH_HERE : LINK_FETCH_FAILED;
        link->fetch_bytes = bytes;
        link->fetch_length = length;
        text_copy(link->fetch_message, sizeof(link->fetch_message), message != NULL ? message : "");
        bytes = NULL;
    }
    unlock(link);
    if (bytes != NULL)
        sodium_memzero(bytes, length);
    free(bytes);
    link_screen_ring(link);
}
/* --- questions ------------------------------------------------------------------------------ */

struct questions *link_questions(struct link *link)
{
    return link->questions;
}

/* --- hand-offs on their way ------------------------------------------------------------------- */

struct announced *link_announced(struct link *link)
{
    return link->announced;
}
