# Screens and keys.

noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
    ui/commands.c ui/ui_internal.h \
    ui/code_page.c ui/code_page.h ui/continue_glyphs.c ui/continue_glyphs.h \
    ui/delivery_words.c ui/delivery_words.h \
    ui/queue_next.c ui/queue_next.h ui/queue_words.c ui/queue_words.h \
    ui/day.c ui/day.h \
    ui/desk.c ui/desk.h \
    ui/desk_look.c \
    ui/case_reader.c ui/case_reader.h \
    ui/desk_cases.c ui/desk_cases.h \
    ui/editor.c ui/editor.h ui/editor_internal.h \
    ui/editor_draw.c \
    ui/editor_key.c \
    ui/format.c ui/format.h \
    ui/format_hours.c ui/format_hours.h \
    ui/frame.c \
    ui/input.c ui/input.h \
    ui/language.c ui/language.h \
    ui/list.c ui/list.h \
    ui/manual.c ui/manual.h \
    ui/loop.c ui/loop.h \
    ui/arriving.c ui/arriving.h ui/notice.c ui/notice.h \
    ui/page.c ui/page.h \
    ui/paper.c ui/paper.h \
    ui/paper_task.c ui/paper_task.h \
    ui/paint.c ui/paint.h \
    ui/purpose.c ui/purpose.h ui/screen_purpose.c ui/ui_ask.c ui/ui_away.c \
    ui/audit_deeds.c ui/audit_deeds.h ui/audit_words.c ui/audit_words.h ui/screen_audit.c \
    ui/inquiry.c ui/inquiry.h ui/own_file.c ui/own_file.h ui/keeping_words.c ui/keeping_words.h \
    ui/screen_keeping.c ui/screen_keeping_change.c ui/screen_keeping_copy.c ui/screen_retention.c \
    ui/elsewhere.c ui/elsewhere.h ui/screen_elsewhere.c ui/screen_fetch.c ui/screen_kept.c \
    ui/work_file.c ui/work_file.h \
    ui/fields.c ui/fields.h \
    ui/screen.h \
    ui/screens.c \
    ui/screen_agents.c ui/screen_agents.h ui/screen_agents_targets.c \
    ui/screen_case.c ui/screen_case.h ui/screen_case_entry.c ui/screen_case_file.h \
    ui/screen_case_filter.c ui/screen_case_status.c ui/screen_case_summary.c \
    ui/screen_case_words.c \
    ui/screen_checklist.c \
    ui/screen_client.c ui/screen_delegations.c ui/work_delegation.c ui/screen_consents.c \
    ui/work_consent.c ui/screen_client_merge.c \
    ui/screen_emergencies.c ui/screen_protect.c \
    ui/screen_emergency.c \
    ui/screen_client.h ui/screen_client_file.c ui/screen_client_pick.c \
    ui/screen_client_unmerge.c \
    ui/screen_contact.c ui/screen_contact.h ui/screen_contact_end.c ui/screen_contact_now.c \
    ui/screen_contact_search.c \
    ui/screen_continue.c \
    ui/screen_delivery.c \
    ui/screen_handoff.c ui/screen_handoff.h ui/screen_handoff_context.c ui/screen_handoff_list.c \
    ui/screen_handoff_offer.c ui/screen_handoff_take.c ui/screen_handoff_send.c ui/screen_handoff_send.h \
    ui/screen_handoff_terms.c \
    ui/screen_life_event.c ui/screen_life_event.h ui/screen_life_event_case.c \
    ui/screen_life_events.c \
    ui/message_compose.c ui/message_compose.h \
    ui/screen_attachment.c ui/screen_message.c ui/screen_message.h ui/screen_message_case.c \
    ui/message_when.c ui/message_when.h ui/screen_message_new.c ui/screen_message_new.h \
    ui/screen_message_new_draw.c \
    ui/screen_preferences.c \
    ui/screen_status_code.c \
    ui/screen_note.c \
    ui/permission_words.c ui/permission_words.h ui/promise_words.c ui/promise_words.h \
    ui/screen_task.c ui/task_news.c ui/task_news.h \
    ui/screen_task_new.c \
    ui/screen_note.h ui/screen_note_help.c \
    ui/screen_outbox.c ui/screen_outbox.h ui/screen_outbox_words.c \
    ui/screen_refusals.c \
    ui/client_likely.c ui/client_likely.h \
    ui/conflict_words.c ui/conflict_words.h \
    ui/screen_reassign.c ui/screen_supervise.c ui/screen_supervise.h ui/screen_supervise_read.c \
    ui/screen_supervise_news.c \
    ui/spelling.c ui/spelling.h \
    ui/steps.c ui/steps.h \
    ui/work.c ui/work.h \
    ui/screen_choice.c \
    ui/screen_flag.c ui/screen_flag.h \
    ui/screen_flag_list.c \
    ui/screen_flag_one.c \
    ui/screen_form.c ui/screen_form.h \
    ui/screen_form_draw.c \
    ui/screen_form_field.c \
    ui/screen_form_paper.c \
    ui/screen_form_pick.c \
    ui/screen_form_place.c \
    ui/screen_form_record.c \
    ui/screen_form_review.c \
    ui/screen_form_version.c \
    ui/screen_form_source.c \
    ui/screen_form_trust.c \
    ui/screen_help.c \
    ui/screen_home.c \
    ui/screen_lists.c ui/screen_lists.h ui/screen_lists_act.c ui/screen_lists_arrange.c \
    ui/screen_lists_draw.c ui/screen_lists_views.c ui/screen_lists_work.c \
    ui/screen_lock.c \
    ui/renewal.c ui/renewal.h ui/screen_rekey.c \
    ui/screen_offices.c ui/screen_offices.h \
    ui/screen_offices_one.c \
    ui/screen_search.c \
    ui/screen_service.c \
    ui/screen_code.c ui/screen_password.c ui/screen_enrol.c ui/screen_wiped.c \
    ui/screen_sign_in.c ui/screen_sign_in_provider.c \
    ui/search_chips.c ui/search_chips.h ui/search_worker.c ui/search_worker.h \
    ui/service_home.c \
    ui/service_page.c \
    ui/service_read.c \
    ui/service_table.c ui/service_view.h \
    ui/sign_in.c ui/sign_in.h ui/sign_in_internal.h ui/sign_in_provider.c ui/sign_in_provider.h \
    ui/big.c ui/big.h \
    ui/display.c ui/display.h \
    ui/screen_ticket_new.c \
    ui/screen_tickets.c ui/screen_tickets.h ui/screen_tickets_act.c \
    ui/tickets.c ui/tickets.h \
    ui/terminal.c ui/terminal.h ui/terminal_leave.c ui/terminal_leave.h \
    ui/terminfo.c ui/terminfo.h \
    ui/ui.c ui/ui.h ui/ui_state.c ui/ui_tell.c \
    ui/ui_gone.c

# The terminal. Its libraries stand in the order in which they need one another.
bin_PROGRAMS += guichet
guichet_SOURCES = \
    app/main/command_display.c app/main/command_display.h \
    app/main/command_export.c app/main/command_export.h \
    app/main/command_import.c app/main/command_import.h \
    app/main/command_list.c app/main/command_list.h \
    app/main/command_manual.c app/main/command_manual.h \
    app/main/manual_catalogue.c app/main/manual_catalogue.h \
    app/main/command_recover.c app/main/command_recover.h \
    app/main/command_search.c app/main/command_search.h \
    app/main/command_agent.c app/main/command_agent.h \
    app/main/command_status.c \
    app/main/command_sync.c app/main/command_sync.h \
    app/main/guichet.c app/main/wipe_freed.c \
    app/main/guichet_keys.c app/main/guichet_keys.h
guichet_LDADD = libui.a libnet.a libforms.a libapp.a $(NCURSES_LIBS) $(HUNSPELL_LIBS) $(NET_LIBS) $(FORMS_LIBS) \
    $(APP_LIBS)

# The manual page is made by the program, out of its tables of options, commands and keys.
nodist_man_MANS = app/man/guichet.1
CLEANFILES += app/man/guichet.1
app/man/guichet.1: guichet$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) $(@D) && LC_ALL=C ./guichet$(EXEEXT) manual >$@.new && mv $@.new $@

# French; English is what the sources say.
EXTRA_DIST += ui/po/fr.po
frdir = $(localedir)/fr/LC_MESSAGES
nodist_fr_DATA = ui/locale/fr/LC_MESSAGES/guichet.mo
CLEANFILES += ui/locale/fr/LC_MESSAGES/guichet.mo
ui/locale/fr/LC_MESSAGES/guichet.mo: ui/po/fr.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) --check-format --check-domain -o $@ $(srcdir)/ui/po/fr.po
