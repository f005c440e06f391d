#include "ui/language.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/text.h"

/* glibc's counter of catalogue changes: raising it makes gettext look at LANGUAGE again. */
extern int _nl_msg_cat_cntr;

/* English is what the sources say; a language without a catalogue file gives it back. */
static void language_choose(const char *language)
{
    /* The variable exists since language_start, so that this replaces one pointer of the
     * environment and never moves it under another thread's getenv. */
    setenv("LANGUAGE", language, 1);
    _nl_msg_cat_cntr++;
}

static bool language_is_known(const char *language)
{
    return strcmp(language, "fr") == 0 || strcmp(language, "en") == 0;
}

/* Where the texts are: as told, else in the build tree that the program runs from, else
 * installed. */
static void find_directory(char *directory, size_t size)
{
    const char *told = getenv("GUICHET_LOCALE_DIRECTORY");
    char program[4096];
    ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
    char *slash;

    if (told != NULL && *told != '\0') {
        text_copy(directory, size, told);
        return;
    }
    program[length < 0 ? 0 : length] = '\0';
    slash = strrchr(program, '/');
    if (slash != NULL) {
        *slash = '\0';
        snprintf(directory, size, "%s/ui/locale", program);
        if (access(directory, R_OK) == 0)
            return;
    }
    text_copy(directory, size, GUICHET_LOCALE_DIRECTORY);
}

int language_start(struct error *error)
{
    char directory[4200];
    const char *locale = setlocale(LC_ALL, "");
    char wanted[3] = "fr";

    find_directory(directory, sizeof(directory));
    if (locale != NULL && strncmp(setlocale(LC_MESSAGES, NULL), "en", 2) == 0)
        text_copy(wanted, sizeof(wanted), "en");
    /* gettext leaves everything as it is in the locales "C" and "POSIX". */
    if (locale == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0 ||
        strcmp(setlocale(LC_MESSAGES, NULL), "C") == 0 ||
        strcmp(setlocale(LC_MESSAGES, NULL), "POSIX") == 0) {
        if (setlocale(LC_ALL, "C.UTF-8") == NULL && setlocale(LC_ALL, "en_CA.UTF-8") == NULL)
            return error_set(error, ERROR_NOT_FOUND, "this system has no UTF-8 locale");
    }
    setlocale(LC_NUMERIC, "C");
    if (bindtextdomain("guichet", directory) == NULL ||
        bind_textdomain_codeset("guichet", "UTF-8") == NULL || textdomain("guichet") == NULL)
        return error_set(error, ERROR_MEMORY, "cannot bind the texts of the screen");
    language_choose(wanted);
    return 0;
}

bool language_set(const char *language)
{
    if (!language_is_known(language))
        return false;
    language_choose(language);
    return true;
}

const char *language_now(void)
{
    const char *language = getenv("LANGUAGE");

    return language != NULL && strcmp(language, "fr") == 0 ? "fr" : "en";
}

const char *language_text(const char *language, const char *text)
{
    char before[3];
    const char *found;

    if (!language_is_known(language) || strcmp(language, language_now()) == 0)
        return gettext(text);
    text_copy(before, sizeof(before), language_now());
    language_choose(language);
    found = gettext(text);
    language_choose(before);
    return found;
}
