/*
 * The catalogue's tables and every SQL statement on them, in one place. Only app/catalogue.c and
 * app/search*.c include this.
 */
#ifndef GUICHET_APP_CATALOGUE_STATEMENTS_H
#define GUICHET_APP_CATALOGUE_STATEMENTS_H

#include "app/database.h"

enum catalogue_statement {
    CATALOGUE_READ_BEGIN,
    CATALOGUE_READ_END,
    CATALOGUE_GET,
    CATALOGUE_GET_BY_KEY,
    CATALOGUE_COUNT,
    CATALOGUE_COUNT_ALL,
    CATALOGUE_ALL,
    CATALOGUE_META_GET,
    CATALOGUE_META_SET,
    CATALOGUE_OLD,
    CATALOGUE_DELETE,
    CATALOGUE_INSERT,
    CATALOGUE_DROP_ALL,
    SEARCH_SEGMENTS,
    SEARCH_SEGMENT_NEW,
    SEARCH_SEGMENT_LAYOUT,
    SEARCH_SEGMENT_DROP,
    SEARCH_SEGMENT_WRITTEN,
    SEARCH_SEGMENT_CONDEMN,
    SEARCH_SEGMENT_DONE,
    SEARCH_SEGMENT_CLEAR,
    SEARCH_CHUNK_READ,
    SEARCH_CHUNK_WRITE,
    SEARCH_CHUNK_DROP,
    SEARCH_DEAD,
    SEARCH_DEAD_ADD,
    SEARCH_DEAD_DROP,
    SEARCH_CARD_READ,
    SEARCH_CARDS_SINCE,
    SEARCH_CARD_FIND,
    SEARCH_CARD_ADD,
    SEARCH_CARD_DROP,
    CATALOGUE_STATEMENTS
};

/* Columns of a record's row, as CATALOGUE_GET, CATALOGUE_GET_BY_KEY, CATALOGUE_ALL and
 * catalogue_each_sql give them. */
enum record_column {
    RECORD_NUMBER,
    RECORD_TYPE,
    RECORD_ID,
    RECORD_REV,
    RECORD_SEQ,
    RECORD_BODY,
    RECORD_META,
};

extern const struct database_schema catalogue_schema;

/* All records of the type ?1 in the order of their keys; prepared anew for each walk, so that
 * walks can be nested. */
extern const char catalogue_each_sql[];

/* Empties the tables of the index. */
extern const char search_clear_sql[];

#endif
