#include "app/hsds_table.h"

#include <string.h>

#define R  HSDS_REQUIRED
#define T  HSDS_TABULAR
#define TR (HSDS_TABULAR | HSDS_NEEDED)
#define N  HSDS_NUMBER

#define FIELDS(name) static const struct hsds_field name##_fields[]

static const char *const status_words[] = {"active", "inactive", "defunct", "temporarily closed",
                                           NULL};
static const char *const place_words[] = {"physical", "postal", "virtual", NULL};
static const char *const week_words[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU", NULL};
static const char *const frequency_words[] = {"WEEKLY", "MONTHLY", NULL};

FIELDS(organization) = {
    {"id", R, NULL},
    {"name", R, NULL},
    {"alternate_name", 0, NULL},
    {"description", R, NULL},
    {"email", 0, NULL},
    {"website", 0, NULL},
    {"tax_status", 0, NULL},
    {"tax_id", 0, NULL},
    {"year_incorporated", N, NULL},
    {"legal_status", 0, NULL},
    {"logo", 0, NULL},
    {"uri", 0, NULL},
    {"parent_organization_id", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(program) = {
    {"id", R, NULL},          {"organization_id", TR, NULL},
    {"name", R, NULL},        {"alternate_name", 0, NULL},
    {"description", R, NULL}, {NULL, 0, NULL},
};

FIELDS(service) = {
    {"id", R, NULL},
    {"organization_id", TR, NULL},
    {"program_id", T, NULL},
    {"name", R, NULL},
    {"alternate_name", 0, NULL},
    {"description", 0, NULL},
    {"url", 0, NULL},
    {"email", 0, NULL},
    {"status", R, status_words},
    {"interpretation_services", 0, NULL},
    {"application_process", 0, NULL},
    {"fees_description", 0, NULL},
    {"wait_time", 0, NULL},
    {"fees", 0, NULL},
    {"accreditations", 0, NULL},
    {"eligibility_description", 0, NULL},
    {"minimum_age", N, NULL},
    {"maximum_age", N, NULL},
    {"assured_date", 0, NULL},
    {"assurer_email", 0, NULL},
    {"licenses", 0, NULL},
    {"alert", 0, NULL},
    {"last_modified", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(attribute) = {
    {"id", R, NULL},        {"link_id", TR, NULL},     {"taxonomy_term_id", TR, NULL},
    {"link_type", 0, NULL}, {"link_entity", TR, NULL}, {"value", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(service_at_location) = {
    {"id", R, NULL},          {"service_id", TR, NULL}, {"location_id", TR, NULL},
    {"description", 0, NULL}, {NULL, 0, NULL},
};

FIELDS(location) = {
    {"id", R, NULL},
    {"location_type", R, place_words},
    {"url", 0, NULL},
    {"organization_id", T, NULL},
    {"name", 0, NULL},
    {"alternate_name", 0, NULL},
    {"description", 0, NULL},
    {"transportation", 0, NULL},
    {"latitude", N, NULL},
    {"longitude", N, NULL},
    {"external_identifier", 0, NULL},
    {"external_identifier_type", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(phone) = {
    {"id", R, NULL},         {"location_id", T, NULL},
    {"service_id", T, NULL}, {"organization_id", T, NULL},
    {"contact_id", T, NULL}, {"service_at_location_id", T, NULL},
    {"number", R, NULL},     {"extension", N, NULL},
    {"type", 0, NULL},       {"description", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(contact) = {
    {"id", R, NULL},          {"organization_id", T, NULL},
    {"service_id", T, NULL},  {"service_at_location_id", T, NULL},
    {"location_id", T, NULL}, {"name", 0, NULL},
    {"title", 0, NULL},       {"department", 0, NULL},
    {"email", 0, NULL},       {NULL, 0, NULL},
};

FIELDS(address) = {
    {"id", R, NULL},        {"location_id", T, NULL},         {"attention", 0, NULL},
    {"address_1", R, NULL}, {"address_2", 0, NULL},           {"city", R, NULL},
    {"region", 0, NULL},    {"state_province", R, NULL},      {"postal_code", R, NULL},
    {"country", R, NULL},   {"address_type", R, place_words}, {NULL, 0, NULL},
};

FIELDS(schedule) = {
    {"id", R, NULL},
    {"service_id", T, NULL},
    {"location_id", T, NULL},
    {"service_at_location_id", T, NULL},
    {"valid_from", 0, NULL},
    {"valid_to", 0, NULL},
    {"dtstart", 0, NULL},
    {"timezone", N, NULL},
    {"until", 0, NULL},
    {"count", N, NULL},
    {"wkst", 0, week_words},
    {"freq", 0, frequency_words},
    {"interval", N, NULL},
    {"byday", 0, NULL},
    {"byweekno", 0, NULL},
    {"bymonthday", 0, NULL},
    {"byyearday", 0, NULL},
    {"description", 0, NULL},
    {"opens_at", 0, NULL},
    {"closes_at", 0, NULL},
    {"schedule_link", 0, NULL},
    {"attending_type", 0, NULL},
    {"notes", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(funding) = {
    {"id", R, NULL}, {"organization_id", T, NULL}, {"service_id", T, NULL}, {"source", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(service_area) = {
    {"id", R, NULL},     {"service_id", T, NULL},  {"name", 0, NULL}, {"description", 0, NULL},
    {"extent", 0, NULL}, {"extent_type", 0, NULL}, {"uri", 0, NULL},  {NULL, 0, NULL},
};

FIELDS(required_document) = {
    {"id", R, NULL},  {"service_id", T, NULL}, {"document", 0, NULL},
    {"uri", 0, NULL}, {NULL, 0, NULL},
};

FIELDS(language) = {
    {"id", R, NULL},   {"service_id", T, NULL}, {"location_id", T, NULL}, {"phone_id", T, NULL},
    {"name", 0, NULL}, {"code", 0, NULL},       {"note", 0, NULL},        {NULL, 0, NULL},
};

FIELDS(accessibility) = {
    {"id", R, NULL},      {"location_id", T, NULL}, {"description", 0, NULL},
    {"details", 0, NULL}, {"url", 0, NULL},         {NULL, 0, NULL},
};

FIELDS(taxonomy_term) = {
    {"id", R, NULL},        {"code", 0, NULL},     {"name", R, NULL},     {"description", R, NULL},
    {"parent_id", 0, NULL}, {"taxonomy", 0, NULL}, {"language", 0, NULL}, {"taxonomy_id", T, NULL},
    {"term_uri", 0, NULL},  {NULL, 0, NULL},
};

FIELDS(metadata) = {
    {"id", R, NULL},
    {"resource_id", TR, NULL},
    {"resource_type", TR, NULL},
    {"last_action_date", R, NULL},
    {"last_action_type", R, NULL},
    {"field_name", R, NULL},
    {"previous_value", R, NULL},
    {"replacement_value", R, NULL},
    {"updated_by", R, NULL},
    {NULL, 0, NULL},
};

FIELDS(meta_table_description) = {
    {"id", R, NULL}, {"name", 0, NULL}, {"language", 0, NULL}, {"character_set", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(cost_option) = {
    {"id", R, NULL},         {"service_id", TR, NULL},
    {"valid_from", 0, NULL}, {"valid_to", 0, NULL},
    {"option", 0, NULL},     {"currency", 0, NULL},
    {"amount", N, NULL},     {"amount_description", 0, NULL},
    {NULL, 0, NULL},
};

FIELDS(organization_identifier) = {
    {"id", R, NULL},
    {"organization_id", TR, NULL},
    {"identifier_scheme", 0, NULL},
    {"identifier_type", R, NULL},
    {"identifier", R, NULL},
    {NULL, 0, NULL},
};

FIELDS(taxonomy) = {
    {"id", R, NULL},  {"name", R, NULL},    {"description", R, NULL},
    {"uri", 0, NULL}, {"version", 0, NULL}, {NULL, 0, NULL},
};

const struct hsds_shape hsds_shapes[HSDS_TABLE_COUNT] = {
    [HSDS_ORGANIZATION] = {"organization", "organizations", organization_fields},
    [HSDS_PROGRAM] = {"program", "programs", program_fields},
    [HSDS_SERVICE] = {"service", "services", service_fields},
    [HSDS_ATTRIBUTE] = {"attribute", "attributes", attribute_fields},
    [HSDS_SERVICE_AT_LOCATION] = {"service_at_location", "service_at_location",
                                  service_at_location_fields},
    [HSDS_LOCATION] = {"location", "locations", location_fields},
    [HSDS_PHONE] = {"phone", "phones", phone_fields},
    [HSDS_CONTACT] = {"contact", "contacts", contact_fields},
    [HSDS_ADDRESS] = {"address", "addresses", address_fields},
    [HSDS_SCHEDULE] = {"schedule", "schedules", schedule_fields},
    [HSDS_FUNDING] = {"funding", "funding", funding_fields},
    [HSDS_SERVICE_AREA] = {"service_area", "service_areas", service_area_fields},
    [HSDS_REQUIRED_DOCUMENT] = {"required_document", "required_documents",
                                required_document_fields},
    [HSDS_LANGUAGE] = {"language", "languages", language_fields},
    [HSDS_ACCESSIBILITY] = {"accessibility", "accessibility", accessibility_fields},
    [HSDS_TAXONOMY_TERM] = {"taxonomy_term", "taxonomy_terms", taxonomy_term_fields},
    [HSDS_METADATA] = {"metadata", "metadata", metadata_fields},
    [HSDS_META_TABLE_DESCRIPTION] = {"meta_table_description", "meta_table_descriptions",
                                     meta_table_description_fields},
    [HSDS_COST_OPTION] = {"cost_option", "cost_options", cost_option_fields},
    [HSDS_ORGANIZATION_IDENTIFIER] = {"organization_identifier", "organization_identifiers",
                                      organization_identifier_fields},
    [HSDS_TAXONOMY] = {"taxonomy", "taxonomies", taxonomy_fields},
};

const struct hsds_relation hsds_relations[] = {
    {HSDS_SERVICE, "phones", HSDS_PHONE, "service_id", false},
    {HSDS_SERVICE, "schedules", HSDS_SCHEDULE, "service_id", false},
    {HSDS_SERVICE, "service_areas", HSDS_SERVICE_AREA, "service_id", false},
    {HSDS_SERVICE, "service_at_locations", HSDS_SERVICE_AT_LOCATION, "service_id", false},
    {HSDS_SERVICE, "languages", HSDS_LANGUAGE, "service_id", false},
    {HSDS_SERVICE, "organization", HSDS_ORGANIZATION, "organization_id", true},
    {HSDS_SERVICE, "funding", HSDS_FUNDING, "service_id", false},
    {HSDS_SERVICE, "cost_options", HSDS_COST_OPTION, "service_id", false},
    {HSDS_SERVICE, "program", HSDS_PROGRAM, "program_id", true},
    {HSDS_SERVICE, "required_documents", HSDS_REQUIRED_DOCUMENT, "service_id", false},
    {HSDS_SERVICE, "contacts", HSDS_CONTACT, "service_id", false},
    {HSDS_ORGANIZATION, "funding", HSDS_FUNDING, "organization_id", false},
    {HSDS_ORGANIZATION, "contacts", HSDS_CONTACT, "organization_id", false},
    {HSDS_ORGANIZATION, "phones", HSDS_PHONE, "organization_id", false},
    {HSDS_ORGANIZATION, "locations", HSDS_LOCATION, "organization_id", false},
    {HSDS_ORGANIZATION, "programs", HSDS_PROGRAM, "organization_id", false},
    {HSDS_ORGANIZATION, "organization_identifiers", HSDS_ORGANIZATION_IDENTIFIER, "organization_id",
     false},
    {HSDS_ORGANIZATION, "services", HSDS_SERVICE, "organization_id", false},
    {HSDS_SERVICE_AT_LOCATION, "contacts", HSDS_CONTACT, "service_at_location_id", false},
    {HSDS_SERVICE_AT_LOCATION, "phones", HSDS_PHONE, "service_at_location_id", false},
    {HSDS_SERVICE_AT_LOCATION, "schedules", HSDS_SCHEDULE, "service_at_location_id", false},
    {HSDS_SERVICE_AT_LOCATION, "location", HSDS_LOCATION, "location_id", true},
    {HSDS_SERVICE_AT_LOCATION, "service", HSDS_SERVICE, "service_id", true},
    {HSDS_LOCATION, "languages", HSDS_LANGUAGE, "location_id", false},
    {HSDS_LOCATION, "addresses", HSDS_ADDRESS, "location_id", false},
    {HSDS_LOCATION, "contacts", HSDS_CONTACT, "location_id", false},
    {HSDS_LOCATION, "accessibility", HSDS_ACCESSIBILITY, "location_id", false},
    {HSDS_LOCATION, "phones", HSDS_PHONE, "location_id", false},
    {HSDS_LOCATION, "schedules", HSDS_SCHEDULE, "location_id", false},
    {HSDS_CONTACT, "phones", HSDS_PHONE, "contact_id", false},
    {HSDS_PHONE, "languages", HSDS_LANGUAGE, "phone_id", false},
    {HSDS_ATTRIBUTE, "taxonomy_term", HSDS_TAXONOMY_TERM, "taxonomy_term_id", true},
    {HSDS_TAXONOMY_TERM, "taxonomy_detail", HSDS_TAXONOMY, "taxonomy_id", true},
    {HSDS_NO_TABLE, NULL, HSDS_NO_TABLE, NULL, false},
};

#define LISTED (sizeof hsds_relations / sizeof hsds_relations[0] - 1)

/* What hangs on every table but these, which would hang on themselves. */
static bool has_attributes(enum hsds_table table)
{
    return table != HSDS_ATTRIBUTE && table != HSDS_METADATA && table != HSDS_TAXONOMY &&
           table != HSDS_TAXONOMY_TERM;
}

bool hsds_relation_next(enum hsds_table parent, size_t *position, struct hsds_relation *relation)
{
    while (*position < LISTED) {
        *relation = hsds_relations[(*position)++];
        if (relation->parent == parent)
            return true;
    }
    if (*position == LISTED) {
        *position += 1;
        *relation = (struct hsds_relation){parent, "attributes", HSDS_ATTRIBUTE, "link_id", false};
        if (has_attributes(parent))
            return true;
    }
    if (*position == LISTED + 1) {
        *position += 1;
        *relation = (struct hsds_relation){parent, "metadata", HSDS_METADATA, "resource_id", false};
        return parent != HSDS_METADATA;
    }
    return false;
}

enum hsds_table hsds_table_of_file(const char *file)
{
    int table = 0;
    while (table < HSDS_TABLE_COUNT && strcmp(hsds_shapes[table].file, file) != 0)
        table++;
    return (enum hsds_table)table;
}

enum hsds_table hsds_table_of_name(const char *name)
{
    int table = 0;
    while (table < HSDS_TABLE_COUNT && strcmp(hsds_shapes[table].name, name) != 0)
        table++;
    return (enum hsds_table)table;
}

const struct hsds_field *hsds_field_find(enum hsds_table table, const char *name)
{
    const struct hsds_field *field = hsds_shapes[table].fields;
    for (; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return field;
    return NULL;
}
