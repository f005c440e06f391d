/*
 * Unicode properties in regular expressions: ECMA-262 names them in full and by alias, PCRE2 in
 * its own way.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcre2.h>

#include "app/error.h"
#include "forms/schema_regex.h"

#define NAME_SIZE 64

/* General categories (table 68 of ECMA-262), with the short name that PCRE2 knows. */
static const char *const categories[][2] = {
    {"C", "Other"},
    {"Cc", "Control"},
    {"Cc", "cntrl"},
    {"Cf", "Format"},
    {"Cn", "Unassigned"},
    {"Co", "Private_Use"},
    {"Cs", "Surrogate"},
    {"L", "Letter"},
    {"L&", "Cased_Letter"},
    {"L&", "LC"},
    {"Ll", "Lowercase_Letter"},
    {"Lm", "Modifier_Letter"},
    {"Lo", "Other_Letter"},
    {"Lt", "Titlecase_Letter"},
    {"Lu", "Uppercase_Letter"},
    {"M", "Mark"},
    {"M", "Combining_Mark"},
    {"Mc", "Spacing_Mark"},
    {"Me", "Enclosing_Mark"},
    {"Mn", "Nonspacing_Mark"},
    {"N", "Number"},
    {"Nd", "Decimal_Number"},
    {"Nd", "digit"},
    {"Nl", "Letter_Number"},
    {"No", "Other_Number"},
    {"P", "Punctuation"},
    {"P", "punct"},
    {"Pc", "Connector_Punctuation"},
    {"Pd", "Dash_Punctuation"},
    {"Pe", "Close_Punctuation"},
    {"Pf", "Final_Punctuation"},
    {"Pi", "Initial_Punctuation"},
    {"Po", "Other_Punctuation"},
    {"Ps", "Open_Punctuation"},
    {"S", "Symbol"},
    {"Sc", "Currency_Symbol"},
    {"Sk", "Modifier_Symbol"},
    {"Sm", "Math_Symbol"},
    {"So", "Other_Symbol"},
    {"Z", "Separator"},
    {"Zl", "Line_Separator"},
    {"Zp", "Paragraph_Separator"},
    {"Zs", "Space_Separator"},
};

/* Binary properties (table 67), by full name and alias; PCRE2 knows both. */
static const char *const binaries[][2] = {
    {"ASCII_Hex_Digit", "AHex"},
    {"Alphabetic", "Alpha"},
    {"Bidi_Control", "Bidi_C"},
    {"Bidi_Mirrored", "Bidi_M"},
    {"Case_Ignorable", "CI"},
    {"Cased", "Cased"},
    {"Changes_When_Casefolded", "CWCF"},
    {"Changes_When_Casemapped", "CWCM"},
    {"Changes_When_Lowercased", "CWL"},
    {"Changes_When_NFKC_Casefolded", "CWKCF"},
    {"Changes_When_Titlecased", "CWT"},
    {"Changes_When_Uppercased", "CWU"},
    {"Dash", "Dash"},
    {"Default_Ignorable_Code_Point", "DI"},
    {"Deprecated", "Dep"},
    {"Diacritic", "Dia"},
    {"Emoji", "Emoji"},
    {"Emoji_Component", "EComp"},
    {"Emoji_Modifier", "EMod"},
    {"Emoji_Modifier_Base", "EBase"},
    {"Emoji_Presentation", "EPres"},
    {"Extended_Pictographic", "ExtPict"},
    {"Extender", "Ext"},
    {"Grapheme_Base", "Gr_Base"},
    {"Grapheme_Extend", "Gr_Ext"},
    {"Hex_Digit", "Hex"},
    {"IDS_Binary_Operator", "IDSB"},
    {"IDS_Trinary_Operator", "IDST"},
    {"ID_Continue", "IDC"},
    {"ID_Start", "IDS"},
    {"Ideographic", "Ideo"},
    {"Join_Control", "Join_C"},
    {"Logical_Order_Exception", "LOE"},
    {"Lowercase", "Lower"},
    {"Math", "Math"},
    {"Noncharacter_Code_Point", "NChar"},
    {"Pattern_Syntax", "Pat_Syn"},
    {"Pattern_White_Space", "Pat_WS"},
    {"Quotation_Mark", "QMark"},
    {"Radical", "Radical"},
    {"Regional_Indicator", "RI"},
    {"Sentence_Terminal", "STerm"},
    {"Soft_Dotted", "SD"},
    {"Terminal_Punctuation", "Term"},
    {"Unified_Ideograph", "UIdeo"},
    {"Uppercase", "Upper"},
    {"Variation_Selector", "VS"},
    {"White_Space", "space"},
    {"XID_Continue", "XIDC"},
    {"XID_Start", "XIDS"},
};

static bool wrong(struct schema_regex *regex, int code, const char *what)
{
    regex->status =
        error_set(regex->error, code, "the pattern is wrong at byte %zu: %s", regex->at, what);
    return false;
}

static bool emit(struct schema_regex *regex, const char *text)
{
    size_t length = strlen(text);
    char *grown = realloc(regex->output, regex->used + length + NAME_SIZE);

    if (grown == NULL)
        return wrong(regex, ERROR_MEMORY, "no memory");
    regex->output = grown;
    regex->capacity = regex->used + length + NAME_SIZE;
    memcpy(grown + regex->used, text, length + 1);
    regex->used += length;
    return true;
}

static bool emit_property(struct schema_regex *regex, bool negated, const char *prefix,
                          const char *name)
{
    char text[NAME_SIZE + 16];

    snprintf(text, sizeof(text), "\\%c{%s%s}", negated ? 'P' : 'p', prefix, name);
    return emit(regex, text);
}

static const char *category_find(const char *name)
{
    for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
        bool short_name =
            strcmp(categories[i][0], "L&") != 0 && strcmp(categories[i][0], name) == 0;

        if (short_name || strcmp(categories[i][1], name) == 0)
            return categories[i][0];
    }
    return NULL;
}

static bool binary_find(const char *name)
{
    for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
        if (strcmp(binaries[i][0], name) == 0 || strcmp(binaries[i][1], name) == 0)
            return true;
    }
    return false;
}

/* Whether PCRE2, which carries the list of scripts, knows this one. */
static bool script_is_known(const char *prefix, const char *script)
{
    char text[NAME_SIZE + 16];
    int code;
    PCRE2_SIZE offset;
    pcre2_code *compiled;

    snprintf(text, sizeof(text), "\\p{%s%s}", prefix, script);
    compiled =
        pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &offset, NULL);
    pcre2_code_free(compiled);
    return compiled != NULL;
}

static bool property_value(struct schema_regex *regex, bool negated, const char *name,
                           const char *value)
{
    const char *category;

    if (strcmp(name, "General_Category") == 0 || strcmp(name, "gc") == 0) {
        category = category_find(value);
        return category != NULL ? emit_property(regex, negated, "", category)
                                : wrong(regex, ERROR_INVALID, "no such general category");
    }
    if (strcmp(name, "Script") == 0 || strcmp(name, "sc") == 0)
        name = "sc:";
    else if (strcmp(name, "Script_Extensions") == 0 || strcmp(name, "scx") == 0)
        name = "scx:";
    else
        return wrong(regex, ERROR_INVALID, "no such property with a value");
    if (value[0] < 'A' || value[0] > 'Z' || !script_is_known(name, value))
        return wrong(regex, ERROR_INVALID, "no such script");
    return emit_property(regex, negated, name, value);
}

static bool property_alone(struct schema_regex *regex, bool negated, const char *name)
{
    const char *category = category_find(name);

    if (category != NULL)
        return emit_property(regex, negated, "", category);
    if (strcmp(name, "Any") == 0)
        return emit_property(regex, negated, "", "Any");
    if (strcmp(name, "Assigned") == 0)
        return emit_property(regex, !negated, "", "Cn");
    if (strcmp(name, "ASCII") == 0)
        return emit_property(regex, negated, "", "ASCII");
    if (binary_find(name))
        return emit_property(regex, negated, "", name);
    return wrong(regex, ERROR_INVALID, "no such property");
}

bool schema_regex_property(struct schema_regex *regex)
{
    bool negated = regex->text[regex->at] == 'P';
    const char *start = regex->text + regex->at + 2;
    const char *limit = regex->text + regex->length;
    const char *end = start;
    char name[NAME_SIZE];
    char *value;

    /* Neither PCRE2 nor a look at one character tells whether another case of it has the property.
     */
    if (regex->ignore_case)
        return wrong(regex, ERROR_INVALID, "\\p is not supported where case is ignored");
    if (start >= limit || start[-1] != '{')
        return wrong(regex, ERROR_INVALID, "\\p needs a property in braces");
    while (end < limit && (*end == '_' || *end == '=' || (*end >= '0' && *end <= '9') ||
                           ((*end | 0x20) >= 'a' && (*end | 0x20) <= 'z')))
        end++;
    if (end == limit || *end != '}' || end - start >= NAME_SIZE)
        return wrong(regex, ERROR_INVALID, "\\p needs a property in braces");
    memcpy(name, start, (size_t)(end - start));
    name[end - start] = '\0';
    regex->at += (size_t)(end - start) + 3;
    value = strchr(name, '=');
    if (value == NULL)
        return property_alone(regex, negated, name);
    *value = '\0';
    return property_value(regex, negated, name, value + 1);
}
