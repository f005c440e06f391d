#include "app/client_key.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/birth_date.h"
#include "app/error.h"
#include "app/text.h"

/* Sounds shorter than this are shared by too many names. */
#define SOUND_LEAST 3

static const char sound_kinds[NAME_SOUND_COUNT] = {'f', 'e'};

static void key_write(char key[CLIENT_KEY_SIZE], char kind, const char *text)
{
    key[0] = kind;
    key[1] = ':';
    text_copy(key + 2, CLIENT_KEY_SIZE - 2, text);
}

static void lower(char *text)
{
    for (; *text != '\0'; text++)
        *text = (char)tolower((unsigned char)*text);
}

/* --- of a record ------------------------------------------------------------------------------ */

static int give(client_key_visit visit, void *context, char kind, const char *text)
{
    char key[CLIENT_KEY_SIZE];

    if (*text == '\0')
        return 0;
    key_write(key, kind, text);
    lower(key);
    return visit(context, key);
}

static int give_name(const struct client_name *name, const char *typed, client_key_visit visit,
                     void *context)
{
    char *folded = text_fold(typed, strlen(typed)), *rest = NULL;
    int code = folded != NULL ? 0 : ERROR_MEMORY;

    for (char *word = folded == NULL ? NULL : strtok_r(folded, " ", &rest);
         word != NULL && code == 0; word = strtok_r(NULL, " ", &rest))
        code = give(visit, context, 'n', word);
    free(folded);
    for (size_t i = 0; i < name->count && code == 0; i++) {
        const struct client_name_word *word = &name->words[i];

        code = give(visit, context, 'n', word->text);
        for (int which = 0; which < NAME_SOUND_COUNT && code == 0; which++)
            if (strlen(word->sounds[which]) >= SOUND_LEAST) {
                char key[CLIENT_KEY_SIZE];

                key_write(key, sound_kinds[which], word->sounds[which]);
                code = visit(context, key);
            }
    }
    return code;
}

static int give_phone(const char *phone, client_key_visit visit, void *context)
{
    size_t length = strlen(phone);
    int code = give(visit, context, 'p', phone);

    if (code == 0 && length > 7)
        code = give(visit, context, 'p', phone + length - 7);
    return code == 0 && length > 4 ? give(visit, context, 'p', phone + length - 4) : code;
}

int client_keys(const struct record *client, client_key_visit visit, void *context)
{
    struct client_details details = client_details_of(client);
    struct client_traits traits;
    int code;

    if (strcmp(details.kind, "anonymous") == 0)
        return 0;
    client_traits_read(&traits, &details);
    code = give_name(&traits.name, details.name, visit, context);
    if (code == 0)
        code = give_phone(traits.phone, visit, context);
    if (code == 0)
        code = give(visit, context, 'm', traits.email);
    if (code == 0)
        code = give(visit, context, 'c', traits.postal_code);
    if (code == 0 && strlen(traits.postal_code) == 6)
        code = give(visit, context, 'c', traits.postal_code + 3);
    return code == 0 ? give(visit, context, 'b', traits.birth_date[0]) : code;
}

/* --- of a query ------------------------------------------------------------------------------- */

static void term_add(struct client_piece *piece, char kind, const char *text, bool whole, int score)
{
    if (piece->count == CLIENT_TERMS || *text == '\0')
        return;
    key_write(piece->terms[piece->count].key, kind, text);
    piece->terms[piece->count].whole = whole;
    piece->terms[piece->count].score = score;
    piece->count++;
}

static bool has_digit(const char *text)
{
    return text[strcspn(text, "0123456789")] != '\0';
}

static void add_sounds(struct client_piece *piece, const char *typed)
{
    struct client_name name;

    client_name_read(&name, typed);
    if (name.count != 1 || has_digit(typed))
        return;
    term_add(piece, 'n', name.words[0].text, false, 2);
    for (int which = 0; which < NAME_SOUND_COUNT; which++)
        if (strlen(name.words[0].sounds[which]) >= SOUND_LEAST)
            term_add(piece, sound_kinds[which], name.words[0].sounds[which], true, 1);
}

/* Figures may be a phone's; with letters, a postal code's; from a year on, a birth date's. */
static void add_figures(struct client_piece *piece, const char *typed)
{
    char plain[CLIENT_KEY_SIZE];
    size_t length = 0;
    bool letters = false;

    for (const char *at = typed; *at != '\0' && length + 1 < sizeof(plain); at++)
        if (isalnum((unsigned char)*at)) {
            letters |= isalpha((unsigned char)*at) != 0;
            plain[length++] = (char)tolower((unsigned char)*at);
        }
    plain[length] = '\0';
    if (length < 2 || !has_digit(plain))
        return;
    if (letters) {
        term_add(piece, 'c', plain, false, 2);
        return;
    }
    if (length == 11 && plain[0] == '1')
        memmove(plain, plain + 1, length);
    term_add(piece, 'p', plain, false, 2);
    if (length >= 4 && isdigit((unsigned char)*typed))
        term_add(piece, 'b', typed, false, 2);
}

static void piece_read(struct client_piece *piece, const char *word)
{
    char reference[ID_REFERENCE_SIZE], address[CLIENT_KEY_SIZE];
    char *folded = text_fold(word, strlen(word));

    /* The country's 1, or a stray sign. */
    if (folded == NULL || (isdigit((unsigned char)folded[0]) && folded[1] == '\0')) {
        free(folded);
        return;
    }
    if (strchr(folded, ' ') == NULL && strchr(word, '@') == NULL)
        term_add(piece, 'n', folded, false, 2);
    if (strcmp(folded, "saint") == 0)
        term_add(piece, 'n', "st", true, 2);
    if (strcmp(folded, "sainte") == 0)
        term_add(piece, 'n', "ste", true, 2);
    free(folded);
    if (strchr(word, '@') == NULL)
        add_sounds(piece, word);
    add_figures(piece, word);
    if (strlen(word) >= 3) {
        text_copy(address, sizeof(address), word);
        lower(address);
        term_add(piece, 'm', address, false, 2);
    }
    if (id_reference_parse(word, reference)) {
        lower(reference);
        term_add(piece, 'r', reference, true, 9);
    }
}

/* A date of up to three words from here; returns how many words it takes. */
static size_t date_read(struct client_piece *piece, char *const *words, size_t count)
{
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];

    for (size_t length = 3; length <= 3; length -= 2) {
        char typed[CLIENT_KEY_SIZE] = "";
        size_t meanings;

        if (length > count)
            continue;
        for (size_t i = 0; i < length; i++) {
            size_t used = strlen(typed);

            snprintf(typed + used, sizeof(typed) - used, "%s%s", i > 0 ? " " : "", words[i]);
        }
        /* Eight figures alone are rather part of a phone number. */
        meanings = strpbrk(typed, " /-.") != NULL ? birth_date_read(typed, dates) : 0;
        for (size_t i = 0; i < meanings; i++)
            term_add(piece, 'b', dates[i], true, 4);
        if (meanings > 0)
            return length;
    }
    return 0;
}

/* Hyphens join words of a name; in a number, a reference or an address they belong to it. */
static size_t split_hyphens(char *word, char **words, size_t count, size_t limit)
{
    char reference[ID_REFERENCE_SIZE], *rest = NULL;

    if (has_digit(word) || strchr(word, '@') != NULL || id_reference_parse(word, reference)) {
        words[count++] = word;
        return count;
    }
    for (char *part = strtok_r(word, "-", &rest); part != NULL && count < limit;
         part = strtok_r(NULL, "-", &rest))
        words[count++] = part;
    return count;
}

void client_query_read(struct client_query *query, const char *typed)
{
    char *copy = strdup(typed), *rest = NULL, *words[2 * CLIENT_PIECES];
    size_t count = 0;

    *query = (struct client_query){0};
    if (copy == NULL)
        return;
    for (char *word = strtok_r(copy, " \t\n,;", &rest);
         word != NULL && count < sizeof(words) / sizeof(words[0]);
         word = strtok_r(NULL, " \t\n,;", &rest))
        count = split_hyphens(word, words, count, sizeof(words) / sizeof(words[0]));
    for (size_t i = 0; i < count && query->count < CLIENT_PIECES;) {
        struct client_piece *piece = &query->pieces[query->count];
        size_t taken = date_read(piece, words + i, count - i);

        if (taken == 0) {
            piece_read(piece, words[i]);
            taken = 1;
        }
        query->count += piece->count > 0;
        i += taken;
    }
    free(copy);
}

int client_term_fits(const struct client_term *term, const char *key)
{
    size_t length = strlen(term->key);

    if (strncmp(key, term->key, length) != 0)
        return 0;
    if (key[length] == '\0')
        return term->whole ? term->score : term->score + 1;
    return term->whole ? 0 : term->score;
}

void client_query_fit(const struct client_query *query, const char *key, int scores[CLIENT_PIECES])
{
    for (size_t i = 0; i < query->count; i++)
        for (size_t j = 0; j < query->pieces[i].count; j++) {
            int score = client_term_fits(&query->pieces[i].terms[j], key);

            if (score > scores[i])
                scores[i] = score;
        }
}

/* --- of details ------------------------------------------------------------------------------- */

static void likely_add(struct client_term *terms, size_t *count, int group, char kind,
                       const char *text)
{
    if (*count == CLIENT_LIKELY_TERMS || *text == '\0')
        return;
    key_write(terms[*count].key, kind, text);
    lower(kind == 'f' || kind == 'e' ? terms[*count].key + strlen(terms[*count].key)
                                     : terms[*count].key);
    terms[*count].whole = true;
    terms[*count].score = group;
    (*count)++;
}

size_t client_likely_terms(const struct client_traits *traits,
                           struct client_term terms[CLIENT_LIKELY_TERMS])
{
    size_t phone = strlen(traits->phone), count = 0;

    if (phone >= 7)
        likely_add(terms, &count, 1, 'p', traits->phone + phone - 7);
    likely_add(terms, &count, 2, 'm', traits->email);
    if (strlen(traits->postal_code) == 6)
        likely_add(terms, &count, 3, 'c', traits->postal_code);
    likely_add(terms, &count, 4, 'b', traits->birth_date[0]);
    likely_add(terms, &count, 4, 'b', traits->birth_date[1]);
    for (size_t i = 0; i < traits->name.count; i++) {
        const struct client_name_word *word = &traits->name.words[i];

        if (word->text[1] == '\0')
            continue;
        likely_add(terms, &count, 5 + (int)i, 'n', word->text);
        for (int which = 0; which < NAME_SOUND_COUNT; which++)
            if (strlen(word->sounds[which]) >= SOUND_LEAST)
                likely_add(terms, &count, 5 + (int)i, sound_kinds[which], word->sounds[which]);
    }
    return count;
}
