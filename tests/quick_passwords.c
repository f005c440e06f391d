/*
 * For tests alone: a library that stands before libsodium's functions (LD_PRELOAD) and derives from
 * passwords with the least that Argon2 takes, whatever was asked for. What makes guessing slow is
 * half of what a test with some sign-ins computes. What the programs ask for is tested without it:
 * REAL_PASSWORDS in tests/local.mk.
 */
#include <dlfcn.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/* Beyond what any program here asks for: the library is to refuse it. */
static int is_too_much(unsigned long long passes, size_t memory)
{
    return passes > crypto_pwhash_OPSLIMIT_SENSITIVE || memory > crypto_pwhash_MEMLIMIT_SENSITIVE;
}

/* ISO C has no way from an object's address to a function's. */
static void find(void *function, size_t size, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    if (found == NULL)
        abort();
    memcpy(function, &found, size);
}

int crypto_pwhash(unsigned char *out, unsigned long long out_size, const char *password,
                  unsigned long long length, const unsigned char *salt, unsigned long long passes,
                  size_t memory, int algorithm)
{
    int (*real)(unsigned char *, unsigned long long, const char *, unsigned long long,
                const unsigned char *, unsigned long long, size_t, int);

    find(&real, sizeof(real), "crypto_pwhash");
    if (!is_too_much(passes, memory)) {
        passes = crypto_pwhash_OPSLIMIT_MIN;
        memory = crypto_pwhash_MEMLIMIT_MIN;
    }
    return real(out, out_size, password, length, salt, passes, memory, algorithm);
}

int crypto_pwhash_str_alg(char out[crypto_pwhash_STRBYTES], const char *password,
                          unsigned long long length, unsigned long long passes, size_t memory,
                          int algorithm)
{
    int (*real)(char *, const char *, unsigned long long, unsigned long long, size_t, int);

    find(&real, sizeof(real), "crypto_pwhash_str_alg");
    if (!is_too_much(passes, memory)) {
        passes = crypto_pwhash_OPSLIMIT_MIN;
        memory = crypto_pwhash_MEMLIMIT_MIN;
    }
    return real(out, password, length, passes, memory, algorithm);
}
