#include "ui/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/text.h"
#include "ui/language.h"

/*
 * How long to wait after Esc. A terminal sends the bytes of one key together: at 9600 baud they
 * come about 1 ms apart, over a network in one packet or, cut in two, one round trip apart: 250 ms
 * covers a satellite link. A person who types Esc then 3 for F3 needs 100 to 250 ms between the
 * two. And nothing but digits, '[' and 'O' make Esc wait: Esc Esc, or Esc then a letter, act at
 * once. Once "Esc [" has come no person is meant any more, and the rest is awaited for 2 s.
 */
#define SEQUENCE_WAIT_MS 2000

#define SEQUENCE_SIZE 16 /* longest key sequence learnt */
#define PASTE_END     "\033[201~"

struct sequence {
    char bytes[SEQUENCE_SIZE];
    size_t length;
    uint32_t code;
};

struct input_decoder {
    char *bytes; /* owned: what came and is not decoded yet */
    size_t length, capacity, start;
    int64_t last_ms; /* when the last byte came */
    struct sequence *sequences;
    size_t sequence_count;
    char *paste; /* owned: of the last INPUT_PASTE, or the one being read */
    size_t paste_length, paste_capacity;
    bool pasting;
};

struct known {
    const char *bytes;
    uint32_t code;
};

static const struct known known_sequences[] = {
    {"\033[A", INPUT_UP},
    {"\033[B", INPUT_DOWN},
    {"\033[C", INPUT_RIGHT},
    {"\033[D", INPUT_LEFT},
    {"\033OA", INPUT_UP},
    {"\033OB", INPUT_DOWN},
    {"\033OC", INPUT_RIGHT},
    {"\033OD", INPUT_LEFT},
    {"\033[H", INPUT_HOME},
    {"\033[F", INPUT_END},
    {"\033OH", INPUT_HOME},
    {"\033OF", INPUT_END},
    {"\033[1~", INPUT_HOME},
    {"\033[4~", INPUT_END},
    {"\033[7~", INPUT_HOME},
    {"\033[8~", INPUT_END},
    {"\033[2~", INPUT_INSERT},
    {"\033[3~", INPUT_DELETE},
    {"\033[5~", INPUT_PAGE_UP},
    {"\033[6~", INPUT_PAGE_DOWN},
    {"\033[Z", INPUT_BACK_TAB},
    {"\033[1;5C", INPUT_WORD_RIGHT},
    {"\033[1;5D", INPUT_WORD_LEFT},
    {"\033[1;3C", INPUT_WORD_RIGHT},
    {"\033[1;3D", INPUT_WORD_LEFT},
    {"\033Oc", INPUT_WORD_RIGHT},
    {"\033Od", INPUT_WORD_LEFT},
    {"\033[5C", INPUT_WORD_RIGHT},
    {"\033[5D", INPUT_WORD_LEFT},
    {"\033[1;5H", INPUT_TEXT_START},
    {"\033[1;5F", INPUT_TEXT_END},
    {"\033OM", INPUT_ENTER},
    /* F1 to F4: xterm and vt100, vt220 and rxvt, linux */
    {"\033OP", INPUT_F(1)},
    {"\033OQ", INPUT_F(2)},
    {"\033OR", INPUT_F(3)},
    {"\033OS", INPUT_F(4)},
    {"\033[11~", INPUT_F(1)},
    {"\033[12~", INPUT_F(2)},
    {"\033[13~", INPUT_F(3)},
    {"\033[14~", INPUT_F(4)},
    {"\033[[A", INPUT_F(1)},
    {"\033[[B", INPUT_F(2)},
    {"\033[[C", INPUT_F(3)},
    {"\033[[D", INPUT_F(4)},
    {"\033[[E", INPUT_F(5)},
    {"\033[15~", INPUT_F(5)},
    {"\033[17~", INPUT_F(6)},
    {"\033[18~", INPUT_F(7)},
    {"\033[19~", INPUT_F(8)},
    {"\033[20~", INPUT_F(9)},
    {"\033[21~", INPUT_F(10)},
    {"\033[23~", INPUT_F(11)},
    {"\033[24~", INPUT_F(12)},
    {"\0331", INPUT_F(1)},
    {"\0332", INPUT_F(2)},
    {"\0333", INPUT_F(3)},
    {"\0334", INPUT_F(4)},
    {"\0335", INPUT_F(5)},
    {"\0336", INPUT_F(6)},
    {"\0337", INPUT_F(7)},
    {"\0338", INPUT_F(8)},
    {"\0339", INPUT_F(9)},
    {"\0330", INPUT_F(10)},
};

bool input_is_character(const struct input *input)
{
    return input->code >= 0x20 && input->code < INPUT_NAMED && input->code != 0x7f &&
           !text_character_is_unsafe(input->code);
}

struct input_decoder *input_decoder_new(void)
{
    struct input_decoder *decoder = calloc(1, sizeof(*decoder));

    if (decoder == NULL)
        return NULL;
    for (size_t i = 0; i < sizeof(known_sequences) / sizeof(known_sequences[0]); i++)
        input_decoder_learn(decoder, known_sequences[i].bytes, known_sequences[i].code);
    return decoder;
}

void input_decoder_free(struct input_decoder *decoder)
{
    if (decoder == NULL)
        return;
    /* A password may have passed through here. */
    if (decoder->bytes != NULL)
        explicit_bzero(decoder->bytes, decoder->capacity);
    free(decoder->bytes);
    free(decoder->sequences);
    free(decoder->paste);
    free(decoder);
}

void input_decoder_learn(struct input_decoder *decoder, const char *bytes, uint32_t code)
{
    struct sequence *grown;
    size_t length = bytes == NULL ? 0 : strlen(bytes);

    if (length == 0 || length >= SEQUENCE_SIZE || (length == 1 && bytes[0] != 0x7f))
        return;
    for (size_t i = 0; i < decoder->sequence_count; i++) {
        struct sequence *known = &decoder->sequences[i];

        if (known->length == length && memcmp(known->bytes, bytes, length) == 0) {
            known->code = code; /* this terminal knows better */
            return;
        }
    }
    grown = reallocarray(decoder->sequences, decoder->sequence_count + 1, sizeof(*grown));
    if (grown == NULL)
        return;
    decoder->sequences = grown;
    grown += decoder->sequence_count++;
    memcpy(grown->bytes, bytes, length + 1);
    grown->length = length;
    grown->code = code;
}

static bool bytes_grow(char **bytes, size_t *capacity, size_t needed)
{
    size_t size = *capacity == 0 ? 256 : *capacity;
    char *grown;

    if (needed <= *capacity)
        return true;
    while (size < needed)
        size *= 2;
    grown = malloc(size);
    if (grown == NULL)
        return false;
    if (*bytes != NULL) {
        memcpy(grown, *bytes, *capacity);
        explicit_bzero(*bytes, *capacity);
        free(*bytes);
    }
    *bytes = grown;
    *capacity = size;
    return true;
}

void input_decoder_feed(struct input_decoder *decoder, const char *bytes, size_t length,
                        int64_t now_ms)
{
    if (decoder->start > 0) {
        memmove(decoder->bytes, decoder->bytes + decoder->start, decoder->length - decoder->start);
        decoder->length -= decoder->start;
        explicit_bzero(decoder->bytes + decoder->length, decoder->start);
        decoder->start = 0;
    }
    if (!bytes_grow(&decoder->bytes, &decoder->capacity, decoder->length + length))
        return;
    if (length > 0)
        memcpy(decoder->bytes + decoder->length, bytes, length);
    decoder->length += length;
    decoder->last_ms = now_ms;
}

void input_decoder_clear(struct input_decoder *decoder)
{
    if (decoder->bytes != NULL)
        explicit_bzero(decoder->bytes, decoder->capacity);
    decoder->start = decoder->length = 0;
    decoder->pasting = false;
}

/* Where the mark that ends a paste stands, NULL when it has not come. */
static const char *paste_end(const char *bytes, size_t length)
{
    const size_t mark = strlen(PASTE_END);
    const char *end = bytes + length;

    for (const char *at = bytes; (size_t)(end - at) >= mark; at++) {
        at = memchr(at, PASTE_END[0], (size_t)(end - at));
        if (at == NULL || (size_t)(end - at) < mark)
            return NULL;
        if (memcmp(at, PASTE_END, mark) == 0)
            return at;
    }
    return NULL;
}

/* Takes the bytes of a paste that are there; true when its end came. */
static bool paste_take(struct input_decoder *decoder)
{
    const size_t mark = strlen(PASTE_END);
    const char *bytes = decoder->bytes + decoder->start;
    size_t length = decoder->length - decoder->start;
    const char *end = paste_end(bytes, length);
    size_t take = end != NULL ? (size_t)(end - bytes) : length > mark ? length - mark : 0;
    size_t kept = take;

    if (decoder->paste_length + kept > INPUT_PASTE_LIMIT)
        kept = INPUT_PASTE_LIMIT - decoder->paste_length;
    if (kept > 0 &&
        bytes_grow(&decoder->paste, &decoder->paste_capacity, decoder->paste_length + kept)) {
        memcpy(decoder->paste + decoder->paste_length, bytes, kept);
        decoder->paste_length += kept;
    }
    decoder->start += take + (end != NULL ? mark : 0);
    return end != NULL;
}

/* How the bytes at the start match the known sequences. */
enum match { MATCH_NONE, MATCH_PART, MATCH_WHOLE };

static enum match sequence_match(const struct input_decoder *decoder, size_t *length,
                                 uint32_t *code)
{
    const char *bytes = decoder->bytes + decoder->start;
    size_t available = decoder->length - decoder->start;
    enum match best = MATCH_NONE;

    *length = 0;
    for (size_t i = 0; i < decoder->sequence_count; i++) {
        const struct sequence *known = &decoder->sequences[i];

        if (available < known->length) {
            if (memcmp(bytes, known->bytes, available) == 0 && best == MATCH_NONE)
                best = MATCH_PART;
        } else if (known->length > *length && memcmp(bytes, known->bytes, known->length) == 0) {
            best = MATCH_WHOLE;
            *length = known->length;
            *code = known->code;
        }
    }
    return best;
}

/* Length of the control sequence at `bytes` ("ESC [ ... final", "ESC O x"), 0 when its end has not
 * come, or when it is none. */
static size_t control_length(const char *bytes, size_t length, bool *is_one)
{
    *is_one = length >= 2 && (bytes[1] == '[' || bytes[1] == 'O');
    if (!*is_one)
        return 0;
    if (bytes[1] == 'O')
        return length >= 3 ? 3 : 0;
    for (size_t i = 2; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        if (byte < 0x20 || byte > 0x7e)
            return i; /* broken off: the rest is not of it */
        if (byte >= 0x40 && !(i == 2 && byte == '['))
            return i + 1;
        if (i >= 32)
            return i;
    }
    return 0;
}

/* Deals with an escape at the start: true when something came out of it. */
static bool escape_next(struct input_decoder *decoder, struct input *input, int64_t now_ms)
{
    const char *bytes = decoder->bytes + decoder->start;
    size_t available = decoder->length - decoder->start;
    int64_t waited = now_ms - decoder->last_ms;
    size_t length;
    uint32_t code = INPUT_NONE;
    bool control;
    size_t whole = control_length(bytes, available, &control);

    switch (sequence_match(decoder, &length, &code)) {
    case MATCH_WHOLE:
        decoder->start += length;
        input->code = code;
        return true;
    case MATCH_PART:
        if (waited < (available == 1 ? INPUT_ESCAPE_WAIT_MS : SEQUENCE_WAIT_MS))
            return false;
        break;
    case MATCH_NONE:
        if (control && whole == 0 && waited < SEQUENCE_WAIT_MS)
            return false;
        if (whole > 0) {
            if (whole == 6 && memcmp(bytes, "\033[200~", 6) == 0) {
                decoder->pasting = true;
                decoder->paste_length = 0;
            }
            decoder->start += whole; /* a key that means nothing here */
            return false;
        }
        break;
    }
    decoder->start++;
    input->code = INPUT_ESCAPE;
    return true;
}

/* Reads one UTF-8 character; false when its rest has not come or it is none. */
static bool character_next(struct input_decoder *decoder, struct input *input, int64_t now_ms)
{
    const unsigned char *bytes = (const unsigned char *)decoder->bytes + decoder->start;
    size_t available = decoder->length - decoder->start;
    size_t length = bytes[0] < 0x80 ? 1 : bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);

    if (bytes[0] >= 0x80 && (bytes[0] < 0xc2 || bytes[0] > 0xf4)) {
        decoder->start++;
        return false;
    }
    for (size_t i = 1; i < length; i++) {
        if (i >= available) {
            if (now_ms - decoder->last_ms >= SEQUENCE_WAIT_MS)
                decoder->start = decoder->length;
            return false;
        }
        if ((bytes[i] & 0xc0) != 0x80) {
            decoder->start += i;
            return false;
        }
        character = character << 6 | (bytes[i] & 0x3f);
    }
    /* The controls of C1 (U+0080 to U+009F) are no keys: some terminals obey them. */
    if (length > 1 && (character < 0xa0 || !text_is_utf8((const char *)bytes, length))) {
        decoder->start += length;
        return false;
    }
    decoder->start += length;
    input->code = character;
    return true;
}

bool input_next(struct input_decoder *decoder, struct input *input, int64_t now_ms)
{
    *input = (struct input){0};
    while (decoder->start < decoder->length) {
        size_t before = decoder->start;
        bool was_pasting = decoder->pasting;
        unsigned char byte;
        bool found;

        if (decoder->pasting) {
            if (!paste_take(decoder))
                return false;
            decoder->pasting = false;
            input->code = INPUT_PASTE;
            input->text = decoder->paste == NULL ? "" : decoder->paste;
            input->length = decoder->paste_length;
            return true;
        }
        byte = (unsigned char)decoder->bytes[decoder->start];
        found = byte == 0x1b ? escape_next(decoder, input, now_ms)
                             : character_next(decoder, input, now_ms);
        if (found) {
            if (input->code == '\r' || input->code == '\n')
                input->code = INPUT_ENTER;
            else if (input->code == 0x7f || input->code == 0x08)
                input->code = INPUT_BACKSPACE;
            if (input->code != 0)
                return true;
        }
        if (decoder->start == before && decoder->pasting == was_pasting)
            return false;
    }
    return false;
}

bool input_decoder_cancelled(struct input_decoder *decoder, int64_t now_ms)
{
    const char *bytes = decoder->bytes + decoder->start;
    size_t length = decoder->length - decoder->start;

    if (length == 0 ||
        (memchr(bytes, 0x03, length) == NULL &&
         !(length == 1 && bytes[0] == 0x1b && now_ms - decoder->last_ms >= INPUT_ESCAPE_WAIT_MS)))
        return false;
    input_decoder_clear(decoder);
    return true;
}

int input_decoder_wait(const struct input_decoder *decoder, int64_t now_ms)
{
    size_t available = decoder->length - decoder->start;
    int64_t wait;

    if (available == 0 || decoder->pasting)
        return -1;
    wait = available == 1 && decoder->bytes[decoder->start] == 0x1b ? INPUT_ESCAPE_WAIT_MS
                                                                    : SEQUENCE_WAIT_MS;
    wait -= now_ms - decoder->last_ms;
    return wait < 0 ? 0 : (int)wait;
}

struct name {
    uint32_t code;
    const char *text;
};

static const struct name names[] = {
    {INPUT_ENTER, N_("Enter")},
    {INPUT_ESCAPE, N_("Esc")},
    {INPUT_TAB, N_("Tab")},
    {INPUT_BACK_TAB, N_("Shift-Tab")},
    {INPUT_BACKSPACE, N_("Backspace")},
    {INPUT_DELETE, N_("Delete")},
    {INPUT_INSERT, N_("Insert")},
    {INPUT_UP, N_("Up")},
    {INPUT_DOWN, N_("Down")},
    {INPUT_LEFT, N_("Left")},
    {INPUT_RIGHT, N_("Right")},
    {INPUT_HOME, N_("Home")},
    {INPUT_END, N_("End")},
    {INPUT_PAGE_UP, N_("Page up")},
    {INPUT_PAGE_DOWN, N_("Page down")},
    {INPUT_WORD_LEFT, N_("Ctrl-Left")},
    {INPUT_WORD_RIGHT, N_("Ctrl-Right")},
    {' ', N_("Space")},
};

void input_name(uint32_t code, char *name, size_t size)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (names[i].code == code) {
            text_copy(name, size, _(names[i].text));
            return;
        }
    if (code >= INPUT_F(1) && code <= INPUT_F(12))
        snprintf(name, size, "F%u", (unsigned)(code - INPUT_F0));
    else if (code > 0 && code < 0x20)
        snprintf(name, size, "Ctrl-%c", (int)(code | 0x40));
    else if (code < 0x7f)
        snprintf(name, size, "%c", (int)code);
    else
        text_copy(name, size, "?");
}
