# Everything that speaks to the network, on both sides.

noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
    net/compress.c net/compress.h net/packed.c net/packed.h net/packed_dictionary.c \
    net/curl_common.c net/curl_common.h

# The terminal's side.
libnet_a_SOURCES += \
    net/http_client.c net/http_client.h \
    net/http_exchange.c net/http_exchange.h net/http_line.c net/http_line.h \
    net/display_link.c net/display_link.h \
    net/sync.c net/sync.h net/sync_engine.c net/sync_engine.h net/sync_follow.c net/sync_internal.h \
    net/protocol.c net/protocol.h net/device_proof.c net/device_proof.h \
    net/sync_announce.c net/sync_ask.c net/sync_fetch.c net/sync_file.c net/sync_login.c \
    net/sync_provider.c net/sync_presence.c net/sync_pace.c net/sync_pace.h net/sync_page.c net/sync_pull.c \
    net/sync_batch.c net/sync_batch.h net/sync_push.c \
    net/sync_relay.c net/sync_reply.c net/sync_session.c net/sync_status.c net/sync_body.c \
    net/sync_body.h

# The server's side.
libnet_a_SOURCES += \
    net/ledger.h \
    net/ledger_agent.c net/ledger_sign_in.c net/ledger_enter.h net/ledger_password.c \
    net/ledger_factor.c net/ledger_factor.h net/otp.c \
    net/otp.h net/password_rule.c net/password_rule.h net/ledger_lockout.c net/ledger_lockout.h \
    net/trust_rules.h \
    net/ledger_session.c net/ledger_session.h net/ledger_session_end.c \
    net/ledger_session_internal.h \
    net/ledger_refresh.c net/ledger_terminal.c net/ledger_terminal.h \
    net/control.c net/control.h net/ledger_order.c net/ledger_order.h \
    net/ledger_statements_audit.h net/ledger_statements_device.h \
    net/ledger_apply.c net/ledger_own.c \
    net/ledger_attempt.h \
    net/ledger_permit.c \
    net/ledger_old.c net/ledger_old.h \
    net/ledger_attending.c \
    net/ledger_consent.c net/ledger_consent.h \
    net/disclosure_words.c net/disclosure_words.h net/html_write.c net/html_write.h \
    net/ledger_disclose.c net/ledger_disclose.h net/ledger_order_retention.c \
    net/ledger_order_retention.h \
    net/ledger_retention.c net/ledger_retention.h net/ledger_retention_internal.h \
    net/ledger_retention_rest.c \
    net/ledger_erase.c net/ledger_erase.h net/ledger_file.c net/ledger_file.h \
    net/ledger_audit.c net/ledger_audit.h net/ledger_schema_trust.h \
    net/ledger_audit_read.c net/ledger_audit_read.h net/ledger_look.c net/ledger_gap.c net/ledger_gap.h net/ledger_named.c net/ledger_named.h net/audit_tally.c \
    net/audit_tally.h net/request_trail.c net/ledger_audit_key.c net/ledger_audit_key.h \
    net/ledger_reason.c net/ledger_reason.h net/ledger_trace.c net/ledger_trail.c \
    net/ledger_trail.h \
    net/audit_tree.c net/audit_tree.h net/audit_row.c net/audit_row.h \
    net/audit_head.c net/audit_head.h net/ledger_verify.c net/ledger_verify.h \
    net/ledger_centre.c \
    net/ledger_check.c \
    net/ledger_delivery.c net/ledger_due.c \
    net/ledger_fold.c \
    net/ledger_form.c \
    net/ledger_grant.c net/ledger_gone.c net/ledger_restrict.c \
    net/ledger_group.c \
    net/ledger_handoff.c net/ledger_reassign.c net/ledger_waiting.c net/ledger_watch.c \
    net/ledger_alert.c net/ledger_announce.c net/ledger_announce.h \
    net/ledger_access.c net/ledger_access.h \
    net/ledger_client.c net/ledger_continue.c net/ledger_continue.h \
    net/ledger_guess.c net/ledger_guess.h \
    net/announcements.c net/announcements.h \
    net/known.c net/known.h \
    net/access_page.c net/access_page.h \
    net/route_access.c net/route_access.h net/route_status.c net/route_questionnaire.c \
    net/message_clerk.c net/message_clerk.h \
    net/message_email.c net/message_email.h \
    net/message_worker.c net/message_worker.h \
    net/ledger_sms.c net/ledger_sms.h net/route_sms.c \
    net/sms_incoming.c net/sms_incoming.h \
    net/sms_gateway.c net/sms_gateway.h \
    net/ledger_provider.c net/ledger_provider.h net/route_provider.c \
    net/provider.c net/provider.h net/provider_flow.c net/provider_flow.h \
    net/provider_token.c net/provider_token.h \
    net/secret_file.c net/secret_file.h \
    net/signed_request.c net/signed_request.h \
    net/ledger_message.c net/ledger_message.h \
    net/ledger_desk.c net/ledger_role_move.c \
    net/ledger_device.c \
    net/ledger_feed.c \
    net/ledger_history.c \
    net/ledger_holder.c net/ledger_holder.h \
    net/ledger_import.c \
    net/scan_folder.c net/scan_folder.h net/scan_page.c net/scan_page.h \
    net/intake.h net/intake_document.c net/intake_document.h net/intake_key.h net/intake_rate.c \
    net/intake_rate.h \
    net/ledger_intake_key.c net/ledger_intake.c net/ledger_intake.h net/ledger_intake_form.c \
    net/ledger_intake_match.c net/ledger_intake_offer.c net/ledger_attachment.c \
    net/ledger_reach.c \
    net/ledger_search.c net/ledger_search.h net/ledger_search_internal.h \
    net/ledger_search_file.c \
    net/ledger_search_find.c net/ledger_search_keys.c net/ledger_search_likely.c \
    net/ledger_search_permit.c net/ledger_opening.c net/ledger_opening_scope.c \
    net/ledger_opening_close.c net/ledger_opening_internal.h net/opening_clock.c net/opening_clock.h \
    net/ledger_refused.c \
    net/search_clock.c net/search_clock.h \
    net/ledger_protect.c net/ledger_protect.h net/ledger_publish.c net/ledger_queue.c \
    net/ledger_permission.c net/ledger_permission.h \
    net/ledger_record.c \
    net/ledger_role.c net/ledger_role.h \
    net/ledger_property.c net/ledger_relay.c net/ledger_relay.h net/ledger_relay_gone.c \
    net/ledger_relay_scopes.c net/ledger_relay_restored.c \
    net/ledger_schema.c \
    net/ledger_scope.c \
    net/ledger_sqlite.c net/ledger_sqlite.h net/ledger_row.h net/ledger_scope.h \
    net/ledger_handoff.h net/ledger_upward.h net/ledger_bell.h net/ledger_follow.h net/ledger_agent.h \
    net/ledger_ticket.c \
    net/ledger_statements.h \
    net/ledger_upward.c net/ledger_bell.c net/ledger_verdict.c \
    net/scope_set.c net/scope_set.h \
    net/catalogue_feed.c net/catalogue_feed.h \
    net/hsds_view.c net/hsds_view.h \
    net/backup.c net/backup.h net/backup_key.c net/backup_stream.c net/backup_stream.h \
    net/problem.c net/problem.h \
    net/continue_document.c net/continue_document.h \
    net/feed_page.c net/feed_page.h net/feed_rows.c net/feed_rows.h \
    net/route_announcements.c \
    net/route_changes.c \
    net/route_continue.c \
    net/route_display.c \
    net/route_attachments.c \
    net/route_healthz.c \
    net/route_intake.c \
    net/route_hsds.c \
    net/route_login.c net/route_relay_sign_in.c \
    net/route_logout.c \
    net/route_openapi.c \
    net/route_operations.c \
    net/route_audit.c net/server_openapi_audit.c \
    net/ledger_keeping.c net/ledger_keeping.h net/route_keeping.c net/route_keeping.h \
    net/route_retention.c net/server_openapi_keeping.c \
    net/ledger_audit_names.c net/ledger_audit_names.h net/ledger_unusual.c net/ledger_unusual.h \
    net/route_presence.c net/route_search.c net/server_openapi_search.c \
    net/route_records.c net/route_files.c \
    net/route_relay.c \
    net/server.c net/server.h net/server_receive.c \
    net/server_doorbell.c net/server_doorbell.h \
    net/server_guard.c net/server_guard.h net/server_head.c net/server_limits.h \
    net/server_internal.h \
    net/server_listen.c net/server_listen.h \
    net/server_openapi.c net/server_openapi_intake.c net/server_openapi_trust.c \
    net/server_openapi_permissions.c net/server_openapi_sync.c \
    net/server_presence.c net/server_presence.h \
    net/request_history.c net/request_body.c net/server_request.c \
    net/operations_sent.c net/operations_sent.h \
    net/request_code.c net/request_code.h net/request_wait.c net/request_wait.h \
    net/request_session.c net/request_session.h net/route_token.c net/route_password.c \
    net/route_devices.c \
    net/server_routes.c \
    net/audit_clock.c net/audit_clock.h net/log_clock.c net/log_clock.h net/ledger_log.c \
    net/ledger_log.h net/server_trail.c net/server_trail.h \
    net/server_worker.c net/server_worker.h

# Open311 GeoReport v2.
libnet_a_SOURCES += \
    net/ledger_open311.c net/ledger_open311.h \
    net/open311_answers.c net/open311_answers.h \
    net/open311_call.c net/open311_call.h \
    net/open311_document.c net/open311_document.h \
    net/open311_errors.c net/open311_errors.h \
    net/open311_intake.c net/open311_intake.h \
    net/open311_pairs.c net/open311_pairs.h \
    net/open311_query.c net/open311_query.h \
    net/open311_request.c net/open311_request.h \
    net/open311_service.c net/open311_service.h \
    net/open311_view.c net/open311_view.h \
    net/route_open311.c \
    net/server_openapi_open311.c

# Relays, at the branch.
libnet_a_SOURCES += \
    net/relay.c net/relay.h \
    net/relay_board.c net/relay_board.h net/relay_sign_in.c net/relay_sign_in.h \
    net/relay_engine.c net/relay_engine.h \
    net/relay_engine_internal.h net/relay_engine_page.c

# Hand-offs whose time passes.
libnet_a_SOURCES += \
    net/bell_clock.c net/bell_clock.h net/handoff_clock.c net/handoff_clock.h \
    net/ledger_promise.c net/ledger_promise.h net/promise_clock.c net/promise_clock.h
libnet_a_SOURCES += \
    net/queue_watch.c net/queue_watch.h

# Deliveries to agencies.
libnet_a_SOURCES += \
    net/delivery.c net/delivery.h \
    net/delivery_agencies.c net/delivery_agencies.h \
    net/delivery_answer.c net/delivery_answer.h \
    net/delivery_message.c net/delivery_message.h \
    net/signature.c net/signature.h

# Mail.
libnet_a_SOURCES += \
    net/email_account.c net/email_account.h \
    net/email_bounds.c net/email_charset.c \
    net/email_compose.c \
    net/email_quote.c net/email_text.h \
    net/email_fetch.c net/email_fetch.h \
    net/email_imap.c net/email_imap.h \
    net/email_mime.c net/email_mime.h \
    net/email_nature.c \
    net/email_parse.c net/email_parse.h \
    net/email_rate.c net/email_rate.h \
    net/email_part.c net/email_part.h \
    net/email_send.c net/email_send.h \
    net/email_take.c net/email_take.h \
    net/ledger_emergency.c net/ledger_emergency.h net/ledger_email.c net/ledger_email.h

sbin_PROGRAMS += guichetd
guichetd_SOURCES = \
    app/main/guichetd.c app/main/guichetd.h \
    app/main/guichetd_agent.c \
    app/main/guichetd_audit.c \
    app/main/guichetd_check.c \
    app/main/guichetd_delivery_key.c app/main/guichetd_escrow.c \
    app/main/guichetd_device.c app/main/guichetd_order.c app/main/guichetd_order.h \
    app/main/guichetd_retention.c \
    app/main/guichetd_email.c app/main/guichetd_email.h \
    app/main/guichetd_backup.c app/main/guichetd_backup.h \
    app/main/guichetd_confine.c app/main/guichetd_confine.h \
    app/main/guichetd_limits.c app/main/guichetd_limits.h \
    app/main/guichetd_settings.c app/main/guichetd_settings.h \
    app/main/guichetd_import.c \
    app/main/guichetd_init.c \
    app/main/guichetd_relay.c \
    app/main/guichetd_intake.c \
    app/main/guichetd_relay_account.c \
    app/main/guichetd_relay_status.c \
    app/main/guichetd_messages.c app/main/guichetd_messages.h \
    app/main/guichetd_serve.c
guichetd_LDADD = libnet.a libforms.a libapp.a $(SERVER_LIBS) $(NET_LIBS) $(FORMS_LIBS) $(APP_LIBS)

EXTRA_DIST += net/audit.md net/binary.md net/relay.md net/delivery.md net/messages.md net/openapi.yaml net/sms.md net/status.md

dist_man_MANS += app/man/guichetd.8

# The unit of systemd.
systemdunitdir = $(SYSTEMD_UNIT_DIRECTORY)
nodist_systemdunit_DATA = app/main/guichetd.service
EXTRA_DIST += app/main/guichetd.service.in
CLEANFILES += app/main/guichetd.service
app/main/guichetd.service: app/main/guichetd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) app/main && sed "s|[@]sbindir[@]|$(sbindir)|" "$(srcdir)/app/main/guichetd.service.in" >$@.new && mv $@.new $@

# What the programs are built on, as a bill of materials.
EXTRA_DIST += app/main/sbom.sh
CLEANFILES += sbom.json
.PHONY: sbom
sbom: sbom.json
sbom.json: $(top_srcdir)/configure.ac $(top_srcdir)/app/main/sbom.sh
	$(AM_V_GEN)sh "$(top_srcdir)/app/main/sbom.sh" "$(top_srcdir)/configure.ac" "$(VERSION)" >$@.new && mv $@.new $@
