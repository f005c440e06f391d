#include "app/catalogue_statements.h"

#define RECORD_COLUMNS "number, type, id, rev, seq, body, meta"

/*
 * A number is never used again (AUTOINCREMENT): the index names records and segments by it.
 * `search_chunk` holds the bytes of segments (app/search_store.h), `search_card` what a line of
 * results shows (app/search_card.h), `search_dead` the numbers of records that were replaced and
 * still stand in a segment.
 */
static const char create_sql[] =
    "CREATE TABLE catalogue (name TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE record (number INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL,"
    " id TEXT NOT NULL, key TEXT NOT NULL, rev INTEGER NOT NULL, seq INTEGER NOT NULL,"
    " body TEXT NOT NULL, meta TEXT NOT NULL);"
    "CREATE UNIQUE INDEX record_id ON record (type, id);"
    "CREATE UNIQUE INDEX record_key ON record (type, key);"
    "CREATE TABLE search_segment (segment INTEGER PRIMARY KEY AUTOINCREMENT,"
    " layout BLOB NOT NULL);"
    "CREATE TABLE search_chunk (chunk INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
    "CREATE TABLE search_dead (number INTEGER PRIMARY KEY);"
    "CREATE TABLE search_card (number INTEGER PRIMARY KEY, card BLOB NOT NULL);";

const char search_clear_sql[] = "DELETE FROM search_segment; DELETE FROM search_chunk;"
                                "DELETE FROM search_dead; DELETE FROM search_card;";

const char catalogue_each_sql[] =
    "SELECT " RECORD_COLUMNS " FROM record WHERE type = ?1 ORDER BY key";

static const struct database_statement statements[CATALOGUE_STATEMENTS] = {
    [CATALOGUE_READ_BEGIN] = {"read.begin", "BEGIN"},
    [CATALOGUE_READ_END] = {"read.end", "COMMIT"},
    [CATALOGUE_GET] = {"record.get",
                       "SELECT " RECORD_COLUMNS " FROM record WHERE type = ?1 AND id = ?2"},
    [CATALOGUE_GET_BY_KEY] = {"record.get-by-key",
                              "SELECT " RECORD_COLUMNS " FROM record WHERE type = ?1 AND key = ?2"},
    [CATALOGUE_COUNT] = {"record.count", "SELECT count(*) FROM record WHERE type = ?1"},
    [CATALOGUE_COUNT_ALL] = {"record.count-all", "SELECT count(*) FROM record"},
    [CATALOGUE_ALL] = {"record.all", "SELECT " RECORD_COLUMNS " FROM record ORDER BY number"},
    [CATALOGUE_META_GET] = {"catalogue.get", "SELECT value FROM catalogue WHERE name = ?1"},
    [CATALOGUE_META_SET] = {"catalogue.set",
                            "INSERT OR REPLACE INTO catalogue (name, value) VALUES (?1, ?2)"},
    [CATALOGUE_OLD] = {"record.old",
                       "SELECT number, rev, id = ?2 FROM record WHERE type = ?1 AND id = ?2"
                       " UNION SELECT number, rev, id = ?2 FROM record WHERE type = ?1 AND"
                       " key = ?3"},
    [CATALOGUE_DELETE] = {"record.delete", "DELETE FROM record WHERE number = ?1"},
    [CATALOGUE_INSERT] = {"record.insert",
                          "INSERT INTO record (type, id, key, rev, seq, body, meta)"
                          " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
    [CATALOGUE_DROP_ALL] = {"record.drop-all", "DELETE FROM record"},
    [SEARCH_SEGMENTS] =
        {"segment.all",
         "SELECT segment, layout FROM search_segment WHERE length(layout) > 1 ORDER BY segment"},
    [SEARCH_SEGMENT_NEW] = {"segment.new", "INSERT INTO search_segment (layout) VALUES (x'')"},
    [SEARCH_SEGMENT_LAYOUT] = {"segment.layout",
                               "UPDATE search_segment SET layout = ?2 WHERE segment = ?1"},
    [SEARCH_SEGMENT_DROP] = {"segment.drop", "DELETE FROM search_segment WHERE segment = ?1"},
    [SEARCH_SEGMENT_WRITTEN] = {"segment.written",
                                "SELECT 1 FROM search_segment WHERE segment = ?1 AND layout = x''"},
    [SEARCH_SEGMENT_CONDEMN] = {"segment.condemn",
                                "UPDATE search_segment SET layout = x'00' WHERE segment = ?1"},
    [SEARCH_SEGMENT_DONE] = {"segment.done", "SELECT segment FROM search_segment"
                                             " WHERE length(layout) = 1 ORDER BY segment LIMIT 1"},
    [SEARCH_SEGMENT_CLEAR] = {"segment.clear",
                              "UPDATE search_segment SET layout = x'00' WHERE layout = x''"},
    [SEARCH_CHUNK_READ] = {"chunk.read", "SELECT bytes FROM search_chunk WHERE chunk = ?1"},
    [SEARCH_CHUNK_WRITE] = {"chunk.write",
                            "INSERT INTO search_chunk (chunk, bytes) VALUES (?1, ?2)"},
    [SEARCH_CHUNK_DROP] = {"chunk.drop",
                           "DELETE FROM search_chunk WHERE chunk IN (SELECT chunk FROM"
                           " search_chunk WHERE chunk BETWEEN ?1 AND ?2 LIMIT ?3)"},
    [SEARCH_DEAD] = {"dead.all", "SELECT number FROM search_dead ORDER BY number"},
    [SEARCH_DEAD_ADD] = {"dead.add", "INSERT OR IGNORE INTO search_dead (number) VALUES (?1)"},
    [SEARCH_DEAD_DROP] = {"dead.drop", "DELETE FROM search_dead WHERE number = ?1"},
    [SEARCH_CARD_READ] = {"card.read", "SELECT card FROM search_card WHERE number = ?1"},
    [SEARCH_CARDS_SINCE] = {"card.since", "SELECT number, card FROM search_card WHERE number > ?1"
                                          " ORDER BY number DESC LIMIT ?2"},
    [SEARCH_CARD_FIND] = {"card.find", "SELECT number FROM record WHERE type = ?1 AND key = ?2"},
    [SEARCH_CARD_ADD] = {"card.add", "INSERT INTO search_card (number, card) VALUES (?1, ?2)"},
    [SEARCH_CARD_DROP] = {"card.drop", "DELETE FROM search_card WHERE number = ?1"},
};

const struct database_schema catalogue_schema = {
    .what = "catalogue",
    .application_id = 0x47756943, /* "GuiC" */
    .version = 1,
    .create = create_sql,
    .statements = statements,
    .statement_count = CATALOGUE_STATEMENTS,
};
