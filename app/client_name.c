#include "app/client_name.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"

/* --- taking apart ----------------------------------------------------------------------------- */

static const char *const particles[] = {
    "o",   "l",   "d",   "de",  "des", "du", "di",  "da",    "la",     "le", "del", "della", "van",
    "von", "der", "den", "mac", "mc",  "st", "ste", "saint", "sainte", "el", "al",  NULL};

static const char *const unsaid[] = {
    "inc", "ltd", "ltee",    "limited", "limitee", "enr", "senc", "corp", "corporation",
    "co",  "cie", "company", "the",     "les",     "et",  "and",  "dit",  "dite",
    "nee", "ne",  "mr",      "mrs",     "ms",      "mme", "m",    NULL};

static bool is_among(const char *word, const char *const *words)
{
    for (; *words != NULL; words++)
        if (strcmp(*words, word) == 0)
            return true;
    return false;
}

static int generation_of(const char *word)
{
    static const char *const juniors[] = {"jr", "junior", "fils", "ii", "iii", NULL};
    static const char *const seniors[] = {"sr", "senior", "pere", NULL};

    return is_among(word, juniors) ? 1 : is_among(word, seniors) ? 2 : 0;
}

/* The letters of a name without apostrophes, which join; with `heard`, a cedilla is an s. Owned. */
static char *prepare(const char *typed, size_t length, bool heard)
{
    static const struct {
        const char *sign;
        const char *heard; /* NULL: left out in both */
    } signs[] = {{"'", NULL}, {"\u2019", NULL}, {"\u00e7", "s"}, {"\u00c7", "s"}};
    char *plain = malloc(length + 1), *folded;
    size_t size = 0;

    for (size_t i = 0; plain != NULL && i < length;) {
        size_t sign = 0, count = sizeof(signs) / sizeof(signs[0]);

        while (sign < count &&
               (strncmp(typed + i, signs[sign].sign, strlen(signs[sign].sign)) != 0 ||
                (signs[sign].heard != NULL && !heard)))
            sign++;
        if (sign == count) {
            plain[size++] = typed[i++];
            continue;
        }
        if (signs[sign].heard != NULL)
            plain[size++] = signs[sign].heard[0];
        i += strlen(signs[sign].sign);
    }
    folded = plain != NULL ? text_fold(plain, size) : NULL;
    free(plain);
    return folded;
}

static void word_set(struct client_name_word *word, const char *text, const char *heard)
{
    char joined[2 * CLIENT_NAME_WORD_SIZE];

    /* One Scots name in its two spellings. */
    if (strncmp(text, "mc", 2) == 0 && text[2] != '\0') {
        strcpy(joined, "mac");
        text_copy(joined + 3, sizeof(joined) - 3, text + 2);
        text_copy(word->text, sizeof(word->text), joined);
        heard = word->text;
    } else {
        text_copy(word->text, sizeof(word->text), text);
    }
    for (int which = 0; which < NAME_SOUND_COUNT; which++)
        name_sound((enum name_sound)which, heard, word->sounds[which]);
}

/* A part of a name on its way into words. */
struct joining {
    char text[2 * CLIENT_NAME_WORD_SIZE];
    char heard[2 * CLIENT_NAME_WORD_SIZE];
};

static void join(char *text, size_t size, const char *word)
{
    size_t length = strlen(text);

    if (strcmp(word, "saint") == 0 || strcmp(word, "sainte") == 0)
        word = word[5] == '\0' ? "st" : "ste";
    text_copy(text + length, size - length, word);
}

static void words_add(struct client_name *name, char *folded, char *heard)
{
    char *rest = NULL, *heard_rest = NULL;
    struct joining joining = {"", ""};
    char *word = strtok_r(folded, " ", &rest), *said = strtok_r(heard, " ", &heard_rest);

    for (; word != NULL && said != NULL && name->count < CLIENT_NAME_WORDS;
         word = strtok_r(NULL, " ", &rest), said = strtok_r(NULL, " ", &heard_rest)) {
        int generation = generation_of(word);

        if (generation != 0)
            name->generation = generation;
        if (generation != 0 || is_among(word, unsaid))
            continue;
        join(joining.text, sizeof(joining.text), word);
        join(joining.heard, sizeof(joining.heard), said);
        if (is_among(word, particles) && *rest != '\0')
            continue;
        word_set(&name->words[name->count++], joining.text, joining.heard);
        joining = (struct joining){"", ""};
    }
    if (joining.text[0] != '\0' && name->count < CLIENT_NAME_WORDS)
        word_set(&name->words[name->count++], joining.text, joining.heard);
}

static void part_add(struct client_name *name, const char *typed, size_t length)
{
    char *folded = prepare(typed, length, false), *heard = prepare(typed, length, true);

    if (folded != NULL && heard != NULL)
        words_add(name, folded, heard);
    free(folded);
    free(heard);
}

void client_name_read(struct client_name *name, const char *typed)
{
    const char *comma = strchr(typed, ',');

    *name = (struct client_name){0};
    if (comma != NULL)
        part_add(name, comma + 1, strlen(comma + 1));
    part_add(name, typed, comma != NULL ? (size_t)(comma - typed) : strlen(typed));
}

/* --- nicknames -------------------------------------------------------------------------------- */

/* Names of one person, in both languages; only where one does not begin the other. */
static const char *const nicknames[] = {
    "robert bob bobby rob robbie bert",
    "william bill billy will willy liam guillaume",
    "richard dick rick ricky rich",
    "james jim jimmy jamie jacques",
    "john jack johnny jean ian",
    "jacques jack",
    "margaret peggy maggie meg marge",
    "elizabeth elisabeth liz beth betty lisa eliza",
    "michael mike mick michel",
    "alexander alexandre sasha alex sandy alec",
    "alexandra alex sandra",
    "katherine catherine kate kathy cathy katie kathleen",
    "patrick pat paddy",
    "patricia pat patty trish",
    "joseph joe jos jose",
    "thomas tom tommy",
    "anthony tony antoine antonio",
    "edward ed ted eddie ned edouard",
    "charles charlie chuck",
    "henry harry henri",
    "donald don donnie",
    "gordon gord",
    "david dave",
    "daniel dan danny",
    "stephen steve steven stephane etienne",
    "peter pete pierre",
    "paul pablo",
    "george georges",
    "marie mary maria",
    "andrew andy andre andrea",
    "matthew matt mathieu matthieu",
    "nicholas nick nicolas",
    "susan sue suzanne susie suzie",
    "deborah debbie deb",
    "dorothy dot dottie",
    "helen helene nell",
    "jennifer jen jenny",
    "sean shaun shawn",
    "kenneth ken kenny",
    "ronald ron ronnie",
    "francois frank francis",
    "louis lou",
    "lawrence larry laurent",
    "theodore ted theo",
    "gabrielle gaby gabby",
    "mohamed mohammed mohammad muhammad mohamad mamadou",
    "yusuf youssef yousef yousouf joseph",
    "hussein hussain hossein",
    "ahmed ahmad",
    "olivier oliver",
    "philippe philip phil",
    NULL,
};

static bool list_has(const char *list, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = list; (at = strstr(at, word)) != NULL; at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

bool client_name_is_nickname(const char *left, const char *right)
{
    size_t left_length = strlen(left), right_length = strlen(right);
    size_t shorter = left_length < right_length ? left_length : right_length;
    size_t longer = left_length < right_length ? right_length : left_length;

    /* A name cut short; a letter or two more make another name of it: Jean and Jeanne. */
    if (shorter >= 3 && longer >= shorter + 3 && strncmp(left, right, shorter) == 0)
        return true;
    if (shorter < 2)
        return false;
    for (const char *const *list = nicknames; *list != NULL; list++)
        if (list_has(*list, left) && list_has(*list, right))
            return true;
    return false;
}

/* --- comparing words -------------------------------------------------------------------------- */

#define LETTERS 24

/* Letters changed, added, left out or swapped with the next one (Damerau, optimal alignment). */
static size_t distance(const char *left, const char *right)
{
    size_t rows[3][LETTERS + 1], left_length = strlen(left), right_length = strlen(right);

    if (left_length > LETTERS || right_length > LETTERS)
        return LETTERS;
    for (size_t j = 0; j <= right_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= left_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= right_length; j++) {
            size_t least = above[j - 1] + (left[i - 1] != right[j - 1]);

            if (above[j] + 1 < least)
                least = above[j] + 1;
            if (row[j - 1] + 1 < least)
                least = row[j - 1] + 1;
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] &&
                two_above[j - 2] + 1 < least)
                least = two_above[j - 2] + 1;
            row[j] = least;
        }
    }
    return rows[left_length % 3][right_length];
}

static bool is_misspelt(const char *left, const char *right)
{
    size_t left_length = strlen(left), right_length = strlen(right);
    size_t longer = left_length > right_length ? left_length : right_length;

    /* Fingers slip, but seldom on the first letter: Omar and Amar are two people. */
    if (longer < 4 || isdigit((unsigned char)*left) || *left != *right)
        return false;
    return distance(left, right) <= (longer < 8 ? 1 : 2);
}

/* Short keys are shared by too many words. */
static bool sounds_alike(const struct client_name_word *left, const struct client_name_word *right)
{
    for (int which = 0; which < NAME_SOUND_COUNT; which++)
        if (strlen(left->sounds[which]) >= 3 &&
            strcmp(left->sounds[which], right->sounds[which]) == 0)
            return true;
    return false;
}

static bool is_initial(const char *left, const char *right)
{
    return left[0] == right[0] && (left[1] == '\0' || right[1] == '\0');
}

/* How two words may be the same, the surest first. */
enum word_likeness { WORD_SAME, WORD_NICKNAME, WORD_SOUND, WORD_MISSPELT, WORD_INITIAL, WORD_WAYS };

static bool words_fit(enum word_likeness how, const struct client_name_word *left,
                      const struct client_name_word *right)
{
    switch (how) {
    case WORD_SAME:
        return strcmp(left->text, right->text) == 0;
    case WORD_NICKNAME:
        return client_name_is_nickname(left->text, right->text);
    case WORD_SOUND:
        return sounds_alike(left, right);
    case WORD_MISSPELT:
        return is_misspelt(left->text, right->text);
    default:
        return is_initial(left->text, right->text);
    }
}

/* --- comparing names -------------------------------------------------------------------------- */

/* Which words of two names were found in the other. */
struct pairing {
    const struct client_name *left, *right;
    bool left_used[CLIENT_NAME_WORDS], right_used[CLIENT_NAME_WORDS];
    size_t count[WORD_WAYS]; /* of pairs */
    bool firsts;             /* the first words are a pair */
};

static void pair_by(struct pairing *pairing, enum word_likeness how)
{
    for (size_t i = 0; i < pairing->left->count; i++)
        for (size_t j = 0; j < pairing->right->count && !pairing->left_used[i]; j++) {
            if (pairing->right_used[j] ||
                !words_fit(how, &pairing->left->words[i], &pairing->right->words[j]))
                continue;
            pairing->left_used[i] = pairing->right_used[j] = true;
            pairing->count[how]++;
            if (i == 0 && j == 0)
                pairing->firsts = true;
        }
}

/* "Jean Guy" and "Jeanguy". */
static void pair_joined(const struct client_name *two, bool *two_used,
                        const struct client_name *one, bool *one_used, struct pairing *pairing)
{
    for (size_t i = 0; i + 1 < two->count; i++)
        for (size_t j = 0; j < one->count; j++) {
            char joined[2 * CLIENT_NAME_WORD_SIZE];

            if (two_used[i] || two_used[i + 1] || one_used[j])
                continue;
            strcpy(joined, two->words[i].text);
            strcat(joined, two->words[i + 1].text);
            if (strcmp(joined, one->words[j].text) != 0)
                continue;
            two_used[i] = two_used[i + 1] = one_used[j] = true;
            pairing->count[WORD_NICKNAME] += 2;
        }
}

static size_t count_unused(const struct client_name *name, const bool *used, bool *number)
{
    size_t count = 0;

    *number = false;
    for (size_t i = 0; i < name->count; i++)
        if (!used[i]) {
            count++;
            *number |= isdigit((unsigned char)name->words[i].text[0]) != 0;
        }
    return count;
}

static enum client_name_likeness judge(const struct pairing *pairing)
{
    bool left_number, right_number;
    size_t left = count_unused(pairing->left, pairing->left_used, &left_number);
    size_t right = count_unused(pairing->right, pairing->right_used, &right_number);
    size_t sure = pairing->count[WORD_SAME] + pairing->count[WORD_NICKNAME] +
                  pairing->count[WORD_SOUND] + pairing->count[WORD_MISSPELT];
    bool single = pairing->left->count == 1 || pairing->right->count == 1;

    if (left_number && right_number)
        return CLIENT_NAME_OTHER;
    if (left == 0 && right == 0 && pairing->count[WORD_SAME] == pairing->left->count)
        return CLIENT_NAME_SAME;
    if (single && pairing->left->count != pairing->right->count &&
        (sure > 0 || pairing->count[WORD_INITIAL] > 0) && pairing->count[WORD_NICKNAME] < 2)
        return CLIENT_NAME_ONE_WORD;
    if (sure == 0)
        return CLIENT_NAME_OTHER;
    if (left == 0 || right == 0)
        return pairing->count[WORD_INITIAL] > 0 ? CLIENT_NAME_INITIALS : CLIENT_NAME_ALIKE;
    return pairing->firsts ? CLIENT_NAME_GIVEN : CLIENT_NAME_FAMILY;
}

enum client_name_likeness client_name_compare(const struct client_name *left,
                                              const struct client_name *right, bool *sounds)
{
    struct pairing pairing = {.left = left, .right = right};

    if (sounds != NULL)
        *sounds = false;
    if (left->count == 0 || right->count == 0)
        return CLIENT_NAME_UNKNOWN;
    pair_by(&pairing, WORD_SAME);
    pair_joined(left, pairing.left_used, right, pairing.right_used, &pairing);
    pair_joined(right, pairing.right_used, left, pairing.left_used, &pairing);
    for (int how = WORD_NICKNAME; how < WORD_WAYS; how++)
        pair_by(&pairing, (enum word_likeness)how);
    if (sounds != NULL)
        *sounds = pairing.count[WORD_SOUND] > 0;
    return judge(&pairing);
}
