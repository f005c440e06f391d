/* Faults in words that a clerk understands, in French and in English. */
#include <stdio.h>
#include <string.h>

#include <unistr.h>

#include "forms/schema_run.h"

enum language { ENGLISH, FRENCH, LANGUAGE_COUNT };

/* What a pair of braces in a sentence stands for. */
#define PART_VALUE    'v' /* the keyword's value */
#define PART_PROPERTY 'p' /* the member named by the fault */
#define PART_NUMBER   'n' /* the keyword's value as a number */
#define PART_PLURAL   's' /* the letter s when that number is more than one */
#define PART_TYPES    't' /* the types in words */
#define PART_CHOICES  'c' /* the first few choices */

struct sentence {
    const char *keyword;
    const char *text[LANGUAGE_COUNT];
};

/* The order does not count; {x} is replaced as said above. */
static const struct sentence sentences[] = {
    {"required", {"Required", "Obligatoire"}},
    {"dependentRequired", {"Required with the other answer", "Obligatoire avec l’autre réponse"}},
    {"dependencies", {"Required with the other answer", "Obligatoire avec l’autre réponse"}},
    {"type", {"Must be {t}", "Doit être {t}"}},
    {"enum", {"Choose one of: {c}", "Choisir parmi : {c}"}},
    {"const", {"Must be {v}", "Doit être {v}"}},
    {"minLength", {"At least {n} character{s}", "Au moins {n} caractère{s}"}},
    {"maxLength", {"At most {n} character{s}", "Au plus {n} caractère{s}"}},
    {"pattern", {"Not in the expected form", "N’a pas la forme attendue"}},
    {"minimum", {"At least {n}", "Au moins {n}"}},
    {"maximum", {"At most {n}", "Au plus {n}"}},
    {"exclusiveMinimum", {"More than {n}", "Plus que {n}"}},
    {"exclusiveMaximum", {"Less than {n}", "Moins que {n}"}},
    {"multipleOf", {"Must be a multiple of {n}", "Doit être un multiple de {n}"}},
    {"minItems", {"At least {n} item{s}", "Au moins {n} élément{s}"}},
    {"maxItems", {"At most {n} item{s}", "Au plus {n} élément{s}"}},
    {"uniqueItems", {"The same item stands twice", "Le même élément y est deux fois"}},
    {"contains", {"An expected item is missing", "Un élément attendu manque"}},
    {"minContains", {"At least {n} matching item{s}", "Au moins {n} élément{s} de cette sorte"}},
    {"maxContains", {"At most {n} matching item{s}", "Au plus {n} élément{s} de cette sorte"}},
    {"minProperties", {"At least {n} answer{s}", "Au moins {n} réponse{s}"}},
    {"maxProperties", {"At most {n} answer{s}", "Au plus {n} réponse{s}"}},
    {"propertyNames", {"The name “{p}” is not allowed", "Le nom « {p} » n’est pas permis"}},
    {"additionalProperties", {"“{p}” is not expected here", "« {p} » n’est pas attendu ici"}},
    {"unevaluatedProperties", {"“{p}” is not expected here", "« {p} » n’est pas attendu ici"}},
    {"patternProperties", {"“{p}” is not allowed here", "« {p} » n’est pas permis ici"}},
    {"items", {"This item is not expected", "Cet élément n’est pas attendu"}},
    {"additionalItems", {"This item is not expected", "Cet élément n’est pas attendu"}},
    {"unevaluatedItems", {"This item is not expected", "Cet élément n’est pas attendu"}},
    {"properties", {"Must be left empty", "Doit rester vide"}},
    {"anyOf", {"Follows none of the allowed forms", "Ne suit aucune des formes permises"}},
    {"oneOf",
     {"Must follow exactly one of the allowed forms", "Doit suivre une seule des formes permises"}},
    {"not", {"This is not allowed", "Ceci n’est pas permis"}},
};

static const struct sentence other_sentence = {
    "", {"This is not allowed here", "N’est pas permis ici"}};

/* Formats: what is expected, with an example where that says more. */
static const struct sentence formats[] = {
    {"date", {"The date must be YYYY-MM-DD", "La date doit être AAAA-MM-JJ"}},
    {"time",
     {"The time must be HH:MM:SS with its zone, such as 14:30:00-05:00",
      "L’heure doit être HH:MM:SS avec son fuseau, comme 14:30:00-05:00"}},
    {"date-time",
     {"Date and time must be like 2026-03-31T14:30:00-05:00",
      "Date et heure doivent être comme 2026-03-31T14:30:00-05:00"}},
    {"duration",
     {"The duration must be like P1Y2M or PT30M", "La durée doit être comme P1Y2M ou PT30M"}},
    {"email",
     {"Not an e-mail address (name@example.ca)",
      "N’est pas une adresse courriel (nom@exemple.ca)"}},
    {"idn-email",
     {"Not an e-mail address (name@example.ca)",
      "N’est pas une adresse courriel (nom@exemple.ca)"}},
    {"hostname", {"Not a host name", "N’est pas un nom de serveur"}},
    {"idn-hostname", {"Not a host name", "N’est pas un nom de serveur"}},
    {"ipv4", {"Not an IPv4 address", "N’est pas une adresse IPv4"}},
    {"ipv6", {"Not an IPv6 address", "N’est pas une adresse IPv6"}},
    {"uri",
     {"Not a complete web address (https://...)",
      "N’est pas une adresse web complète (https://...)"}},
    {"uri-reference", {"Not a web address", "N’est pas une adresse web"}},
    {"iri",
     {"Not a complete web address (https://...)",
      "N’est pas une adresse web complète (https://...)"}},
    {"iri-reference", {"Not a web address", "N’est pas une adresse web"}},
    {"uuid", {"Not a UUID", "N’est pas un UUID"}},
    {"uri-template", {"Not a URI template", "N’est pas un modèle d’URI"}},
    {"json-pointer", {"Not a JSON Pointer", "N’est pas un pointeur JSON"}},
    {"relative-json-pointer",
     {"Not a relative JSON Pointer", "N’est pas un pointeur JSON relatif"}},
    {"regex", {"Not a regular expression", "N’est pas une expression régulière"}},
};

static const struct sentence types[] = {
    {"null", {"empty", "vide"}},
    {"boolean", {"yes or no", "oui ou non"}},
    {"object", {"a group of answers", "un groupe de réponses"}},
    {"array", {"a list", "une liste"}},
    {"number", {"a number", "un nombre"}},
    {"integer", {"a whole number", "un nombre entier"}},
    {"string", {"text", "du texte"}},
};

static const char *const or_words[LANGUAGE_COUNT] = {" or ", " ou "};
static const char *const yes_words[LANGUAGE_COUNT] = {"yes", "oui"};
static const char *const no_words[LANGUAGE_COUNT] = {"no", "non"};
static const char *const null_words[LANGUAGE_COUNT] = {"empty", "vide"};
static const char *const list_words[LANGUAGE_COUNT] = {"a certain list", "une certaine liste"};
static const char *const group_words[LANGUAGE_COUNT] = {"certain answers", "certaines réponses"};

/* Choices named in full; of more, the first ones. */
#define CHOICES_SHOWN 5

#define COUNT_OF(table) (sizeof(table) / sizeof((table)[0]))

struct message {
    char *buffer;
    size_t size;
    size_t used;
    enum language language;
    const struct schema_error *error;
};

/* Adds what fits in whole characters; nothing after a piece that was cut. */
static void add(struct message *message, const char *text, size_t length)
{
    const uint8_t *at = (const uint8_t *)text;

    while (length > 0) {
        ucs4_t character;
        int bytes = u8_mbtouc(&character, at, length);
        bool control = character < 0x20 || (character >= 0x7F && character < 0xA0);
        const char *piece = control ? "?" : (const char *)at;
        size_t piece_length = control ? 1 : (size_t)bytes;

        if (bytes <= 0 || message->used + piece_length >= message->size) {
            message->size = message->used + 1;
            break;
        }
        memcpy(message->buffer + message->used, piece, piece_length);
        message->used += piece_length;
        at += bytes;
        length -= (size_t)bytes;
    }
}

static void add_text(struct message *message, const char *text)
{
    add(message, text, strlen(text));
}

static const struct sentence *find(const struct sentence *table, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (name != NULL && strcmp(table[i].keyword, name) == 0)
            return &table[i];
    }
    return NULL;
}

/* A number as people write it: no exponent when short, a comma for decimals in French. */
static void add_number(struct message *message, const json_t *value)
{
    char buffer[SCHEMA_NUMBER_BUFFER];
    struct schema_number number;
    const char *point = message->language == FRENCH ? "," : ".";
    int64_t whole;

    schema_number_read(&number, buffer, value, NULL);
    whole = (int64_t)number.count + number.exponent;
    if (number.negative)
        add_text(message, "-");
    if (whole > 21 || whole < -10) {
        char exponent[32];

        add(message, number.digits, number.count);
        snprintf(exponent, sizeof(exponent), "E%lld", (long long)number.exponent);
        add_text(message, exponent);
        return;
    }
    if (whole <= 0)
        add_text(message, "0");
    for (int64_t i = 0; i < whole; i++)
        add(message, i < (int64_t)number.count ? number.digits + i : "0", 1);
    if (number.exponent >= 0)
        return;
    add_text(message, point);
    for (int64_t i = whole; i < 0; i++)
        add_text(message, "0");
    whole = whole < 0 ? 0 : whole;
    add(message, number.digits + whole, number.count - (size_t)whole);
}

static void add_value(struct message *message, const json_t *value)
{
    switch (value == NULL ? JSON_NULL : json_typeof(value)) {
    case JSON_STRING:
        add(message, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        add_number(message, value);
        break;
    case JSON_TRUE:
        add_text(message, yes_words[message->language]);
        break;
    case JSON_FALSE:
        add_text(message, no_words[message->language]);
        break;
    case JSON_NULL:
        add_text(message, null_words[message->language]);
        break;
    case JSON_ARRAY:
        add_text(message, list_words[message->language]);
        break;
    case JSON_OBJECT:
        add_text(message, group_words[message->language]);
        break;
    }
}

static void add_choices(struct message *message, const json_t *choices)
{
    size_t count = json_array_size(choices);

    for (size_t i = 0; i < count && i < CHOICES_SHOWN; i++) {
        if (i > 0)
            add_text(message, ", ");
        add_value(message, json_array_get(choices, i));
    }
    if (count > CHOICES_SHOWN)
        add_text(message, "...");
}

static void add_type(struct message *message, const json_t *name)
{
    const struct sentence *type = find(types, COUNT_OF(types), json_string_value(name));

    if (type != NULL)
        add_text(message, type->text[message->language]);
}

static void add_types(struct message *message, const json_t *value)
{
    if (!json_is_array(value))
        add_type(message, value);
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (i > 0)
            add_text(message, or_words[message->language]);
        add_type(message, json_array_get(value, i));
    }
}

/* French says "0 caractère", English "0 characters". */
static bool is_plural(const struct message *message, const json_t *value)
{
    double number = json_number_value(value);

    return message->language == FRENCH ? number >= 2 : number != 1;
}

static void add_part(struct message *message, char part)
{
    const struct schema_error *error = message->error;

    switch (part) {
    case PART_VALUE:
        add_value(message, error->expected);
        break;
    case PART_NUMBER:
        if (json_is_number(error->expected))
            add_number(message, error->expected);
        break;
    case PART_PLURAL:
        if (is_plural(message, error->expected))
            add_text(message, "s");
        break;
    case PART_PROPERTY:
        if (error->property != NULL)
            add(message, error->property, error->property_length);
        break;
    case PART_TYPES:
        add_types(message, error->expected);
        break;
    default:
        add_choices(message, error->expected);
    }
}

static const struct sentence *sentence_of(const struct schema_error *error)
{
    const struct sentence *found;

    if (error->keyword != NULL && strcmp(error->keyword, "format") == 0)
        found = find(formats, COUNT_OF(formats), json_string_value(error->expected));
    else
        found = find(sentences, COUNT_OF(sentences), error->keyword);
    return found == NULL ? &other_sentence : found;
}

size_t schema_message(const struct schema_error *error, const char *language, char *buffer,
                      size_t size)
{
    bool french = language != NULL && (language[0] | 0x20) == 'f' && (language[1] | 0x20) == 'r';
    struct message message = {buffer, size, 0, french ? FRENCH : ENGLISH, error};
    const char *at = sentence_of(error)->text[message.language];

    if (size == 0)
        return 0;
    while (*at != '\0') {
        size_t plain = strcspn(at, "{");

        add(&message, at, plain);
        at += plain;
        if (*at == '{') {
            add_part(&message, at[1]);
            at += 3;
        }
    }
    buffer[message.used] = '\0';
    return message.used;
}
