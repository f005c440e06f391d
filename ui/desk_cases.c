#include "ui/desk_cases.h"

#include <ctype.h>
#include <string.h>

#include "app/case.h"
#include "app/text.h"
#include "app/view.h"
#include "ui/case_reader.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

const char *const case_column_titles[] = {
    N_("Reference"), N_("Client"), N_("Subject"), N_("Service"), N_("Status"),  N_("Due"),
    N_("Agent"),     N_("Opened"), N_("Changed"), N_("Unread"),  N_("Channel"), N_("Office"),
};
const char *const case_list_titles[] = {
    N_("Due"),     N_("Mine"),   N_("My office"), N_("Today"), N_("Overdue"),
    N_("Waiting"), N_("Unread"), N_("No case"),   N_("All"),
};
const char *const case_group_titles[] = {
    N_("no groups"), N_("status"), N_("service"), N_("agent"), N_("due day"), N_("channel"),
};

void desk_cases_start(struct desk *desk)
{
    if (desk->store == NULL || desk->cases != NULL)
        return;
    store_keep(desk->store, true);
    desk->cases_started++;
    if (case_reader_new(&desk->cases, desk->store_path, desk->key, desk->link, NULL) == 0)
        desk->changes++;
}

void desk_cases_stop(struct desk *desk)
{
    if (desk->store != NULL)
        store_keep(desk->store, false);
    case_reader_free(desk->cases);
    desk->cases = NULL;
}

/* --- names ----------------------------------------------------------------------------------- */

struct naming {
    struct desk *desk;
    enum case_words_kind kind;
};

static void name_word(void *context, const char *text, char *title, size_t size)
{
    const struct naming *naming = context;

    if (naming->kind == CASE_AGENTS)
        work_agent_name(naming->desk, text, title, size);
    else
        work_title(naming->desk, naming->kind == CASE_SERVICES ? RECORD_SERVICE : RECORD_OFFICE,
                   text, title, size);
}

/* Anew when the language or the catalogue is another one. */
static void name_words(struct desk *desk, struct case_table *table)
{
    int64_t version = catalogue_version(desk->catalogue);
    bool french = strcmp(language_now(), "fr") == 0, failed;
    bool anew = version != desk->cases_named || french != desk->cases_french;

    for (int kind = 0; kind < CASE_WORDS_COUNT; kind++) {
        struct naming naming = {desk, (enum case_words_kind)kind};

        case_words_name_all(case_table_words(table, naming.kind), anew, name_word, &naming,
                            &failed);
    }
    desk->cases_named = version;
    desk->cases_french = french;
}

void desk_cases_look(struct desk *desk)
{
    struct case_table *table;
    bool more = false;

    if (desk->cases == NULL)
        return;
    (void)case_reader_follow(desk->cases, desk->store, &more, NULL);
    table = case_reader_table(desk->cases, NULL);
    if (table != NULL)
        name_words(desk, table);
    /* The rest comes when the keys that wait have had their turn. */
    if (more) {
        desk->changes++;
        link_screen_ring(desk->link);
    }
}

struct case_table *desk_cases(struct desk *desk, uint64_t *generation)
{
    struct case_table *table = case_reader_table(desk->cases, generation);

    if (generation != NULL && table != NULL)
        *generation += desk->cases_started << 32;
    return table;
}

size_t desk_cases_progress(struct desk *desk)
{
    return case_reader_progress(desk->cases);
}

int64_t desk_version(struct desk *desk)
{
    if (desk->store == NULL)
        return -1;
    if (case_reader_take(desk->cases))
        desk->changes++;
    return store_version(desk->store);
}

/* --- situation ------------------------------------------------------------------------------- */

/* A column by its name in either language, accents and case aside. */
static bool column_named(const char *name, enum case_column *column)
{
    for (int i = 0; i < CASE_COLUMN_COUNT; i++)
        if (view_is_called(case_column_titles[i], name) ||
            view_is_called(language_text("fr", case_column_titles[i]), name)) {
            *column = (enum case_column)i;
            return true;
        }
    return false;
}

static const char *word_named(const char *word)
{
    const char *channel = format_channel(word);

    return channel != word ? channel : format_word(word);
}

struct case_situation desk_cases_situation(const struct desk *desk)
{
    return (struct case_situation){
        .agent = *desk_agent(desk),
        .office = desk_office(desk),
        .now_ms = desk_now(desk),
        .names = {column_named, word_named},
    };
}

/* --- the agent's own ------------------------------------------------------------------------- */

int desk_cases_mine(struct desk *desk, size_t limit, store_visit visit, void *context,
                    struct error *error)
{
    const struct case_query query = {
        .list = CASE_LIST_MINE, .sort = CASE_COLUMN_OPENED, .descending = true};
    struct case_situation situation = desk_cases_situation(desk);
    struct case_table *table = desk_cases(desk, NULL);
    struct case_list list = {0};
    size_t count;
    int code;

    if (desk->store == NULL)
        return 0;
    if (desk->cases == NULL)
        return case_each(desk->store, NULL, &situation.agent, visit, context, error);
    if (table == NULL)
        return 0;
    code = case_list_arrange(&list, table, &query, &situation, error);
    for (size_t i = 0; i < list.count && i < limit && code == 0; i++) {
        struct id id = id_from_bytes(case_table_rows(table, &count)[list.order[i]].id);
        enum store_pending pending;
        /* NULL for what is no case. */
        struct record *record = work_get(desk, RECORD_CASE, id.text, &pending);

        if (record != NULL)
            code = visit(context, record, pending);
        record_free(record);
    }
    case_list_free(&list);
    return code;
}

/* Letters and digits, in capitals, without the C that stands before them. */
static void plain_reference(const char *text, char plain[17])
{
    size_t length = 0;

    text += strspn(text, " ");
    if ((text[0] == 'C' || text[0] == 'c') && text[1] == '-')
        text += 2;
    for (; *text != '\0' && length < 16; text++)
        if (isalnum((unsigned char)*text))
            plain[length++] = (char)toupper((unsigned char)*text);
    plain[length] = '\0';
}

bool desk_cases_find(struct desk *desk, const char *reference, struct id *id, char found[17])
{
    const struct case_table *table = desk_cases(desk, NULL);
    const struct case_row *rows;
    char wanted[17], plain[17];
    size_t count = 0;

    plain_reference(reference, wanted);
    rows = table != NULL && *wanted != '\0' ? case_table_rows(table, &count) : NULL;
    for (size_t i = 0; i < count; i++) {
        if (!rows[i].here || rows[i].kind != RECORD_CASE)
            continue;
        plain_reference(rows[i].reference, plain);
        if (strcmp(plain, wanted) != 0)
            continue;
        *id = id_from_bytes(rows[i].id);
        text_copy(found, 17, rows[i].reference);
        return true;
    }
    return false;
}
