#include "ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include <curses.h>
#include <sodium.h>

#include "ui/terminal_leave.h"
#include "ui/terminfo.h"

struct terminal {
    SCREEN *screen;
    struct canvas *canvas;         /* owned */
    struct canvas *shown;          /* what ncurses was told last; owned */
    bool afresh;                   /* it is to be told all of it */
    struct input_decoder *decoder; /* owned */
    attr_t attributes[PAINT_STYLE_COUNT];
    short pairs[PAINT_STYLE_COUNT];
    bool clipboard; /* takes OSC 52 */
};

/* How a meaning looks: with 256 colours, with 8, and without. Middle tones are chosen to be read on
 * a dark and on a light ground; -1 is the terminal's own colour. */
struct look {
    short front_256, back_256;
    short front_8, back_8;
    attr_t attributes;      /* with colour */
    attr_t mono_attributes; /* without */
};

static const struct look looks[PAINT_STYLE_COUNT] = {
    [PAINT_TEXT] = {-1, -1, -1, -1, A_NORMAL, A_NORMAL},
    [PAINT_TITLE] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [PAINT_LABEL] = {67, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
    [PAINT_VALUE] = {-1, -1, -1, -1, A_NORMAL, A_NORMAL},
    [PAINT_DIM] = {244, -1, -1, -1, A_NORMAL, A_NORMAL},
    [PAINT_ACCENT] = {32, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
    [PAINT_GOOD] = {34, -1, COLOR_GREEN, -1, A_NORMAL, A_BOLD},
    [PAINT_WARNING] = {172, -1, COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
    [PAINT_ERROR] = {160, -1, COLOR_RED, -1, A_BOLD, A_BOLD},
    [PAINT_SELECTION] = {-1, -1, -1, -1, A_REVERSE, A_REVERSE},
    [PAINT_FIELD] = {-1, -1, -1, -1, A_UNDERLINE, A_UNDERLINE},
    [PAINT_FOCUS] = {-1, -1, -1, -1, A_UNDERLINE | A_BOLD, A_UNDERLINE | A_BOLD},
    [PAINT_KEY] = {-1, -1, -1, -1, A_BOLD, A_BOLD},
    [PAINT_BAR] = {254, 238, -1, -1, A_NORMAL, A_REVERSE},
    [PAINT_ALERT] = {222, 238, -1, -1, A_BOLD, A_REVERSE | A_BOLD},
};

static void choose_looks(struct terminal *terminal, bool plain)
{
    const char *no_color = getenv("NO_COLOR");
    bool color = !plain && (no_color == NULL || *no_color == '\0') && has_colors() &&
                 start_color() == OK && use_default_colors() == OK;

    for (short style = 0; style < PAINT_STYLE_COUNT; style++) {
        const struct look *look = &looks[style];
        bool many = COLORS >= 256;
        short front = many ? look->front_256 : look->front_8;
        short back = many ? look->back_256 : look->back_8;

        terminal->attributes[style] = color ? look->attributes : look->mono_attributes;
        if (color && (front >= 0 || back >= 0) && init_pair((short)(style + 1), front, back) == OK)
            terminal->pairs[style] = (short)(style + 1);
        else
            terminal->attributes[style] = look->mono_attributes;
    }
}

/*
 * One key at a time, without echo; Ctrl-C and Ctrl-Z are keys. Flow control stays as it is: on a
 * serial line Ctrl-S and Ctrl-Q belong to the terminal.
 */
static void set_modes(void)
{
    struct termios modes;

    cbreak();
    noecho();
    nonl();
    if (tcgetattr(STDIN_FILENO, &modes) == 0) {
        modes.c_lflag &= (tcflag_t) ~(ISIG | IEXTEN);
        modes.c_iflag &= (tcflag_t) ~(ICRNL | INLCR);
        tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
        def_prog_mode();
    }
    keypad(stdscr, TRUE); /* cursor keys send what terminfo says */
    leaveok(stdscr, FALSE);
    scrollok(stdscr, FALSE);
}

int terminal_open(struct terminal **terminal, bool plain, struct error *error)
{
    struct terminal *made;

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(error, ERROR_INVALID,
                         "guichet needs a terminal; `guichet --help` lists what works without");
    made = calloc(1, sizeof(*made));
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, "out of memory");
    made->decoder = input_decoder_new();
    made->canvas = canvas_new(24, 80);
    made->shown = canvas_new(24, 80);
    /* The screen library would let itself be stopped, with a client on the screen. */
    signal(SIGTSTP, SIG_IGN);
    if (made->decoder != NULL && made->canvas != NULL && made->shown != NULL)
        made->screen = newterm(NULL, stdout, stdin);
    if (made->screen == NULL) {
        const char *name = getenv("TERM");

        terminal_close(made);
        return error_set(error, ERROR_INVALID, "this terminal (TERM=%s) is not known",
                         name == NULL ? "" : name);
    }
    set_modes();
    choose_looks(made, plain);
    terminfo_learn(made->decoder);
    canvas_set_plain(made->canvas, plain);
    terminal_leave_prepare();
    terminfo_send("BE"); /* bracketed paste, where the terminal has it */
    terminal_resize(made);
    *terminal = made;
    return 0;
}

void terminal_close(struct terminal *terminal)
{
    if (terminal == NULL)
        return;
    if (terminal->screen != NULL) {
        terminfo_send("BD");
        terminal_leave_blank();
        endwin();
        delscreen(terminal->screen);
    }
    input_decoder_free(terminal->decoder);
    canvas_free(terminal->canvas);
    canvas_free(terminal->shown);
    free(terminal);
}

struct canvas *terminal_canvas(struct terminal *terminal)
{
    return terminal->canvas;
}

struct input_decoder *terminal_decoder(struct terminal *terminal)
{
    return terminal->decoder;
}

void terminal_resize(struct terminal *terminal)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    if (canvas_resize(terminal->shown, LINES, COLS))
        canvas_resize(terminal->canvas, LINES, COLS);
    terminal_redraw(terminal);
}

void terminal_redraw(struct terminal *terminal)
{
    terminal->afresh = true;
    if (terminal_leave_alone())
        terminal_leave_blank();
    clearok(curscr, TRUE);
}

void terminal_ring(struct terminal *terminal)
{
    (void)terminal;
    beep();
}

bool terminal_set_clipboard(struct terminal *terminal, const char *word)
{
    if (strcmp(word, "auto") == 0)
        terminal->clipboard = terminfo_has("Ms");
    else if (strcmp(word, "yes") == 0 || strcmp(word, "no") == 0)
        terminal->clipboard = strcmp(word, "yes") == 0;
    else
        return false;
    return true;
}

void terminal_copy(struct terminal *terminal, const char *text)
{
    size_t length = strlen(text);
    size_t size = sodium_base64_encoded_len(length, sodium_base64_VARIANT_ORIGINAL);
    char *encoded;

    if (!terminal->clipboard || (encoded = malloc(size)) == NULL)
        return;
    sodium_bin2base64(encoded, size, (const unsigned char *)text, length,
                      sodium_base64_VARIANT_ORIGINAL);
    fprintf(stdout, "\033]52;c;%s\a", encoded);
    fflush(stdout);
    free(encoded);
}

/* The cell's text as ncurses wants it; what it would show in another number of columns than the
 * canvas counts becomes "?", so that the columns stay. */
static void wide_text(const char *text, int columns, wchar_t wide[CCHARW_MAX + 1])
{
    mbstate_t state = {0};
    size_t count = 0;
    int width = 0;

    while (*text != '\0' && count < CCHARW_MAX) {
        size_t used = mbrtowc(&wide[count], text, MB_CUR_MAX, &state);

        if (used == 0 || used == (size_t)-1 || used == (size_t)-2)
            break;
        if (count > 0 && wcwidth(wide[count]) != 0)
            break; /* joined with a second character: the first tells enough */
        if (count == 0)
            width = wcwidth(wide[0]);
        text += used;
        count++;
    }
    wide[count] = L'\0';
    if (width != columns)
        wcscpy(wide, L"?");
}

static void show_row(struct terminal *terminal, int row, int columns)
{
    for (int column = 0; column < columns; column++) {
        enum paint_style style = PAINT_TEXT;
        const char *text = canvas_cell(terminal->canvas, row, column, &style);
        bool wide =
            *canvas_cell(terminal->canvas, row, column + 1, NULL) == '\0' && column + 1 < columns;
        wchar_t characters[CCHARW_MAX + 1];
        cchar_t cell;

        if (*text == '\0')
            continue;
        wide_text(text, wide ? 2 : 1, characters);
        setcchar(&cell, characters, terminal->attributes[style], terminal->pairs[style], NULL);
        mvadd_wch(row, column, &cell);
        if (wide && wcwidth(characters[0]) == 1)
            mvadd_wch(row, column + 1, &cell);
    }
}

/* What was given to ncurses goes to the terminal. */
static void send_rows(struct terminal *terminal)
{
    int row, column;

    if (canvas_cursor(terminal->canvas, &row, &column)) {
        curs_set(1);
        move(row, column);
    } else {
        curs_set(0);
    }
    refresh();
}

void terminal_show(struct terminal *terminal)
{
    int rows = canvas_rows(terminal->canvas), columns = canvas_columns(terminal->canvas);

    for (int i = 0; i < rows; i++)
        if (canvas_keep_row(terminal->shown, terminal->canvas, i) || terminal->afresh)
            show_row(terminal, i, columns);
    terminal->afresh = false;
    send_rows(terminal);
}

void terminal_show_row(struct terminal *terminal, int row)
{
    if (canvas_keep_row(terminal->shown, terminal->canvas, row))
        show_row(terminal, row, canvas_columns(terminal->canvas));
    send_rows(terminal);
}

int terminal_fd(const struct terminal *terminal)
{
    (void)terminal;
    return STDIN_FILENO;
}

bool terminal_read(struct terminal *terminal, int64_t now_ms)
{
    char bytes[4096];

    for (;;) {
        struct pollfd ready = {STDIN_FILENO, POLLIN, 0};
        ssize_t got;

        if (poll(&ready, 1, 0) <= 0)
            return true;
        got = read(STDIN_FILENO, bytes, sizeof(bytes));
        if (got > 0)
            input_decoder_feed(terminal->decoder, bytes, (size_t)got, now_ms);
        else if (got == 0 || (errno != EINTR && errno != EAGAIN))
            return false;
        explicit_bzero(bytes, sizeof(bytes));
        if (got > 0 && got < (ssize_t)sizeof(bytes))
            return true;
    }
}
