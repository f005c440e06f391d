# Tests: `make check` runs them all. A unit test is one C file with cmocka.

UNIT_LIBS = libnet.a libforms.a libapp.a $(SERVER_LIBS) $(NET_LIBS) $(FORMS_LIBS) \
    $(APP_LIBS) $(CMOCKA_LIBS)

# The longest tests begin first, so that none runs on alone at the end.
FIRST_SCRIPT_TESTS = tests/sim/sim.sh tests/security/injection.sh \
    tests/end_to_end/handoff_kinds.sh tests/chaos/chaos.sh tests/end_to_end/supervise.sh
dist_check_SCRIPTS += $(FIRST_SCRIPT_TESTS)
TESTS += $(FIRST_SCRIPT_TESTS)

UNIT_TESTS = \
    tests/security/test_attacks \
    tests/unit/test_store_memory \
    tests/unit/test_sync_server \
    tests/unit/test_store_crash \
    tests/unit/test_relay_process \
    tests/unit/test_clock \
    tests/unit/test_id \
    tests/unit/test_database \
    tests/unit/test_text

tests_unit_test_clock_SOURCES = tests/unit/test_clock.c tests/unit/unit.h
tests_unit_test_clock_LDADD = $(UNIT_LIBS)
tests_unit_test_id_SOURCES = tests/unit/test_id.c tests/unit/unit.h
tests_unit_test_id_LDADD = $(UNIT_LIBS)
tests_unit_test_database_SOURCES = tests/unit/test_database.c tests/unit/unit.h
tests_unit_test_database_LDADD = $(UNIT_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/unit.h
tests_unit_test_text_LDADD = $(UNIT_LIBS)

check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)

.PHONY: check-programs
check-programs: $(check_PROGRAMS)

# What is waited for in the end-to-end tests may take longer beside other tests, and in a slow build.
if SANITIZERS
TEST_PATIENCE = 4
else
TEST_PATIENCE = 2
endif

# Passwords cost next to nothing in tests, but for those that look at what they cost.
REAL_PASSWORDS = tests/unit/test_password tests/end_to_end/sign_in.sh tests/end_to_end/password.sh \
    tests/security/stolen_laptop.sh
EXTRA_DIST += tests/quick_passwords.c tests/unit/remove_folder.h
CLEANFILES += tests/quick_passwords.so
check_DATA += tests/quick_passwords.so
check-programs: tests/quick_passwords.so
tests/quick_passwords.so: $(srcdir)/tests/quick_passwords.c
	$(AM_V_CC)$(MKDIR_P) tests && $(CC) $(WARNING_CFLAGS) $(SODIUM_CFLAGS) -std=c11 -D_GNU_SOURCE -O1 \
	    -fPIC -shared -o $@ $(srcdir)/tests/quick_passwords.c
# Under AddressSanitizer the library stands before the sanitizer's own.
QUICK_PASSWORDS = LD_PRELOAD='$(abs_top_builddir)/tests/quick_passwords.so'; export LD_PRELOAD; \
    ASAN_OPTIONS=verify_asan_link_order=0; export ASAN_OPTIONS;

AM_TESTS_ENVIRONMENT = GUICHET_TEST_PATIENCE=$(TEST_PATIENCE); export GUICHET_TEST_PATIENCE; \
    abs_top_srcdir='$(abs_top_srcdir)'; export abs_top_srcdir; \
    abs_top_builddir='$(abs_top_builddir)'; export abs_top_builddir; \
    GUICHET_LOCALE_DIRECTORY='$(abs_top_builddir)/ui/locale'; export GUICHET_LOCALE_DIRECTORY; \
    test `id -u` != 0 || { GUICHETD_USER=root; export GUICHETD_USER; }; \
    case ' $(REAL_PASSWORDS) ' in *' $(@:.log=) '*) ;; *) $(QUICK_PASSWORDS) ;; esac;

UNIT_TESTS += tests/unit/test_csv
tests_unit_test_csv_SOURCES = tests/unit/test_csv.c
tests_unit_test_csv_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_binary
tests_unit_test_binary_SOURCES = tests/unit/test_binary.c tests/unit/unit.h
tests_unit_test_binary_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_json
tests_unit_test_json_SOURCES = tests/unit/test_json.c tests/unit/unit.h
tests_unit_test_json_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_config
tests_unit_test_config_SOURCES = tests/unit/test_config.c tests/unit/unit.h
tests_unit_test_config_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_compress
tests_unit_test_compress_SOURCES = tests/unit/test_compress.c tests/unit/unit.h
tests_unit_test_compress_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_packed
tests_unit_test_packed_SOURCES = tests/unit/test_packed.c tests/unit/unit.h
tests_unit_test_packed_LDADD = $(UNIT_LIBS)
MERGE_FIXTURE = tests/unit/merge_fixture.c tests/unit/merge_fixture.h tests/unit/unit.h
UNIT_TESTS += tests/unit/test_merge tests/unit/test_merge_claim
tests_unit_test_merge_SOURCES = tests/unit/test_merge.c $(MERGE_FIXTURE)
tests_unit_test_merge_LDADD = $(UNIT_LIBS)
tests_unit_test_merge_claim_SOURCES = tests/unit/test_merge_claim.c $(MERGE_FIXTURE)
tests_unit_test_merge_claim_LDADD = $(UNIT_LIBS)
# Sync and what it stands on.
UNIT_TESTS += tests/unit/test_link
tests_unit_test_link_SOURCES = tests/unit/test_link.c tests/unit/unit.h
tests_unit_test_link_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_http_client
HTTP_CLIENT_FIXTURE = tests/unit/http_client_fixture.c tests/unit/http_client_fixture.h \
    tests/unit/scripted_server.c tests/unit/scripted_server.h tests/unit/unit.h
tests_unit_test_http_client_SOURCES = tests/unit/test_http_client.c $(HTTP_CLIENT_FIXTURE)
tests_unit_test_http_client_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_http_connections
tests_unit_test_http_connections_SOURCES = tests/unit/test_http_connections.c \
    $(HTTP_CLIENT_FIXTURE)
tests_unit_test_http_connections_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_engine
tests_unit_test_sync_engine_SOURCES = tests/unit/test_sync_engine.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/engine_fixture.c tests/unit/engine_fixture.h \
    tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_sync_engine_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_announce
tests_unit_test_sync_announce_SOURCES = tests/unit/test_sync_announce.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_sync_announce_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_ask
tests_unit_test_sync_ask_SOURCES = tests/unit/test_sync_ask.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_ask_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_quiet
tests_unit_test_sync_quiet_SOURCES = tests/unit/test_sync_quiet.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_sync_quiet_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_push
tests_unit_test_sync_push_SOURCES = tests/unit/test_sync_push.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_push_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_form
tests_unit_test_sync_form_SOURCES = tests/unit/test_sync_form.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_form_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_pace
tests_unit_test_sync_pace_SOURCES = tests/unit/test_sync_pace.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_pace_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_page
tests_unit_test_sync_page_SOURCES = tests/unit/test_sync_page.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_page_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_file_pages
tests_unit_test_sync_file_pages_SOURCES = tests/unit/test_sync_file_pages.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_file_pages_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_witness
tests_unit_test_sync_witness_SOURCES = tests/unit/test_sync_witness.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_witness_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/proxy/fault_proxy
tests_proxy_fault_proxy_SOURCES = tests/proxy/fault_proxy.c
UNIT_TESTS += tests/unit/test_sync_file
tests_unit_test_sync_file_SOURCES = tests/unit/test_sync_file.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_file_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_relay
tests_unit_test_sync_relay_SOURCES = tests/unit/test_sync_relay.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_relay_LDADD = $(UNIT_LIBS)
tests_unit_test_relay_process_SOURCES = tests/unit/test_relay_process.c tests/unit/real_server.c \
    tests/unit/real_server.h tests/unit/real_terminal.c tests/unit/real_terminal.h \
    tests/unit/unit.h
tests_unit_test_relay_process_LDADD = $(UNIT_LIBS)
tests_unit_test_sync_server_SOURCES = tests/unit/test_sync_server.c tests/unit/real_server.c \
    tests/unit/real_server.h tests/unit/real_terminal.c tests/unit/real_terminal.h \
    tests/unit/unit.h \
    app/main/command_agent.c app/main/command_agent.h \
    app/main/command_sync.c app/main/command_sync.h \
    app/main/guichet_keys.c app/main/guichet_keys.h
tests_unit_test_sync_server_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_restore
tests_unit_test_restore_SOURCES = tests/unit/test_restore.c tests/unit/real_server.c \
    tests/unit/real_server.h tests/unit/real_terminal.c tests/unit/real_terminal.h \
    tests/unit/unit.h
tests_unit_test_restore_LDADD = $(UNIT_LIBS)
tests_unit_test_store_memory_SOURCES = tests/unit/test_store_memory.c \
    tests/unit/fault_memory.c tests/unit/fault_memory.h \
    tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/store_script.c tests/unit/store_script.h \
    tests/unit/store_calls.c tests/unit/store_calls.h
tests_unit_test_store_memory_LDADD = $(UNIT_LIBS)
fault_memory_wraps = -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=strdup
tests_unit_test_store_memory_LDFLAGS = $(fault_memory_wraps)
UNIT_TESTS += tests/unit/test_recovery
tests_unit_test_recovery_SOURCES = tests/unit/test_recovery.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_recovery_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_recovery_faults
tests_unit_test_recovery_faults_SOURCES = tests/unit/test_recovery_faults.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/fault_memory.c tests/unit/fault_memory.h \
    tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_recovery_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=crypto_pwhash \
    $(fault_memory_wraps)
tests_unit_test_recovery_faults_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_journal
tests_unit_test_journal_SOURCES = tests/unit/test_journal.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_journal_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_operation_binary
tests_unit_test_operation_binary_SOURCES = tests/unit/test_operation_binary.c tests/unit/unit.h
tests_unit_test_operation_binary_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_operation
tests_unit_test_operation_SOURCES = tests/unit/test_operation.c tests/unit/unit.h
tests_unit_test_operation_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_retained
tests_unit_test_store_retained_SOURCES = tests/unit/test_store_retained.c \
    tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_retained_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_run
tests_unit_test_store_run_SOURCES = tests/unit/test_store_run.c \
    tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_run_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store tests/unit/test_store_fold
tests_unit_test_store_fold_SOURCES = tests/unit/test_store_fold.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h
tests_unit_test_store_fold_LDADD = $(UNIT_LIBS)
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h
tests_unit_test_store_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_answers
tests_unit_test_store_answers_SOURCES = tests/unit/test_store_answers.c \
    tests/unit/store_fixture.c tests/unit/store_fixture.h
tests_unit_test_store_answers_LDADD = $(UNIT_LIBS)
# The lists of cases.
CASE_FIXTURE = tests/unit/case_fixture.c tests/unit/case_fixture.h tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
UNIT_TESTS += tests/unit/test_case_table tests/unit/test_store_change
tests_unit_test_case_table_SOURCES = tests/unit/test_case_table.c $(CASE_FIXTURE)
tests_unit_test_case_table_LDADD = $(UNIT_LIBS)
tests_unit_test_store_change_SOURCES = tests/unit/test_store_change.c $(CASE_FIXTURE)
tests_unit_test_store_change_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_triggers
tests_unit_test_store_triggers_SOURCES = tests/unit/test_store_triggers.c \
    tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_triggers_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_kept
tests_unit_test_store_kept_SOURCES = tests/unit/test_store_kept.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_kept_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_secret
tests_unit_test_store_secret_SOURCES = tests/unit/test_store_secret.c \
    tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_secret_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_availability tests/unit/test_office tests/unit/test_postal \
    tests/unit/test_zone
tests_unit_test_availability_SOURCES = tests/unit/test_availability.c tests/unit/unit.h
tests_unit_test_availability_LDADD = $(UNIT_LIBS)
tests_unit_test_office_SOURCES = tests/unit/test_office.c tests/unit/unit.h
tests_unit_test_office_LDADD = $(UNIT_LIBS)
tests_unit_test_postal_SOURCES = tests/unit/test_postal.c tests/unit/unit.h
tests_unit_test_postal_LDADD = $(UNIT_LIBS)
tests_unit_test_zone_SOURCES = tests/unit/test_zone.c tests/unit/unit.h
tests_unit_test_zone_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_calendar tests/unit/test_import tests/unit/test_import_duration \
    tests/unit/test_import_gc_service_inventory tests/unit/test_sample
tests_unit_test_calendar_SOURCES = tests/unit/test_calendar.c tests/unit/unit.h
tests_unit_test_calendar_LDADD = $(UNIT_LIBS)
tests_unit_test_sample_SOURCES = tests/unit/test_sample.c tests/unit/import_memory.h \
    tests/unit/unit.h
tests_unit_test_sample_LDADD = $(UNIT_LIBS)
tests_unit_test_import_SOURCES = tests/unit/test_import.c tests/unit/import_memory.h \
    tests/unit/unit.h
tests_unit_test_import_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_hsds
tests_unit_test_hsds_SOURCES = tests/unit/test_hsds.c tests/unit/hsds_fixture.h tests/unit/unit.h
tests_unit_test_hsds_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_hsds_export
tests_unit_test_hsds_export_SOURCES = tests/unit/test_hsds_export.c tests/unit/hsds_fixture.h \
    tests/unit/unit.h
tests_unit_test_hsds_export_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_export
tests_unit_test_export_SOURCES = tests/unit/test_export.c tests/unit/hsds_fixture.h \
    tests/unit/unit.h app/main/command_export.c app/main/command_export.h \
    app/main/manual_catalogue.c app/main/manual_catalogue.h
tests_unit_test_export_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_import_csv
tests_unit_test_import_csv_SOURCES = tests/unit/test_import_csv.c tests/unit/hsds_fixture.h \
    tests/unit/unit.h
tests_unit_test_import_csv_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_import_hostile
tests_unit_test_import_hostile_SOURCES = tests/unit/test_import_hostile.c \
    tests/unit/hsds_fixture.h tests/unit/unit.h
tests_unit_test_import_hostile_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_import_moves
tests_unit_test_import_moves_SOURCES = tests/unit/test_import_moves.c tests/unit/import_memory.h \
    tests/unit/unit.h
tests_unit_test_import_moves_LDADD = $(UNIT_LIBS)
tests_unit_test_import_duration_SOURCES = tests/unit/test_import_duration.c tests/unit/unit.h
tests_unit_test_import_duration_LDADD = $(UNIT_LIBS)
tests_unit_test_import_gc_service_inventory_SOURCES = \
    tests/unit/test_import_gc_service_inventory.c tests/unit/import_memory.h tests/unit/unit.h
tests_unit_test_import_gc_service_inventory_LDADD = $(UNIT_LIBS)

# What agents do.
WORK_FIXTURE = tests/unit/work_fixture.c tests/unit/work_fixture.h tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
UNIT_TESTS += tests/unit/test_ticket_order
tests_unit_test_ticket_order_SOURCES = tests/unit/test_ticket_order.c tests/unit/unit.h
tests_unit_test_ticket_order_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ticket
tests_unit_test_ticket_SOURCES = tests/unit/test_ticket.c $(WORK_FIXTURE)
tests_unit_test_ticket_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_promise
tests_unit_test_ledger_promise_SOURCES = tests/unit/test_ledger_promise.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_promise_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_promise
tests_unit_test_promise_SOURCES = tests/unit/test_promise.c
tests_unit_test_promise_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_calendar_law
tests_unit_test_calendar_law_SOURCES = tests/unit/test_calendar_law.c
tests_unit_test_calendar_law_LDADD = $(UNIT_LIBS)
EXTRA_DIST += tests/calendar/holidays.tsv

UNIT_TESTS += tests/unit/test_task tests/unit/test_ledger_task
tests_unit_test_task_SOURCES = tests/unit/test_task.c $(WORK_FIXTURE)
tests_unit_test_task_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_task_SOURCES = tests/unit/test_ledger_task.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_task_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_view tests/unit/test_ledger_view
tests_unit_test_view_SOURCES = tests/unit/test_view.c $(WORK_FIXTURE)
tests_unit_test_view_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_view_SOURCES = tests/unit/test_ledger_view.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_view_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_flag
tests_unit_test_flag_SOURCES = tests/unit/test_flag.c $(WORK_FIXTURE)
tests_unit_test_flag_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_queue tests/unit/test_queue_line tests/unit/test_ledger_queue
tests_unit_test_queue_line_SOURCES = tests/unit/test_queue_line.c $(WORK_FIXTURE)
tests_unit_test_queue_line_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_queue_SOURCES = tests/unit/test_ledger_queue.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_queue_LDADD = $(UNIT_LIBS)
tests_unit_test_queue_SOURCES = tests/unit/test_queue.c
tests_unit_test_queue_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_client tests/unit/test_continue tests/unit/test_handoff \
    tests/unit/test_work
tests_unit_test_client_SOURCES = tests/unit/test_client.c $(WORK_FIXTURE)
tests_unit_test_client_LDADD = $(UNIT_LIBS)
tests_unit_test_continue_SOURCES = tests/unit/test_continue.c $(WORK_FIXTURE)
tests_unit_test_continue_LDADD = $(UNIT_LIBS)
tests_unit_test_handoff_SOURCES = tests/unit/test_handoff.c $(WORK_FIXTURE)
tests_unit_test_handoff_LDADD = $(UNIT_LIBS)
tests_unit_test_work_SOURCES = tests/unit/test_work.c $(WORK_FIXTURE)
tests_unit_test_work_LDADD = $(UNIT_LIBS)
# The JSON Schema Test Suite: `make schema-suite SUITE=DIR` runs any copy of it.
SUITE = $(srcdir)/../shared/data/json-schema-test-suite
check_PROGRAMS += tests/schema_suite
tests_schema_suite_SOURCES = tests/schema_suite.c
tests_schema_suite_LDADD = libforms.a libapp.a $(FORMS_LIBS)

.PHONY: schema-suite
schema-suite: tests/schema_suite
	@tests/schema_suite '$(SUITE)'

UNIT_TESTS += tests/unit/test_catalogue
tests_unit_test_catalogue_SOURCES = tests/unit/test_catalogue.c tests/unit/unit.h
tests_unit_test_catalogue_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_command_search
tests_unit_test_command_search_SOURCES = tests/unit/test_command_search.c \
    app/main/command_search.c app/main/command_search.h tests/unit/search_fixture.h
tests_unit_test_command_search_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_search tests/unit/test_search_fold tests/unit/test_search_index \
    tests/unit/test_search_exact
tests_unit_test_search_SOURCES = tests/unit/test_search.c tests/unit/search_fixture.h
tests_unit_test_search_LDADD = $(UNIT_LIBS)
tests_unit_test_search_fold_SOURCES = tests/unit/test_search_fold.c tests/unit/unit.h
tests_unit_test_search_fold_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_search_spelling
tests_unit_test_search_spelling_SOURCES = tests/unit/test_search_spelling.c \
    tests/unit/search_fixture.h
tests_unit_test_search_spelling_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_search_choice
tests_unit_test_search_choice_SOURCES = tests/unit/test_search_choice.c \
    tests/unit/search_fixture.h $(WORK_FIXTURE)
tests_unit_test_search_choice_LDADD = $(UNIT_LIBS)
tests_unit_test_search_exact_SOURCES = tests/unit/test_search_exact.c tests/unit/search_fixture.h
tests_unit_test_search_exact_LDADD = $(UNIT_LIBS)
tests_unit_test_search_index_SOURCES = tests/unit/test_search_index.c tests/unit/search_fixture.h
tests_unit_test_search_index_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_import_catalogue
tests_unit_test_import_catalogue_SOURCES = tests/unit/test_import_catalogue.c \
    app/main/command_import.c app/main/command_import.h tests/unit/unit.h
tests_unit_test_import_catalogue_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store_urgency
tests_unit_test_store_urgency_SOURCES = tests/unit/test_store_urgency.c tests/unit/store_former.h \
    tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_urgency_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_store_provider
tests_unit_test_store_provider_SOURCES = tests/unit/test_store_provider.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/store_fixture.c tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_provider_LDADD = $(UNIT_LIBS)
tests_unit_test_store_crash_SOURCES = tests/unit/test_store_crash.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/store_script.c tests/unit/store_script.h \
    tests/unit/store_calls.c tests/unit/store_calls.h
tests_unit_test_store_crash_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_log
tests_unit_test_store_log_SOURCES = tests/unit/test_store_log.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/store_script.c tests/unit/store_script.h tests/unit/unit.h
tests_unit_test_store_log_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_schema
tests_unit_test_schema_SOURCES = tests/unit/test_schema.c tests/unit/unit.h
tests_unit_test_schema_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_schema_limits tests/unit/test_schema_message
tests_unit_test_schema_limits_SOURCES = tests/unit/test_schema_limits.c tests/unit/unit.h
tests_unit_test_schema_limits_LDADD = $(UNIT_LIBS)
tests_unit_test_schema_message_SOURCES = tests/unit/test_schema_message.c tests/unit/unit.h
tests_unit_test_schema_message_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_schema_number tests/unit/test_schema_pattern
tests_unit_test_schema_number_SOURCES = tests/unit/test_schema_number.c tests/unit/unit.h
tests_unit_test_schema_number_LDADD = $(UNIT_LIBS)
tests_unit_test_schema_pattern_SOURCES = tests/unit/test_schema_pattern.c tests/unit/unit.h
tests_unit_test_schema_pattern_LDADD = $(UNIT_LIBS)
LEDGER_FIXTURE = tests/unit/ledger_fixture.c tests/unit/ledger_fixture.h tests/unit/unit.h
UNIT_TESTS += tests/unit/test_ledger
tests_unit_test_ledger_SOURCES = tests/unit/test_ledger.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_listen
tests_unit_test_ledger_listen_SOURCES = tests/unit/test_ledger_listen.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_listen_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_history
tests_unit_test_ledger_history_SOURCES = tests/unit/test_ledger_history.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_history_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_flag
tests_unit_test_ledger_flag_SOURCES = tests/unit/test_ledger_flag.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_flag_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_gone tests/unit/test_store_gone
tests_unit_test_ledger_gone_SOURCES = tests/unit/test_ledger_gone.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_gone_LDADD = $(UNIT_LIBS)
SEARCH_PEOPLE = tests/unit/search_people.c tests/unit/search_people.h
UNIT_TESTS += tests/unit/test_ledger_held tests/unit/test_store_file
STORE_PLACE = tests/unit/store_place.c tests/unit/store_place.h tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_file_SOURCES = tests/unit/test_store_file.c $(STORE_PLACE)
tests_unit_test_store_file_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_store_upgrade
tests_unit_test_store_upgrade_SOURCES = tests/unit/test_store_upgrade.c tests/unit/store_former.h $(STORE_PLACE)
tests_unit_test_store_upgrade_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_held_SOURCES = tests/unit/test_ledger_held.c $(SEARCH_PEOPLE) \
    $(LEDGER_FIXTURE)
tests_unit_test_ledger_held_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_search tests/unit/test_ledger_opening
tests_unit_test_ledger_search_SOURCES = tests/unit/test_ledger_search.c $(SEARCH_PEOPLE) \
    $(LEDGER_FIXTURE)
tests_unit_test_ledger_search_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_opening_SOURCES = tests/unit/test_ledger_opening.c $(SEARCH_PEOPLE) \
    $(LEDGER_FIXTURE)
tests_unit_test_ledger_opening_LDADD = $(UNIT_LIBS)
tests_unit_test_store_gone_SOURCES = tests/unit/test_store_gone.c tests/unit/store_former.h tests/unit/store_fixture.c \
    tests/unit/store_fixture.h
tests_unit_test_store_gone_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_handoff
tests_unit_test_ledger_handoff_SOURCES = tests/unit/test_ledger_handoff.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_handoff_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_presence
tests_unit_test_presence_SOURCES = tests/unit/test_presence.c $(LEDGER_FIXTURE)
tests_unit_test_presence_LDADD = $(UNIT_LIBS)
RELAY_FIXTURE = tests/unit/relay_fixture.c tests/unit/relay_fixture.h
UNIT_TESTS += tests/unit/test_ledger_relay
tests_unit_test_ledger_relay_SOURCES = tests/unit/test_ledger_relay.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_ledger_relay_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_relay_random
tests_unit_test_relay_random_SOURCES = tests/unit/test_relay_random.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_relay_random_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ledger_relay_gone
tests_unit_test_ledger_relay_gone_SOURCES = tests/unit/test_ledger_relay_gone.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_ledger_relay_gone_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ledger_erase
ERASE_FIXTURE = tests/unit/erase_fixture.c tests/unit/erase_fixture.h $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_ledger_erase_SOURCES = tests/unit/test_ledger_erase.c $(ERASE_FIXTURE)
tests_unit_test_ledger_erase_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ledger_retention
tests_unit_test_ledger_retention_SOURCES = tests/unit/test_ledger_retention.c $(ERASE_FIXTURE)
tests_unit_test_ledger_retention_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_disclose
tests_unit_test_disclose_SOURCES = tests/unit/test_disclose.c $(ERASE_FIXTURE)
tests_unit_test_disclose_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_wipe
tests_unit_test_wipe_SOURCES = tests/unit/test_wipe.c tests/unit/unit.h
tests_unit_test_wipe_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_backup
tests_unit_test_backup_SOURCES = tests/unit/test_backup.c tests/unit/unit.h
tests_unit_test_backup_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_role_move
tests_unit_test_role_move_SOURCES = tests/unit/test_role_move.c $(ERASE_FIXTURE)
tests_unit_test_role_move_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ledger_relay_lost
tests_unit_test_ledger_relay_lost_SOURCES = tests/unit/test_ledger_relay_lost.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_ledger_relay_lost_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_relay_decides
tests_unit_test_relay_decides_SOURCES = tests/unit/test_relay_decides.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_relay_decides_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_relay_roll
tests_unit_test_relay_roll_SOURCES = tests/unit/test_relay_roll.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_relay_roll_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_relay_watch
tests_unit_test_relay_watch_SOURCES = tests/unit/test_relay_watch.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_relay_watch_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_relay_engine tests/unit/test_relay_restored
RELAY_ENGINE_FIXTURE = tests/unit/relay_engine_fixture.c tests/unit/relay_engine_fixture.h \
    $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_relay_engine_SOURCES = tests/unit/test_relay_engine.c $(RELAY_ENGINE_FIXTURE)
tests_unit_test_relay_engine_LDADD = $(UNIT_LIBS)
tests_unit_test_relay_restored_SOURCES = tests/unit/test_relay_restored.c $(RELAY_ENGINE_FIXTURE)
tests_unit_test_relay_restored_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_scope
tests_unit_test_ledger_scope_SOURCES = tests/unit/test_ledger_scope.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_scope_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_database_rows
tests_unit_test_database_rows_SOURCES = tests/unit/test_database_rows.c tests/unit/unit.h
tests_unit_test_database_rows_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_gap
tests_unit_test_ledger_gap_SOURCES = tests/unit/test_ledger_gap.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_gap_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_known
tests_unit_test_ledger_known_SOURCES = tests/unit/test_ledger_known.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_known_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_crash
tests_unit_test_ledger_crash_SOURCES = tests/unit/test_ledger_crash.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_crash_LDADD = $(UNIT_LIBS)

# Figures: `make bench`. What needs the real inventory says so when it is not there.
EXTRA_PROGRAMS += tests/bench/bench_terminal
tests_bench_bench_terminal_SOURCES = tests/bench/bench_terminal.c tests/bench/relay.c \
    tests/bench/relay.h
tests_bench_bench_terminal_LDADD = -lutil

bench_input = $${GUICHET_SHARED_DATA:-$(abs_top_srcdir)/../shared/data}

.PHONY: bench bench-terminal
bench: bench-terminal
bench-terminal: guichet guichetd tests/bench/bench_terminal
	@inventory="$(bench_input)/gc-service-inventory"; set --; \
	if [ -f "$$inventory/services-2023-2024.csv" ]; then \
	    set -- "$$inventory/services-2023-2024.csv" "$$inventory/standards-2023-2024.csv"; \
	fi; \
	./tests/bench/bench_terminal ./guichet ./guichetd "$(abs_top_srcdir)/app/sample" "$$@"
# The judged queries of the search (tests/search/queries.tsv).
check_PROGRAMS += tests/search/judge
TESTS += tests/search/judge
tests_search_judge_SOURCES = tests/search/judge.c tests/search/inventory.c tests/search/inventory.h
tests_search_judge_LDADD = libapp.a $(APP_LIBS)
EXTRA_DIST += tests/search/queries.tsv tests/search/queries_second.tsv

# The patterns of forms beside JavaScript's.
check_PROGRAMS += tests/pattern_suite
tests_pattern_suite_SOURCES = tests/pattern_suite.c
tests_pattern_suite_LDADD = libforms.a libapp.a $(FORMS_LIBS)
EXTRA_DIST += tests/pattern/expected.txt tests/pattern/generate.mjs tests/pattern/known.txt

# The validator beside Ajv: `make bench-schema`.
EXTRA_PROGRAMS += tests/bench/bench_schema
tests_bench_bench_schema_SOURCES = tests/bench/bench_schema.c
tests_bench_bench_schema_LDADD = libforms.a libapp.a $(FORMS_LIBS)
EXTRA_DIST += tests/bench/bench_schema.mjs tests/bench/bench_schema.sh

.PHONY: bench-schema
bench: bench-schema
bench-schema: tests/bench/bench_schema
	@sh '$(srcdir)/tests/bench/bench_schema.sh' tests/bench/bench_schema \
	    '$(srcdir)/tests/bench/bench_schema.mjs' '$(SUITE)'
# Forms: definition, answers, filling, and the shipped ones.
FORM_FIXTURE = tests/unit/form_fixture.c tests/unit/form_fixture.h tests/unit/unit.h
UNIT_TESTS += tests/unit/test_form tests/unit/test_form_answer tests/unit/test_form_fill \
    tests/unit/test_form_list tests/unit/test_form_share \
    tests/unit/test_form_sample tests/unit/test_form_migrate tests/unit/test_form_archive
tests_unit_test_form_list_SOURCES = tests/unit/test_form_list.c $(FORM_FIXTURE)
tests_unit_test_form_list_LDADD = $(UNIT_LIBS)
tests_unit_test_form_share_SOURCES = tests/unit/test_form_share.c $(FORM_FIXTURE)
tests_unit_test_form_share_LDADD = $(UNIT_LIBS)
tests_unit_test_form_migrate_SOURCES = tests/unit/test_form_migrate.c $(FORM_FIXTURE)
tests_unit_test_form_migrate_LDADD = $(UNIT_LIBS)
tests_unit_test_form_archive_SOURCES = tests/unit/test_form_archive.c tests/unit/unit.h
tests_unit_test_form_archive_LDADD = $(UNIT_LIBS)
tests_unit_test_form_SOURCES = tests/unit/test_form.c $(FORM_FIXTURE)
tests_unit_test_form_LDADD = $(UNIT_LIBS)
tests_unit_test_form_answer_SOURCES = tests/unit/test_form_answer.c $(FORM_FIXTURE)
tests_unit_test_form_answer_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_form_variant
tests_unit_test_form_variant_SOURCES = tests/unit/test_form_variant.c $(FORM_FIXTURE)
tests_unit_test_form_variant_LDADD = $(UNIT_LIBS)
tests_unit_test_form_fill_SOURCES = tests/unit/test_form_fill.c $(FORM_FIXTURE)
tests_unit_test_form_fill_LDADD = $(UNIT_LIBS)
tests_unit_test_form_sample_SOURCES = tests/unit/test_form_sample.c $(FORM_FIXTURE)
tests_unit_test_form_sample_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_form_rules
tests_unit_test_form_rules_SOURCES = tests/unit/test_form_rules.c $(FORM_FIXTURE)
tests_unit_test_form_rules_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_access_server
tests_unit_test_access_server_SOURCES = tests/unit/test_access_server.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_access_server_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sms_incoming
tests_unit_test_sms_incoming_SOURCES = tests/unit/test_sms_incoming.c $(LEDGER_FIXTURE)
tests_unit_test_sms_incoming_LDADD = $(UNIT_LIBS)
MESSAGE_FIXTURE = tests/unit/message_fixture.c tests/unit/message_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_message_worker tests/unit/test_message_clerk
tests_unit_test_message_clerk_SOURCES = tests/unit/test_message_clerk.c $(MESSAGE_FIXTURE)
tests_unit_test_message_clerk_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_log
tests_unit_test_ledger_log_SOURCES = tests/unit/test_ledger_log.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_log_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_bell
tests_unit_test_ledger_bell_SOURCES = tests/unit/test_ledger_bell.c $(MESSAGE_FIXTURE)
tests_unit_test_ledger_bell_LDADD = $(UNIT_LIBS)
tests_unit_test_message_worker_SOURCES = tests/unit/test_message_worker.c $(MESSAGE_FIXTURE)
tests_unit_test_message_worker_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_message_template tests/unit/test_merge_message
tests_unit_test_message_template_SOURCES = tests/unit/test_message_template.c tests/unit/unit.h
tests_unit_test_message_template_LDADD = $(UNIT_LIBS)
tests_unit_test_merge_message_SOURCES = tests/unit/test_merge_message.c tests/unit/unit.h
tests_unit_test_merge_message_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_checklist
tests_unit_test_checklist_SOURCES = tests/unit/test_checklist.c $(WORK_FIXTURE)
tests_unit_test_checklist_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_life_event
tests_unit_test_life_event_SOURCES = tests/unit/test_life_event.c tests/unit/unit.h
tests_unit_test_life_event_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server
tests_unit_test_server_SOURCES = tests/unit/test_server.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_history
tests_unit_test_server_history_SOURCES = tests/unit/test_server_history.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_history_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_binary
tests_unit_test_server_binary_SOURCES = tests/unit/test_server_binary.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_binary_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_limits
tests_unit_test_server_limits_SOURCES = tests/unit/test_server_limits.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_limits_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_rough
tests_unit_test_server_rough_SOURCES = tests/unit/test_server_rough.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_rough_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_schema_format tests/unit/test_schema_memory
tests_unit_test_schema_format_SOURCES = tests/unit/test_schema_format.c tests/unit/unit.h
tests_unit_test_schema_format_LDADD = $(UNIT_LIBS)
tests_unit_test_schema_memory_SOURCES = tests/unit/test_schema_memory.c tests/unit/unit.h
tests_unit_test_schema_memory_LDADD = $(UNIT_LIBS)
tests_unit_test_schema_memory_LDFLAGS = $(AM_LDFLAGS) \
    -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc
CONTINUE_FIXTURE = tests/unit/continue_fixture.c tests/unit/continue_fixture.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_continue_guess tests/unit/test_continue_server
tests_unit_test_continue_guess_SOURCES = tests/unit/test_continue_guess.c $(CONTINUE_FIXTURE)
tests_unit_test_continue_guess_LDADD = $(UNIT_LIBS)
tests_unit_test_continue_server_SOURCES = tests/unit/test_continue_server.c $(CONTINUE_FIXTURE)
tests_unit_test_continue_server_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_hsds
tests_unit_test_server_hsds_SOURCES = tests/unit/test_server_hsds.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_hsds_LDADD = $(UNIT_LIBS)
# Open311 GeoReport v2.
UNIT_TESTS += tests/unit/test_open311 tests/unit/test_open311_service
tests_unit_test_open311_SOURCES = tests/unit/test_open311.c \
    tests/unit/form_fixture.c tests/unit/form_fixture.h tests/unit/unit.h
tests_unit_test_open311_LDADD = $(UNIT_LIBS)
tests_unit_test_open311_service_SOURCES = tests/unit/test_open311_service.c \
    tests/unit/form_fixture.c tests/unit/form_fixture.h tests/unit/unit.h
tests_unit_test_open311_service_LDADD = $(UNIT_LIBS)
OPEN311_FIXTURE = tests/unit/open311_fixture.c tests/unit/open311_fixture.h \
    tests/unit/form_fixture.c tests/unit/form_fixture.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_server_open311 tests/unit/test_server_open311_rough
tests_unit_test_server_open311_SOURCES = tests/unit/test_server_open311.c $(OPEN311_FIXTURE)
tests_unit_test_server_open311_LDADD = $(UNIT_LIBS)
tests_unit_test_server_open311_rough_SOURCES = tests/unit/test_server_open311_rough.c \
    $(OPEN311_FIXTURE)
tests_unit_test_server_open311_rough_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_ticket
tests_unit_test_server_ticket_SOURCES = tests/unit/test_server_ticket.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_ticket_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_announcements
tests_unit_test_server_announcements_SOURCES = tests/unit/test_server_announcements.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_announcements_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_doorbell
tests_unit_test_server_doorbell_SOURCES = tests/unit/test_server_doorbell.c tests/unit/unit.h
tests_unit_test_server_doorbell_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_server_changes
tests_unit_test_server_changes_SOURCES = tests/unit/test_server_changes.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_changes_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_provider
tests_unit_test_server_provider_SOURCES = tests/unit/test_server_provider.c \
    tests/unit/provider_fixture.c tests/unit/provider_fixture.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_provider_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_supervise
UNIT_TESTS += tests/unit/test_permission
tests_unit_test_permission_SOURCES = tests/unit/test_permission.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_permission_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_protect
tests_unit_test_protect_SOURCES = tests/unit/test_protect.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_protect_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/security/test_wrong_role
tests_security_test_wrong_role_SOURCES = tests/security/test_wrong_role.c \
    tests/security/wrong_role_world.c tests/security/wrong_role_world.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_security_test_wrong_role_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_role
tests_unit_test_role_SOURCES = tests/unit/test_role.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_role_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_note
tests_unit_test_server_note_SOURCES = tests/unit/test_server_note.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_note_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_search
tests_unit_test_server_search_SOURCES = tests/unit/test_server_search.c $(SEARCH_PEOPLE) \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_search_LDADD = $(UNIT_LIBS)
tests_unit_test_server_supervise_SOURCES = tests/unit/test_server_supervise.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_supervise_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_openapi
tests_unit_test_server_openapi_SOURCES = tests/unit/test_server_openapi.c tests/unit/unit.h
tests_unit_test_server_openapi_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_process
tests_unit_test_server_process_SOURCES = tests/unit/test_server_process.c tests/unit/unit.h
tests_unit_test_server_process_LDADD = $(UNIT_LIBS)
# `make bench-search`: the figures of the search; SIZES="2000 100000 1000000" for the large one.
EXTRA_PROGRAMS += tests/bench/bench_search
tests_bench_bench_search_SOURCES = tests/bench/bench_search.c tests/bench/services.c \
    tests/bench/services.h tests/search/inventory.c \
    tests/search/inventory.h
tests_bench_bench_search_LDADD = libapp.a $(APP_LIBS)
.PHONY: bench-search
bench: bench-search
bench-search: tests/bench/bench_search tests/search/judge
	SIZES='$(SIZES)' abs_top_srcdir='$(abs_top_srcdir)' tests/bench/bench_search
	abs_top_srcdir='$(abs_top_srcdir)' tests/search/judge

# Screens and keys.
UI_LIBS = libui.a $(UNIT_LIBS) $(NCURSES_LIBS) $(HUNSPELL_LIBS)
UNIT_TESTS += tests/unit/test_search_worker
tests_unit_test_search_worker_SOURCES = tests/unit/test_search_worker.c tests/unit/search_fixture.h
tests_unit_test_search_worker_LDADD = $(UI_LIBS)
UNIT_TESTS += \
    tests/unit/test_ui_editor \
    tests/unit/test_ui_input \
    tests/unit/test_ui_paint \
    tests/unit/test_ui_screens \
    tests/unit/test_ui_tables
tests_unit_test_ui_editor_SOURCES = tests/unit/test_ui_editor.c tests/unit/unit.h
tests_unit_test_ui_editor_LDADD = $(UI_LIBS)
tests_unit_test_ui_input_SOURCES = tests/unit/test_ui_input.c tests/unit/unit.h
tests_unit_test_ui_input_LDADD = $(UI_LIBS)
tests_unit_test_ui_paint_SOURCES = tests/unit/test_ui_paint.c tests/unit/unit.h
tests_unit_test_ui_paint_LDADD = $(UI_LIBS)
UI_FIXTURE = tests/unit/ui_fixture.c tests/unit/ui_fixture.h tests/unit/unit.h
tests_unit_test_ui_screens_SOURCES = tests/unit/test_ui_screens.c $(UI_FIXTURE)
tests_unit_test_ui_screens_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_ticket
UNIT_TESTS += tests/unit/test_ui_lists
tests_unit_test_ui_lists_SOURCES = tests/unit/test_ui_lists.c tests/unit/case_fixture.c \
    tests/unit/case_fixture.h $(UI_FIXTURE)
tests_unit_test_ui_lists_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_lists_act
tests_unit_test_ui_lists_act_SOURCES = tests/unit/test_ui_lists_act.c $(UI_FIXTURE)
tests_unit_test_ui_lists_act_LDADD = $(UI_LIBS)
tests_unit_test_ui_ticket_SOURCES = tests/unit/test_ui_ticket.c $(UI_FIXTURE)
tests_unit_test_ui_ticket_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_display
tests_unit_test_ui_display_SOURCES = tests/unit/test_ui_display.c tests/unit/unit.h
tests_unit_test_ui_display_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_task
tests_unit_test_ui_task_SOURCES = tests/unit/test_ui_task.c $(UI_FIXTURE)
tests_unit_test_ui_task_LDADD = $(UI_LIBS)

UNIT_TESTS += tests/unit/test_ui_flag tests/unit/test_ui_service
tests_unit_test_ui_flag_SOURCES = tests/unit/test_ui_flag.c $(UI_FIXTURE)
tests_unit_test_ui_flag_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_purpose
tests_unit_test_ui_purpose_SOURCES = tests/unit/test_ui_purpose.c $(UI_QUESTIONS) $(UI_FIXTURE)
tests_unit_test_ui_purpose_LDADD = $(UI_LIBS)
UI_QUESTIONS = tests/unit/ui_questions.c tests/unit/ui_questions.h
UNIT_TESTS += tests/unit/test_ui_keeping
tests_unit_test_ui_keeping_SOURCES = tests/unit/test_ui_keeping.c $(UI_QUESTIONS) $(UI_FIXTURE)
tests_unit_test_ui_keeping_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_own_file
tests_unit_test_own_file_SOURCES = tests/unit/test_own_file.c tests/unit/unit.h
tests_unit_test_own_file_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_audit
tests_unit_test_ui_audit_SOURCES = tests/unit/test_ui_audit.c $(UI_QUESTIONS) $(UI_FIXTURE)
tests_unit_test_ui_audit_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_pin
tests_unit_test_ui_pin_SOURCES = tests/unit/test_ui_pin.c $(UI_FIXTURE)
tests_unit_test_ui_pin_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_fetch
tests_unit_test_ui_fetch_SOURCES = tests/unit/test_ui_fetch.c $(UI_QUESTIONS) $(UI_FIXTURE)
tests_unit_test_ui_fetch_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_elsewhere
tests_unit_test_ui_elsewhere_SOURCES = tests/unit/test_ui_elsewhere.c $(UI_QUESTIONS) $(UI_FIXTURE)
tests_unit_test_ui_elsewhere_LDADD = $(UI_LIBS)
tests_unit_test_ui_service_SOURCES = tests/unit/test_ui_service.c $(UI_FIXTURE)
tests_unit_test_ui_service_LDADD = $(UI_LIBS)
tests_unit_test_ui_tables_SOURCES = tests/unit/test_ui_tables.c $(UI_FIXTURE)
tests_unit_test_ui_tables_LDADD = $(UI_LIBS)

# `make check-web`: a browser with the ordinary JSON Forms library beside the terminal. Needs Chromium,
# Node.js and npm; `make check` leaves it out.
EXTRA_DIST += tests/web/.npmrc tests/web/accept.mjs tests/web/browser.mjs tests/web/check.sh \
    tests/web/compare.mjs tests/web/drive.mjs \
    tests/web/forms.json tests/web/package-lock.json tests/web/package.json tests/web/page.html \
    tests/web/page.jsx tests/web/serve.mjs

.PHONY: check-web
check-web: all
	@$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/web/check.sh'

# `make check-oidc`: an identity provider that was not written here. Needs Node.js and npm; `make
# check` leaves it out.
EXTRA_DIST += tests/oidc/.npmrc tests/oidc/check.sh tests/oidc/package-lock.json \
    tests/oidc/package.json tests/oidc/person.mjs tests/oidc/provider.mjs

.PHONY: check-oidc
check-oidc: all
	@$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/oidc/check.sh'

# `make check-open311`: a client of Open311 that was not written here. Needs Node.js and npm; `make
# check` leaves it out.
EXTRA_DIST += tests/open311/.npmrc tests/open311/check.sh tests/open311/client.cjs \
    tests/open311/package-lock.json tests/open311/package.json tests/open311/sparkxml/index.js \
    tests/open311/sparkxml/package.json tests/open311/xml2json/index.js \
    tests/open311/xml2json/package.json

.PHONY: check-open311
check-open311: all
	@$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/open311/check.sh'

# Scripts that are tests, most of them end to end: real programs in tmux. Each is shipped and run.
SCRIPT_TESTS = \
    tests/end_to_end/audit.sh \
    tests/end_to_end/backup.sh \
    tests/end_to_end/bulk.sh \
    tests/end_to_end/case_notes.sh \
    tests/end_to_end/clients.sh \
    tests/end_to_end/codes.sh \
    tests/end_to_end/confined.sh \
    tests/end_to_end/consents.sh \
    tests/end_to_end/continue.sh \
    tests/end_to_end/deliver.sh \
    tests/end_to_end/directory.sh \
    tests/end_to_end/email.sh \
    tests/end_to_end/email_answer.sh \
    tests/end_to_end/email_crash.sh \
    tests/end_to_end/email_kill.sh \
    tests/end_to_end/email_token.sh \
    tests/end_to_end/enrol.sh \
    tests/end_to_end/escrow.sh \
    tests/end_to_end/fetch.sh \
    tests/end_to_end/fetch_office.sh \
    tests/end_to_end/fill_form.sh \
    tests/end_to_end/find.sh \
    tests/end_to_end/form_variant.sh \
    tests/end_to_end/form_version.sh \
    tests/end_to_end/handoff_context.sh \
    tests/end_to_end/handoff_faults.sh \
    tests/end_to_end/handoff_load.sh \
    tests/end_to_end/handoff_ahead.sh tests/end_to_end/handoff_race.sh \
    tests/end_to_end/held.sh \
    tests/end_to_end/hostile.sh \
    tests/end_to_end/intake.sh \
    tests/end_to_end/life_event.sh \
    tests/end_to_end/lists.sh \
    tests/end_to_end/merge.sh \
    tests/end_to_end/messages.sh \
    tests/end_to_end/open311.sh \
    tests/end_to_end/password.sh \
    tests/end_to_end/planned.sh \
    tests/end_to_end/presence.sh \
    tests/end_to_end/privacy.sh \
    tests/end_to_end/promises.sh \
    tests/end_to_end/protect.sh \
    tests/end_to_end/provider.sh \
    tests/end_to_end/purpose.sh \
    tests/end_to_end/queue.sh \
    tests/end_to_end/recover.sh \
    tests/end_to_end/relay.sh \
    tests/end_to_end/relay_sign_in.sh \
    tests/end_to_end/search_choices.sh \
    tests/end_to_end/search_filters.sh \
    tests/end_to_end/search_keys.sh \
    tests/end_to_end/search_service.sh \
    tests/end_to_end/serve_client.sh \
    tests/end_to_end/server_fault.sh \
    tests/end_to_end/service_page.sh \
    tests/end_to_end/share_draft.sh \
    tests/end_to_end/sign_in.sh \
    tests/end_to_end/slow_line.sh \
    tests/end_to_end/state.sh \
    tests/end_to_end/story.sh \
    tests/end_to_end/switch.sh \
    tests/end_to_end/tasks.sh \
    tests/end_to_end/tls.sh \
    tests/end_to_end/waiting_room.sh \
    tests/listed.sh \
    tests/pattern_suite.sh \
    tests/schema_suite.sh \
    tests/security/audit_trail.sh \
    tests/security/injection_input.sh \
    tests/security/log.sh \
    tests/security/protected.sh \
    tests/security/rekey.sh \
    tests/security/sbom.sh \
    tests/security/scrollback.sh \
    tests/security/stolen_laptop.sh \
    tests/security/stolen_memory.sh \
    tests/security/threads.sh \
    tests/security/unit.sh \
    tests/texts.sh
dist_check_SCRIPTS += $(SCRIPT_TESTS)
TESTS += $(SCRIPT_TESTS)

# A server's database with the shipped sample, made once: tests that want no other begin with a copy.
check_DATA += tests/sample.db
CLEANFILES += tests/sample.db tests/sample.db.audit-key tests/sample.db.lock tests/sample.db.log
tests/sample.db: guichetd$(EXEEXT) tests/quick_passwords.so $(dist_sample_DATA)
	$(AM_V_GEN)rm -f $@ $@.audit-key && $(MKDIR_P) tests && $(QUICK_PASSWORDS) \
	./guichetd init --database $@.new >$@.log && \
	./guichetd import sample '$(srcdir)/app/sample' --database $@.new >>$@.log && \
	rm -f $@.new.lock && mv $@.new.audit-key $@.audit-key && mv $@.new $@

# What the end-to-end ones stand on.
EXTRA_DIST += tests/end_to_end/harness.sh tests/end_to_end/mux.bash
UNIT_TESTS += tests/unit/test_ledger_threads
tests_unit_test_ledger_threads_SOURCES = tests/unit/test_ledger_threads.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_threads_LDADD = $(UNIT_LIBS)

# What a key costs in a form, from 50 fields to 500.
EXTRA_PROGRAMS += tests/bench/bench_form
tests_bench_bench_form_SOURCES = tests/bench/bench_form.c tests/bench/painted.c \
    tests/bench/painted.h $(UI_FIXTURE)
tests_bench_bench_form_LDADD = $(UI_LIBS) -lutil

# `make bench-lists`: the lists of cases; SIZES="100 1000" for other numbers of them.
EXTRA_PROGRAMS += tests/bench/bench_lists
tests_bench_bench_lists_SOURCES = tests/bench/bench_lists.c tests/bench/painted.c \
    tests/bench/painted.h tests/unit/case_fixture.c tests/unit/case_fixture.h $(UI_FIXTURE)
tests_bench_bench_lists_LDADD = $(UI_LIBS) -lutil
.PHONY: bench-lists
bench: bench-lists
bench-lists: tests/bench/bench_lists
	SIZES='$(SIZES)' tests/bench/bench_lists

.PHONY: bench-form
bench: bench-form
bench-form: tests/bench/bench_form
	tests/bench/bench_form
UNIT_TESTS += tests/unit/test_ui_case tests/unit/test_ui_life_event
tests_unit_test_ui_case_SOURCES = tests/unit/test_ui_case.c $(UI_FIXTURE)
tests_unit_test_ui_case_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_spelling
tests_unit_test_spelling_SOURCES = tests/unit/test_spelling.c tests/unit/unit.h
tests_unit_test_spelling_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_case_file
tests_unit_test_case_file_SOURCES = tests/unit/test_case_file.c tests/unit/store_former.h tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_case_file_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ui_note
tests_unit_test_ui_note_SOURCES = tests/unit/test_ui_note.c $(UI_FIXTURE)
tests_unit_test_ui_note_LDADD = $(UI_LIBS)
tests_unit_test_ui_life_event_SOURCES = tests/unit/test_ui_life_event.c $(UI_FIXTURE)
tests_unit_test_ui_life_event_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_continue tests/unit/test_ui_work tests/unit/test_ui_form
tests_unit_test_ui_continue_SOURCES = tests/unit/test_ui_continue.c $(UI_FIXTURE)
tests_unit_test_ui_continue_LDADD = $(UI_LIBS)
UI_FORM_FIXTURE = tests/unit/ui_form_fixture.c tests/unit/ui_form_fixture.h \
    tests/unit/form_fixture.c tests/unit/form_fixture.h $(UI_FIXTURE)
tests_unit_test_ui_form_SOURCES = tests/unit/test_ui_form.c $(UI_FORM_FIXTURE)
tests_unit_test_ui_form_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_form_keys tests/unit/test_ui_form_paper \
    tests/unit/test_ui_form_shared
tests_unit_test_ui_form_paper_SOURCES = tests/unit/test_ui_form_paper.c $(UI_FORM_FIXTURE)
tests_unit_test_ui_form_paper_LDADD = $(UI_LIBS)
tests_unit_test_ui_form_shared_SOURCES = tests/unit/test_ui_form_shared.c $(UI_FORM_FIXTURE)
tests_unit_test_ui_form_shared_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_arriving
tests_unit_test_ui_arriving_SOURCES = tests/unit/test_ui_arriving.c $(UI_FIXTURE)
tests_unit_test_ui_arriving_LDADD = $(UI_LIBS)
UNIT_TESTS += tests/unit/test_ui_loop
tests_unit_test_ui_loop_SOURCES = tests/unit/test_ui_loop.c $(UI_FIXTURE)
tests_unit_test_ui_loop_LDADD = $(UI_LIBS) -lutil
UNIT_TESTS += tests/unit/test_ui_gone
tests_unit_test_ui_gone_SOURCES = tests/unit/test_ui_gone.c $(UI_FORM_FIXTURE)
tests_unit_test_ui_gone_LDADD = $(UI_LIBS)
tests_unit_test_ui_form_keys_SOURCES = tests/unit/test_ui_form_keys.c $(UI_FORM_FIXTURE)
tests_unit_test_ui_form_keys_LDADD = $(UI_LIBS)
tests_unit_test_ui_work_SOURCES = tests/unit/test_ui_work.c $(UI_FIXTURE)
tests_unit_test_ui_work_LDADD = $(UI_LIBS)

# The deterministic simulator: `make sim SEED_FROM=k SEEDS=n`, `TRACE=1` for what happens.
# `make sim YEAR=1 TERMINALS=200`: a year of as many, by that seed.
SEED_FROM = 1
SEEDS = 200
YEAR =
TERMINALS = 200
DAYS = 365
check_PROGRAMS += tests/sim/sim
EXTRA_DIST += tests/sim/report.md tests/sim/sum.awk
tests_sim_sim_SOURCES = tests/sim/sim.c tests/sim/sim_acts.c tests/sim/sim_check.c \
    tests/sim/sim_check_handoffs.c tests/sim/sim_check_promises.c \
    tests/sim/sim_check_trail.c \
    tests/sim/sim_check_relay.c tests/sim/sim_clock.c \
    tests/sim/sim_disk.c tests/sim/sim_disk.h tests/sim/sim_disk_internal.h \
    tests/sim/sim_disk_vfs.c tests/sim/sim_feed.c tests/sim/sim_files.c \
    tests/sim/sim_history.c tests/sim/sim_memory.c tests/sim/sim_operations.c \
    tests/sim/sim_query.c \
    tests/sim/sim_queues.c \
    tests/sim/sim_relay.c tests/sim/sim_server.c \
    tests/sim/sim_terminal.c tests/sim/sim_tickets.c tests/sim/sim_year.c \
    tests/sim/simulation.c \
    tests/sim/simulation.h
tests_sim_sim_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_system \
    -Wl,--wrap=sodium_malloc -Wl,--wrap=sodium_free
tests_sim_sim_LDADD = $(UNIT_LIBS)

.PHONY: sim
sim: tests/sim/sim
	@if test -n '$(YEAR)'; then \
	    tests/sim/sim --year '$(YEAR)' --terminals '$(TERMINALS)' --days '$(DAYS)'; \
	else \
	    tests/sim/sim --from '$(SEED_FROM)' --seeds '$(SEEDS)'; \
	fi

# One filing, many agencies.
UNIT_TESTS += tests/unit/test_ledger_delivery
tests_unit_test_ledger_delivery_SOURCES = tests/unit/test_ledger_delivery.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_delivery_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_provider
tests_unit_test_provider_SOURCES = tests/unit/test_provider.c tests/unit/provider_fixture.c \
    tests/unit/provider_fixture.h tests/unit/unit.h
tests_unit_test_provider_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_signature
tests_unit_test_signature_SOURCES = tests/unit/test_signature.c tests/unit/unit.h
tests_unit_test_signature_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/oidc/provider
tests_oidc_provider_SOURCES = tests/oidc/provider.c tests/unit/provider_fixture.c \
    tests/unit/provider_fixture.h tests/unit/unit.h
tests_oidc_provider_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/agency/agency
tests_agency_agency_SOURCES = tests/agency/agency.c tests/agency/signed.c tests/agency/signed.h
check_PROGRAMS += tests/sms/gateway
tests_sms_gateway_SOURCES = tests/sms/gateway.c tests/agency/signed.c tests/agency/signed.h
tests_sms_gateway_LDADD = $(MICROHTTPD_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS)
tests_agency_agency_LDADD = $(MICROHTTPD_LIBS) $(JANSSON_LIBS) $(SODIUM_LIBS)
UNIT_TESTS += tests/unit/test_delivery
tests_unit_test_delivery_SOURCES = tests/unit/test_delivery.c tests/unit/delivery_fixture.c \
    tests/unit/delivery_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_delivery_LDADD = $(UNIT_LIBS)

# `make bench-sync`: what sync costs, beside PouchDB and pouchdb-server (npm). NOTES="1000" for few.
EXTRA_PROGRAMS += tests/bench/bench_sync
tests_bench_bench_sync_SOURCES = tests/bench/bench_sync.c tests/bench/relay.c tests/bench/relay.h \
    tests/bench/bare_rows.c tests/bench/bare_rows.h
tests_bench_bench_sync_LDADD = $(UNIT_LIBS)
EXTRA_DIST += tests/bench/bench_sync.sh tests/bench/bench_sync.mjs
# The dictionary of net/packed.h, as it was made once. A new one is another coding:
# jq -r '.. | objects | .fr?, .en? | strings | select(length>25 and length<300)'
#   app/sample/{snippets,services,life-events,questionnaires,templates}.json | sort -u | shuf >prose
EXTRA_PROGRAMS += tests/bench/make_dictionary
tests_bench_make_dictionary_SOURCES = tests/bench/make_dictionary.c
tests_bench_make_dictionary_LDADD = $(UNIT_LIBS)
EXTRA_DIST += tests/bench/dictionary_shapes.txt

.PHONY: bench-sync
bench: bench-sync
bench-sync: guichetd tests/bench/bench_sync
	@sh '$(srcdir)/tests/bench/bench_sync.sh' '$(abs_builddir)' '$(abs_top_srcdir)' $(NOTES)
UNIT_TESTS += tests/unit/test_delivery_answer
tests_unit_test_delivery_answer_SOURCES = tests/unit/test_delivery_answer.c tests/unit/unit.h
tests_unit_test_delivery_answer_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_delivery_work
tests_unit_test_delivery_work_SOURCES = tests/unit/test_delivery_work.c $(WORK_FIXTURE)
tests_unit_test_delivery_work_LDADD = $(UNIT_LIBS)

# Fuzzing everything that reads bytes from outside (clang): `make fuzz FUZZ_SECONDS=60`, each target
# for so long; FUZZ=fuzz_input for one of them. `make fuzz-programs` only builds, `make fuzz-replay`
# reads what is kept, each input once. FUZZ_BUILD="-g1 -O0" is built in half the time and runs slowly.
FUZZ = fuzz_schema fuzz_schema_document fuzz_schema_regex fuzz_schema_format fuzz_form fuzz_hsds \
    fuzz_operation fuzz_reply fuzz_compress fuzz_journal fuzz_config fuzz_csv fuzz_inventory \
    fuzz_sample fuzz_input fuzz_request fuzz_state fuzz_query fuzz_email fuzz_open311 fuzz_intake \
    fuzz_zone fuzz_paint fuzz_key fuzz_store fuzz_catalogue fuzz_answer fuzz_token fuzz_backup fuzz_role \
    fuzz_display fuzz_delivery fuzz_relay fuzz_binary fuzz_outline
FUZZ_SECONDS = 60
FUZZ_BUILD = -g -O1
EXTRA_DIST += tests/fuzz/fuzz.mk tests/fuzz/run.sh tests/fuzz/fuzz.h tests/fuzz/fuzz_import.h \
    tests/fuzz/fuzz_canvas.h \
    $(FUZZ:%=tests/fuzz/%.c) $(FUZZ:%=tests/fuzz/corpus/%)
fuzz_make = $(MAKE) -s -f '$(srcdir)/tests/fuzz/fuzz.mk' SOURCE='$(srcdir)' FUZZ='$(FUZZ)' \
    FUZZ_SECONDS='$(FUZZ_SECONDS)' FUZZ_BUILD='$(FUZZ_BUILD)' \
    FLAGS="$(subst ",\",$(DEFAULT_INCLUDES) $(AM_CPPFLAGS) $(CPPFLAGS))" \
    LIBS='$(UI_LIBS:lib%.a=) $(SERVER_LIBS) -lutil'

.PHONY: fuzz fuzz-programs fuzz-replay
fuzz fuzz-programs fuzz-replay: app/search_words_table.h
fuzz:
	+@$(fuzz_make)
fuzz-replay: FUZZ_SECONDS = 0
fuzz-replay:
	+@$(fuzz_make)
fuzz-programs:
	+@$(fuzz_make) programs

# Real processes under chaos: `make chaos MINUTES=5 SEED=n`.
MINUTES = 5
SEED = 1
check_PROGRAMS += tests/chaos/chaos
tests_chaos_chaos_SOURCES = tests/chaos/chaos.c tests/chaos/chaos.h tests/chaos/chaos_check.c \
    tests/chaos/chaos_terminal.c tests/unit/real_server.c tests/unit/real_server.h
tests_chaos_chaos_LDADD = $(UNIT_LIBS)

.PHONY: chaos
chaos: guichetd tests/proxy/fault_proxy tests/chaos/chaos
	@$(AM_TESTS_ENVIRONMENT) tests/chaos/chaos --seconds $$(($(MINUTES) * 60)) --seed '$(SEED)'

# Tests with unlucky timing: `make check-delays TESTS='tests/unit/test_link tests/end_to_end/state.sh'
# SEEDS='1 2 3'` (tests/chaos/delays.sh has more to set); without TESTS what has threads or processes
# is taken, but for the scripts.
EXTRA_DIST += tests/chaos/delays.c tests/chaos/delays.sh
CLEANFILES += tests/chaos/delays.so
tests/chaos/delays.so: $(srcdir)/tests/chaos/delays.c
	$(AM_V_CC)$(MKDIR_P) tests/chaos && $(CC) $(WARNING_CFLAGS) -pthread -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -o $@ \
	    $(srcdir)/tests/chaos/delays.c
# As check_PROGRAMS are, so that it always compiles.
check-programs: tests/chaos/delays.so
DELAYED_TESTS = $(filter $(addprefix tests/,unit/test_ui_% unit/test_server_% unit/test_sync_% \
    unit/test_ledger_% unit/test_message% unit/test_relay_% unit/test_link unit/test_http_c% \
    unit/test_delivery% unit/test_email_% unit/test_search_worker unit/test_scan_folder \
    unit/test_provider unit/test_restore unit/test_work email/%),$(UNIT_TESTS))
.PHONY: check-delays
check-delays: check-programs tests/sample.db
	@$(AM_TESTS_ENVIRONMENT) GUICHET_TEST_PATIENCE=6 LIBRARY='$(abs_builddir)/tests/chaos/delays.so' \
	    SEEDS='$(or $(SEEDS),1 2 3)' '$(srcdir)/tests/chaos/delays.sh' $(call delayed,\
	    $(if $(filter command% environment%,$(origin TESTS)),$(TESTS),$(DELAYED_TESTS)))
# Programs are in the build, scripts in the sources.
delayed = $(foreach test,$(1),$(if $(filter %.sh,$(test)),$(abs_srcdir)/$(test),$(abs_builddir)/$(test)))

# Between two network namespaces with tc netem, as root: `make netem`. Not part of `make check`.
check_PROGRAMS += tests/netem/netem_work
tests_netem_netem_work_SOURCES = tests/netem/netem_work.c
tests_netem_netem_work_LDADD = $(UNIT_LIBS)
EXTRA_DIST += tests/netem.sh

.PHONY: netem
netem: guichet guichetd tests/netem/netem_work
	@$(AM_TESTS_ENVIRONMENT) '$(srcdir)/tests/netem.sh'

UNIT_TESTS += tests/unit/test_record_outline tests/unit/test_store_closed
tests_unit_test_store_closed_SOURCES = tests/unit/test_store_closed.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/unit/unit.h
tests_unit_test_store_closed_LDADD = $(UNIT_LIBS)
tests_unit_test_record_outline_SOURCES = tests/unit/test_record_outline.c tests/unit/unit.h
tests_unit_test_record_outline_LDADD = $(UNIT_LIBS)

WATCH_FIXTURE = tests/unit/watch_fixture.c tests/unit/watch_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_queue_measure tests/unit/test_ledger_watch \
    tests/unit/test_ledger_watch_tickets
tests_unit_test_queue_measure_SOURCES = tests/unit/test_queue_measure.c tests/unit/unit.h
tests_unit_test_queue_measure_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_watch_SOURCES = tests/unit/test_ledger_watch.c $(WATCH_FIXTURE)
tests_unit_test_ledger_watch_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_watch_tickets_SOURCES = tests/unit/test_ledger_watch_tickets.c \
    $(WATCH_FIXTURE)
tests_unit_test_ledger_watch_tickets_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_ledger_waiting
tests_unit_test_ledger_waiting_SOURCES = tests/unit/test_ledger_waiting.c \
    tests/unit/ledger_fixture.c tests/unit/ledger_fixture.h tests/unit/unit.h
tests_unit_test_ledger_waiting_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_intake_server
tests_unit_test_intake_server_SOURCES = tests/unit/test_intake_server.c \
	tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_intake_server_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_scan_folder
tests_unit_test_scan_folder_SOURCES = tests/unit/test_scan_folder.c $(LEDGER_FIXTURE)
tests_unit_test_scan_folder_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ui_message
tests_unit_test_ui_message_SOURCES = tests/unit/test_ui_message.c $(UI_FIXTURE)
tests_unit_test_ui_message_LDADD = $(UI_LIBS)

# Messages taken in a second: `make bench-intake`.
EXTRA_PROGRAMS += tests/bench/bench_intake
tests_bench_bench_intake_SOURCES = tests/bench/bench_intake.c
tests_bench_bench_intake_LDADD = $(UNIT_LIBS)
.PHONY: bench-intake
bench: bench-intake
bench-intake: tests/bench/bench_intake
	@./tests/bench/bench_intake $${MESSAGES:-1000}

INTAKE_FIXTURE = tests/unit/intake_fixture.c tests/unit/intake_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_ledger_intake tests/unit/test_ledger_intake_match \
    tests/unit/test_ledger_intake_offer tests/unit/test_ledger_intake_parts
tests_unit_test_ledger_intake_SOURCES = tests/unit/test_ledger_intake.c \
    tests/unit/ledger_version_1.h $(INTAKE_FIXTURE)
tests_unit_test_ledger_intake_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_intake_match_SOURCES = tests/unit/test_ledger_intake_match.c $(INTAKE_FIXTURE)
tests_unit_test_ledger_intake_match_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_intake_offer_SOURCES = tests/unit/test_ledger_intake_offer.c $(INTAKE_FIXTURE)
tests_unit_test_ledger_intake_offer_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_intake_parts_SOURCES = tests/unit/test_ledger_intake_parts.c $(INTAKE_FIXTURE)
tests_unit_test_ledger_intake_parts_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_ledger_reassign
tests_unit_test_ledger_reassign_SOURCES = tests/unit/test_ledger_reassign.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_reassign_LDADD = $(UNIT_LIBS)
# Behaviours broken one at a time, to see that a test notices each: minutes, so not part of `make check`.
# `make mutants LISTS=tests/mutants/elements.list WORDS=undo` for some of them.
LISTS = $(srcdir)/tests/mutants/*.list
EXTRA_DIST += tests/mutants.sh tests/mutants
.PHONY: mutants
mutants: all
	@status=0; for list in $(LISTS); do echo "$$list"; \
	    abs_top_srcdir='$(abs_top_srcdir)' abs_top_builddir='$(abs_top_builddir)' \
	    GUICHET_LOCALE_DIRECTORY='$(abs_top_builddir)/ui/locale' MAKE='$(MAKE)' \
	    bash $(srcdir)/tests/mutants.sh "$$list" '$(WORDS)' || status=1; done; exit $$status
# `make bench-handoff`: hand-offs with many waiting terminals, beside libmicrohttpd alone; OFFERS and
# TERMINALS choose how many. A small run of it without figures is tests/end_to_end/handoff_load.sh.
check_PROGRAMS += tests/bench/bench_handoff
tests_bench_bench_handoff_SOURCES = tests/bench/bench_handoff.c tests/bench/handoff_bench.h \
    tests/bench/handoff_bells.c tests/bench/handoff_operation.c tests/bench/handoff_race.c \
    tests/bench/handoff_stages.c tests/bench/marks_read.c tests/bench/marks.h \
    tests/bench/handoff_paint.c tests/bench/pty.c tests/bench/pty.h \
    tests/bench/bare.c tests/bench/bare.h tests/bench/bare_pair.c tests/bench/bare_pair.h \
    tests/bench/crowd.c tests/bench/crowd.h \
    tests/bench/people.c tests/bench/people.h tests/bench/process.c tests/bench/process.h
tests_bench_bench_handoff_LDADD = $(UNIT_LIBS) -lutil

# Loaded before libc, to see from within where the time of a hand-off goes (marks.h).
EXTRA_DIST += tests/bench/marks.c
CLEANFILES += tests/bench/marks.so
tests/bench/marks.so: $(srcdir)/tests/bench/marks.c $(srcdir)/tests/bench/marks.h config.h
	$(AM_V_CC)$(MKDIR_P) tests/bench && $(CC) $(DEFS) -I. -I$(srcdir) $(AM_CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) \
	    -D_GNU_SOURCE -fPIC -shared -o $@ $(srcdir)/tests/bench/marks.c

.PHONY: bench-handoff
bench: bench-handoff
bench-handoff: guichet guichetd tests/bench/bench_handoff tests/bench/marks.so
	@./tests/bench/bench_handoff ./guichet ./guichetd '$(abs_top_srcdir)/app/sample' wake \
	    $${TERMINALS:-10 1000 10000}
	@./tests/bench/bench_handoff ./guichet ./guichetd '$(abs_top_srcdir)/app/sample' stages \
	    $(abs_builddir)/tests/bench/marks.so $${STAGES:-10}
	@./tests/bench/bench_handoff ./guichet ./guichetd '$(abs_top_srcdir)/app/sample' race \
	    $${OFFERS:-1000} 50

# Opening a long case: `make bench-case`.
EXTRA_PROGRAMS += tests/bench/bench_case
tests_bench_bench_case_SOURCES = tests/bench/bench_case.c tests/bench/pty.c tests/bench/pty.h \
    tests/bench/crowd.c tests/bench/crowd.h tests/bench/process.c tests/bench/process.h
tests_bench_bench_case_LDADD = $(UNIT_LIBS) -lutil
.PHONY: bench-case
bench: bench-case
bench-case: guichet guichetd tests/bench/bench_case
	@./tests/bench/bench_case ./guichet ./guichetd '$(abs_top_srcdir)/app/sample'

# What room made ahead in the store's log is worth (app/store_room.c): `make bench-room`.
EXTRA_PROGRAMS += tests/bench/bench_room
tests_bench_bench_room_SOURCES = tests/bench/bench_room.c tests/unit/store_fixture.c \
    tests/unit/store_fixture.h tests/bench/crowd.c tests/bench/crowd.h tests/bench/process.c \
    tests/bench/process.h
tests_bench_bench_room_LDADD = $(UNIT_LIBS)
.PHONY: bench-room
bench: bench-room
bench-room: tests/bench/bench_room
	@./tests/bench/bench_room $${ROOM_DIRECTORY:-/tmp}

# Mail.
check_PROGRAMS += tests/email/smtp_sink
tests_email_smtp_sink_SOURCES = tests/email/smtp_sink.c
UNIT_TESTS += tests/unit/test_email_send
tests_unit_test_email_send_SOURCES = tests/unit/test_email_send.c tests/unit/unit.h
tests_unit_test_email_send_LDADD = $(UNIT_LIBS)
# The tarball is proved by what reads its files. What takes minutes of scheduling and faults has been
# run on the same sources by `make check`: `make distcheck-brief` leaves it out, .ci/run runs that, by
# another compiler (DISTCHECK_COMPILER=clang).
LONG_TESTS = tests/sim/sim.sh tests/chaos/chaos.sh tests/unit/test_sync_server \
    tests/unit/test_relay_process tests/unit/test_store_memory tests/unit/test_restore \
    tests/unit/test_delivery tests/unit/test_recovery \
    $(addprefix tests/end_to_end/,$(addsuffix .sh,handoff_kinds supervise handoff_faults continue \
    waiting_room promises presence relay life_event lists handoff_context queue search_service \
    search_choices search_filters service_page recover email_crash))

# Under AddressSanitizer: without the search of a terminal's memory, in which the sanitizer keeps copies
# of its own.
.PHONY: check-sanitized
check-sanitized:
	@$(MAKE) check TESTS='$(filter-out tests/security/stolen_memory.sh,$(TESTS))'

DISTCHECK_COMPILER = $(CC)
.PHONY: distcheck-brief
distcheck-brief:
	@$(MAKE) distcheck DISTCHECK_CONFIGURE_FLAGS='CFLAGS=-O0 CC="$(DISTCHECK_COMPILER)"' \
	    TESTS='$(filter-out $(LONG_TESTS),$(UNIT_TESTS))'
EXTRA_DIST += tests/email/thread
UNIT_TESTS += tests/unit/test_email_parse
EMAIL_FIXTURE = tests/unit/email_fixture.c tests/unit/email_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_email_parse_SOURCES = tests/unit/test_email_parse.c $(EMAIL_FIXTURE)
tests_unit_test_email_parse_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_email_take
tests_unit_test_email_take_SOURCES = tests/unit/test_email_take.c $(EMAIL_FIXTURE)
tests_unit_test_email_take_LDADD = $(UNIT_LIBS)
EXTRA_DIST += tests/email/dovecot.sh
# Hostile mail: some hundreds in `make check`, `make hostile-email` takes ten thousand; the seed's
# number tells which.
UNIT_TESTS += tests/email/hostile
tests_email_hostile_SOURCES = tests/email/hostile.c tests/email/hostile_write.c \
    tests/email/hostile_write.h tests/email/harmless.h $(EMAIL_FIXTURE)
tests_email_hostile_LDADD = $(UNIT_LIBS)
.PHONY: hostile-email
hostile-email: tests/email/hostile
	abs_top_srcdir='$(abs_top_srcdir)' tests/email/hostile 10000 $(or $(SEED),1)

# Clients: labelled pairs of duplicates and of what is none, and the cost of a search:
# `make bench-clients`; TELL=--tell names the pairs of the first set that are judged wrongly.
EXTRA_DIST += tests/clients/pairs.tsv tests/clients/held_out.tsv
CLIENT_PAIRS = tests/clients/pairs.c tests/clients/pairs.h
UNIT_TESTS += tests/unit/test_client_likeness
tests_unit_test_client_likeness_SOURCES = tests/unit/test_client_likeness.c $(CLIENT_PAIRS) \
    tests/unit/unit.h
tests_unit_test_client_likeness_LDADD = $(UNIT_LIBS)
EXTRA_PROGRAMS += tests/bench/bench_clients
tests_bench_bench_clients_SOURCES = tests/bench/bench_clients.c $(CLIENT_PAIRS)
tests_bench_bench_clients_LDADD = libapp.a $(APP_LIBS)
# Finding clients of all offices at the server: `make bench-find`; CLIENTS=1000000 for many.
EXTRA_PROGRAMS += tests/bench/bench_find
tests_bench_bench_find_SOURCES = tests/bench/bench_find.c
tests_bench_bench_find_LDADD = $(UNIT_LIBS)
.PHONY: bench-find
bench: bench-find
bench-find: tests/bench/bench_find
	tests/bench/bench_find $(CLIENTS)
.PHONY: bench-clients
bench: bench-clients
bench-clients: tests/bench/bench_clients
	abs_top_srcdir='$(abs_top_srcdir)' tests/bench/bench_clients $(TELL)
UNIT_TESTS += tests/unit/test_intake_limits
tests_unit_test_intake_limits_SOURCES = tests/unit/test_intake_limits.c \
    tests/unit/form_fixture.c tests/unit/form_fixture.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_intake_limits_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_client
tests_unit_test_server_client_SOURCES = tests/unit/test_server_client.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_client_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_client_file
tests_unit_test_client_file_SOURCES = tests/unit/test_client_file.c $(WORK_FIXTURE)
tests_unit_test_client_file_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_client_merge tests/unit/test_consent tests/unit/test_delegation tests/unit/test_ledger_client
tests_unit_test_client_merge_SOURCES = tests/unit/test_client_merge.c $(WORK_FIXTURE)
tests_unit_test_client_merge_LDADD = $(UNIT_LIBS)
tests_unit_test_consent_SOURCES = tests/unit/test_consent.c $(WORK_FIXTURE)
tests_unit_test_consent_LDADD = $(UNIT_LIBS)
tests_unit_test_delegation_SOURCES = tests/unit/test_delegation.c $(WORK_FIXTURE)
tests_unit_test_delegation_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_client_SOURCES = tests/unit/test_ledger_client.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_client_LDADD = $(UNIT_LIBS)

# The audit trail.
UNIT_TESTS += tests/unit/test_look tests/unit/test_ledger_look
tests_unit_test_look_SOURCES = tests/unit/test_look.c $(WORK_FIXTURE)
tests_unit_test_look_LDADD = $(UNIT_LIBS)
tests_unit_test_ledger_look_SOURCES = tests/unit/test_ledger_look.c $(RELAY_FIXTURE) $(LEDGER_FIXTURE)
tests_unit_test_ledger_look_LDADD = $(UNIT_LIBS)
# Keys, and what a terminal leaves behind.
UNIT_TESTS += tests/unit/test_store_key
tests_unit_test_store_key_SOURCES = tests/unit/test_store_key.c tests/unit/fault_vfs.c \
    tests/unit/fault_vfs.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/store_script.c tests/unit/store_script.h tests/unit/unit.h
tests_unit_test_store_key_LDADD = $(UNIT_LIBS)

# Sign-in, sessions and terminals.
SESSION_FIXTURE = tests/unit/session_fixture.c tests/unit/session_fixture.h $(LEDGER_FIXTURE)
UNIT_TESTS += tests/unit/test_ledger_session
tests_unit_test_ledger_session_SOURCES = tests/unit/test_ledger_session.c $(SESSION_FIXTURE)
tests_unit_test_ledger_session_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_audit_tree tests/security/test_audit_tamper
tests_unit_test_audit_tree_SOURCES = tests/unit/test_audit_tree.c tests/unit/unit.h
tests_unit_test_audit_tree_LDADD = $(UNIT_LIBS)
tests_security_test_audit_tamper_SOURCES = tests/security/test_audit_tamper.c tests/unit/unit.h
tests_security_test_audit_tamper_LDADD = $(UNIT_LIBS)

check_PROGRAMS += tests/security/scan
tests_security_scan_SOURCES = tests/security/scan.c
tests_security_scan_LDADD = $(UNIT_LIBS)


# Attacks on every route of the server.
tests_security_test_attacks_SOURCES = tests/security/test_attacks.c tests/security/attack_table.c \
    tests/security/attack_table.h \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_security_test_attacks_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_provider
tests_unit_test_sync_provider_SOURCES = tests/unit/test_sync_provider.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_provider_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_sign_in
tests_unit_test_sync_sign_in_SOURCES = tests/unit/test_sync_sign_in.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_sign_in_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_sync_session
tests_unit_test_sync_session_SOURCES = tests/unit/test_sync_session.c tests/unit/engine_fixture.c \
    tests/unit/engine_fixture.h tests/unit/store_fixture.c tests/unit/store_fixture.h \
    tests/unit/unit.h
tests_unit_test_sync_session_LDADD = $(UNIT_LIBS)
check_PROGRAMS += tests/security/plant tests/security/liar tests/security/repertoire
tests_security_plant_SOURCES = tests/security/plant.c tests/security/hostile.c \
    tests/security/hostile.h
tests_security_plant_LDADD = $(UNIT_LIBS)
tests_security_liar_SOURCES = tests/security/liar.c tests/security/hostile.c tests/security/hostile.h
tests_security_liar_LDADD = $(UNIT_LIBS)
tests_security_repertoire_SOURCES = tests/security/repertoire.c
tests_security_repertoire_LDADD = $(UNIT_LIBS)

EXTRA_DIST += tests/security/hostile_text.bash tests/security/seeds.sql tests/security/stolen.bash
UNIT_TESTS += tests/unit/test_server_audit
tests_unit_test_server_audit_SOURCES = tests/unit/test_server_audit.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_audit_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_server_keeping
tests_unit_test_server_keeping_SOURCES = tests/unit/test_server_keeping.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(ERASE_FIXTURE)
tests_unit_test_server_keeping_LDADD = $(UNIT_LIBS)

# The server shut in.
check_PROGRAMS += tests/security/confined
tests_security_confined_SOURCES = tests/security/confined.c
tests_security_confined_LDADD = libapp.a $(APP_LIBS)
EXTRA_DIST += tests/security/audit_proof.pl
UNIT_TESTS += tests/unit/test_password tests/unit/test_factor
tests_unit_test_password_SOURCES = tests/unit/test_password.c $(SESSION_FIXTURE)
tests_unit_test_password_LDADD = $(UNIT_LIBS)
tests_unit_test_factor_SOURCES = tests/unit/test_factor.c $(SESSION_FIXTURE)
tests_unit_test_factor_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_qr
tests_unit_test_qr_SOURCES = tests/unit/test_qr.c tests/unit/unit.h
tests_unit_test_qr_LDADD = $(UNIT_LIBS)

# `make bench-seal`: what sealing costs, the same program once with and once without.
EXTRA_PROGRAMS += tests/bench/bench_seal tests/bench/bench_seal_bare
tests_bench_bench_seal_SOURCES = tests/bench/bench_seal.c
tests_bench_bench_seal_LDADD = $(UNIT_LIBS)
tests_bench_bench_seal_bare_SOURCES = tests/bench/bench_seal.c tests/bench/null_seal.c
tests_bench_bench_seal_bare_LDADD = $(UNIT_LIBS)
.PHONY: bench-seal
bench: bench-seal
bench-seal: tests/bench/bench_seal tests/bench/bench_seal_bare
	./tests/bench/bench_seal ./tests/bench/bench_seal_bare
UNIT_TESTS += tests/security/test_tokens
tests_security_test_tokens_SOURCES = tests/security/test_tokens.c tests/unit/server_fixture.c \
    tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_security_test_tokens_LDADD = $(UNIT_LIBS)

# `make bench-security`: attacks tried and refused, routes times roles, and what sealing and the trail
# cost.
.PHONY: bench-security
bench-security: tests/security/test_attacks tests/security/test_wrong_role
	@for test in test_attacks test_wrong_role; do \
	    tests/security/$$test 2>&1 | grep -aE '^(checked:|[0-9]+ attack)' || exit 1; done
	@$(MAKE) -s bench-seal bench-audit

# `make bench-audit`: what the audit trail costs, the same program once with and once without.
EXTRA_PROGRAMS += tests/bench/bench_audit tests/bench/bench_audit_bare
tests_bench_bench_audit_SOURCES = tests/bench/bench_audit.c
tests_bench_bench_audit_LDADD = $(UNIT_LIBS)
tests_bench_bench_audit_bare_SOURCES = tests/bench/bench_audit.c tests/bench/null_trail.c
tests_bench_bench_audit_bare_LDADD = $(UNIT_LIBS)
.PHONY: bench-audit
bench: bench-audit
bench-audit: tests/bench/bench_audit tests/bench/bench_audit_bare
	./tests/bench/bench_audit ./tests/bench/bench_audit_bare

# Backups, made and put back.
UNIT_TESTS += tests/unit/test_ledger_audit
tests_unit_test_ledger_audit_SOURCES = tests/unit/test_ledger_audit.c $(LEDGER_FIXTURE)
tests_unit_test_ledger_audit_LDADD = $(UNIT_LIBS)
UNIT_TESTS += tests/unit/test_audit_words
tests_unit_test_audit_words_SOURCES = tests/unit/test_audit_words.c tests/unit/unit.h
tests_unit_test_audit_words_LDADD = $(UI_LIBS)

# What it is built on, and that its tarball is the same wherever it is made: `make check-dist`.
EXTRA_DIST += tests/dist.sh
.PHONY: check-dist
check-dist:
	abs_top_srcdir='$(abs_top_srcdir)' MAKE='$(MAKE)' MAKEFLAGS= bash '$(srcdir)/tests/dist.sh'
UNIT_TESTS += tests/unit/test_ui_look
tests_unit_test_ui_look_SOURCES = tests/unit/test_ui_look.c $(UI_FIXTURE)
tests_unit_test_ui_look_LDADD = $(UI_LIBS)

UNIT_TESTS += tests/unit/test_ui_ask
tests_unit_test_ui_ask_SOURCES = tests/unit/test_ui_ask.c $(UI_FIXTURE)
tests_unit_test_ui_ask_LDADD = $(UI_LIBS)

UNIT_TESTS += tests/unit/test_server_reason
tests_unit_test_server_reason_SOURCES = tests/unit/test_server_reason.c \
    tests/unit/server_fixture.c tests/unit/server_fixture.h $(LEDGER_FIXTURE)
tests_unit_test_server_reason_LDADD = $(UNIT_LIBS)

UNIT_TESTS += tests/unit/test_audit_tally
tests_unit_test_audit_tally_SOURCES = tests/unit/test_audit_tally.c tests/unit/unit.h
tests_unit_test_audit_tally_LDADD = $(UNIT_LIBS)
