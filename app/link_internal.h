/* What the parts of the link share: link.c, link_sign_in.c, link_fetch.c. */
#ifndef GUICHET_APP_LINK_INTERNAL_H
#define GUICHET_APP_LINK_INTERNAL_H

#include <pthread.h>

#include "app/link.h"
#include "app/link_fetch.h"
#include "app/link_sign_in.h"

#define LINK_LOGIN_SIZE    256
#define LINK_PASSWORD_SIZE 1024

struct link_sign_in {
    enum sign_in_state state;
    /* Whether the credentials as they are now were handed out: an answer that arrives for the ones
     * before them must not count for them. */
    bool taken;
    char login[LINK_LOGIN_SIZE];
    char *password; /* LINK_PASSWORD_SIZE bytes of locked memory; "" when nobody is signed in */
    char code[LINK_CODE_SIZE]; /* for the next sign-in; "" for none */
    struct id device;
    struct record *agent;
    char message[ERROR_MESSAGE_SIZE];
    uint64_t provider;       /* the sign-in at the identity provider; 0: it is by password */
    uint64_t provider_count; /* so many were asked for */
    struct link_place place; /* `url` is "" for none */
};

/* An attachment that the screen wants. */
struct link_wanted {
    struct id id; /* empty for none */
    enum link_fetch state;
    char *bytes; /* LINK_FETCH_HERE */
    size_t length;
    char message[ERROR_MESSAGE_SIZE];
};

struct link {
    pthread_mutex_t mutex; /* guards all below but the two descriptors */
    int screen_fd;
    int sync_fd;
    struct link_status status;
    struct link_file file;
    struct link_sign_in sign_in;
    struct link_wanted wanted;
    char *store_path; /* NULL when there is no store to keep in sync */
    struct seal_key *store_key;
    uint64_t store_generation;
    struct errand *errand;
    bool wipe;
    bool presence_asked;
    bool away;
    struct questions *questions; /* has its own lock */
    struct announced *announced; /* the same */
};

void link_lock(struct link *link);
void link_unlock(struct link *link);

/* False when no locked memory can be had. */
bool link_sign_in_make(struct link_sign_in *sign_in);
void link_sign_in_destroy(struct link_sign_in *sign_in);

/* Take away what is there; with the lock held. */
void link_sign_in_forget(struct link_sign_in *sign_in);
void link_fetch_forget(struct link_wanted *wanted);

#endif
