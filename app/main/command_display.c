#include "app/main/command_display.h"

#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/main/command_agent.h"
#include "app/text.h"
#include "net/display_link.h"
#include "ui/display.h"
#include "ui/language.h"
#include "ui/terminal.h"

#define TICK_MS 1000

static const struct config_key display_keys[] = {
    {.name = "office",
     .shape = CONFIG_TEXT,
     .flag_only = true,
     .argument = "KEY",
     .help = "The office that the sign-in must be of: a wrong one shows nothing."},
    {.name = "bell",
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Ring the terminal's bell at each new call."},
    {.name = NULL},
};

struct program {
    struct command_agent agent;
    struct display display;
    struct display_link *link;
    struct terminal *terminal;
    int signals; /* signalfd */
    bool bell;
    bool over;
};

static void signals_of_display(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGWINCH);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

/* Before any thread starts, so that none is killed by them. */
static int take_signals(struct program *program, struct error *error)
{
    sigset_t set;

    signals_of_display(&set);
    program->signals = -1;
    if (pthread_sigmask(SIG_BLOCK, &set, NULL) == 0)
        program->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    (void)signal(SIGPIPE, SIG_IGN);
    return program->signals >= 0 ? 0
                                 : error_set(error, ERROR_INTERNAL, "signals: %s", strerror(errno));
}

static void read_signals(struct program *program)
{
    struct signalfd_siginfo info;

    while (read(program->signals, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
        if (info.ssi_signo == SIGWINCH)
            terminal_resize(program->terminal);
        else
            program->over = true;
    }
}

static void read_news(struct program *program)
{
    static const enum display_link_word words[] = {[DISPLAY_STARTING] = DISPLAY_LINK_STARTING,
                                                   [DISPLAY_ONLINE] = DISPLAY_LINK_UP,
                                                   [DISPLAY_CUT] = DISPLAY_LINK_CUT,
                                                   [DISPLAY_REFUSED] = DISPLAY_LINK_CUT};
    struct display_news news;
    struct display *display = &program->display;

    display_link_read(program->link, &news);
    display->link = words[news.state];
    display->heard_ms = news.heard_ms;
    text_copy(display->message, sizeof(display->message),
              news.state == DISPLAY_REFUSED ? news.message : "");
    if (display_take(display, news.view, clock_system(NULL)) && program->bell)
        terminal_ring(program->terminal);
}

/* Keys are read and dropped: nothing typed before a public screen does anything. */
static void drop_keys(struct program *program)
{
    if (!terminal_read(program->terminal, clock_system(NULL)))
        program->over = true;
    input_decoder_clear(terminal_decoder(program->terminal));
}

static int turn(struct program *program, struct error *error)
{
    struct pollfd fds[] = {
        {terminal_fd(program->terminal), POLLIN, 0},
        {display_link_fd(program->link), POLLIN, 0},
        {program->signals, POLLIN, 0},
    };
    int64_t now = clock_system(NULL);

    if (poll(fds, 3, (int)(TICK_MS - now % TICK_MS)) < 0 && errno != EINTR)
        return error_set(error, ERROR_INTERNAL, "poll: %s", strerror(errno));
    read_signals(program);
    if (fds[0].revents != 0)
        drop_keys(program);
    if (fds[1].revents != 0)
        read_news(program);
    if (program->over)
        return 0;
    display_draw(&program->display, terminal_canvas(program->terminal), clock_system(NULL));
    terminal_show(program->terminal);
    return 0;
}

static int begin(struct program *program, const struct config *config, struct error *error)
{
    struct display_link_options options = {.server_url = config_text(config, "server"),
                                           .ca_file = config_text(config, "ca-file"),
                                           .office = config_text(config, "office")};
    bool plain = config_switch(config, "plain");
    int code = take_signals(program, error);

    if (code == 0)
        code = language_start(error);
    if (code == 0)
        code = command_agent_begin_locked(&program->agent, config, error);
    options.login = program->agent.login;
    options.password = program->agent.password;
    if (code == 0)
        code = display_link_start(&program->link, &options, error);
    if (code == 0)
        code = terminal_open(&program->terminal, plain, error);
    program->bell = config_switch(config, "bell");
    program->display.blocks = !plain && strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    return code;
}

static int display_run(const struct config *config)
{
    struct program program = {0};
    struct error error = ERROR_INIT;
    int code = begin(&program, config, &error);

    while (code == 0 && !program.over)
        code = turn(&program, &error);
    terminal_close(program.terminal);
    display_link_stop(program.link);
    display_clear(&program.display);
    command_agent_end(&program.agent);
    if (program.signals >= 0)
        close(program.signals);
    return code == 0 ? COMMAND_OK : command_complain(&error);
}

int command_display(int argc, char **argv)
{
    return command_agent_main_with(argc, argv, display_keys, display_run);
}
