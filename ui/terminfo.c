#include "ui/terminfo.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Alone here: term.h makes macros of common words ("columns", "lines"). */
#include <curses.h>
#include <term.h>

/* The key of a terminfo name. */
struct terminfo_key {
    const char *name;
    uint32_t code;
};

static const struct terminfo_key terminfo_keys[] = {
    {"kf1", INPUT_F(1)},         {"kf2", INPUT_F(2)},        {"kf3", INPUT_F(3)},
    {"kf4", INPUT_F(4)},         {"kf5", INPUT_F(5)},        {"kf6", INPUT_F(6)},
    {"kf7", INPUT_F(7)},         {"kf8", INPUT_F(8)},        {"kf9", INPUT_F(9)},
    {"kf10", INPUT_F(10)},       {"kf11", INPUT_F(11)},      {"kf12", INPUT_F(12)},
    {"kcuu1", INPUT_UP},         {"kcud1", INPUT_DOWN},      {"kcub1", INPUT_LEFT},
    {"kcuf1", INPUT_RIGHT},      {"khome", INPUT_HOME},      {"kend", INPUT_END},
    {"kpp", INPUT_PAGE_UP},      {"knp", INPUT_PAGE_DOWN},   {"kdch1", INPUT_DELETE},
    {"kich1", INPUT_INSERT},     {"kcbt", INPUT_BACK_TAB},   {"kbs", INPUT_BACKSPACE},
    {"kent", INPUT_ENTER},       {"kLFT5", INPUT_WORD_LEFT}, {"kRIT5", INPUT_WORD_RIGHT},
    {"kHOM5", INPUT_TEXT_START}, {"kEND5", INPUT_TEXT_END},
};

/* A string of terminfo, NULL when this terminal has none. */
static const char *terminfo_string(const char *name)
{
    char copy[16];
    const char *found;

    strncpy(copy, name, sizeof(copy) - 1);
    copy[sizeof(copy) - 1] = '\0';
    found = tigetstr(copy);
    return found == (char *)-1 ? NULL : found; /* -1: not a string capability */
}

void terminfo_learn(struct input_decoder *decoder)
{
    for (size_t i = 0; i < sizeof(terminfo_keys) / sizeof(terminfo_keys[0]); i++)
        input_decoder_learn(decoder, terminfo_string(terminfo_keys[i].name), terminfo_keys[i].code);
}

bool terminfo_has(const char *name)
{
    return terminfo_string(name) != NULL;
}

void terminfo_send(const char *name)
{
    const char *string = terminfo_string(name);

    if (string != NULL)
        putp(string);
}

const char *terminfo_text(const char *name)
{
    return terminfo_string(name);
}

const char *terminfo_move(int row, int column)
{
    const char *string = terminfo_string("cup");

    return string == NULL ? NULL
                          : tparm((char *)(uintptr_t)string, row, column, 0, 0, 0, 0, 0, 0, 0);
}

void terminfo_clear_row(int row)
{
    const char *move_to = terminfo_move(row, 0);

    if (move_to == NULL || !terminfo_has("el"))
        return;
    putp(move_to);
    terminfo_send("el");
    fflush(stdout);
}
