#include "app/client_index.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* Folded name: words between single spaces. All owned but `client`'s own texts. */
struct entry {
    struct record *client; /* owned */
    char *name;            /* folded; owned */
    char *phone;           /* digits; owned */
    char *email;           /* lower case; owned */
    char *postal_code;     /* lower case, without spaces; owned */
};

/* The reference of a case and whose it is. */
struct reference {
    char text[ID_REFERENCE_SIZE];
    struct id client;
};

struct client_index {
    struct entry *entries;
    size_t count, capacity;
    struct reference *references;
    size_t reference_count, reference_capacity;
};

/* Keeps the characters that `keep` accepts, in lower case. NULL when out of memory. */
static char *squeeze(const char *text, int (*keep)(int))
{
    char *copy = malloc(strlen(text) + 1);
    size_t length = 0;

    if (copy == NULL)
        return NULL;
    for (; *text != '\0'; text++)
        if (keep((unsigned char)*text) || (keep == isalnum && (*text & 0x80)))
            copy[length++] = (char)tolower((unsigned char)*text);
    copy[length] = '\0';
    return copy;
}

static char *lower(const char *text)
{
    char *copy = strdup(text);

    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    return copy;
}

static void entry_clear(struct entry *entry)
{
    record_free(entry->client);
    free(entry->name);
    free(entry->phone);
    free(entry->email);
    free(entry->postal_code);
}

/* False when out of memory. */
static bool entry_fill(struct entry *entry, const struct record *record)
{
    entry->client = record_copy(record);
    entry->name = text_fold(record_text(record, "name"), strlen(record_text(record, "name")));
    entry->phone = squeeze(record_text(record, "phone"), isdigit);
    entry->email = lower(record_text(record, "email"));
    entry->postal_code = squeeze(record_text(record, "postal_code"), isalnum);
    return entry->client != NULL && entry->name != NULL && entry->phone != NULL &&
           entry->email != NULL && entry->postal_code != NULL;
}

static int add_client(void *context, const struct record *record, enum store_pending pending)
{
    struct client_index *index = context;
    struct entry *entry;

    (void)pending;
    if (strcmp(record_text(record, "kind"), "anonymous") == 0)
        return 0;
    if (index->count == index->capacity) {
        size_t capacity = index->capacity == 0 ? 64 : 2 * index->capacity;
        struct entry *grown = realloc(index->entries, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        index->entries = grown;
        index->capacity = capacity;
    }
    entry = &index->entries[index->count];
    if (!entry_fill(entry, record)) {
        entry_clear(entry);
        return ERROR_MEMORY;
    }
    index->count++;
    return 0;
}

static int add_reference(void *context, const struct record *record, enum store_pending pending)
{
    struct client_index *index = context;
    struct reference *reference;

    (void)pending;
    if (index->reference_count == index->reference_capacity) {
        size_t capacity = index->reference_capacity == 0 ? 64 : 2 * index->reference_capacity;
        struct reference *grown = realloc(index->references, capacity * sizeof(*grown));

        if (grown == NULL)
            return ERROR_MEMORY;
        index->references = grown;
        index->reference_capacity = capacity;
    }
    reference = &index->references[index->reference_count];
    text_copy(reference->text, sizeof(reference->text), record_text(record, "reference"));
    if (id_parse(&reference->client, record_text(record, "client")))
        index->reference_count++;
    return 0;
}

int client_index_new(struct client_index **index, struct store *store, struct error *error)
{
    struct store_query query = {.type = RECORD_CLIENT};
    int code;

    *index = calloc(1, sizeof(**index));
    if (*index == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    code = store_each(store, &query, add_client, *index, error);
    query.type = RECORD_CASE;
    if (code == 0)
        code = store_each(store, &query, add_reference, *index, error);
    if (code != 0) {
        client_index_free(*index);
        *index = NULL;
    }
    return code;
}

void client_index_free(struct client_index *index)
{
    if (index == NULL)
        return;
    for (size_t i = 0; i < index->count; i++)
        entry_clear(&index->entries[i]);
    free(index->entries);
    free(index->references);
    free(index);
}

size_t client_index_count(const struct client_index *index)
{
    return index->count;
}

/* --- hits, best first ------------------------------------------------------------------------ */

static bool is_better(const struct client_hit *left, const struct client_hit *right)
{
    if (left->score != right->score)
        return left->score > right->score;
    return strcmp(record_text(left->client, "name"), record_text(right->client, "name")) < 0;
}

static size_t keep_hit(struct client_hit *hits, size_t count, size_t limit, struct client_hit hit)
{
    size_t at = count;

    while (at > 0 && is_better(&hit, &hits[at - 1]))
        at--;
    if (at >= limit)
        return count;
    if (count == limit)
        count--;
    memmove(&hits[at + 1], &hits[at], (count - at) * sizeof(hits[0]));
    hits[at] = hit;
    return count + 1;
}

/* --- finding --------------------------------------------------------------------------------- */

/* One word that was typed, in the forms that it is compared in. */
struct piece {
    char *name;                        /* folded; may hold several words; owned */
    char *email;                       /* owned */
    char *plain;                       /* letters and digits; owned */
    char *digits;                      /* NULL when there is anything else in it; owned */
    char reference[ID_REFERENCE_SIZE]; /* "" when it is none */
};

#define PIECE_LIMIT 12

static void piece_clear(struct piece *piece)
{
    free(piece->name);
    free(piece->email);
    free(piece->plain);
    free(piece->digits);
}

static bool piece_read(struct piece *piece, const char *text)
{
    *piece = (struct piece){0};
    piece->name = text_fold(text, strlen(text));
    piece->email = lower(text);
    piece->plain = squeeze(text, isalnum);
    if (text[strspn(text, "0123456789-().+")] == '\0')
        piece->digits = squeeze(text, isdigit);
    if (!id_reference_parse(text, piece->reference))
        piece->reference[0] = '\0';
    return piece->name != NULL && piece->email != NULL && piece->plain != NULL;
}

static bool begins(const char *text, const char *with, size_t length)
{
    return strncmp(text, with, length) == 0;
}

/* How well one folded word begins a word of a name: 0 not, 2 begins, 3 is one. */
static int word_score(const char *name, const char *word, size_t length)
{
    int best = 0;

    for (const char *at = name; *at != '\0';) {
        if (begins(at, word, length)) {
            int score = at[length] == ' ' || at[length] == '\0' ? 3 : 2;

            if (score > best)
                best = score;
        }
        at += strcspn(at, " ");
        at += *at == ' ';
    }
    return best;
}

/* All words of the piece must begin words of the name. */
static int name_score(const char *name, const char *words)
{
    int score = 0;

    if (*words == '\0')
        return 0;
    while (*words != '\0') {
        size_t length = strcspn(words, " ");
        int one = word_score(name, words, length);

        if (one == 0)
            return 0;
        score += one;
        words += length + (words[length] == ' ');
    }
    return score;
}

static bool has_reference(const struct client_index *index, const struct entry *entry,
                          const char *reference)
{
    for (size_t i = 0; i < index->reference_count; i++)
        if (strcmp(index->references[i].text, reference) == 0 &&
            id_equal(&index->references[i].client, &entry->client->id))
            return true;
    return false;
}

static int piece_score(const struct client_index *index, const struct entry *entry,
                       const struct piece *piece)
{
    int score = name_score(entry->name, piece->name);

    if (score > 0)
        return score;
    if (piece->digits != NULL && strlen(piece->digits) > 1 &&
        strstr(entry->phone, piece->digits) != NULL)
        return 2;
    if (*piece->email != '\0' && begins(entry->email, piece->email, strlen(piece->email)))
        return 2;
    if (strlen(piece->plain) > 1 && strstr(entry->postal_code, piece->plain) != NULL)
        return 2;
    if (strlen(piece->email) >= 4 && isdigit((unsigned char)piece->email[0]) &&
        begins(record_text(entry->client, "birth_date"), piece->email, strlen(piece->email)))
        return 2;
    if (piece->reference[0] != '\0' && has_reference(index, entry, piece->reference))
        return 9;
    return 0;
}

static int entry_score(const struct client_index *index, const struct entry *entry,
                       const struct piece *pieces, size_t count)
{
    int score = 0;

    for (size_t i = 0; i < count; i++) {
        int one = piece_score(index, entry, &pieces[i]);

        if (one == 0)
            return 0;
        score += one;
    }
    return score;
}

static size_t read_pieces(struct piece *pieces, const char *query)
{
    char *copy = strdup(query), *rest = NULL;
    size_t count = 0;

    if (copy == NULL)
        return 0;
    for (char *word = strtok_r(copy, " \t\n", &rest); word != NULL && count < PIECE_LIMIT;
         word = strtok_r(NULL, " \t\n", &rest)) {
        if (!piece_read(&pieces[count], word)) {
            piece_clear(&pieces[count]);
            break;
        }
        if (pieces[count].plain[0] == '\0')
            piece_clear(&pieces[count]);
        else
            count++;
    }
    free(copy);
    return count;
}

size_t client_index_find(const struct client_index *index, const char *query,
                         struct client_hit *hits, size_t limit)
{
    struct piece pieces[PIECE_LIMIT];
    size_t piece_count = read_pieces(pieces, query), count = 0;

    for (size_t i = 0; i < index->count && piece_count > 0; i++) {
        int score = entry_score(index, &index->entries[i], pieces, piece_count);

        if (score > 0)
            count = keep_hit(hits, count, limit,
                             (struct client_hit){index->entries[i].client, score, 0});
    }
    for (size_t i = 0; i < piece_count; i++)
        piece_clear(&pieces[i]);
    return count;
}

/* --- likely the same ------------------------------------------------------------------------- */

/* Letters that must change to make one word of the other, counted up to 3 (Levenshtein), over the
 * first 32 bytes. */
static int distance(const char *left, size_t left_length, const char *right, size_t right_length)
{
    int row[33];

    if (left_length > 32 || right_length > 32)
        return left_length == right_length && memcmp(left, right, left_length) == 0 ? 0 : 3;
    for (size_t j = 0; j <= right_length; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= left_length; i++) {
        int diagonal = row[0];

        row[0] = (int)i;
        for (size_t j = 1; j <= right_length; j++) {
            int replaced = diagonal + (left[i - 1] != right[j - 1]);
            int shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            diagonal = row[j];
            row[j] = replaced < shorter ? replaced : shorter;
        }
    }
    return row[right_length] > 3 ? 3 : row[right_length];
}

/* The distance of the nearest word of `name`, 3 when none is near. */
static int nearest(const char *name, const char *word, size_t length)
{
    int best = 3;

    while (*name != '\0') {
        size_t other = strcspn(name, " ");
        int one = distance(word, length, name, other);

        if (one < best)
            best = one;
        name += other + (name[other] == ' ');
    }
    return best;
}

static size_t count_words(const char *text)
{
    size_t count = *text != '\0';

    for (; *text != '\0'; text++)
        count += *text == ' ';
    return count;
}

/* LIKE_NAME, LIKE_NEAR_NAME or 0: near is two equal words, or all words but for a letter or two. */
static unsigned compare_names(const char *typed, const char *name)
{
    size_t typed_words = count_words(typed), name_words = count_words(name);
    size_t equal = 0, near = 0;

    if (typed_words < 2 || name_words < 2)
        return strcmp(typed, name) == 0 && *typed != '\0' ? LIKE_NAME : 0;
    for (const char *at = typed; *at != '\0';) {
        size_t length = strcspn(at, " ");
        int apart = nearest(name, at, length);

        equal += apart == 0;
        near += apart > 0 && (size_t)apart * 3 <= length;
        at += length + (at[length] == ' ');
    }
    if (equal == typed_words && typed_words == name_words)
        return LIKE_NAME;
    if (equal >= 2 || (equal >= 1 && equal + near == typed_words && typed_words <= name_words))
        return LIKE_NEAR_NAME;
    return 0;
}

/* The last seven digits, without country and area. */
static bool same_phone(const char *left, const char *right)
{
    size_t left_length = strlen(left), right_length = strlen(right);

    if (left_length < 7 || right_length < 7)
        return false;
    return strcmp(left + left_length - 7, right + right_length - 7) == 0;
}

static unsigned compare(const struct entry *typed, const char *birth_date,
                        const struct entry *entry)
{
    unsigned likeness = compare_names(typed->name, entry->name);

    if (same_phone(typed->phone, entry->phone))
        likeness |= LIKE_PHONE;
    if (typed->email[0] != '\0' && strcmp(typed->email, entry->email) == 0)
        likeness |= LIKE_EMAIL;
    if (strlen(typed->postal_code) == 6 && strcmp(typed->postal_code, entry->postal_code) == 0)
        likeness |= LIKE_POSTAL_CODE;
    if (*birth_date != '\0' && strcmp(birth_date, record_text(entry->client, "birth_date")) == 0)
        likeness |= LIKE_BIRTH_DATE;
    return likeness;
}

/* A household shares a postal code and many people a birthday: neither alone says anything. */
static int likeness_score(unsigned likeness)
{
    int score = 0;

    score += likeness & LIKE_PHONE ? 4 : 0;
    score += likeness & LIKE_EMAIL ? 4 : 0;
    score += likeness & LIKE_NAME ? 3 : 0;
    score += likeness & LIKE_NEAR_NAME ? 2 : 0;
    score += likeness & LIKE_POSTAL_CODE ? 1 : 0;
    score += likeness & LIKE_BIRTH_DATE ? 1 : 0;
    return score >= 2 && (likeness & ~(unsigned)(LIKE_POSTAL_CODE | LIKE_BIRTH_DATE)) ? score : 0;
}

/* The details as an entry of nobody's; false when out of memory. */
static bool typed_fill(struct entry *typed, const struct client_details *details)
{
    const char *name = details->name != NULL ? details->name : "";

    *typed = (struct entry){
        .name = text_fold(name, strlen(name)),
        .phone = squeeze(details->phone != NULL ? details->phone : "", isdigit),
        .email = lower(details->email != NULL ? details->email : ""),
        .postal_code = squeeze(details->postal_code != NULL ? details->postal_code : "", isalnum),
    };
    return typed->name != NULL && typed->phone != NULL && typed->email != NULL &&
           typed->postal_code != NULL;
}

unsigned client_likeness(const struct client_details *details, const struct record *client)
{
    struct entry typed, entry = {0};
    unsigned likeness = 0;

    if (typed_fill(&typed, details) && entry_fill(&entry, client))
        likeness = compare(&typed, details->birth_date != NULL ? details->birth_date : "", &entry);
    entry_clear(&typed);
    entry_clear(&entry);
    return likeness;
}

size_t client_index_likely(const struct client_index *index, const struct client_details *details,
                           const struct id *but, struct client_hit *hits, size_t limit)
{
    const char *birth_date = details->birth_date != NULL ? details->birth_date : "";
    struct entry typed;
    bool whole = typed_fill(&typed, details);
    size_t count = 0;

    for (size_t i = 0; i < index->count && whole; i++) {
        const struct entry *entry = &index->entries[i];
        unsigned likeness = compare(&typed, birth_date, entry);
        int score = likeness_score(likeness);

        if (score > 0 && (but == NULL || !id_equal(but, &entry->client->id)))
            count =
                keep_hit(hits, count, limit, (struct client_hit){entry->client, score, likeness});
    }
    entry_clear(&typed);
    return count;
}
