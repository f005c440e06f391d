#include "ui/elsewhere.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/json.h"
#include "app/store_file.h"
#include "app/text.h"
#include "ui/format.h"
#include "ui/language.h"
#include "ui/work.h"

#define TYPED_LIMIT  200
#define NOTICE_SIZE  200
#define PATIENCE_MS  (INT64_C(15) * 1000)
#define QUESTION     "elsewhere" /* the name of the question for the reason, to look */
#define QUESTION_TOO "elsewhere-open"

struct elsewhere {
    struct desk *desk; /* borrowed */
    enum question_kind kind;
    enum record_type type;
    char typed[TYPED_LIMIT + 1];
    json_t *details;     /* owned: of a search by likeness; NULL: too few */
    bool alone;          /* nobody was found here */
    bool paused;         /* nothing was typed since the last tick */
    bool looked;         /* for what is typed now */
    uint64_t number;     /* of the question under way; 0: none */
    int64_t asked_ms;    /* when it was asked */
    json_t *hits;        /* owned; NULL for none */
    bool more, beyond;   /* of the answer */
    struct id wanted;    /* whose file waits for a reason */
    size_t wanted_index; /* which of the hits that is */
    char notice[NOTICE_SIZE];
};

struct elsewhere *elsewhere_new(struct desk *desk, enum question_kind kind, enum record_type type)
{
    struct elsewhere *elsewhere = calloc(1, sizeof(*elsewhere));

    if (elsewhere == NULL)
        return NULL;
    elsewhere->desk = desk;
    elsewhere->kind = kind;
    elsewhere->type = type;
    return elsewhere;
}

/* Whatever was asked and found is of no interest any more. */
static void forget(struct elsewhere *elsewhere)
{
    if (elsewhere->number != 0)
        questions_forget(link_questions(elsewhere->desk->link), elsewhere->kind);
    json_decref(elsewhere->hits);
    elsewhere->hits = NULL;
    elsewhere->number = 0;
    elsewhere->looked = elsewhere->more = false;
    elsewhere->notice[0] = '\0';
}

void elsewhere_free(struct elsewhere *elsewhere)
{
    if (elsewhere == NULL)
        return;
    forget(elsewhere);
    json_decref(elsewhere->details);
    free(elsewhere);
}

/* --- asking ----------------------------------------------------------------------------------- */

static void say(struct elsewhere *elsewhere, const char *text)
{
    text_copy(elsewhere->notice, sizeof(elsewhere->notice), text);
}

static bool is_online(const struct elsewhere *elsewhere)
{
    struct link_status status;

    link_status_get(elsewhere->desk->link, &status);
    return status.state == LINK_ONLINE || status.state == LINK_CONNECTING;
}

static json_t *question(const struct elsewhere *elsewhere, const struct purpose_reason *reason)
{
    json_t *body = json_pack("{s:s, s:s, s:i}", "purpose", purpose_name(reason->purpose), "words",
                             reason->words, "limit", ELSEWHERE_HITS);

    if (elsewhere->kind == QUESTION_LIKELY) {
        json_object_set(body, "like", json_object_get(elsewhere->details, "like"));
        json_object_set(body, "but", json_object_get(elsewhere->details, "but"));
    } else {
        json_object_set_new(body, "q", json_string(elsewhere->typed));
    }
    return body;
}

static void ask(struct elsewhere *elsewhere, const struct purpose_reason *reason)
{
    json_t *body;

    forget(elsewhere);
    elsewhere->looked = true;
    if (!is_online(elsewhere)) {
        /* While a client is being typed, what is here must do. */
        if (elsewhere->kind == QUESTION_SEARCH)
            say(elsewhere, _("Offline: only what this terminal holds was searched."));
        return;
    }
    body = question(elsewhere, reason);
    elsewhere->number = questions_ask(
        link_questions(elsewhere->desk->link), elsewhere->kind,
        elsewhere->type == RECORD_CASE ? "/v1/search/case" : "/v1/search/client", body);
    json_decref(body);
    elsewhere->asked_ms = desk_now(elsewhere->desk);
    link_sync_ring(elsewhere->desk->link);
    if (elsewhere->kind == QUESTION_SEARCH)
        say(elsewhere, _("Looking in all offices..."));
}

/* Without being asked: only with a reason that is known. */
static void ask_by_itself(struct elsewhere *elsewhere)
{
    struct purpose_reason reason;

    if (purpose_known(elsewhere->desk, NULL, &reason))
        ask(elsewhere, &reason);
}

static bool is_reference(const struct elsewhere *elsewhere)
{
    char reference[ID_REFERENCE_SIZE];

    return id_reference_parse(elsewhere->typed, reference);
}

/* Whether the file is here, all of it. */
static bool is_here(struct desk *desk, enum record_type type, const char *text)
{
    struct record *record = work_get(desk, type, text, NULL);
    bool here = record != NULL;
    struct store_file file;

    if (here && desk->store != NULL &&
        store_file_get(desk->store, type, &record->id, &file, NULL) == 0)
        here = store_file_is_whole(&file);
    record_free(record);
    return here;
}

/* Those whose file is not here already. */
static json_t *new_hits(struct elsewhere *elsewhere, const json_t *hits)
{
    json_t *kept = json_array();
    const json_t *hit;
    size_t index;

    json_array_foreach(hits, index, hit)
    {
        const char *text = json_text_or(hit, "id", "");
        struct id id;

        if (id_parse(&id, text) && !is_here(elsewhere->desk, elsewhere->type, text))
            json_array_append_new(kept, json_deep_copy(hit));
    }
    return kept;
}

/* What has come meanwhile is found here. */
static void settle(struct elsewhere *elsewhere)
{
    json_t *kept = elsewhere->hits != NULL ? new_hits(elsewhere, elsewhere->hits) : NULL;

    json_decref(elsewhere->hits);
    elsewhere->hits = kept;
}

void elsewhere_typed(struct elsewhere *elsewhere, const char *typed, size_t found_here)
{
    elsewhere->alone = found_here == 0;
    if (strcmp(typed, elsewhere->typed) == 0) {
        settle(elsewhere);
        return;
    }
    forget(elsewhere);
    elsewhere->paused = false;
    text_copy(elsewhere->typed, sizeof(elsewhere->typed), typed);
    if (elsewhere->alone && is_reference(elsewhere) && is_online(elsewhere))
        ask_by_itself(elsewhere);
}

void elsewhere_look(struct screen *screen, struct elsewhere *elsewhere)
{
    struct purpose_reason reason;

    if (elsewhere->typed[strspn(elsewhere->typed, " ")] == '\0')
        return;
    if (!is_online(elsewhere))
        ask(elsewhere, &(struct purpose_reason){.purpose = PURPOSE_NONE});
    else if (purpose_known(screen->desk, NULL, &reason))
        ask(elsewhere, &reason);
    else
        purpose_ask(screen, QUESTION, NULL);
}

/* --- by likeness ------------------------------------------------------------------------------ */

static void put(json_t *like, const char *name, const char *text)
{
    if (text != NULL && text[strspn(text, " ")] != '\0')
        json_object_set_new(like, name, json_string(text));
}

/* A first name alone is everybody's. */
static bool is_enough(const json_t *like)
{
    const char *name = json_text_or(like, "name", "");

    return json_object_size(like) > 2 || strchr(name, ' ') != NULL || strchr(name, ',') != NULL ||
           json_object_get(like, "phone") != NULL || json_object_get(like, "email") != NULL;
}

void elsewhere_details(struct elsewhere *elsewhere, const struct client_details *details,
                       const struct id *but)
{
    json_t *like = json_pack("{s:s}", "kind", details->kind != NULL ? details->kind : "");
    json_t *now = json_pack("{s:o, s:s}", "like", like, "but", but != NULL ? but->text : "");

    put(like, "name", details->name);
    put(like, "phone", details->phone);
    put(like, "email", details->email);
    put(like, "postal_code", details->postal_code);
    put(like, "birth_date", details->birth_date);
    if (now == NULL || json_equal(now, elsewhere->details)) {
        json_decref(now);
        return;
    }
    json_decref(elsewhere->details);
    elsewhere->details = now;
    elsewhere->paused = false;
    /* Those found stay until others are: nothing jumps while somebody types. */
    if (elsewhere->number != 0)
        questions_forget(link_questions(elsewhere->desk->link), elsewhere->kind);
    elsewhere->number = 0;
    if (!is_enough(like))
        forget(elsewhere);
    elsewhere->looked = !is_enough(like);
}

/* Whoever makes a client serves them. */
static void ask_likely(struct elsewhere *elsewhere)
{
    struct purpose_reason reason;
    json_t *hits = json_incref(elsewhere->hits);

    if (!purpose_known(elsewhere->desk, NULL, &reason))
        reason.purpose = PURPOSE_CONTACT;
    ask(elsewhere, &reason);
    elsewhere->hits = hits;
}

/* --- answers ---------------------------------------------------------------------------------- */

static void found(struct elsewhere *elsewhere, const json_t *document)
{
    json_decref(elsewhere->hits);
    elsewhere->hits = new_hits(elsewhere, json_object_get(document, "hits"));
    elsewhere->more = json_bool_or(document, "more", false);
    elsewhere->beyond = json_bool_or(document, "beyond", false);
    elsewhere->notice[0] = '\0';
    if (elsewhere->kind != QUESTION_SEARCH)
        return;
    if (!elsewhere->beyond)
        say(elsewhere, _("Only your own office was searched: your role, or this server, finds no "
                         "other’s."));
    else if (elsewhere_count(elsewhere) == 0)
        say(elsewhere, _("Nothing in the other offices either."));
    else if (elsewhere->more)
        say(elsewhere, _("There are more: say more to find the right one."));
}

static void failed(struct elsewhere *elsewhere, const struct question_answer *answer)
{
    if (elsewhere->kind != QUESTION_SEARCH)
        return;
    if (answer->status == 429)
        snprintf(elsewhere->notice, sizeof(elsewhere->notice), _("Too many searches: wait %d s."),
                 (int)((answer->retry_ms + 999) / 1000));
    else if (strcmp(answer->problem, "not-ready") == 0)
        snprintf(elsewhere->notice, sizeof(elsewhere->notice),
                 _("The server is still making ready to search: try again in %d s."),
                 (int)((answer->retry_ms + 999) / 1000));
    else if (answer->status == 403)
        say(elsewhere, _("Your role does not search other offices for this reason."));
    else if (answer->status == 0)
        say(elsewhere, _("Offline: only what this terminal holds was searched."));
    else
        snprintf(elsewhere->notice, sizeof(elsewhere->notice),
                 _("The other offices could not be searched: %s"), answer->message);
}

bool elsewhere_wake(struct elsewhere *elsewhere)
{
    struct question_answer answer;

    if (elsewhere->number == 0 ||
        questions_take(link_questions(elsewhere->desk->link), elsewhere->kind, elsewhere->number,
                       &answer) != QUESTION_ANSWERED)
        return false;
    elsewhere->number = 0;
    if (answer.document != NULL)
        found(elsewhere, answer.document);
    else
        failed(elsewhere, &answer);
    json_decref(answer.document);
    return true;
}

bool elsewhere_tick(struct elsewhere *elsewhere)
{
    bool paused = elsewhere->paused, news = elsewhere_wake(elsewhere);

    if (elsewhere->number != 0 && desk_now(elsewhere->desk) - elsewhere->asked_ms > PATIENCE_MS) {
        questions_forget(link_questions(elsewhere->desk->link), elsewhere->kind);
        elsewhere->number = 0;
        failed(elsewhere, &(struct question_answer){.status = 0});
        news = true;
    }
    elsewhere->paused = true;
    if (!paused || elsewhere->looked || !is_online(elsewhere))
        return news;
    if (elsewhere->kind == QUESTION_LIKELY && elsewhere->details != NULL)
        ask_likely(elsewhere);
    else if (elsewhere->kind == QUESTION_SEARCH && elsewhere->alone &&
             strlen(elsewhere->typed) >= ELSEWHERE_LEAST)
        ask_by_itself(elsewhere);
    return news || elsewhere->number != 0;
}

/* --- hits ------------------------------------------------------------------------------------- */

size_t elsewhere_count(const struct elsewhere *elsewhere)
{
    return elsewhere == NULL ? 0 : json_array_size(elsewhere->hits);
}

const json_t *elsewhere_hit(const struct elsewhere *elsewhere, size_t index)
{
    return json_array_get(elsewhere->hits, index);
}

unsigned elsewhere_likeness(const struct elsewhere *elsewhere, size_t index)
{
    const json_t *word;
    unsigned likeness = 0;
    size_t i;

    json_array_foreach(json_object_get(elsewhere_hit(elsewhere, index), "likeness"), i, word)
    {
        likeness |= json_is_string(word) ? client_likeness_bit(json_string_value(word)) : 0;
    }
    return likeness;
}

const char *elsewhere_notice(const struct elsewhere *elsewhere)
{
    return elsewhere == NULL ? "" : elsewhere->notice;
}

/* The name; of another file, by which they were found, that one's too. */
static void name_of(const json_t *client, char *name, size_t size)
{
    const char *as = json_text_or(client, "found_as", "");

    text_copy(name, size, json_text_or(client, "name", ""));
    if (*name == '\0')
        text_copy(name, size, _("anonymous client"));
    if (*as != '\0') {
        char other[WORK_NAME_SIZE], both[2 * WORK_NAME_SIZE + 4];

        /* Cut between characters: half a one would make it no text. */
        text_copy(other, sizeof(other), as);
        snprintf(both, sizeof(both), "%.*s (%s)", WORK_NAME_SIZE, name, other);
        text_copy(name, size, both);
    }
}

static void draw_case(struct desk *desk, const json_t *hit, const struct paint *row,
                      const char *office)
{
    int width = (int)text_width(office, strlen(office)), room, name_width;
    char title[WORK_NAME_SIZE], name[WORK_NAME_SIZE];

    width = width < row->columns / 4 ? width : row->columns / 4;
    room = row->columns - width - 2;
    name_width = room / 3 > 18 ? room / 3 : 18;
    work_title(desk, RECORD_SERVICE, json_text_or(hit, "service", ""), title, sizeof(title));
    name_of(json_object_get(hit, "client"), name, sizeof(name));
    paint_text(row, 0, 1, 12, PAINT_TEXT, json_text_or(hit, "reference", ""));
    paint_text(row, 0, 14, name_width, PAINT_TEXT, name);
    paint_text(row, 0, 15 + name_width, 11, PAINT_DIM,
               format_word(json_text_or(hit, "status", "")));
    paint_text(row, 0, 27 + name_width, room - 27 - name_width, PAINT_DIM, title);
    paint_right(row, 0, room + 1, width, PAINT_ACCENT, office);
}

void elsewhere_draw(struct desk *desk, const json_t *hit, const struct paint *row)
{
    int width = row->columns * 35 / 100;
    char office[WORK_NAME_SIZE], name[WORK_NAME_SIZE];

    work_title(desk, RECORD_OFFICE, json_text_or(hit, "office", ""), office, sizeof(office));
    if (json_object_get(hit, "reference") != NULL) {
        draw_case(desk, hit, row, office);
        return;
    }
    name_of(hit, name, sizeof(name));
    paint_text(row, 0, 1, width - 1, PAINT_TEXT, name);
    paint_text(row, 0, width + 1, 10, PAINT_DIM, json_text_or(hit, "birth_date", ""));
    paint_text(row, 0, width + 12, 7, PAINT_DIM, json_text_or(hit, "postal_code", ""));
    paint_text(row, 0, width + 20, -1, PAINT_ACCENT, office);
}

/* --- opening ---------------------------------------------------------------------------------- */

static void fetch(struct screen *screen, const json_t *hit, const struct purpose_reason *reason)
{
    const json_t *client = json_object_get(hit, "client");
    char name[WORK_NAME_SIZE];

    name_of(client != NULL ? client : hit, name, sizeof(name));
    /* What the agent sees anyway was let go here: nothing is to be opened, only fetched. */
    ui_open(screen->ui, "fetch",
            json_pack("{s:s, s:s, s:s, s:b, s:s, s:s}", "type", json_text_or(hit, "type", ""), "id",
                      json_text_or(hit, "id", ""), "name", name, "own",
                      json_bool_or(hit, "here", false), "purpose", purpose_name(reason->purpose),
                      "words", reason->words));
}

/* Whose file it is; of a case without a client, the case. */
static struct id file_of(const json_t *hit)
{
    struct id id = {""};

    if (!id_parse(&id, json_text_or(json_object_get(hit, "client"), "id", "")))
        id_parse(&id, json_text_or(hit, "id", ""));
    return id;
}

void elsewhere_open(struct screen *screen, struct elsewhere *elsewhere, size_t index)
{
    const json_t *hit = elsewhere_hit(elsewhere, index);
    struct id client = file_of(hit);
    struct purpose_reason reason;

    if (purpose_known(screen->desk, &client, &reason)) {
        fetch(screen, hit, &reason);
        return;
    }
    elsewhere->wanted = client;
    elsewhere->wanted_index = index;
    purpose_ask(screen, QUESTION_TOO, &client);
}

bool elsewhere_answer(struct screen *screen, struct elsewhere *elsewhere, const char *from,
                      const json_t *answer)
{
    const char *name = json_text_or(answer, "name", "");
    struct purpose_reason reason;

    if (elsewhere == NULL || strcmp(from, "purpose") != 0 ||
        (strcmp(name, QUESTION) != 0 && strcmp(name, QUESTION_TOO) != 0))
        return false;
    if (purpose_answered(from, answer, QUESTION, &reason)) {
        ask(elsewhere, &reason);
    } else if (purpose_answered(from, answer, QUESTION_TOO, &reason)) {
        const json_t *hit = elsewhere_hit(elsewhere, elsewhere->wanted_index);
        struct id client = file_of(hit);

        if (hit != NULL && id_equal(&client, &elsewhere->wanted))
            fetch(screen, hit, &reason);
    }
    return true;
}
