#include "app/main/guichetd_limits.h"

#define LIMIT(key, least, most, otherwise, words)                                                  \
    {                                                                                              \
        .name = key, .shape = CONFIG_NUMBER, .minimum = least, .maximum = most, .argument = "N",   \
        .preset = otherwise, .help = words                                                         \
    }

const struct config_key guichetd_limit_keys[] = {
    LIMIT("connections-per-address", 0, 1000000, "2048",
          "Connections of one address at a time, at most; 0 for no limit."),
    LIMIT("requests-per-minute", 0, 10000000, "12000",
          "Requests of one address within a minute; 0 for no limit."),
    LIMIT("head-seconds", 1, 600, "30",
          "Within which a connection must have sent the header fields of a request."),
    LIMIT("body-seconds", 1, 3600, "60",
          "How long a body may come, and an answer be read, at any speed."),
    LIMIT("slowest-bytes", 1, 1000000, "100", "Bytes a second, at least, after that."),
    LIMIT("header-kib", 4, 1024, "16", "KiB of the request line and the header fields."),
    LIMIT("header-fields", 16, 1000, "64", "Header fields of a request, at most."),
    LIMIT("parameters", 8, 1000, "64", "Parameters in the address of a request, at most."),
    LIMIT("json-depth", 16, 1000, "64", "How deep the JSON of a body may nest."),
    LIMIT("json-values", 1000, 10000000, "200000", "How many values the JSON of a body may have."),
    LIMIT("upload-mib", 8, 65536, "256", "MiB of all bodies together that are coming in."),
    LIMIT("answer-mib", 8, 65536, "512", "MiB of all answers together that are going out."),
    {0},
};

static unsigned number(const struct config *config, const char *name)
{
    return (unsigned)config_number(config, name);
}

struct server_limits guichetd_limits(const struct config *config)
{
    return (struct server_limits){
        .connections_per_address = number(config, "connections-per-address"),
        .requests_per_minute = number(config, "requests-per-minute"),
        .head_seconds = number(config, "head-seconds"),
        .body_seconds = number(config, "body-seconds"),
        .slowest_bytes = number(config, "slowest-bytes"),
        .header_kib = number(config, "header-kib"),
        .header_fields = number(config, "header-fields"),
        .parameters = number(config, "parameters"),
        .json_depth = number(config, "json-depth"),
        .json_values = number(config, "json-values"),
        .upload_mib = number(config, "upload-mib"),
        .answer_mib = number(config, "answer-mib"),
    };
}
