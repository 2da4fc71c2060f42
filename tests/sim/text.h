/* text.h - growing text, JSON strings and files replaced in one step.
 *
 * Belongs here: what the building file, the state, the control socket and the tests of the
 * simulated building need to put characters together. Not here: anything that knows a meter.
 */
#ifndef SIM_TEXT_H
#define SIM_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
    char *data; /* always ends in 0 once something was added */
    size_t size;
    size_t room;
};

/* Appends formatted characters; leaves the program when memory is gone. */
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Appends `size` bytes as they are. */
void text_add_bytes(struct text *t, const void *bytes, size_t size);

/* Appends bytes as hexadecimal digits. */
void text_add_hex(struct text *t, const uint8_t *bytes, size_t size);

/* Appends a quoted JSON string. */
void text_add_json(struct text *t, const char *value);

/* Drops the first `size` bytes. */
void text_drop(struct text *t, size_t size);

/* Frees the characters; the struct may be used again. */
void text_clear(struct text *t);

/* Writes a file so that a reader sees the old one or the new one, never half of it.
 * Returns 0, or -1 with errno set. */
int text_save(const char *path, const struct text *t);

/* Reads a decimal number with at most `decimals` digits behind the point into an integer of
 * the smallest unit ("12.5" with 2 decimals is 1250). Returns false when it is not one. */
bool text_to_decimal(const char *s, int decimals, int64_t *value);

#endif
