#include "app/main/command_manual.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/main/manual_catalogue.h"
#include "ui/manual.h"

static void add_options(struct text_buffer *page, const struct config_key *keys)
{
    text_buffer_add_text(page, ".SH OPTIONS\n"
                               "Each is also a line of guichet.ini and an environment variable "
                               "(GUICHET_SERVER for \\-\\-server).\n");
    for (const struct config_key *key = keys; key->name != NULL; key++) {
        text_buffer_add_text(page, ".TP\n.B ");
        if (key->letter != 0)
            text_buffer_add_format(page, "\\-%c, ", key->letter);
        text_buffer_add_text(page, "\\-\\-");
        manual_add_text(page, key->name);
        if (key->argument != NULL)
            text_buffer_add_format(page, " \\fI%s\\fR", key->argument);
        text_buffer_add_text(page, "\n");
        manual_add_text(page, key->help);
        text_buffer_add_text(page, "\n");
    }
}

int command_manual(const struct config_key *keys, const struct manual_command *commands,
                   size_t command_count)
{
    struct text_buffer page = {0};
    int status;

    text_buffer_add_text(
        &page, ".TH GUICHET 1 \"\" Guichet \"User commands\"\n"
               ".SH NAME\nguichet \\- text\\-mode front office for those who serve the public\n"
               ".SH SYNOPSIS\n.B guichet\n[\\fIOPTION\\fR]...\n.br\n.B guichet\n"
               "\\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n"
               ".SH DESCRIPTION\nWithout a command it opens the screen: searching services and "
               "forms in the citizen's words, contacts, cases, forms, notes and hand\\-offs, with "
               "the server or without it. F1 explains the keys; the function keys are also Esc or "
               "Alt and a digit.\n");
    add_options(&page, keys);
    text_buffer_add_text(&page, ".SH COMMANDS\n");
    for (size_t i = 0; i < command_count; i++) {
        text_buffer_add_text(&page, ".TP\n.B ");
        manual_add_text(&page, commands[i].name);
        text_buffer_add_text(&page, "\n");
        manual_add_text(&page, commands[i].help);
        text_buffer_add_text(&page, "\n");
    }
    manual_add_catalogue(&page);
    manual_add_keys(&page);
    text_buffer_add_text(&page,
                         ".SH FILES\n.TP\n.I $XDG_DATA_HOME/guichet/catalogue.db\n"
                         "The public catalogue.\n"
                         ".TP\n.I $XDG_DATA_HOME/guichet/agents/LOGIN.db\n"
                         "An agent's work, sealed under their password.\n"
                         ".TP\n.I $XDG_DATA_HOME/guichet/agents/LOGIN.db.outbox\n"
                         "A second copy of what they have not sent yet, sealed too, that "
                         "guichet recover reads.\n"
                         ".TP\n.I $XDG_CONFIG_HOME/guichet/guichet.ini\nOptions.\n"
                         ".SH PUBLIC SCREEN\n"
                         ".B guichet display\n"
                         "signs in as an agent of role display (guichetd agent add) and shows "
                         "who is called to which counter, how many wait and the time, in French "
                         "and English. It keeps nothing on this machine; when the link is cut "
                         "it says so, and takes off the calls after a minute. Keys do nothing: "
                         "it ends by SIGTERM or SIGINT.\n"
                         ".TP\n.BI \\-\\-office \\ KEY\nThe office that the sign-in must be of: "
                         "a wrong one shows nothing.\n"
                         ".TP\n.B \\-\\-bell\nRing at each new call.\n"
                         ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhen set, no colours.\n"
                         ".SH SEE ALSO\n.BR guichetd (8)\n");
    status = page.failed ? EXIT_FAILURE : EXIT_SUCCESS;
    if (status == EXIT_SUCCESS)
        fputs(page.bytes, stdout);
    text_buffer_free(&page);
    return status;
}
