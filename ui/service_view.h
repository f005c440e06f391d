/*
 * The service page's own parts: what it has read (service_read.c) and how that is drawn
 * (service_page.c, service_table.c). Only ui/service_*.c and ui/screen_service.c include it.
 */
#ifndef GUICHET_UI_SERVICE_VIEW_H
#define GUICHET_UI_SERVICE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/availability.h"
#include "app/office.h"
#include "app/succession.h"
#include "ui/page.h"
#include "ui/screen.h"

#define SERVICE_CHANNELS_LIMIT 32
/* Offices on the page; all of them are a key away. */
#define SERVICE_OFFICES_SHOWN 3
#define SERVICE_RELATED_SHOWN 24
#define SERVICE_SAY_SIZE      1024

struct service_target {
    const char *kind; /* of screen; static */
    char key[RECORD_KEY_SIZE];
};

/* Parts of the page that a letter goes to. */
enum service_part {
    SERVICE_DOCUMENTS,
    SERVICE_FORMS,
    SERVICE_OFFICES,
    SERVICE_RELATED,
    SERVICE_PROCEDURE,
    SERVICE_PARTS
};

/* A record that the page links to. */
struct service_link {
    char title[256], remark[256];
    struct service_target target;
};

/* Related services, by what relates them. */
struct service_group {
    char heading[256];
    struct service_link links[SERVICE_RELATED_SHOWN];
    size_t count;
};

#define SERVICE_GROUPS_LIMIT 6
/* Related services in sight: each has its digit after one key. */
#define SERVICE_RELATED_DIGITS 9

/* Where distances are from: the client's postal code, else the agent's office. */
struct service_origin {
    bool client;
    bool known;
    struct place place;
};

struct service {
    struct succession succession;
    struct record *record; /* the last of the succession; borrowed from it */
    struct availability channels[SERVICE_CHANNELS_LIMIT];
    size_t channel_count;
    struct office_list offices; /* that do it, nearest first */
    struct service_origin origin;
    struct service_link forms[SERVICE_RELATED_SHOWN];
    size_t form_count;
    struct service_group groups[SERVICE_GROUPS_LIMIT];
    size_t group_count;
    bool related_more;          /* the life events name others besides */
    char say[SERVICE_SAY_SIZE]; /* the sentence to say to the client; "" for none */
    char say_language[3];       /* the language it is in: the client's, else the screen's */
    struct record *flag;        /* owned; the newest error reported here and not settled, or NULL */
    int64_t catalogue_version;  /* that `offices` was read from */
    int64_t read_ms;            /* when the hours were looked at */
    /* of the drawing */
    struct page page;
    struct service_target targets[PAGE_LINKS_LIMIT];
    size_t target_count;
    int part_rows[SERVICE_PARTS];     /* -1: not on the page */
    size_t part_links[SERVICE_PARTS]; /* its first link; PAGE_LINKS_LIMIT: none */
};

/* Reads the service of this key, its successors and all that the page shows of other records.
 * Nothing is changed when it fails. */
int service_read(struct service *service, struct desk *desk, const char *key, struct error *error);
void service_forget(struct service *service);
/* Looks again at what can be had now. */
void service_look_at_clock(struct service *service, struct desk *desk);

void service_draw_page(struct screen *screen, const struct paint *paint);

/* Draws the table of channels at the page's place; `own` is the channel of this terminal, marked.
 */
void service_table_draw(struct service *service, const char *own, int64_t now_ms);

/* Counts that this agent opened the service: the home screen offers what is often asked here. */
void service_count_opening(struct desk *desk, const char *key);
void service_home(struct home *home, struct desk *desk);

#endif
