/*
 * Keys, decoded from the bytes that a terminal sends. The decoder is pure: bytes and time in,
 * inputs out, so that it is tested without a terminal.
 *
 * A code is a Unicode character, or one of the names below. Never bound, because the terminal or
 * tmux takes them: Ctrl-S, Ctrl-Q, Ctrl-Z, Ctrl-B. Alt is used with digits only (Alt-3 and Esc 3
 * are F3), so that Esc followed by any other character is Esc at once, then that character.
 */
#ifndef GUICHET_UI_INPUT_H
#define GUICHET_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INPUT_NAMED 0x110000 /* above every character */

enum input_code {
    INPUT_NONE = 0,
    INPUT_TAB = '\t',
    INPUT_ENTER = INPUT_NAMED,
    INPUT_ESCAPE,
    INPUT_BACKSPACE,
    INPUT_BACK_TAB,
    INPUT_DELETE,
    INPUT_INSERT,
    INPUT_UP,
    INPUT_DOWN,
    INPUT_LEFT,
    INPUT_RIGHT,
    INPUT_HOME,
    INPUT_END,
    INPUT_PAGE_UP,
    INPUT_PAGE_DOWN,
    INPUT_WORD_LEFT,  /* Ctrl-Left */
    INPUT_WORD_RIGHT, /* Ctrl-Right */
    INPUT_TEXT_START, /* Ctrl-Home */
    INPUT_TEXT_END,   /* Ctrl-End */
    INPUT_PASTE,      /* `text` holds what was pasted */
    INPUT_RESIZE,
    INPUT_F0 = INPUT_NAMED + 0x100, /* F1 is INPUT_F(1) ... F12 */
};

#define INPUT_F(number) (INPUT_F0 + (number))
/* Ctrl with a capital letter: INPUT_CONTROL('K'). */
#define INPUT_CONTROL(letter) ((uint32_t)(letter)&0x1f)

struct input {
    uint32_t code;
    const char *text; /* of a paste: UTF-8, not cleaned; borrowed until the next input_next */
    size_t length;
};

/* True for a character that is typed as text (not a control, not a named key). */
bool input_is_character(const struct input *input);

/* The name shown to people, in the present language: "F3", "Ctrl-K", "Entrée", "Tab". */
void input_name(uint32_t code, char *name, size_t size);

/* --- decoding -------------------------------------------------------------------------------- */

struct input_decoder;

/* The wait, in ms, after which a lone Esc is the key Esc. See input.c for the choice. */
#define INPUT_ESCAPE_WAIT_MS 250
/* The longest paste taken; what follows is dropped (and the editor has its own limit). */
#define INPUT_PASTE_LIMIT (1024 * 1024)

struct input_decoder *input_decoder_new(void);
void input_decoder_free(struct input_decoder *decoder);

/* Adds the sequence that this terminal's terminfo gives for a key; NULL is passed over. The usual
 * ones (ECMA-48, xterm, vt220, linux, rxvt) are known from the start. */
void input_decoder_learn(struct input_decoder *decoder, const char *sequence, uint32_t code);

/* Takes bytes as they come, at a monotonic time in ms. Nothing is ever dropped, but bytes that
 * form no character and no key. */
void input_decoder_feed(struct input_decoder *decoder, const char *bytes, size_t length,
                        int64_t now_ms);

/* The next input; false when there is none yet. A control character that is no key here never
 * comes out of it. */
bool input_next(struct input_decoder *decoder, struct input *input, int64_t now_ms);

/* When to ask again although no byte came: ms to wait, -1 for no need. */
int input_decoder_wait(const struct input_decoder *decoder, int64_t now_ms);

/* While something is awaited and keys stay queued: true when Ctrl-C is among them, or when Esc
 * alone came; everything is then dropped. */
bool input_decoder_cancelled(struct input_decoder *decoder, int64_t now_ms);

/* Drops everything not yet asked for. */
void input_decoder_clear(struct input_decoder *decoder);

#endif
