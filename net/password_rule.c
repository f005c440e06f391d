#include "net/password_rule.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <sodium.h>

#include "app/text.h"

#define HEX_SIZE       41 /* of a SHA-1 */
#define LEAST_DIGITS   10
#define LINE_SIZE      2048
#define READ_ALL_BYTES (8L * 1024 * 1024)
#define CORE_SIZE      1100

static const char *const flaw_names[PASSWORD_FLAW_COUNT] = {"fine", "short", "common", "own",
                                                            "same"};

const char *password_flaw_name(enum password_flaw flaw)
{
    return (unsigned)flaw < PASSWORD_FLAW_COUNT ? flaw_names[flaw] : NULL;
}

/* --- what anybody tries ----------------------------------------------------------------------- */

/* Words that passwords are made of most, without their digits and marks, in both languages; sorted.
 * What is made of one or two of them, once or several times, is on everybody's list. */
static const char *const words[] = {
    "abc",        "abcd",           "abcdef",        "abcdefgh",   "access",
    "admin",      "administrateur", "administrator", "aimer",      "ami",
    "amour",      "andrew",         "ange",          "anglais",    "april",
    "asdf",       "asdfgh",         "asdfghjkl",     "aout",       "automne",
    "autumn",     "avril",          "azerty",        "azertyuiop", "bailey",
    "baseball",   "batman",         "bienvenue",     "bonjour",    "bureau",
    "camille",    "canada",         "canadien",      "canadiens",  "change",
    "changeme",   "changezmoi",     "charlie",       "chat",       "cheval",
    "chien",      "chocolat",       "clerk",         "coffee",     "commis",
    "compte",     "computer",       "connexion",     "counter",    "dallas",
    "daniel",     "december",       "decembre",      "default",    "demo",
    "depasse",    "dragon",         "ete",           "famille",    "family",
    "february",   "fevrier",        "football",      "france",     "freedom",
    "friday",     "gouv",           "gouvernement",  "government", "guest",
    "guichet",    "guichetd",       "hello",         "hiver",      "hockey",
    "hunter",     "iloveyou",       "invite",        "january",    "janvier",
    "jennifer",   "jessica",        "jetaime",       "jordan",     "juillet",
    "juin",       "july",           "june",          "killer",     "laval",
    "letmein",    "login",          "love",          "loulou",     "lundi",
    "mai",        "march",          "mars",          "marie",      "master",
    "maxime",     "merci",          "michael",       "michel",     "ministere",
    "ministry",   "monday",         "monkey",        "montreal",   "mot",
    "motdepasse", "mustang",        "nicolas",       "nouveau",    "november",
    "novembre",   "october",        "octobre",       "office",     "ontario",
    "ordinateur", "ottawa",         "ouvrir",        "pass",       "passe",
    "passw",      "passwd",         "password",      "passwort",   "pokemon",
    "princess",   "princesse",      "printemps",     "quebec",     "qwer",
    "qwert",      "qwerty",         "qwertyuiop",    "root",       "saint",
    "samedi",     "samsung",        "secret",        "securite",   "security",
    "september",  "septembre",      "service",       "services",   "shadow",
    "soccer",     "soleil",         "spring",        "starwars",   "summer",
    "sunday",     "sunshine",       "superman",      "temp",       "temporaire",
    "temporary",  "test",           "toronto",       "travail",    "trustno",
    "user",       "utilisateur",    "vancouver",     "vendredi",   "welcome",
    "whatever",   "winter",         "work",          "yankees",    "zxcv",
    "zxcvbn",     "zxcvbnm",
};

static bool is_word(const char *text, size_t length)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == length && memcmp(words[i], text, length) == 0)
            return true;
    return false;
}

/* Small letters; digits and marks that stand for letters become them. */
static char plain_letter(char character, char one)
{
    static const char from[] = "01345789@$!|+";
    static const char to[] = "oleasTbgasilt";
    const char *at = strchr(from, character);

    if (character == '1')
        return one;
    if (character != '\0' && at != NULL)
        return (char)tolower((unsigned char)to[at - from]);
    return (char)tolower((unsigned char)character);
}

/* How a password is read: what people add before and after (digits, marks) is left out, and what
 * stands for a letter is that letter. */
struct reading {
    bool plain; /* digits and marks are letters */
    bool whole; /* also those before the first letter */
    char one;   /* what 1 is */
};

static void core_of(const char *password, const struct reading *reading, char core[CORE_SIZE])
{
    size_t first = 0, last = strlen(password), length = 0;

    while (last > 0 && !isalpha((unsigned char)password[last - 1]) &&
           (unsigned char)password[last - 1] < 0x80)
        last--;
    while (!reading->whole && first < last && !isalpha((unsigned char)password[first]) &&
           (unsigned char)password[first] < 0x80)
        first++;
    for (; first < last && length < CORE_SIZE - 1; first++) {
        char letter = reading->plain ? plain_letter(password[first], reading->one)
                                     : (char)tolower((unsigned char)password[first]);

        /* Marks and digits between words do not make them others. */
        if (isalpha((unsigned char)letter) || (unsigned char)letter >= 0x80)
            core[length++] = letter;
    }
    core[length] = '\0';
}

/* Whether a text is words of the list and nothing else, at most three of them. */
static bool is_words(const char *text, size_t length, int most)
{
    if (length == 0)
        return true;
    if (most == 0)
        return false;
    for (size_t end = 3; end <= length; end++)
        if (is_word(text, end) && is_words(text + end, length - end, most - 1))
            return true;
    return false;
}

/* One short piece again and again, or steps along the digits, the letters or the keyboard. */
static bool is_repeated(const char *password)
{
    size_t length = strlen(password);

    for (size_t period = 1; period <= 4 && period * 2 <= length; period++) {
        size_t i = period;

        while (i < length && password[i] == password[i % period])
            i++;
        if (i == length)
            return true;
    }
    return false;
}

static bool is_run(const char *password)
{
    static const char *const rows[] = {"01234567890123456789", "abcdefghijklmnopqrstuvwxyz",
                                       "qwertyuiopasdfghjklzxcvbnm", "azertyuiopqsdfghjklmwxcvbn"};
    size_t length = strlen(password), steps = 0;

    for (size_t i = 1; i < length; i++) {
        char pair[3] = {(char)tolower((unsigned char)password[i - 1]),
                        (char)tolower((unsigned char)password[i]), '\0'};
        char back[3] = {pair[1], pair[0], '\0'};

        for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
            if (strstr(rows[row], pair) != NULL || strstr(rows[row], back) != NULL) {
                steps++;
                break;
            }
    }
    /* All but one or two of its steps lead to the next key. */
    return length > 2 && steps + 3 >= length;
}

static bool is_common(const char *password)
{
    static const struct reading readings[] = {{false, false, '1'},
                                              {true, false, 'i'},
                                              {true, false, 'l'},
                                              {true, true, 'i'},
                                              {true, true, 'l'}};
    char core[CORE_SIZE];
    bool common = is_repeated(password) || is_run(password);

    for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]) && !common; i++) {
        core_of(password, &readings[i], core);
        common = core[0] != '\0' && is_words(core, strlen(core), 3);
    }
    sodium_memzero(core, sizeof(core));
    return common;
}

/* The login or the name with a few characters around it. */
static bool is_own(const char *password, const char *own)
{
    char *left = text_fold(password, strlen(password));
    char *right = own != NULL ? text_fold(own, strlen(own)) : NULL;
    const char *at =
        left != NULL && right != NULL && strlen(right) > 3 ? strstr(left, right) : NULL;
    bool is = at != NULL && strlen(left) < strlen(right) + 6;

    if (left != NULL)
        sodium_memzero(left, strlen(left));
    free(left);
    free(right);
    return is;
}

/* --- the organisation's list ------------------------------------------------------------------ */

static void digest(const char *password, char hex[HEX_SIZE])
{
    unsigned char hash[20] = {0};

    hex[0] = '\0';
    if (gnutls_hash_fast(GNUTLS_DIG_SHA1, password, strlen(password), hash) == 0)
        sodium_bin2hex(hex, HEX_SIZE, hash, sizeof(hash));
}

/* How many hex digits a line begins with, when it is nothing else before its end or a colon; else
 * 0. */
static size_t hex_digits(const char *line)
{
    size_t digits = strspn(line, "0123456789abcdefABCDEF");

    return digits >= LEAST_DIGITS && digits < HEX_SIZE && strchr(":\r\n", line[digits]) != NULL
               ? digits
               : 0;
}

/* The order of a line of digits and the digest; 0 when the line is its beginning. */
static int compare(const char *line, const char *hex)
{
    for (size_t i = 0, digits = hex_digits(line); i < digits; i++) {
        int difference = tolower((unsigned char)line[i]) - hex[i];

        if (difference != 0)
            return difference;
    }
    return 0;
}

static bool line_is(const char *line, const char *password, const char *hex)
{
    size_t length = strcspn(line, "\r\n");

    if (hex_digits(line) > 0 && compare(line, hex) == 0)
        return true;
    return length > 0 && strlen(password) == length && strncasecmp(line, password, length) == 0;
}

static bool scan(FILE *file, const char *password, const char *hex)
{
    char line[LINE_SIZE];

    while (fgets(line, sizeof(line), file) != NULL)
        if (line_is(line, password, hex))
            return true;
    return false;
}

/* The first whole line at or after an offset; false at the end. */
static bool line_at(FILE *file, long offset, char line[LINE_SIZE])
{
    if (fseek(file, offset > 0 ? offset - 1 : 0, SEEK_SET) != 0)
        return false;
    if (offset > 0 && fgets(line, LINE_SIZE, file) == NULL)
        return false;
    return fgets(line, LINE_SIZE, file) != NULL;
}

/* In a sorted list of digests. */
static bool search(FILE *file, long size, const char *hex)
{
    char line[LINE_SIZE];
    long low = 0, high = size;

    while (low < high) {
        long middle = low + (high - low) / 2;
        int order = line_at(file, middle, line) ? compare(line, hex) : 1;

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return line_at(file, low, line) && hex_digits(line) > 0 && compare(line, hex) == 0;
}

static int look_up(const char *path, const char *password, bool *listed, struct error *error)
{
    FILE *file = fopen(path, "re");
    char line[LINE_SIZE] = "", hex[HEX_SIZE];
    long size;

    *listed = false;
    if (file == NULL)
        return error_set(error, ERROR_NOT_FOUND, "password-list: %s: %s", path, strerror(errno));
    digest(password, hex);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    if (size > READ_ALL_BYTES && fgets(line, sizeof(line), file) != NULL && hex_digits(line) > 0) {
        *listed = search(file, size, hex);
    } else {
        rewind(file);
        *listed = scan(file, password, hex);
    }
    fclose(file);
    sodium_memzero(hex, sizeof(hex));
    return 0;
}

/* --- judging ---------------------------------------------------------------------------------- */

static size_t characters(const char *text)
{
    size_t count = 0;

    for (; *text != '\0'; text++)
        count += ((unsigned char)*text & 0xC0) != 0x80;
    return count;
}

int password_judge(const struct password_rule *rule, const char *password, const char *login,
                   const char *name, enum password_flaw *flaw, struct error *error)
{
    bool listed = false;
    int code = 0;

    *flaw = PASSWORD_FINE;
    if (characters(password) < rule->least)
        *flaw = PASSWORD_SHORT;
    else if (is_own(password, login) || is_own(password, name))
        *flaw = PASSWORD_OWN;
    else if (is_common(password))
        *flaw = PASSWORD_COMMON;
    else if (rule->list != NULL && rule->list[0] != '\0')
        code = look_up(rule->list, password, &listed, error);
    if (listed)
        *flaw = PASSWORD_COMMON;
    return code;
}
