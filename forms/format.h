/*
 * The formats of JSON Schema 2020-12 (section 7.3 of the validation specification).
 */
#ifndef GUICHET_FORMS_FORMAT_H
#define GUICHET_FORMS_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

/* `text` is valid UTF-8, `length` bytes, and may hold NUL characters. */
typedef bool format_checker(const char *text, size_t length);

struct format {
    const char *name;
    format_checker *check;
};

/* The format of that name, or NULL when the specification has none. */
const struct format *format_find(const char *name);

/* Dates and times of RFC 3339; durations of its appendix A. */
format_checker format_check_date;
format_checker format_check_time;
format_checker format_check_date_time;
format_checker format_check_duration;

/* Host names (RFC 1123, RFC 5890 to 5893), mailboxes (RFC 5321, RFC 6531), addresses. */
format_checker format_check_hostname;
format_checker format_check_idn_hostname;
format_checker format_check_email;
format_checker format_check_idn_email;
/* A domain of an international mailbox: not yet normalised. */
format_checker format_check_idn_domain;
format_checker format_check_ipv4;
format_checker format_check_ipv6;

/* RFC 3986, RFC 3987 and RFC 6570. */
format_checker format_check_uri;
format_checker format_check_uri_reference;
format_checker format_check_iri;
format_checker format_check_iri_reference;
format_checker format_check_uri_template;

/* RFC 4122, RFC 6901, relative JSON Pointer, ECMA-262. */
format_checker format_check_uuid;
format_checker format_check_json_pointer;
format_checker format_check_relative_json_pointer;
format_checker format_check_regex;

#endif
