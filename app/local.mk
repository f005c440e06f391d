# The domain: knows neither screen nor network.

noinst_LIBRARIES += libapp.a
libapp_a_SOURCES = \
    app/binary.h app/binary_read.c app/binary_write.c \
    app/clock.c app/clock.h \
    app/config.c app/config.h \
    app/database.c app/database.h app/database_rows.c app/database_rows.h \
    app/error.c app/error.h \
    app/id.c app/id.h \
    app/journal.c app/journal.h \
    app/json.c app/json.h app/json_plain.c app/json_plain.h app/json_write.c \
    app/merge.c app/merge.h app/merge_fields.c app/merge_handoff.c app/merge_internal.h \
    app/merge_message.c \
    app/merge_value.c app/queue_measure.c app/queue_measure.h \
    app/operation.c app/operation.h app/operation_binary.c \
    app/match.c app/match.h \
    app/permission.c app/permission.h app/protect.c app/protect.h app/sandbox.c app/sandbox.h \
    app/sandbox_calls.c app/purpose.c app/purpose.h \
    app/protection.c app/protection.h app/role.c app/role.h \
    app/print.c app/print.h \
    app/promise.c app/promise.h app/promise_state.c app/promise_state.h \
    app/promise_time.c app/promise_time.h \
    app/queue.c app/queue.h app/queue_line.c app/queue_line.h \
    app/record.c app/record.h \
    app/rest.c app/rest.h \
    app/record_outline.c app/record_outline.h \
    app/record_fields.c app/record_fields.h app/record_transitions.c \
    app/escrow.c app/escrow.h app/seal.c app/seal.h app/store_destroy.c app/store_key.c \
    app/store_key.h \
    app/store.c app/store.h app/store_change.c app/store_evict.c app/store_feed.c \
    app/store_file.c app/store_file.h app/store_gone.c app/store_internal.h app/store_history.c \
    app/store_journal.c \
    app/store_kept.c \
    app/store_room.c \
    app/case_weight.c app/case_weight.h app/store_case.c \
    app/recovery.h app/store_recovery.c app/store_salvage.c app/store_salvage.h \
    app/store_anew.c app/store_anew.h \
    app/store_apply.c app/store_outbox.c app/store_record.c app/store_refusal.c app/store_schema.c \
    app/store_urgency.c app/store_waiting.c app/store_witness.c app/store_state.c \
    app/shown.c app/shown.h app/text.c app/text.h

EXTRA_DIST += app/catalogue_bodies.md app/catalogue_csv.md app/hsds.md

# Importers and what they need.
libapp_a_SOURCES += \
    app/calendar.c app/calendar.h app/calendar_read.c app/calendar_read.h \
    app/calendar_rule.c app/calendar_rule.h \
    app/merge_ticket.c app/ticket.c app/ticket.h app/ticket_list.c app/ticket_list.h \
    app/ticket_roll.c app/ticket_roll.h \
    app/csv.c app/csv.h \
    app/import.c app/import.h app/import_account.c app/import_internal.h \
    app/import_life_event.c app/import_life_event.h \
    app/import_moves.c app/import_moves.h app/import_publish.c \
    app/import_rows.c app/import_rows.h \
    app/import_csv.c app/import_csv.h \
    app/import_file.c app/import_file.h \
    app/import_hsds.c app/import_hsds.h \
    app/catalogue_csv.c app/catalogue_csv.h app/catalogue_csv_value.c \
    app/csv_writer.c app/csv_writer.h \
    app/export.c app/export.h \
    app/hsds.c app/hsds.h app/hsds_check.c app/hsds_document.c app/hsds_flatten.c \
    app/hsds_nest.c app/hsds_package.c \
    app/hsds_body.c app/hsds_body.h app/hsds_member.c app/hsds_member.h app/hsds_office.c \
    app/hsds_own.c \
    app/hsds_record.c app/hsds_record.h app/hsds_service.c \
    app/hsds_table.c app/hsds_table.h \
    app/hsds_words.c app/hsds_words.h \
    app/import_body.c app/import_body.h app/import_body_internal.h app/import_body_office.c \
    app/import_body_service.c app/import_body_text.c \
    app/import_catalogue.c app/import_catalogue.h \
    app/import_duration.c app/import_duration.h \
    app/import_fields.c app/import_fields.h \
    app/import_gc_service_inventory.c app/import_gc_service_inventory.h \
    app/import_gc_standards.c app/import_gc_standards.h \
    app/import_sample.c app/import_sample.h \
    app/import_sources.c app/import_sources.h \
    app/import_words.c app/import_words.h

# Messages to clients.
libapp_a_SOURCES += \
    app/message.c app/message.h \
    app/message_segments.c app/message_segments.h \
    app/message_plan.c app/message_plan.h app/message_template.c app/message_template.h \
    app/snippet.c app/snippet.h \
    app/message_words.c app/message_words.h

# When something is open, and where; what of the catalogue still stands.
libapp_a_SOURCES += \
    app/availability.c app/availability.h \
    app/freshness.c app/freshness.h \
    app/office.c app/office.h \
    app/postal.c app/postal.h app/postal_places.c app/postal_places.h \
    app/schedule.c app/schedule.h \
    app/succession.c app/succession.h \
    app/zone.c app/zone.h

# Where the screen and the sync thread meet.
libapp_a_SOURCES += \
    app/link.c app/link.h app/link_fetch.c app/link_fetch.h app/link_internal.h \
    app/link_sign_in.c app/link_sign_in.h app/store_provider.c app/store_provider.h app/errand.c app/errand.h \
    app/qr.c app/qr.h app/wipe.c app/wipe.h \
    app/announcement.c app/announcement.h app/question.c app/question.h

# The shipped sample: one file a type.
sampledir = $(pkgdatadir)/sample
dist_sample_DATA = \
    app/sample/agents.json \
    app/sample/calendars.json \
    app/sample/forms.json \
    app/sample/life-events.json \
    app/sample/offices.json \
    app/sample/questionnaires.json \
    app/sample/queues.json \
    app/sample/roles.json \
    app/sample/services.json \
    app/sample/snippets.json \
    app/sample/templates.json

# What agents do, and what they read.
libapp_a_SOURCES += \
    app/author.c app/author.h \
    app/case.c app/case.h \
    app/case_file.c app/case_file.h \
    app/case_sieve.c app/case_sieve.h \
    app/case_list.c app/case_list.h \
    app/case_query.c app/case_query.h \
    app/case_sort.c app/case_sort.h \
    app/case_table.c app/case_table.h app/case_table_internal.h app/case_table_read.c \
    app/case_words.c app/case_words.h \
    app/id_map.c app/id_map.h \
    app/text_pool.c app/text_pool.h \
    app/view.c app/view.h \
    app/in_hand.c app/in_hand.h app/look.c app/look.h \
    app/checklist.c app/checklist.h \
    app/choice.c app/choice.h app/choice_table.c \
    app/client.c app/client.h \
    app/conflict.c app/conflict.h \
    app/birth_date.c app/birth_date.h \
    app/client_index.c app/client_index.h \
    app/client_key.c app/client_key.h \
    app/client_likeness.c app/client_likeness.h \
    app/client_file.c app/client_file.h \
    app/client_merge.c app/client_merge.h \
    app/client_name.c app/client_name.h \
    app/consent.c app/consent.h \
    app/delegation.c app/delegation.h \
    app/name_sound.c app/name_sound.h \
    app/contact.c app/contact.h \
    app/continue.c app/continue.h \
    app/delivery.c app/delivery.h \
    app/alert.c app/alert.h \
    app/html_text.c app/html_text.h \
    app/pdf_text.c app/pdf_text.h \
    app/flag.c app/flag.h \
    app/handoff.c app/handoff.h \
    app/handoff_context.c app/handoff_context.h \
    app/handoff_history.c app/handoff_history.h \
    app/note.c app/note.h \
    app/task.c app/task.h \
    app/form_archive.c app/form_archive.h \
    app/submission.c app/submission.h
# The catalogue and its search engine. The words it knows beforehand are a readable file that the
# build turns into a table.
libapp_a_SOURCES += \
    app/catalogue.c app/catalogue.h app/catalogue_internal.h \
    app/catalogue_statements.c app/catalogue_statements.h \
    app/search.h app/search.c \
    app/search_bag.c app/search_bag.h \
    app/search_builder.c app/search_builder.h \
    app/search_bytes.h \
    app/search_card.c app/search_card.h \
    app/search_complete.c \
    app/search_filter.c app/search_filter.h \
    app/search_fold.c app/search_fold.h \
    app/search_index.c app/search_index.h app/search_index_internal.h \
    app/search_locate.c app/search_rank_internal.h \
    app/search_choice.c app/search_choice.h \
    app/search_merge.c app/search_merge.h app/search_upkeep.c app/search_upkeep.h \
    app/search_plan.c app/search_plan.h \
    app/search_pool.c app/search_pool.h \
    app/search_best.c app/search_best.h \
    app/search_score.c app/search_score.h \
    app/search_rank.c app/search_rank.h \
    app/search_take.c \
    app/search_segment.c app/search_segment.h \
    app/search_segment_writer.c app/search_segment_writer.h \
    app/search_store.c app/search_store.h \
    app/search_words.c app/search_words.h
nodist_libapp_a_SOURCES = \
    app/search_words_table.h
EXTRA_DIST += app/search_words.txt app/search_words.awk
BUILT_SOURCES += \
    app/search_words_table.h
CLEANFILES += app/search_words_table.h
app/search_words.$(OBJEXT): app/search_words_table.h

app/search_words_table.h: app/search_words.txt app/search_words.awk
	$(AM_V_GEN)$(MKDIR_P) app && LC_ALL=C && export LC_ALL && \
	$(AWK) -f $(srcdir)/app/search_words.awk $(srcdir)/app/search_words.txt > $@.lines && \
	sort -u $@.lines > $@.sorted && \
	$(AWK) -v pass=2 -f $(srcdir)/app/search_words.awk $@.sorted > $@.new && \
	rm -f $@.lines $@.sorted && mv $@.new $@
