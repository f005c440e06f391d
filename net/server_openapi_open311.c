#include <stdio.h>

#include "net/server_internal.h"

/* In JSON and XML alike: net/open311_document.c makes the one of the other. */
const struct openapi_schema openapi_open311[] = {
    {"Open311Discovery",
     "{\"type\": \"object\", \"required\": [\"changeset\", \"contact\", \"key_service\", "
     "\"endpoints\"], \"properties\": {\"changeset\": {\"type\": \"string\"}, \"contact\": "
     "{\"type\": \"string\"}, \"key_service\": {\"type\": \"string\"}, \"endpoints\": {\"type\": "
     "\"array\", \"items\": {\"type\": \"object\", \"required\": [\"specification\", \"url\", "
     "\"changeset\", \"type\", \"formats\"], \"properties\": {\"specification\": {\"type\": "
     "\"string\"}, \"url\": {\"type\": \"string\"}, \"changeset\": {\"type\": \"string\"}, "
     "\"type\": {\"enum\": [\"production\", \"test\"]}, \"formats\": {\"type\": \"array\", "
     "\"items\": {\"type\": \"string\"}}}}}}}"},
    {"Open311Services",
     "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": [\"service_code\", "
     "\"service_name\", \"description\", \"metadata\", \"type\", \"keywords\", \"group\"], "
     "\"properties\": {\"service_code\": {\"type\": \"string\"}, \"service_name\": {\"type\": "
     "\"string\"}, \"description\": {\"type\": \"string\"}, \"metadata\": {\"type\": "
     "\"boolean\"}, \"type\": {\"enum\": [\"realtime\", \"batch\", \"blackbox\"]}, "
     "\"keywords\": {\"type\": \"string\"}, \"group\": {\"type\": \"string\"}}}}"},
    {"Open311Definition",
     "{\"type\": \"object\", \"required\": [\"service_code\", \"attributes\"], \"properties\": "
     "{\"service_code\": {\"type\": \"string\"}, \"attributes\": {\"type\": \"array\", \"items\": "
     "{\"type\": \"object\", \"required\": [\"variable\", \"code\", \"datatype\", \"required\", "
     "\"datatype_description\", \"order\", \"description\"], \"properties\": {\"variable\": "
     "{\"type\": \"boolean\"}, \"code\": {\"type\": \"string\"}, \"datatype\": {\"enum\": "
     "[\"string\", \"number\", \"datetime\", \"text\", \"singlevaluelist\", "
     "\"multivaluelist\"]}, \"required\": {\"type\": \"boolean\"}, \"datatype_description\": "
     "{\"type\": \"string\"}, \"order\": {\"type\": \"integer\", \"minimum\": 1}, "
     "\"description\": {\"type\": \"string\"}, \"values\": {\"type\": \"array\", \"items\": "
     "{\"type\": \"object\", \"required\": [\"key\", \"name\"], \"properties\": {\"key\": "
     "{\"type\": \"string\"}, \"name\": {\"type\": \"string\"}}}}}}}}}"},
    {"Open311Requests",
     "{\"type\": \"array\", \"maxItems\": 1000, \"items\": {\"type\": \"object\", \"required\": "
     "[\"service_request_id\", \"status\", \"service_code\", \"requested_datetime\"], "
     "\"properties\": {\"service_request_id\": {\"type\": \"string\"}, \"status\": {\"enum\": "
     "[\"open\", \"closed\"]}, \"status_notes\": {\"type\": \"string\"}, \"service_name\": "
     "{\"type\": \"string\"}, \"service_code\": {\"type\": \"string\"}, \"description\": "
     "{\"type\": [\"string\", \"null\"]}, \"agency_responsible\": {\"type\": [\"string\", "
     "\"null\"]}, \"service_notice\": {\"type\": [\"string\", \"null\"]}, "
     "\"requested_datetime\": {\"type\": \"string\", \"format\": \"date-time\"}, "
     "\"updated_datetime\": {\"type\": \"string\", \"format\": \"date-time\"}, "
     "\"expected_datetime\": {\"type\": [\"string\", \"null\"]}, \"address\": {\"type\": "
     "[\"string\", \"null\"]}, \"address_id\": {\"type\": [\"string\", \"null\"]}, \"zipcode\": "
     "{\"type\": [\"string\", \"null\"]}, \"lat\": {\"type\": [\"number\", \"null\"]}, \"long\": "
     "{\"type\": [\"number\", \"null\"]}, \"media_url\": {\"type\": [\"string\", \"null\"]}}}}"},
    {"Open311Post",
     "{\"type\": \"object\", \"required\": [\"api_key\", \"service_code\"], \"description\": "
     "\"With a place: lat and long, address_string or address_id. Attributes of the service's "
     "definition are attribute[CODE], of several values attribute[CODE][]\", \"properties\": "
     "{\"api_key\": {\"type\": \"string\"}, \"jurisdiction_id\": {\"type\": \"string\"}, "
     "\"service_code\": {\"type\": \"string\"}, \"lat\": {\"type\": \"number\", \"minimum\": -90, "
     "\"maximum\": 90}, \"long\": {\"type\": \"number\", \"minimum\": -180, \"maximum\": 180}, "
     "\"address_string\": {\"type\": \"string\", \"maxLength\": 1000}, \"address_id\": {\"type\": "
     "\"string\", \"maxLength\": 100}, \"email\": {\"type\": \"string\", \"maxLength\": 254}, "
     "\"device_id\": {\"type\": \"string\", \"maxLength\": 200}, \"account_id\": {\"type\": "
     "\"string\", \"maxLength\": 200}, \"first_name\": {\"type\": \"string\", \"maxLength\": 150}, "
     "\"last_name\": {\"type\": \"string\", \"maxLength\": 150}, \"phone\": {\"type\": \"string\", "
     "\"maxLength\": 40}, \"description\": {\"type\": \"string\", \"maxLength\": 4000}, "
     "\"media_url\": {\"type\": \"string\", \"maxLength\": 2000}}}"},
    {"Open311Posted",
     "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"properties\": "
     "{\"service_request_id\": {\"type\": \"string\", \"description\": \"The reference of the "
     "case\"}, \"token\": {\"type\": \"string\"}, \"service_notice\": {\"type\": [\"string\", "
     "\"null\"]}, \"account_id\": {\"type\": [\"string\", \"null\"]}}}}"},
    {"Open311Errors",
     "{\"type\": \"array\", \"minItems\": 1, \"items\": {\"type\": \"object\", \"required\": "
     "[\"code\", \"description\"], \"properties\": {\"code\": {\"type\": \"integer\"}, "
     "\"description\": {\"type\": \"string\"}}}}"},
    {0},
};

static json_t *both_formats(const char *schema)
{
    char reference[80];

    snprintf(reference, sizeof(reference), "#/components/schemas/%s", schema);
    return json_pack("{s:{s:{s:s}}, s:{s:{s:s}}}", "text/xml", "schema", "$ref", reference,
                     "application/json", "schema", "$ref", reference);
}

json_t *openapi_open311_responses(const struct route *route)
{
    static const struct {
        const char *status;
        const char *words;
    } errors[] = {
        {"400", "Something about the request is wrong: the errors say what"},
        {"403", "No key, or one that is none"},
        {"404", "There is no such thing"},
        {"429", "The key makes requests too fast: Retry-After says when it may again"},
        {"503", "The server can not do it just now"},
    };
    json_t *responses = json_pack("{s:{s:s, s:o}}", "200", "description", route->summary, "content",
                                  both_formats(route->response_schema));

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        json_object_set_new(responses, errors[i].status,
                            json_pack("{s:s, s:o}", "description", errors[i].words, "content",
                                      both_formats("Open311Errors")));
    return responses;
}
