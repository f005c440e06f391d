#include "ui/spelling.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <hunspell.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#include "app/text.h"

#define USUAL_FOLDERS "/usr/share/hunspell:/usr/share/myspell/dicts:/usr/local/share/hunspell"
#define WORD_LIMIT    64 /* bytes; what is longer is no word */
#define JUDGED_LIMIT  4096

struct spelling {
    Hunhandle *handle; /* owned */
    char **accepted;   /* owned */
    size_t accepted_count;
    /* Words that were judged, by their hash; forgotten all at once when there are many. */
    uint64_t judged[2 * JUDGED_LIMIT]; /* the lowest bit: well spelled; 0: nothing */
    size_t judged_count;
};

/* --- dictionaries ----------------------------------------------------------------------------- */

/* Names of a language's dictionaries, the nearest first. */
static const struct {
    const char *language;
    const char *names[4];
} dictionaries[] = {
    {"fr", {"fr_CA", "fr", "fr_FR", NULL}},
    {"en", {"en_CA", "en_GB", "en_US", NULL}},
};

static struct spelling *open_at(const char *folder, size_t length, const char *name)
{
    char rules[512], words[512];
    struct spelling *spelling;

    if (snprintf(rules, sizeof(rules), "%.*s/%s.aff", (int)length, folder, name) >=
            (int)sizeof(rules) ||
        snprintf(words, sizeof(words), "%.*s/%s.dic", (int)length, folder, name) >=
            (int)sizeof(words) ||
        access(rules, R_OK) != 0 || access(words, R_OK) != 0)
        return NULL;
    spelling = calloc(1, sizeof(*spelling));
    if (spelling == NULL)
        return NULL;
    spelling->handle = Hunspell_create(rules, words);
    /* The dictionaries of both languages are UTF-8; of another nothing would be understood. */
    if (spelling->handle != NULL &&
        strcmp(Hunspell_get_dic_encoding(spelling->handle), "UTF-8") == 0)
        return spelling;
    spelling_close(spelling);
    return NULL;
}

struct spelling *spelling_open(const char *language, const char *folders)
{
    if (folders == NULL)
        folders = USUAL_FOLDERS;
    for (size_t i = 0; i < sizeof(dictionaries) / sizeof(dictionaries[0]); i++) {
        if (strncmp(language, dictionaries[i].language, 2) != 0)
            continue;
        for (const char *folder = folders; *folder != '\0';) {
            size_t length = strcspn(folder, ":");

            for (const char *const *name = dictionaries[i].names; *name != NULL; name++) {
                struct spelling *spelling = open_at(folder, length, *name);

                if (spelling != NULL)
                    return spelling;
            }
            folder += length + (folder[length] == ':');
        }
    }
    return NULL;
}

void spelling_close(struct spelling *spelling)
{
    if (spelling == NULL)
        return;
    spelling_forget(spelling);
    if (spelling->handle != NULL)
        Hunspell_destroy(spelling->handle);
    free(spelling);
}

struct spelling *spelling_of(const char *language)
{
    static struct {
        struct spelling *spelling;
        bool looked;
    } kept[sizeof(dictionaries) / sizeof(dictionaries[0])];

    for (size_t i = 0; i < sizeof(dictionaries) / sizeof(dictionaries[0]); i++) {
        if (strncmp(language, dictionaries[i].language, 2) != 0)
            continue;
        if (!kept[i].looked)
            kept[i].spelling = spelling_open(language, getenv("DICPATH"));
        kept[i].looked = true;
        return kept[i].spelling;
    }
    return NULL;
}

/* --- what is accepted besides ----------------------------------------------------------------- */

/* Kept here and not in the dictionary: Hunspell never forgets a word that it was given (it takes
 * the removed one for a fault from then on), and these are names of clients. */

static void judged_forget(struct spelling *spelling)
{
    memset(spelling->judged, 0, sizeof(spelling->judged));
    spelling->judged_count = 0;
}

void spelling_accept(struct spelling *spelling, const char *word)
{
    char **longer = realloc(spelling->accepted, (spelling->accepted_count + 1) * sizeof(longer[0]));

    if (longer == NULL)
        return;
    spelling->accepted = longer;
    longer[spelling->accepted_count] = strdup(word);
    if (longer[spelling->accepted_count] == NULL)
        return;
    spelling->accepted_count++;
    judged_forget(spelling);
}

void spelling_forget(struct spelling *spelling)
{
    for (size_t i = 0; i < spelling->accepted_count; i++)
        free(spelling->accepted[i]);
    free(spelling->accepted);
    spelling->accepted = NULL;
    spelling->accepted_count = 0;
    judged_forget(spelling);
}

/* --- one word --------------------------------------------------------------------------------- */

/* FNV-1a; never 0, and even. */
static uint64_t hash_of(const char *word, size_t length)
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (unsigned char)word[i]) * UINT64_C(1099511628211);
    return (hash | 2) & ~UINT64_C(1);
}

/* However it is written, large or small. */
static bool is_accepted(const struct spelling *spelling, const char *word, size_t length)
{
    for (size_t i = 0; i < spelling->accepted_count; i++) {
        int different = 1;

        if (u8_casecmp((const uint8_t *)word, length, (const uint8_t *)spelling->accepted[i],
                       strlen(spelling->accepted[i]), NULL, NULL, &different) == 0 &&
            different == 0)
            return true;
    }
    return false;
}

static bool is_well(struct spelling *spelling, const char *word, size_t length)
{
    uint64_t hash = hash_of(word, length);
    size_t place = (size_t)(hash >> 8) % (2 * JUDGED_LIMIT);
    char copy[WORD_LIMIT + 1];
    bool well;

    while (spelling->judged[place] != 0) {
        if ((spelling->judged[place] & ~UINT64_C(1)) == hash)
            return spelling->judged[place] & 1;
        place = (place + 1) % (2 * JUDGED_LIMIT);
    }
    memcpy(copy, word, length);
    copy[length] = '\0';
    well = is_accepted(spelling, word, length) || Hunspell_spell(spelling->handle, copy) != 0;
    if (spelling->judged_count == JUDGED_LIMIT) {
        judged_forget(spelling);
        place = (size_t)(hash >> 8) % (2 * JUDGED_LIMIT);
    }
    spelling->judged[place] = hash | (uint64_t)well;
    spelling->judged_count++;
    return well;
}

/* --- words of a text -------------------------------------------------------------------------- */

/* What was found between two spaces. */
struct token {
    size_t start, end; /* of the word, without what stands around it */
    bool judged;       /* a word to be judged, as far as its letters tell */
    bool capital;      /* begins with one */
};

static ucs4_t character_at(const char *text, size_t length, size_t at, size_t *next)
{
    ucs4_t character = 0xFFFD;
    int bytes = at < length ? u8_mbtoucr(&character, (const uint8_t *)text + at, length - at) : 0;

    *next = at + (bytes > 0 ? (size_t)bytes : 1);
    return character;
}

static bool is_space(ucs4_t character)
{
    return character == ' ' || character == '\n' || character == '\t' || character == 0xA0 ||
           character == 0x202F;
}

static bool is_letter(ucs4_t character)
{
    return uc_is_general_category_withtable(character, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M);
}

/* Between letters they are of the word. */
static bool is_joint(ucs4_t character)
{
    return character == '\'' || character == 0x2019 || character == '-';
}

/* A dot within, an at sign, a slash or a digit: an address, a reference, an amount. */
static bool is_foreign(ucs4_t character)
{
    return character == '@' || character == '/' || character == '_' || character == '\\' ||
           uc_is_general_category_withtable(character, UC_CATEGORY_MASK_N);
}

/* Reads the token that begins at `at`, which is no space: up to the next space, or to a mark that
 * ends a word. `next` is where to go on. */
static void token_read(const char *text, size_t length, size_t at, struct token *token,
                       size_t *next)
{
    size_t letters = 0, capitals = 0;
    bool foreign = false, dotted = false;

    *token = (struct token){at, at, false, false};
    while (at < length) {
        size_t after, beyond;
        ucs4_t character = character_at(text, length, at, &after);

        if (is_space(character))
            break;
        if (is_letter(character)) {
            bool capital = uc_is_general_category_withtable(character, UC_CATEGORY_MASK_Lu);

            if (letters == 0) {
                token->start = at;
                token->capital = capital;
            }
            foreign |= dotted;
            letters++;
            capitals += capital;
            token->end = after;
        } else if (is_foreign(character)) {
            foreign = true;
        } else if (character == '.' || character == ':') {
            dotted = letters > 0;
        } else if (letters > 0 && !foreign &&
                   !(is_joint(character) &&
                     is_letter(character_at(text, length, after, &beyond)))) {
            at = after;
            break; /* a comma, a bracket: the word ends, another one may follow at once */
        }
        at = after;
    }
    *next = at;
    token->judged = letters > 1 && !foreign && !(capitals == letters) &&
                    token->end - token->start <= WORD_LIMIT;
}

/* Whether a sentence begins at `at`: nothing, or a mark that ends one, stands before it. */
static bool begins_sentence(const char *text, size_t at)
{
    while (at > 0 && strchr(" \t\"(-", text[at - 1]) != NULL)
        at--;
    return at == 0 || strchr(".!?:\n", text[at - 1]) != NULL;
}

static bool is_fault(struct spelling *spelling, const char *text, const struct token *token)
{
    /* A capital within a sentence is a name's. */
    if (!token->judged || (token->capital && !begins_sentence(text, token->start)))
        return false;
    return !is_well(spelling, text + token->start, token->end - token->start);
}

bool spelling_find(struct spelling *spelling, const char *text, size_t length, size_t from,
                   size_t *start, size_t *end)
{
    size_t at = from, next;

    /* From the beginning of the word in which it stands. */
    while (at > 0 && !is_space((unsigned char)text[at - 1]))
        at--;
    while (at < length) {
        struct token token;

        if (is_space(character_at(text, length, at, &next))) {
            at = next;
            continue;
        }
        token_read(text, length, at, &token, &next);
        if (token.end > from && is_fault(spelling, text, &token)) {
            *start = token.start;
            *end = token.end;
            return true;
        }
        at = next;
    }
    return false;
}

size_t spelling_suggest(struct spelling *spelling, const char *word,
                        char *suggestions[SPELLING_SUGGESTIONS])
{
    char **list = NULL;
    int count = Hunspell_suggest(spelling->handle, &list, word);
    size_t kept = 0;

    for (int i = 0; i < count && kept < SPELLING_SUGGESTIONS; i++) {
        /* A dictionary is a file: what it says is checked like all that comes from outside. */
        if (!text_is_utf8(list[i], strlen(list[i])))
            continue;
        suggestions[kept] = strdup(list[i]);
        kept += suggestions[kept] != NULL;
    }
    if (list != NULL)
        Hunspell_free_list(spelling->handle, &list, count);
    return kept;
}
