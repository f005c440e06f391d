#include "app/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT  (64 * 1024)
#define NAME_LIMIT  64
#define VALUE_LIMIT 4096

struct entry {
    const struct config_key *key; /* borrowed */
    char *value;                  /* owned; NULL when there is none */
    bool given;
};

struct config {
    char *program;
    struct entry *entries;
    size_t count;
    char **words; /* owned texts */
    size_t word_count;
};

static const struct config_key common_keys[] = {
    {.name = "help",
     .letter = 'h',
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Print this help and end."},
    {.name = "version",
     .letter = 'V',
     .shape = CONFIG_SWITCH,
     .flag_only = true,
     .help = "Print the version and end."},
    {.name = "config",
     .shape = CONFIG_TEXT,
     .argument = "FILE",
     .help = "Read this configuration file instead of the usual one."},
    {0},
};

struct directory {
    const char *name; /* as presets write it */
    const char *variable;
    const char *below_home;
};

static const struct directory directories[] = {
    [CONFIG_DIRECTORY_CONFIG] = {"{config}", "XDG_CONFIG_HOME", ".config"},
    [CONFIG_DIRECTORY_DATA] = {"{data}", "XDG_DATA_HOME", ".local/share"},
    [CONFIG_DIRECTORY_STATE] = {"{state}", "XDG_STATE_HOME", ".local/state"},
    [CONFIG_DIRECTORY_CACHE] = {"{cache}", "XDG_CACHE_HOME", ".cache"},
    [CONFIG_DIRECTORY_RUNTIME] = {"{runtime}", "XDG_RUNTIME_DIR", ".local/state"},
};

int config_directory_path(enum config_directory directory, char **path, struct error *error)
{
    const struct directory *found = &directories[directory];
    const char *base = getenv(found->variable);
    const char *home = getenv("HOME");
    struct text_buffer buffer = {0};

    /* A relative path in these variables is to be ignored (XDG Base Directory, "Basics"). */
    if (base != NULL && base[0] == '/') {
        text_buffer_add_format(&buffer, "%s/guichet", base);
    } else {
        if (home == NULL || home[0] != '/')
            return error_set(error, ERROR_NOT_FOUND, "neither %s nor HOME is set", found->variable);
        text_buffer_add_format(&buffer, "%s/%s/guichet", home, found->below_home);
    }
    *path = text_buffer_take(&buffer);
    return *path != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a path");
}

int config_new(struct config **config, const char *program, struct error *error)
{
    *config = calloc(1, sizeof(**config));
    if (*config != NULL)
        (*config)->program = strdup(program);
    if (*config == NULL || (*config)->program == NULL) {
        config_free(*config);
        *config = NULL;
        return error_set(error, ERROR_MEMORY, "no memory for the configuration");
    }
    return config_declare(*config, common_keys, error);
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->count; i++)
        free(config->entries[i].value);
    for (size_t i = 0; i < config->word_count; i++)
        free(config->words[i]);
    free(config->entries);
    free(config->words);
    free(config->program);
    free(config);
}

int config_declare(struct config *config, const struct config_key *keys, struct error *error)
{
    struct entry *entries;
    size_t count = 0;

    while (keys[count].name != NULL)
        count++;
    entries = realloc(config->entries, (config->count + count + 1) * sizeof(*entries));
    if (entries == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the configuration");
    config->entries = entries;
    for (size_t i = 0; i < count; i++)
        entries[config->count++] = (struct entry){.key = &keys[i]};
    return 0;
}

static struct entry *entry_find(const struct config *config, const char *name, size_t length)
{
    for (size_t i = 0; i < config->count; i++)
        if (strlen(config->entries[i].key->name) == length &&
            strncmp(config->entries[i].key->name, name, length) == 0)
            return &config->entries[i];
    return NULL;
}

static int switch_parse(const char *value, bool *on)
{
    static const char *const yes[] = {"yes", "true", "on", "1"};
    static const char *const no[] = {"no", "false", "off", "0"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *on = strcmp(value, yes[i]) == 0;
            return 0;
        }
    }
    return ERROR_INVALID;
}

static int number_parse(const char *value, int64_t *number)
{
    char *end;
    long long parsed;

    errno = 0;
    parsed = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || isspace((unsigned char)value[0]))
        return ERROR_INVALID;
    *number = parsed;
    return 0;
}

/* Checks and keeps a value; `origin` says where it stood. The value is not quoted in messages: it
 * may be a secret that went into the wrong place. */
static int entry_set(struct entry *entry, const char *value, const char *origin,
                     struct error *error)
{
    const struct config_key *key = entry->key;
    int64_t number;
    bool on;
    char *copy;

    if (strlen(value) > VALUE_LIMIT)
        return error_set(error, ERROR_INVALID, "%s: the value is too long", origin);
    if (!text_is_utf8(value, strlen(value)))
        return error_set(error, ERROR_INVALID, "%s: the value is not UTF-8", origin);
    if (key->shape == CONFIG_SWITCH && switch_parse(value, &on) != 0)
        return error_set(error, ERROR_INVALID, "%s: must be yes or no", origin);
    if (key->shape == CONFIG_NUMBER &&
        (number_parse(value, &number) != 0 || number < key->minimum || number > key->maximum))
        return error_set(error, ERROR_INVALID,
                         "%s: must be a whole number from %" PRId64 " to %" PRId64, origin,
                         key->minimum, key->maximum);
    copy = strdup(value);
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the configuration");
    free(entry->value);
    entry->value = copy;
    return 0;
}

/* --- presets ---------------------------------------------------------------------------------- */

static int entry_preset(struct entry *entry, struct error *error)
{
    const char *preset = entry->key->preset;
    struct text_buffer buffer = {0};
    char *directory;
    int code;

    if (preset == NULL)
        return 0;
    for (size_t i = 0; i < sizeof(directories) / sizeof(directories[0]); i++) {
        size_t length = strlen(directories[i].name);

        if (strncmp(preset, directories[i].name, length) != 0)
            continue;
        /* Without HOME such a key has no preset; who needs it says so. */
        if (config_directory_path((enum config_directory)i, &directory, NULL) != 0)
            return 0;
        text_buffer_add_format(&buffer, "%s%s", directory, preset + length);
        free(directory);
        entry->value = text_buffer_take(&buffer);
        return entry->value != NULL ? 0 : error_set(error, ERROR_MEMORY, "no memory for a path");
    }
    code = entry_set(entry, preset, entry->key->name, error);
    return code;
}

/* --- file ------------------------------------------------------------------------------------- */

static char *trim(char *text)
{
    size_t length;

    text += strspn(text, " \t");
    length = strlen(text);
    while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
        text[--length] = '\0';
    return text;
}

/* One line of the file, changed in place. */
static int line_read(struct config *config, char *line, const char *origin, struct error *error)
{
    char *equals, *name, *value;
    struct entry *entry;
    size_t length;

    line = trim(line);
    if (line[0] == '\0' || line[0] == '#' || line[0] == ';')
        return 0;
    if (line[0] == '[') {
        if (line[strlen(line) - 1] != ']')
            return error_set(error, ERROR_INVALID, "%s: a section ends with ]", origin);
        return 0;
    }
    equals = strchr(line, '=');
    if (equals == NULL)
        return error_set(error, ERROR_INVALID, "%s: not `key = value`", origin);
    *equals = '\0';
    name = trim(line);
    value = trim(equals + 1);
    entry = entry_find(config, name, strlen(name));
    if (entry == NULL || entry->key->flag_only || strcmp(name, "config") == 0)
        return error_set(error, ERROR_INVALID, "%s: unknown key \"%.*s\"", origin, NAME_LIMIT,
                         name);
    length = strlen(value);
    if (length >= 2 && value[0] == '"' && value[length - 1] == '"') {
        value[length - 1] = '\0';
        value++;
    }
    return entry_set(entry, value, origin, error);
}

/* Reads all of the file; ERROR_NOT_FOUND when there is none. Owned, NUL-terminated. */
static int file_slurp(const char *path, char **text, struct error *error)
{
    FILE *file = fopen(path, "re");
    size_t length;
    int code = 0;

    if (file == NULL)
        return error_set(error,
                         errno == ENOENT || errno == ENOTDIR ? ERROR_NOT_FOUND : ERROR_STORAGE,
                         "%s: %s", path, strerror(errno));
    *text = malloc(FILE_LIMIT + 1);
    if (*text == NULL) {
        fclose(file);
        return error_set(error, ERROR_MEMORY, "no memory to read %s", path);
    }
    length = fread(*text, 1, FILE_LIMIT + 1, file);
    if (ferror(file))
        code = error_set(error, ERROR_STORAGE, "%s: cannot be read", path);
    else if (length > FILE_LIMIT)
        code = error_set(error, ERROR_TOO_LARGE, "%s: over %d bytes", path, FILE_LIMIT);
    else if (!text_is_utf8(*text, length))
        code = error_set(error, ERROR_INVALID, "%s: not UTF-8 text", path);
    fclose(file);
    if (code != 0) {
        free(*text);
        *text = NULL;
        return code;
    }
    (*text)[length] = '\0';
    return 0;
}

static int file_read(struct config *config, const char *path, struct error *error)
{
    char *text, *line, *rest;
    size_t number = 0;
    int code = file_slurp(path, &text, error);

    if (code != 0)
        return code;
    rest = text;
    while (code == 0 && (line = strsep(&rest, "\n")) != NULL) {
        char origin[256];

        snprintf(origin, sizeof(origin), "%.200s:%zu", path, ++number);
        code = line_read(config, line, origin, error);
    }
    free(text);
    return code;
}

/* Reads the first usual file that exists; none at all is fine. */
static int usual_file_read(struct config *config, struct error *error)
{
    const char *list = getenv("XDG_CONFIG_DIRS");
    char *home = NULL, *copy, *rest, *directory;
    struct text_buffer path = {0};
    int code = ERROR_NOT_FOUND;

    if (config_directory_path(CONFIG_DIRECTORY_CONFIG, &home, NULL) == 0) {
        text_buffer_add_format(&path, "%s/%s.ini", home, config->program);
        free(home);
        code = path.failed ? error_set(error, ERROR_MEMORY, "no memory for a path")
                           : file_read(config, path.bytes, error);
        text_buffer_free(&path);
    }
    if (code != ERROR_NOT_FOUND)
        return code;
    copy = strdup(list != NULL && list[0] != '\0' ? list : "/etc/xdg");
    if (copy == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for a path");
    rest = copy;
    while (code == ERROR_NOT_FOUND && (directory = strsep(&rest, ":")) != NULL) {
        if (directory[0] != '/')
            continue;
        path = (struct text_buffer){0};
        text_buffer_add_format(&path, "%s/guichet/%s.ini", directory, config->program);
        code = path.failed ? error_set(error, ERROR_MEMORY, "no memory for a path")
                           : file_read(config, path.bytes, error);
        text_buffer_free(&path);
    }
    free(copy);
    return code == ERROR_NOT_FOUND ? 0 : code;
}

/* --- environment ------------------------------------------------------------------------------ */

static void variable_name(const struct config *config, const struct config_key *key,
                          char name[2 * NAME_LIMIT])
{
    snprintf(name, 2 * NAME_LIMIT, "%s_%s", config->program, key->name);
    for (char *at = name; *at != '\0'; at++)
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
}

static int environment_read(struct config *config, struct error *error)
{
    for (size_t i = 0; i < config->count; i++) {
        char name[2 * NAME_LIMIT];
        const char *value;
        int code;

        if (config->entries[i].key->flag_only)
            continue;
        variable_name(config, config->entries[i].key, name);
        value = getenv(name);
        if (value == NULL)
            continue;
        code = entry_set(&config->entries[i], value, name, error);
        if (code != 0)
            return code;
    }
    return 0;
}

/* --- flags ------------------------------------------------------------------------------------ */

static int word_keep(struct config *config, const char *word, struct error *error)
{
    char **words = realloc(config->words, (config->word_count + 1) * sizeof(*words));

    if (words == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the arguments");
    config->words = words;
    words[config->word_count] = strdup(word);
    if (words[config->word_count] == NULL)
        return error_set(error, ERROR_MEMORY, "no memory for the arguments");
    config->word_count++;
    return 0;
}

/* Finds the key of a flag: "--name", "--name=value", "--no-name", "-n". `value` is set when it is
 * part of the flag. */
static struct entry *flag_find(struct config *config, const char *flag, const char **value)
{
    size_t length;
    struct entry *entry;

    *value = NULL;
    if (flag[1] != '-') {
        for (size_t i = 0; i < config->count; i++)
            if (config->entries[i].key->letter == flag[1] && flag[2] == '\0')
                return &config->entries[i];
        return NULL;
    }
    flag += 2;
    length = strcspn(flag, "=");
    entry = entry_find(config, flag, length);
    if (entry != NULL) {
        if (flag[length] == '=')
            *value = flag + length + 1;
        return entry;
    }
    if (strncmp(flag, "no-", 3) != 0)
        return NULL;
    entry = entry_find(config, flag + 3, strlen(flag + 3));
    if (entry == NULL || entry->key->shape != CONFIG_SWITCH)
        return NULL;
    *value = "no";
    return entry;
}

/* Reads one flag at argv[*index], and its value. With `only_config`, passes over all but
 * --config. */
static int flag_read(struct config *config, int argc, char *const *argv, int *index,
                     bool only_config, struct error *error)
{
    const char *flag = argv[*index];
    const char *value;
    struct entry *entry = flag_find(config, flag, &value);
    char origin[NAME_LIMIT + 3];

    if (entry == NULL)
        return error_set(error, ERROR_INVALID, "unknown flag %.*s", (int)strcspn(flag, "="), flag);
    snprintf(origin, sizeof(origin), "--%s", entry->key->name);
    if (value == NULL && entry->key->shape == CONFIG_SWITCH)
        value = "yes";
    if (value == NULL && *index + 1 < argc)
        value = argv[++*index];
    if (value == NULL)
        return error_set(error, ERROR_INVALID, "%s needs a value", origin);
    if (only_config != (strcmp(entry->key->name, "config") == 0))
        return 0;
    entry->given = true;
    return entry_set(entry, value, origin, error);
}

static int flags_read(struct config *config, int argc, char *const *argv, bool only_config,
                      struct error *error)
{
    bool flags_ended = false;
    int code = 0;

    for (int i = 1; i < argc && code == 0; i++) {
        if (!flags_ended && strcmp(argv[i], "--") == 0)
            flags_ended = true;
        else if (!flags_ended && argv[i][0] == '-' && argv[i][1] != '\0')
            code = flag_read(config, argc, argv, &i, only_config, error);
        else if (!only_config)
            code = word_keep(config, argv[i], error);
    }
    return code;
}

int config_read(struct config *config, int argc, char *const *argv, struct error *error)
{
    struct entry *file = entry_find(config, "config", strlen("config"));
    int code = 0;

    for (size_t i = 0; i < config->count && code == 0; i++)
        code = entry_preset(&config->entries[i], error);
    if (code == 0)
        code = flags_read(config, argc, argv, true, error);
    if (code == 0 && file->value == NULL) {
        char name[2 * NAME_LIMIT];

        variable_name(config, file->key, name);
        if (getenv(name) != NULL)
            code = entry_set(file, getenv(name), name, error);
    }
    if (code == 0)
        code = file->value != NULL ? file_read(config, file->value, error)
                                   : usual_file_read(config, error);
    if (code == 0)
        code = environment_read(config, error);
    if (code == 0)
        code = flags_read(config, argc, argv, false, error);
    return code;
}

/* --- values ----------------------------------------------------------------------------------- */

static const struct entry *entry_named(const struct config *config, const char *name)
{
    return entry_find(config, name, strlen(name));
}

const char *config_text(const struct config *config, const char *name)
{
    const struct entry *entry = entry_named(config, name);

    return entry != NULL ? entry->value : NULL;
}

int64_t config_number(const struct config *config, const char *name)
{
    const char *value = config_text(config, name);
    int64_t number = 0;

    if (value != NULL)
        number_parse(value, &number);
    return number;
}

bool config_switch(const struct config *config, const char *name)
{
    const char *value = config_text(config, name);
    bool on = false;

    if (value != NULL)
        switch_parse(value, &on);
    return on;
}

bool config_given(const struct config *config, const char *name)
{
    const struct entry *entry = entry_named(config, name);

    return entry != NULL && entry->given;
}

const struct config_key *config_next_given(const struct config *config, size_t *position)
{
    while (*position < config->count) {
        const struct entry *entry = &config->entries[(*position)++];

        if (entry->given)
            return entry->key;
    }
    return NULL;
}

size_t config_word_count(const struct config *config)
{
    return config->word_count;
}

const char *config_word(const struct config *config, size_t index)
{
    return index < config->word_count ? config->words[index] : NULL;
}

/* --- help ------------------------------------------------------------------------------------- */

static void key_help(const struct config *config, const struct config_key *key,
                     struct text_buffer *help)
{
    char name[2 * NAME_LIMIT];

    text_buffer_add_text(help, "  ");
    if (key->letter != 0)
        text_buffer_add_format(help, "-%c, ", key->letter);
    text_buffer_add_format(help, "--%s", key->name);
    if (key->argument != NULL)
        text_buffer_add_format(help, " %s", key->argument);
    text_buffer_add_format(help, "\n        %s", key->help);
    if (key->preset != NULL && key->preset[0] != '\0')
        text_buffer_add_format(help, " Preset: %s.", key->preset);
    if (!key->flag_only) {
        variable_name(config, key, name);
        text_buffer_add_format(help, " (%s)", name);
    }
    text_buffer_add_text(help, "\n");
}

void config_help(const struct config *config, const char *const *names, struct text_buffer *help)
{
    for (size_t i = 0; i < config->count; i++) {
        const struct config_key *key = config->entries[i].key;
        bool wanted = names == NULL;

        for (size_t j = 0; names != NULL && names[j] != NULL; j++)
            wanted = wanted || strcmp(names[j], key->name) == 0;
        if (wanted)
            key_help(config, key, help);
    }
}
