# The forms engine: knows neither screen nor network.

noinst_LIBRARIES += libforms.a
libforms_a_SOURCES = \
    forms/answer.c forms/answer.h \
    forms/answer_choice.c \
    forms/answer_date.c forms/answer_date.h \
    forms/answer_style.c forms/answer_style.h \
    forms/definition.c forms/definition.h \
    forms/fill.c forms/fill.h forms/fill_private.h \
    forms/fill_answer.c \
    forms/fill_apart.c \
    forms/fill_check.c \
    forms/fill_lines.c \
    forms/fill_rules.c \
    forms/fill_share.c \
    forms/fill_text.c \
    forms/form.c forms/form.h forms/form_private.h \
    forms/form_control.c \
    forms/form_element.c \
    forms/form_inside.c forms/form_work.h \
    forms/form_label.c \
    forms/form_members.c \
    forms/form_migrate.c forms/form_migrate.h \
    forms/form_node.c \
    forms/form_pointer.c forms/form_pointer.h \
    forms/form_pool.c forms/form_pool.h \
    forms/form_variant.c \
    forms/fill_variant.c \
    forms/layout.c forms/layout.h \
    forms/life_event.c forms/life_event.h \
    forms/rule.c forms/rule.h \
    forms/format.c \
    forms/format.h \
    forms/format_address.c \
    forms/format_identifier.c \
    forms/format_name.c \
    forms/format_time.c \
    forms/format_uri.c \
    forms/schema.h \
    forms/schema_bits.c \
    forms/schema_compile.c \
    forms/schema_compile_inside.c \
    forms/schema_compile_value.c \
    forms/schema_compiler.h \
    forms/schema_document.c \
    forms/schema_document.h \
    forms/schema_equal.c \
    forms/schema_evaluate_array.c \
    forms/schema_evaluate_logic.c \
    forms/schema_evaluate_object.c \
    forms/schema_evaluate_value.c \
    forms/schema_keyword.c \
    forms/schema_keyword.h \
    forms/schema_memory.c \
    forms/schema_memory.h \
    forms/schema_message.c \
    forms/schema_metaschema.c \
    forms/schema_number.c \
    forms/schema_number.h \
    forms/schema_pattern.c \
    forms/schema_pattern.h \
    forms/schema_program.h \
    forms/schema_property.c \
    forms/schema_reference.c \
    forms/schema_regex.c \
    forms/schema_regex_class.c \
    forms/schema_regex_build.c \
    forms/schema_regex_escape.c \
    forms/schema_regex_match.c \
    forms/schema_regex_program.h \
    forms/schema_regex.h \
    forms/schema_registry.c \
    forms/schema_resource.c \
    forms/schema_output.c \
    forms/schema_result.c \
    forms/schema_result.h \
    forms/schema_run.h \
    forms/schema_uri.c \
    forms/schema_uri.h \
    forms/schema_validate.c
