#include "app/case_sieve.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/record_fields.h"
#include "app/text.h"

#define TERM_LIMIT 16
#define ANY_COLUMN CASE_COLUMN_COUNT

struct term {
    enum case_column column; /* ANY_COLUMN */
    bool not, empty;
    char compare;                  /* '<', '>' or 0 */
    char *word;                    /* folded; owned */
    char *plain;                   /* as typed; owned */
    char reference[32];            /* letters and digits, in capitals */
    uint32_t statuses, channels;   /* bits of those that are called so */
    bool *words[CASE_WORDS_COUNT]; /* owned: by place, whether it is called so */
};

struct case_sieve {
    struct term terms[TERM_LIMIT];
    size_t count;
};

void case_date(int64_t ms, char text[CASE_DATE_SIZE])
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm local;

    text[0] = '\0';
    if (ms != 0 && localtime_r(&seconds, &local) != NULL)
        strftime(text, CASE_DATE_SIZE, "%Y-%m-%d", &local);
}

/* --- making ---------------------------------------------------------------------------------- */

static uint32_t called_so(const char *const *words, const char *folded,
                          const struct case_names *names)
{
    uint32_t bits = 0;

    for (unsigned i = 0; words[i] != NULL; i++) {
        const char *name = names != NULL && names->word != NULL ? names->word(words[i]) : words[i];
        char *own = text_fold(words[i], strlen(words[i]));
        char *said = text_fold(name, strlen(name));

        if ((own != NULL && text_has_words(own, folded)) ||
            (said != NULL && text_has_words(said, folded)))
            bits |= 1u << i;
        free(own);
        free(said);
    }
    return bits;
}

static bool match_words(struct term *term, const struct case_table *table)
{
    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++) {
        const struct case_words *words = case_table_words_of(table, (enum case_words_kind)kind);

        term->words[kind] = calloc(words->count + 1, sizeof(bool));
        if (term->words[kind] == NULL)
            return false;
        for (size_t i = 1; i < words->count; i++)
            term->words[kind][i] = words->words[i].folded != NULL &&
                                   text_has_words(words->words[i].folded, term->word);
    }
    return true;
}

static void reference_read(struct term *term)
{
    size_t length = 0;

    for (const char *at = term->plain; *at != '\0' && length + 1 < sizeof(term->reference); at++)
        if (isalnum((unsigned char)*at))
            term->reference[length++] = (char)toupper((unsigned char)*at);
    term->reference[length] = '\0';
}

static bool column_find(const struct case_names *names, const char *name, enum case_column *column)
{
    for (int i = 0; i < CASE_COLUMN_COUNT; i++)
        if (strcmp(case_column_words[i], name) == 0) {
            *column = (enum case_column)i;
            return true;
        }
    return names != NULL && names->column != NULL && names->column(name, column);
}

static bool term_read(struct term *term, char *text, const struct case_names *names,
                      const struct case_table *table)
{
    char *colon;

    *term = (struct term){.column = ANY_COLUMN};
    if (*text == '-' && text[1] != '\0') {
        term->not = true;
        text++;
    }
    colon = strchr(text, ':');
    if (colon != NULL) {
        *colon = '\0';
        if (column_find(names, text, &term->column))
            text = colon + 1;
        else
            *colon = ':';
    }
    if (term->column != ANY_COLUMN && (*text == '<' || *text == '>'))
        term->compare = *text++;
    term->empty = *text == '\0';
    term->plain = strdup(text);
    term->word = text_fold(text, strlen(text));
    if (term->plain == NULL || term->word == NULL)
        return false;
    reference_read(term);
    term->statuses = called_so(case_status_words, term->word, names);
    term->channels = called_so(channel_words, term->word, names);
    return match_words(term, table);
}

struct case_sieve *case_sieve_new(const char *text, const struct case_names *names,
                                  const struct case_table *table)
{
    struct case_sieve *filter = calloc(1, sizeof(*filter));
    char copy[CASE_FILTER_LIMIT + 1];
    char *rest = NULL;

    if (filter == NULL)
        return NULL;
    text_copy(copy, sizeof(copy), text);
    for (char *word = strtok_r(copy, " \t", &rest); word != NULL && filter->count < TERM_LIMIT;
         word = strtok_r(NULL, " \t", &rest))
        if (!term_read(&filter->terms[filter->count++], word, names, table)) {
            case_sieve_free(filter);
            return NULL;
        }
    return filter;
}

void case_sieve_free(struct case_sieve *filter)
{
    for (size_t i = 0; filter != NULL && i < filter->count; i++) {
        free(filter->terms[i].word);
        free(filter->terms[i].plain);
        for (int kind = 0; kind < CASE_WORDS_COUNT; kind++)
            free(filter->terms[i].words[kind]);
    }
    free(filter);
}

/* --- fitting --------------------------------------------------------------------------------- */

static bool fits_reference(const struct term *term, const struct case_row *row)
{
    char plain[sizeof(row->reference)];
    size_t length = 0;

    if (term->reference[0] == '\0')
        return false;
    for (const char *at = row->reference; *at != '\0'; at++)
        if (*at != '-')
            plain[length++] = *at;
    plain[length] = '\0';
    return strstr(plain, term->reference) != NULL;
}

static bool fits_word(const struct term *term, enum case_words_kind kind, uint32_t place,
                      const struct case_table *table)
{
    if (term->empty)
        return place == 0;
    return place < case_table_words_of(table, kind)->count && term->words[kind][place];
}

static bool fits_bit(const struct term *term, uint32_t bits, uint8_t place)
{
    if (term->empty)
        return place == CASE_WORD_UNKNOWN;
    return place < 32 && (bits >> place & 1) != 0;
}

static bool fits_text(const struct term *term, const char *folded)
{
    return term->empty ? *folded == '\0' : text_has_words(folded, term->word);
}

static bool fits_time(const struct term *term, int64_t ms)
{
    char date[CASE_DATE_SIZE];
    int order;

    if (term->empty || ms == 0)
        return term->empty && ms == 0;
    case_date(ms, date);
    order = strncmp(date, term->plain, strlen(term->plain));
    return term->compare == '<' ? order < 0 : term->compare == '>' ? order > 0 : order == 0;
}

static bool fits_number(const struct term *term, unsigned number)
{
    unsigned long wanted = strtoul(term->plain, NULL, 10);

    if (term->empty)
        return number == 0;
    return term->compare == '<'   ? number < wanted
           : term->compare == '>' ? number > wanted
                                  : number == wanted;
}

/* By either name, where two files of one client have two. */
static bool fits_client(const struct term *term, const struct case_table *table,
                        const struct case_row *row)
{
    const char *client;

    case_table_client(table, row, &client, NULL);
    return fits_text(term, client) ||
           (!term->empty && fits_text(term, case_table_client_on_file(table, row)));
}

static bool fits_any(const struct term *term, const struct case_table *table,
                     const struct case_row *row)
{
    const char *subject;

    if (term->empty)
        return true;
    case_table_subject(table, row, &subject);
    return fits_client(term, table, row) || fits_text(term, subject) || fits_reference(term, row) ||
           fits_word(term, CASE_SERVICES, row->service, table) ||
           fits_word(term, CASE_AGENTS, row->assignee, table) ||
           fits_word(term, CASE_OFFICES, row->office, table) ||
           fits_bit(term, term->statuses, row->status) ||
           fits_bit(term, term->channels, row->channel);
}

static bool fits_term(const struct term *term, const struct case_table *table,
                      const struct case_row *row)
{
    const char *folded;

    switch (term->column) {
    case CASE_COLUMN_REFERENCE:
        return fits_reference(term, row);
    case CASE_COLUMN_CLIENT:
        return fits_client(term, table, row);
    case CASE_COLUMN_SUBJECT:
        case_table_subject(table, row, &folded);
        return fits_text(term, folded);
    case CASE_COLUMN_SERVICE:
        return fits_word(term, CASE_SERVICES, row->service, table);
    case CASE_COLUMN_ASSIGNEE:
        return fits_word(term, CASE_AGENTS, row->assignee, table);
    case CASE_COLUMN_OFFICE:
        return fits_word(term, CASE_OFFICES, row->office, table);
    case CASE_COLUMN_STATUS:
        return fits_bit(term, term->statuses, row->status);
    case CASE_COLUMN_CHANNEL:
        return fits_bit(term, term->channels, row->channel);
    case CASE_COLUMN_DUE:
        return fits_time(term, row->due_ms);
    case CASE_COLUMN_OPENED:
        return fits_time(term, row->opened_ms);
    case CASE_COLUMN_CHANGED:
        return fits_time(term, case_row_changed_ms(row));
    case CASE_COLUMN_UNREAD:
        return fits_number(term, row->unread);
    default:
        return fits_any(term, table, row);
    }
}

bool case_sieve_fits(const struct case_sieve *filter, const struct case_table *table,
                     const struct case_row *row)
{
    for (size_t i = 0; i < filter->count; i++)
        if (fits_term(&filter->terms[i], table, row) == filter->terms[i].not )
            return false;
    return true;
}
