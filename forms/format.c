#include "forms/format.h"

#include <string.h>

#include "forms/schema_regex.h"

bool format_check_regex(const char *text, size_t length)
{
    return schema_regex_is_valid(text, length);
}

static const struct format formats[] = {
    {"date-time", format_check_date_time},
    {"date", format_check_date},
    {"time", format_check_time},
    {"duration", format_check_duration},
    {"email", format_check_email},
    {"idn-email", format_check_idn_email},
    {"hostname", format_check_hostname},
    {"idn-hostname", format_check_idn_hostname},
    {"ipv4", format_check_ipv4},
    {"ipv6", format_check_ipv6},
    {"uri", format_check_uri},
    {"uri-reference", format_check_uri_reference},
    {"iri", format_check_iri},
    {"iri-reference", format_check_iri_reference},
    {"uuid", format_check_uuid},
    {"uri-template", format_check_uri_template},
    {"json-pointer", format_check_json_pointer},
    {"relative-json-pointer", format_check_relative_json_pointer},
    {"regex", format_check_regex},
};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    }
    return NULL;
}
