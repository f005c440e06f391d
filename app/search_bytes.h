/* Numbers in the bytes of the search index: little-endian, and varints of 7 bits a byte. */
#ifndef GUICHET_APP_SEARCH_BYTES_H
#define GUICHET_APP_SEARCH_BYTES_H

#include <stddef.h>
#include <stdint.h>

#define BYTES_VARINT_MOST 10

static inline void bytes_put(uint8_t *bytes, uint64_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t bytes_get(const uint8_t *bytes, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

/* Returns the bytes written, at most BYTES_VARINT_MOST. */
static inline size_t bytes_put_varint(uint8_t *bytes, uint64_t value)
{
    size_t size = 0;

    while (value >= 0x80) {
        bytes[size++] = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    bytes[size++] = (uint8_t)value;
    return size;
}

#endif
