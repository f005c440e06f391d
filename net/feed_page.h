/*
 * Pages of the feed, and of files, as they go to terminals and relays: what a page says, and
 * whether it says anything new. Without HTTP, so that whoever answers in the routes' stead answers
 * alike. No thread of its own; NULL and negative numbers are errors of memory, or the ledger's.
 */
#ifndef GUICHET_NET_FEED_PAGE_H
#define GUICHET_NET_FEED_PAGE_H

#include "app/json.h"
#include "app/text.h"
#include "net/ledger.h"
#include "net/relay_board.h"

/* What a relay tells its terminals besides records: of its link to the centre, and of what the
 * centre answered to this agent's operations later than the terminal was answered, past number
 * `told`. New. */
int feed_page_members(struct ledger *ledger, struct relay_board *board, const struct id *agent,
                      int64_t told, json_t **members, struct error *error);
/* Whether they end a wait of who knows `version` of the link (-1: does not ask). NULL has no news.
 */
bool feed_page_members_are_news(const json_t *members, int64_t version);

/* Whether a page ends a wait of who knows the catalogue up to a number (-1: does not ask). */
bool feed_page_is_news(const struct ledger_page *page, int64_t catalogue);

/* The page of GET /v1/changes, with the members of an object that goes on (NULL for none), and
 * since when what is closed is withheld (ms, 0: nothing is). The records are put in as the text
 * that they are stored as. */
void feed_page_write(struct text_buffer *body, const char *feed, const struct ledger_page *page,
                     const json_t *members, int64_t withheld_ms, int64_t now_ms);

/* Adds to a page that is written a JSON array of what is announced, up to this number. */
void feed_page_announce(struct text_buffer *body, const struct text_buffer *list, int64_t number);

/* The page in binary form (app/binary.h): each record, and the list of what is gone, is JSON
 * within. */
void feed_page_write_binary(struct text_buffer *body, const char *feed,
                            const struct ledger_page *page, json_t *members, int64_t withheld_ms,
                            int64_t now_ms);

/* The page of GET /v1/relay/changes, by ledger_relay_scopes and their `digest`. New. */
int feed_page_relay(struct ledger *ledger, const struct scope_set *scopes, const char *digest,
                    const struct ledger_page *page, int64_t now_ms, json_t **document,
                    struct error *error);

/* The page of GET /v1/files. */
void feed_page_write_file(struct text_buffer *body, const char *feed,
                          const struct ledger_page *page);

#endif
