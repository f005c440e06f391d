#include "ui/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/clock.h"
#include "ui/language.h"

#define TICK_MS      1000
#define BUSY_TICK_MS 100
/* Until a line that was painted ahead has gone to the terminal, and the rest is looked at. */
#define BEHIND_MS 5

struct loop {
    struct ui *ui;             /* borrowed */
    struct terminal *terminal; /* borrowed */
    struct desk *desk;         /* borrowed */
    int signals;               /* signalfd */
    int64_t next_tick_ms;
    bool painted; /* all of it, in the terminal's present size */
    bool behind;  /* a line was painted ahead, and nothing else was looked at */
    bool gone;    /* the terminal hung up, or the program is told to end */
};

static void signals_of_loop(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

int loop_start(struct error *error)
{
    sigset_t set;

    signals_of_loop(&set);
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) != 0)
        return error_set(error, ERROR_INTERNAL, "cannot block signals");
    return 0;
}

static void take_signals(struct loop *loop)
{
    struct signalfd_siginfo info;

    while (read(loop->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGWINCH) {
            struct input resized = {.code = INPUT_RESIZE};

            terminal_resize(loop->terminal);
            loop->painted = false;
            ui_input(loop->ui, &resized);
        } else {
            loop->gone = true;
        }
    }
}

static void take_key(struct loop *loop, const struct input *input)
{
    if (input->code == INPUT_CONTROL('C')) {
        ui_tell(loop->ui, UI_NOTE, "%s", _("F10 leaves Guichet"));
        return;
    }
    if (input->code == INPUT_CONTROL('L'))
        terminal_redraw(loop->terminal);
    ui_input(loop->ui, input);
}

/* Replays all keys that have come, in order. While a screen waits they stay queued. */
static void take_keys(struct loop *loop)
{
    struct input_decoder *decoder = terminal_decoder(loop->terminal);
    struct input input;

    while (!ui_is_over(loop->ui)) {
        if (ui_take_stop(loop->ui))
            input_decoder_clear(decoder);
        if (ui_is_busy(loop->ui)) {
            struct input escape = {.code = INPUT_ESCAPE};

            if (input_decoder_cancelled(decoder, clock_steady(NULL)))
                ui_input(loop->ui, &escape);
            return;
        }
        if (!input_next(decoder, &input, clock_steady(NULL)))
            return;
        take_key(loop, &input);
    }
}

static int wait_ms(struct loop *loop)
{
    int64_t now = clock_steady(NULL);
    int64_t wait = loop->next_tick_ms - now;
    int keys = input_decoder_wait(terminal_decoder(loop->terminal), now);

    if (keys >= 0 && keys < wait)
        wait = keys;
    if (loop->behind && wait > BEHIND_MS)
        wait = BEHIND_MS;
    if (ui_is_busy(loop->ui) && wait > BUSY_TICK_MS) {
        wait = BUSY_TICK_MS;
        loop->next_tick_ms = now + wait;
    }
    return wait < 0 ? 0 : (int)wait;
}

static void tick(struct loop *loop)
{
    int64_t now = clock_steady(NULL);

    if (now < loop->next_tick_ms)
        return;
    /* On the second of the wall clock: the contact's timer counts evenly. */
    loop->next_tick_ms =
        now + (ui_is_busy(loop->ui) ? BUSY_TICK_MS : TICK_MS - desk_now(loop->desk) % TICK_MS);
    ui_tick(loop->ui);
}

static void repaint(struct loop *loop)
{
    ui_draw(loop->ui, terminal_canvas(loop->terminal));
    if (ui_take_ring(loop->ui))
        terminal_ring(loop->terminal);
    terminal_show(loop->terminal);
    loop->painted = true;
    if (ui_take_copy(loop->ui) && loop->desk->copied != NULL)
        terminal_copy(loop->terminal, loop->desk->copied);
}

/* The one line that somebody waits for; the rest is painted a moment later. False: nothing was. */
static bool repaint_ahead(struct loop *loop)
{
    if (!loop->painted)
        return false;
    terminal_show_row(loop->terminal, ui_draw_ahead(loop->ui, terminal_canvas(loop->terminal)));
    return true;
}

/* One turn: waits, takes what came, repaints once. */
static int turn(struct loop *loop, struct error *error)
{
    struct pollfd fds[] = {
        {terminal_fd(loop->terminal), POLLIN, 0},
        {link_screen_fd(loop->desk->link), POLLIN, 0},
        {loop->signals, POLLIN, 0},
    };
    bool look;

    if (poll(fds, 3, wait_ms(loop)) < 0 && errno != EINTR)
        return error_set(error, ERROR_INTERNAL, "poll: %s", strerror(errno));
    if (fds[1].revents != 0)
        link_screen_clear(loop->desk->link);
    if (fds[1].revents != 0 && ui_look_ahead(loop->ui) && repaint_ahead(loop) &&
        fds[0].revents == 0 && fds[2].revents == 0) {
        loop->behind = true;
        return 0;
    }
    look = fds[1].revents != 0 || fds[0].revents == 0 || loop->behind;
    loop->behind = false;
    take_signals(loop);
    /* What changed outside has rung; behind the keys it is looked at in any case. */
    if (look)
        ui_look(loop->ui);
    if (fds[0].revents != 0 && !terminal_read(loop->terminal, clock_steady(NULL)))
        loop->gone = true;
    take_keys(loop);
    ui_look(loop->ui);
    tick(loop);
    /* Keys that came meanwhile are dealt with before painting and saving. */
    if (!loop->gone && !ui_is_over(loop->ui) && !ui_is_busy(loop->ui) && poll(fds, 1, 0) > 0 &&
        fds[0].revents != 0)
        return 0;
    ui_save(loop->ui);
    if (!loop->gone)
        repaint(loop);
    return 0;
}

int loop_run(struct ui *ui, struct terminal *terminal, struct desk *desk, struct error *error)
{
    struct loop loop = {.ui = ui, .terminal = terminal, .desk = desk, .signals = -1};
    sigset_t set;
    int code = 0;

    signals_of_loop(&set);
    loop.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (loop.signals < 0)
        return error_set(error, ERROR_INTERNAL, "signalfd: %s", strerror(errno));
    ui_look(ui);
    repaint(&loop);
    while (code == 0 && !loop.gone && !ui_is_over(ui))
        code = turn(&loop, error);
    ui_close_all(ui);
    close(loop.signals);
    return code;
}
