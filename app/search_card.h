/*
 * What a line of results shows of a record, kept beside the index so that a keystroke need not
 * read and parse whole records.
 */
#ifndef GUICHET_APP_SEARCH_CARD_H
#define GUICHET_APP_SEARCH_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/database.h"
#include "app/error.h"
#include "app/record.h"
#include "app/text.h"

/* Channels of which the demand is kept. */
#define SEARCH_CARD_CHANNELS 12

/* All texts are NUL-terminated, "" when absent, cut at SEARCH_CARD_TEXT bytes. */
struct search_card {
    int64_t number; /* of the record's row */
    enum record_type type;
    int level; /* 0: unknown */
    bool ended;
    struct id id;
    const char *key;
    const char *source_id;
    const char *code;
    const char *moved_to; /* full key of the successor */
    const char *title_fr;
    const char *title_en;
    const char *owner_fr;
    const char *owner_en;
    const char *terms_fr; /* terms of the title without stop words, one space */
    const char *terms_en; /*   between and around */
    uint16_t words_fr;    /* how many terms those are */
    uint16_t words_en;
    uint8_t demand[SEARCH_CARD_CHANNELS]; /* as search_bag_demand, for each channel */
    char *bytes;                          /* owned: what the texts point into */
    size_t size;
};

#define SEARCH_CARD_TEXT 600

/* The place of a channel's word ("counter") in `demand`; -1 when it is not one. */
int search_card_channel(const char *channel);

/* Adds the bytes of a record's card to `bytes`. */
int search_card_write(struct text_buffer *bytes, const struct record *record, struct error *error);

/* Reads cards from the catalogue and keeps some in memory. */
struct search_card_cache;

/* `database` is borrowed and outlives the cache. */
int search_card_cache_open(struct search_card_cache **cache, struct database *database,
                           struct error *error);
void search_card_cache_close(struct search_card_cache *cache);
void search_card_cache_forget(struct search_card_cache *cache);
size_t search_card_cache_memory(const struct search_card_cache *cache);

/* Reads beforehand the cards that came since the last time, as many as are kept: those of a small
 * catalogue are then all in memory. */
int search_card_cache_warm(struct search_card_cache *cache, struct error *error);

/* The card of a record; NULL when it has none. Borrowed, until the next call. */
int search_card_read(struct search_card_cache *cache, int64_t number,
                     const struct search_card **card, struct error *error);

/* Tells the processor that a card will be read soon: `step` 0 well before, then 1 a little before.
 * The cards of a keystroke lie all over the memory, and waiting for one after another is most of
 * its time. */
void search_card_expect(const struct search_card_cache *cache, int64_t number, int step);

/* The number of the record with this type and key; 0 when there is none. */
int search_card_find(struct search_card_cache *cache, enum record_type type, const char *key,
                     int64_t *number, struct error *error);

#endif
