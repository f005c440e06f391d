#include "net/access_page.h"

#include <stdio.h>
#include <string.h>

#include "app/json.h"
#include "net/html_write.h"

/* The words of the pages: French, English. */
enum phrase {
    TITLE_STATUS,
    TITLE_FORM,
    CODE,
    CODE_HINT,
    OPEN,
    REFUSED,
    TOO_MANY,
    REFERENCE,
    SERVICE,
    PROMISED,
    MISSING,
    OFFICE,
    PHONE,
    HOURS,
    YES,
    NO,
    SEND,
    DECLINE,
    FAULTY,
    NEEDED,
    THANKS,
    DECLINED,
    PHRASE_COUNT
};

static const char *const phrases[PHRASE_COUNT][2] = {
    [TITLE_STATUS] = {"Où en est votre demande", "Where your request stands"},
    [TITLE_FORM] = {"Comment était le service ?", "How was the service?"},
    [CODE] = {"Code", "Code"},
    [CODE_HINT] = {"Les douze caractères que vous avez reçus.",
                   "The twelve characters that you were given."},
    [OPEN] = {"Voir", "Show"},
    [REFUSED] = {"Rien ne s’ouvre avec cela. Vérifiez le code et le numéro de dossier, ou "
                 "téléphonez-nous.",
                 "These open nothing. Check the code and the reference, or phone us."},
    [TOO_MANY] = {"Trop de codes inexacts. Attendez avant le prochain essai.",
                  "Too many wrong codes. Please wait before the next."},
    [REFERENCE] = {"Numéro de dossier", "Reference"},
    [SERVICE] = {"Service", "Service"},
    [PROMISED] = {"Réponse promise au plus tard le", "An answer is promised by"},
    [MISSING] = {"Ce qu’il nous manque", "What we need from you"},
    [OFFICE] = {"Bureau", "Office"},
    [PHONE] = {"Téléphone", "Phone"},
    [HOURS] = {"Heures", "Hours"},
    [YES] = {"oui", "yes"},
    [NO] = {"non", "no"},
    [SEND] = {"Envoyer mes réponses", "Send my answers"},
    [DECLINE] = {"Je préfère ne pas répondre", "I would rather not answer"},
    [FAULTY] = {"Répondez aux questions marquées d’un astérisque.",
                "Please answer the questions marked with an asterisk."},
    [NEEDED] = {"nécessaire", "required"},
    [THANKS] = {"Merci : vos réponses sont reçues.", "Thank you: we have your answers."},
    [DECLINED] = {"C’est noté : nous ne demandons plus rien.", "Noted: we will not ask again."},
};

static const char *say(const char *language, enum phrase phrase)
{
    return phrases[phrase][strcmp(language, "fr") == 0 ? 0 : 1];
}

static void begin(struct text_buffer *page, const char *language, const char *title)
{
    text_buffer_add_format(page,
                           "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
                           "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
                           language);
    html_add_text(page, title);
    text_buffer_add_text(page, "</title>\n</head>\n<body>\n<main>\n<h1>");
    html_add_text(page, title);
    text_buffer_add_text(page, "</h1>\n");
}

static void end(struct text_buffer *page)
{
    text_buffer_add_text(page, "</main>\n</body>\n</html>\n");
}

static void add_paragraph(struct text_buffer *page, const char *role, const char *text)
{
    text_buffer_add_format(page, "<p%s>", role);
    html_add_text(page, text);
    text_buffer_add_text(page, "</p>\n");
}

/* A row of a list of names and values; none without a value. */
static void add_row(struct text_buffer *page, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    text_buffer_add_text(page, "<dt>");
    html_add_text(page, name);
    text_buffer_add_text(page, "</dt><dd>");
    html_add_text(page, value);
    text_buffer_add_text(page, "</dd>\n");
}

/* --- the status ------------------------------------------------------------------------------- */

void access_page_ask(struct text_buffer *page, const char *language, const char *reference)
{
    begin(page, language, say(language, TITLE_STATUS));
    text_buffer_add_text(page, "<p>");
    html_add_text(page, say(language, REFERENCE));
    text_buffer_add_text(page, " ");
    html_add_text(page, reference);
    text_buffer_add_text(page, "</p>\n<form method=\"get\">\n<p><label for=\"code\">");
    html_add_text(page, say(language, CODE));
    text_buffer_add_text(page, "</label>\n<input id=\"code\" name=\"code\" required "
                               "autocomplete=\"off\" maxlength=\"20\" "
                               "aria-describedby=\"hint\"></p>\n<p id=\"hint\">");
    html_add_text(page, say(language, CODE_HINT));
    text_buffer_add_text(page, "</p>\n<p><button>");
    html_add_text(page, say(language, OPEN));
    text_buffer_add_text(page, "</button></p>\n</form>\n");
    end(page);
}

void access_page_refused(struct text_buffer *page, const char *language, bool many)
{
    begin(page, language, say(language, TITLE_STATUS));
    add_paragraph(page, " role=\"alert\"", say(language, many ? TOO_MANY : REFUSED));
    end(page);
}

void access_page_status(struct text_buffer *page, const char *language, const json_t *status,
                        const char *promise)
{
    const json_t *office = json_object_get(status, "office");

    begin(page, language, say(language, TITLE_STATUS));
    text_buffer_add_text(page, "<p><strong>");
    html_add_text(page, json_text_or(status, "words", ""));
    text_buffer_add_text(page, "</strong></p>\n<dl>\n");
    add_row(page, say(language, REFERENCE), json_text_or(status, "reference", ""));
    add_row(page, say(language, SERVICE), json_text_or(status, "service", ""));
    add_row(page, say(language, MISSING), json_text_or(status, "missing", ""));
    add_row(page, say(language, PROMISED), promise);
    add_row(page, say(language, OFFICE), json_text_or(office, "title", ""));
    add_row(page, say(language, PHONE), json_text_or(office, "phone", ""));
    add_row(page, say(language, HOURS), json_text_or(office, "hours", ""));
    text_buffer_add_text(page, "</dl>\n");
    end(page);
}

/* --- the questionnaire ------------------------------------------------------------------------ */

/* The form's own text for a question or one of its choices, in this language. */
static const char *form_words(const struct record *form, const char *language, const json_t *schema,
                              const char *suffix, const char *otherwise)
{
    const json_t *texts = json_object_get(json_object_get(form->body, "translations"), language);
    char key[256];

    snprintf(key, sizeof(key), "%s.%s", json_text_or(schema, "i18n", ""), suffix);
    return json_text_or(texts, key, otherwise);
}

static bool is_required(const struct record *form, const char *name)
{
    const json_t *required = json_object_get(json_object_get(form->body, "schema"), "required");
    const json_t *each;
    size_t index;

    json_array_foreach(required, index, each)
    {
        if (json_string_value(each) != NULL && strcmp(json_string_value(each), name) == 0)
            return true;
    }
    return false;
}

static void add_choice(struct text_buffer *page, const char *name, const char *value,
                       const char *label, bool chosen)
{
    text_buffer_add_text(page, "<p><label><input type=\"radio\" name=\"");
    html_add_text(page, name);
    text_buffer_add_text(page, "\" value=\"");
    html_add_text(page, value);
    text_buffer_add_text(page, chosen ? "\" checked> " : "\"> ");
    html_add_text(page, label);
    text_buffer_add_text(page, "</label></p>\n");
}

/* A question with its choices, as a group that a screen reader reads with its name. */
static void add_choices(struct text_buffer *page, const char *language, const struct record *form,
                        const char *name, const json_t *schema, const json_t *answer)
{
    const json_t *choices = json_object_get(schema, "oneOf"), *choice;
    size_t index;

    if (json_is_array(choices)) {
        json_array_foreach(choices, index, choice)
        {
            const char *word = json_text_or(choice, "const", "");

            add_choice(
                page, name, word,
                form_words(form, language, schema, word, json_text_or(choice, "title", word)),
                json_is_string(answer) && strcmp(json_string_value(answer), word) == 0);
        }
        return;
    }
    add_choice(page, name, "true", say(language, YES), json_is_true(answer));
    add_choice(page, name, "false", say(language, NO), json_is_false(answer));
}

static void add_question(struct text_buffer *page, const char *language, const struct record *form,
                         const char *name, const json_t *schema, const json_t *answer)
{
    const char *label =
        form_words(form, language, schema, "label", json_text_or(schema, "title", name));
    bool choices = json_object_get(schema, "oneOf") != NULL ||
                   strcmp(json_text_or(schema, "type", ""), "boolean") == 0;
    bool needed = is_required(form, name);

    text_buffer_add_text(page, choices ? "<fieldset>\n<legend>" : "<p><label>");
    html_add_text(page, label);
    if (needed)
        text_buffer_add_format(page, " <abbr title=\"%s\">*</abbr>", say(language, NEEDED));
    text_buffer_add_text(page, choices ? "</legend>\n" : "<br>\n");
    if (choices) {
        const char *more = form_words(form, language, schema, "description", "");

        if (*more != '\0')
            add_paragraph(page, "", more);
        add_choices(page, language, form, name, schema, answer);
        text_buffer_add_text(page, "</fieldset>\n");
        return;
    }
    text_buffer_add_text(page, "<textarea name=\"");
    html_add_text(page, name);
    text_buffer_add_format(page, "\" rows=\"5\" cols=\"60\" maxlength=\"%lld\">",
                           (long long)json_integer_or(schema, "maxLength", 2000));
    html_add_text(page, json_is_string(answer) ? json_string_value(answer) : "");
    text_buffer_add_text(page, "</textarea></label></p>\n");
}

void access_page_form(struct text_buffer *page, const char *language, const struct record *form,
                      const char *path, const json_t *answers, bool faulty)
{
    json_t *questions = json_object_get(json_object_get(form->body, "schema"), "properties");
    const char *name;
    json_t *schema;

    begin(page, language, say(language, TITLE_FORM));
    if (faulty)
        add_paragraph(page, " role=\"alert\"", say(language, FAULTY));
    text_buffer_add_text(page, "<form method=\"post\" action=\"");
    html_add_text(page, path);
    text_buffer_add_text(page, "\">\n");
    json_object_foreach(questions, name, schema)
    {
        add_question(page, language, form, name, schema, json_object_get(answers, name));
    }
    text_buffer_add_text(page, "<p><button name=\"send\" value=\"1\">");
    html_add_text(page, say(language, SEND));
    text_buffer_add_text(page, "</button>\n<button name=\"decline\" value=\"1\" formnovalidate>");
    html_add_text(page, say(language, DECLINE));
    text_buffer_add_text(page, "</button></p>\n</form>\n");
    end(page);
}

void access_page_thanks(struct text_buffer *page, const char *language, bool answered)
{
    begin(page, language, say(language, TITLE_FORM));
    add_paragraph(page, " role=\"status\"", say(language, answered ? THANKS : DECLINED));
    end(page);
}
