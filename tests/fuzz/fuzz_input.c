/*
 * Fuzzes the decoder of what a keyboard (or whoever sits at the other end of the line) sends. What
 * is checked beyond not crashing: only characters and known names come out, no control character
 * that is no key; and how the bytes were cut into pieces makes no difference.
 */
#include "tests/fuzz/fuzz.h"

#include "ui/input.h"

#define NOW 1000

/* What came out, as a sum that depends on the order. */
struct account {
    uint64_t sum;
    size_t count;
};

static void account_add(struct account *account, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        account->sum = (account->sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
}

static void take(struct input_decoder *decoder, struct account *account, int64_t now)
{
    struct input input;
    char name[64];

    while (input_next(decoder, &input, now)) {
        FUZZ_HOLDS(input.code != INPUT_NONE && input.code <= INPUT_F(63));
        FUZZ_HOLDS(!(input.code >= 0xD800 && input.code < 0xE000));
        FUZZ_HOLDS(!(input.code >= 0x7F && input.code < 0xA0));
        FUZZ_HOLDS((input.code == INPUT_PASTE) == (input.text != NULL) || input.length == 0);
        FUZZ_HOLDS(input.length <= INPUT_PASTE_LIMIT);
        account_add(account, &input.code, sizeof input.code);
        if (input.code == INPUT_PASTE)
            account_add(account, input.text, input.length);
        account->count++;
        input_name(input.code, name, sizeof name);
        (void)input_is_character(&input);
    }
}

static struct account decode(const uint8_t *data, size_t size, size_t piece)
{
    struct input_decoder *decoder = input_decoder_new();
    struct account account = {0};

    input_decoder_learn(decoder, "\033[99z", INPUT_F(12));
    for (size_t done = 0; done < size; done += piece) {
        size_t length = size - done < piece ? size - done : piece;
        input_decoder_feed(decoder, (const char *)data + done, length, NOW);
        take(decoder, &account, NOW);
    }
    (void)input_decoder_wait(decoder, NOW);
    take(decoder, &account, NOW + 10 * INPUT_ESCAPE_WAIT_MS);
    FUZZ_HOLDS(account.count <= size);
    (void)input_decoder_cancelled(decoder, NOW);
    input_decoder_free(decoder);
    return account;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct account whole = decode(data, size, size);
    struct account bytes = decode(data, size, 1);
    struct account pieces = decode(data, size, 3);

    FUZZ_HOLDS(whole.count == bytes.count && whole.sum == bytes.sum);
    FUZZ_HOLDS(whole.count == pieces.count && whole.sum == pieces.sum);
    return 0;
}
