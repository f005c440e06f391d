#include "app/client_likeness.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "app/birth_date.h"
#include "app/text.h"

/* --- words ------------------------------------------------------------------------------------ */

static const char *const words[LIKENESS_COUNT] = {
    "same-phone",      "same-email", "same-name",  "similar-name",       "same-postal-code",
    "same-birth-date", "same-sound", "given-name", "similar-birth-date", "other-birth-date",
};

const char *client_likeness_word(unsigned bit)
{
    for (int i = 0; i < LIKENESS_COUNT; i++)
        if (bit == 1u << i)
            return words[i];
    return NULL;
}

unsigned client_likeness_bit(const char *word)
{
    for (int i = 0; i < LIKENESS_COUNT; i++)
        if (strcmp(words[i], word) == 0)
            return 1u << i;
    return 0;
}

/* --- traits ----------------------------------------------------------------------------------- */

void client_phone_figures(const char *typed, char figures[CLIENT_PHONE_SIZE])
{
    size_t length = 0;

    for (; *typed != '\0' && length + 1 < CLIENT_PHONE_SIZE; typed++) {
        /* What follows a word is an extension. */
        if (isalpha((unsigned char)*typed) && length >= 7)
            break;
        if (isdigit((unsigned char)*typed))
            figures[length++] = *typed;
    }
    figures[length] = '\0';
    if (length == 11 && figures[0] == '1')
        memmove(figures, figures + 1, length);
}

static void plain_code(const char *typed, char code[CLIENT_PLAIN_SIZE])
{
    size_t length = 0;

    for (; *typed != '\0' && length + 1 < CLIENT_PLAIN_SIZE; typed++)
        if (isalnum((unsigned char)*typed))
            code[length++] = (char)tolower((unsigned char)*typed);
    code[length] = '\0';
}

static const char *said(const char *text)
{
    return text != NULL ? text : "";
}

void client_traits_read(struct client_traits *traits, const struct client_details *details)
{
    char dates[BIRTH_DATE_MEANINGS][BIRTH_DATE_SIZE];
    size_t count = birth_date_read(said(details->birth_date), dates);

    memset(traits, 0, sizeof(*traits));
    client_name_read(&traits->name, said(details->name));
    traits->kind = said(details->kind);
    traits->email = said(details->email);
    client_phone_figures(said(details->phone), traits->phone);
    plain_code(said(details->postal_code), traits->postal_code);
    for (size_t i = 0; i < count; i++)
        memcpy(traits->birth_date[i], dates[i], sizeof(dates[i]));
}

struct client_details client_details_of(const struct record *client)
{
    return (struct client_details){
        .kind = record_text(client, "kind"),
        .name = record_text(client, "name"),
        .language = record_text(client, "language"),
        .interpreter = record_text(client, "interpreter"),
        .accessibility = record_text(client, "accessibility"),
        .phone = record_text(client, "phone"),
        .email = record_text(client, "email"),
        .address = record_text(client, "address"),
        .postal_code = record_text(client, "postal_code"),
        .birth_date = record_text(client, "birth_date"),
    };
}

/* --- weights ---------------------------------------------------------------------------------- */

static const struct {
    int score;
    unsigned likeness;
} name_weights[] = {
    [CLIENT_NAME_UNKNOWN] = {0, 0},
    [CLIENT_NAME_OTHER] = {-26, 0},
    [CLIENT_NAME_FAMILY] = {-26, 0},
    [CLIENT_NAME_GIVEN] = {0, LIKE_GIVEN_NAME},
    [CLIENT_NAME_ONE_WORD] = {0, 0},
    [CLIENT_NAME_INITIALS] = {5, LIKE_NEAR_NAME},
    [CLIENT_NAME_ALIKE] = {8, LIKE_NEAR_NAME},
    [CLIENT_NAME_SAME] = {12, LIKE_NAME},
};

#define PHONE_SAME         8
#define EMAIL_SAME         10
#define POSTAL_CODE_SAME   4
#define REACH_OTHER        (-3)
#define BIRTH_DATE_AGREES  10
#define BIRTH_DATE_NEARLY  2
#define BIRTH_DATE_DIFFERS (-18)
#define GENERATION_OTHER   (-6)

/* The whole number, or its last seven figures where one has no area code. */
static bool same_phone(const char *left, const char *right)
{
    size_t left_length = strlen(left), right_length = strlen(right);

    if (left_length < 7 || right_length < 7)
        return false;
    if (left_length == right_length)
        return strcmp(left, right) == 0;
    return strcmp(left + left_length - 7, right + right_length - 7) == 0;
}

static int compare_birth_dates(const struct client_traits *left, const struct client_traits *right,
                               unsigned *likeness)
{
    enum birth_date_likeness best = BIRTH_DATE_OTHER;

    if (left->birth_date[0][0] == '\0' || right->birth_date[0][0] == '\0')
        return 0;
    for (int i = 0; i < 2 && left->birth_date[i][0] != '\0'; i++)
        for (int j = 0; j < 2 && right->birth_date[j][0] != '\0'; j++) {
            enum birth_date_likeness one =
                birth_date_compare(left->birth_date[i], right->birth_date[j]);

            best = one > best ? one : best;
        }
    *likeness |= best == BIRTH_DATE_SAME   ? LIKE_BIRTH_DATE
                 : best == BIRTH_DATE_NEAR ? LIKE_NEAR_BIRTH_DATE
                                           : UNLIKE_BIRTH_DATE;
    return best == BIRTH_DATE_SAME   ? BIRTH_DATE_AGREES
           : best == BIRTH_DATE_NEAR ? BIRTH_DATE_NEARLY
                                     : BIRTH_DATE_DIFFERS;
}

static int compare_reach(const char *left, const char *right, bool same, int weight, unsigned bit,
                         unsigned *likeness)
{
    if (*left == '\0' || *right == '\0')
        return 0;
    *likeness |= same ? bit : 0;
    return same ? weight : REACH_OTHER;
}

int client_likeness_score(const struct client_traits *left, const struct client_traits *right,
                          unsigned *likeness)
{
    bool sounds;
    enum client_name_likeness name = client_name_compare(&left->name, &right->name, &sounds);
    int score = name_weights[name].score;

    *likeness = name_weights[name].likeness;
    if (sounds && name == CLIENT_NAME_ALIKE)
        *likeness |= LIKE_SOUND;
    score += compare_reach(left->phone, right->phone, same_phone(left->phone, right->phone),
                           PHONE_SAME, LIKE_PHONE, likeness);
    score += compare_reach(left->email, right->email, strcasecmp(left->email, right->email) == 0,
                           EMAIL_SAME, LIKE_EMAIL, likeness);
    score += compare_reach(left->postal_code, right->postal_code,
                           strlen(left->postal_code) == 6 &&
                               strcmp(left->postal_code, right->postal_code) == 0,
                           POSTAL_CODE_SAME, LIKE_POSTAL_CODE, likeness);
    score += compare_birth_dates(left, right, likeness);
    if (left->name.generation != right->name.generation)
        score += GENERATION_OTHER;
    return score;
}
