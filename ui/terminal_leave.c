#include "ui/terminal_leave.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>

#include "ui/terminfo.h"

/* Made beforehand: in a crash nothing is computed any more. */
static char farewell[8192];
static size_t farewell_length;
static struct termios modes_before;
static int modes_known;

int terminal_leave_alone(void)
{
    return !terminfo_has("smcup");
}

/* Not by the screen library, which would take one order for all that is blank below. */
void terminal_leave_blank(void)
{
    if (terminal_leave_alone())
        for (int row = LINES - 1; row >= 0; row--)
            terminfo_clear_row(row);
    erase();
    refresh();
}

static void crash(int number)
{
    size_t at = 0;

    while (at < farewell_length) {
        ssize_t put = write(STDOUT_FILENO, farewell + at, farewell_length - at);

        if (put <= 0)
            break;
        at += (size_t)put;
    }
    if (modes_known)
        tcsetattr(STDIN_FILENO, TCSANOW, &modes_before);
    raise(number); /* the handler was taken off: it ends as it would have */
}

/* Adds a string of terminfo, without the pauses that it may ask for: "$<3>". */
static void add(const char *text)
{
    while (text != NULL && *text != '\0' && farewell_length < sizeof(farewell)) {
        const char *pause_end = strncmp(text, "$<", 2) == 0 ? strchr(text, '>') : NULL;

        if (pause_end != NULL)
            text = pause_end + 1;
        else
            farewell[farewell_length++] = *text++;
    }
}

/* Every line blank, whatever the cursor does; then the screen of before, the cursor shown. */
static void write_farewell(void)
{
    farewell_length = 0;
    add(terminfo_text("sgr0"));
    add(terminfo_text("BD"));
    for (int row = 0; row < 200 && terminfo_text("el") != NULL; row++) {
        const char *move_to = terminfo_move(row, 0);

        if (move_to == NULL)
            break;
        add(move_to);
        add(terminfo_text("el"));
    }
    add(terminfo_text("cnorm"));
    add(terminfo_text("rmkx"));
    add(terminfo_text("rmcup"));
}

void terminal_leave_prepare(void)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
    struct sigaction action = {.sa_handler = crash, .sa_flags = (int)SA_RESETHAND};

    modes_known = tcgetattr(STDIN_FILENO, &modes_before) == 0;
    modes_before.c_lflag |= ICANON | ECHO | ISIG | IEXTEN;
    modes_before.c_iflag |= ICRNL;
    write_farewell();
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++)
        sigaction(crashes[i], &action, NULL);
}
