#include "forms/form_private.h"

#include <ctype.h>
#include <string.h>

enum form_language form_language(const char *tag)
{
    bool french = tag != NULL && (tag[0] == 'f' || tag[0] == 'F') &&
                  (tag[1] == 'r' || tag[1] == 'R') &&
                  (tag[2] == '\0' || tag[2] == '-' || tag[2] == '_');

    return french ? FORM_FRENCH : FORM_ENGLISH;
}

const char *form_translate(const struct form *form, const char *key, enum form_language language)
{
    const json_t *text = json_object_get(form->translations[language], key);

    return json_is_string(text) ? json_string_value(text) : NULL;
}

const char *form_text_in(const struct form_text *text, enum form_language language)
{
    const char *wanted = text->text[language];

    if (wanted != NULL && *wanted != '\0')
        return wanted;
    wanted = text->text[language == FORM_FRENCH ? FORM_ENGLISH : FORM_FRENCH];
    return wanted != NULL ? wanted : "";
}

bool form_label(struct form *form, struct form_text *label, const char *key, const char *suffix,
                const char *otherwise)
{
    const char *whole = key == NULL ? NULL : form_pool_format(&form->pool, "%s%s", key, suffix);

    if (key != NULL && whole == NULL)
        return false;
    for (int language = 0; language < FORM_LANGUAGE_COUNT; language++) {
        const char *text = whole == NULL ? NULL : form_translate(form, whole, language);

        /* A text of the layout may itself be the key, as JSON Forms allows. */
        if (text == NULL && otherwise != NULL)
            text = form_translate(form, otherwise, language);
        if (text == NULL)
            text = otherwise;
        label->text[language] = text != NULL ? text : "";
    }
    return true;
}

const char *form_readable_name(struct form *form, const char *name)
{
    char *text = form_pool_take(&form->pool, strlen(name) * 2 + 1);
    char *to = text;

    if (text == NULL)
        return NULL;
    for (const char *from = name; *from != '\0'; from++) {
        bool upper = isupper((unsigned char)*from) != 0;

        if (*from == '_' || *from == '-') {
            *to++ = ' ';
            continue;
        }
        if (upper && from > name && islower((unsigned char)from[-1]))
            *to++ = ' ';
        if (to == text)
            *to = (char)toupper((unsigned char)*from);
        else
            *to = upper ? (char)tolower((unsigned char)*from) : *from;
        to++;
    }
    *to = '\0';
    return text;
}
