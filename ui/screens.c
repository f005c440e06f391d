#include "ui/screen.h"

#include <string.h>

extern const struct screen_kind screen_choice, screen_form, screen_help, screen_home, screen_lock,
    screen_search, screen_service, screen_sign_in;
extern const struct screen_kind screen_agents, screen_case, screen_case_entry, screen_client,
    screen_contact, screen_contact_end, screen_continue, screen_delivery, screen_flag,
    screen_flag_list, screen_flag_one, screen_handoff, screen_handoff_list, screen_handoff_offer,
    screen_note, screen_office, screen_offices, screen_outbox, screen_refusals;
extern const struct screen_kind screen_attachment, screen_message;
extern const struct screen_kind screen_enrol, screen_wiped, screen_sign_in_provider;
extern const struct screen_kind screen_code, screen_password;
extern const struct screen_kind screen_elsewhere, screen_fetch, screen_purpose;
extern const struct screen_kind screen_client_file, screen_client_merge, screen_client_pick;
extern const struct screen_kind screen_client_unmerge, screen_delegations, screen_consents;
extern const struct screen_kind screen_protect, screen_emergencies, screen_emergency;
extern const struct screen_kind screen_message_new, screen_preferences, screen_status_code;
extern const struct screen_kind screen_task, screen_task_new, screen_tickets, screen_ticket_new;
extern const struct screen_kind screen_reassign, screen_supervise;
extern const struct screen_kind screen_rekey;
extern const struct screen_kind screen_audit, screen_kept;
extern const struct screen_kind screen_keeping, screen_keeping_change, screen_keeping_copy;
extern const struct screen_kind screen_retention;
extern const struct screen_kind screen_lists;
extern const struct screen_kind screen_checklist, screen_life_event, screen_life_events;

/* The order is that of the key line and of the help: one a line, so that additions merge. */
/* clang-format off */
const struct screen_kind *const screen_kinds[] = {
    &screen_help,          /* F1 */
    &screen_search,        /* F2 */
    &screen_lists,         /* F3 */
    &screen_form,          /* F4 */
    &screen_handoff_list,  /* F5 */
    &screen_note,          /* F6 */
    &screen_outbox,        /* F7 */
    &screen_lock,          /* F9 */
    &screen_handoff_offer, /* Ctrl-V */
    &screen_home,          /* by command from here on, or from a screen */
    &screen_contact,
    &screen_life_events,
    &screen_case,
    &screen_checklist,
    &screen_life_event,
    &screen_contact_end,
    &screen_handoff,    
    &screen_agents,     
    &screen_rekey,
    &screen_refusals,   
    &screen_service,    
    &screen_offices,
    &screen_office,
    &screen_flag,
    &screen_flag_list,
    &screen_flag_one,
    &screen_client,     
    &screen_client_merge,
    &screen_client_pick,
    &screen_client_unmerge,
    &screen_client_file,
    &screen_delegations,
    &screen_consents,
    &screen_case_entry, 
    &screen_supervise,
    &screen_kept,
    &screen_emergencies,
    &screen_emergency,
    &screen_protect,
    &screen_reassign,
    &screen_continue,
    &screen_delivery,
    &screen_message,
    &screen_attachment,
    &screen_message_new,
    &screen_preferences,
    &screen_status_code,
    &screen_task,
    &screen_task_new,
    &screen_tickets,
    &screen_ticket_new,
    &screen_choice,     
    &screen_purpose,
    &screen_enrol,
    &screen_password,
    &screen_code,
    &screen_wiped,
    &screen_audit,
    &screen_keeping,
    &screen_keeping_change,
    &screen_keeping_copy,
    &screen_retention,
    &screen_elsewhere,
    &screen_fetch,
    &screen_sign_in,
    &screen_sign_in_provider,    
    NULL,
};
/* clang-format on */

const struct screen_kind *screen_kind_find(const char *name)
{
    for (const struct screen_kind *const *kind = screen_kinds; *kind != NULL; kind++)
        if (strcmp((*kind)->name, name) == 0)
            return *kind;
    return NULL;
}
