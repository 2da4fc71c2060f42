/*
 * Keys: the bytes of a terminal put into key codes. Pure: bytes and times go in, codes come out, so
 * that torn sequences, Alt + digit and full-width twins can be tested without a terminal.
 */
#ifndef KEYS_H
#define KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key is a character (its code point; control characters as 1..31) or one of these. */
enum keys_code {
    KEYS_NONE = 0,
    KEYS_TAB = 9,
    KEYS_ENTER = 13,
    KEYS_ESC = 27,
    KEYS_BACKSPACE = 127,
    KEYS_SPECIAL = 0x200000,
    KEYS_UP,
    KEYS_DOWN,
    KEYS_LEFT,
    KEYS_RIGHT,
    KEYS_WORD_LEFT,
    KEYS_WORD_RIGHT,
    KEYS_HOME,
    KEYS_END,
    KEYS_PAGE_UP,
    KEYS_PAGE_DOWN,
    KEYS_INSERT,
    KEYS_DELETE,
    KEYS_BACK_TAB,
    KEYS_F0, /* KEYS_F0 + n is Fn, n = 1..12 */
    KEYS_F12 = KEYS_F0 + 12,
    KEYS_PASTE_BEGIN,
    KEYS_PASTE_END,
    KEYS_ALT = 0x400000,   /* or'ed with a character */
    KEYS_PASTED = 0x800000 /* or'ed with a character: text for a field, never a command */
};
#define KEYS_F(n)    (KEYS_F0 + (n))
#define KEYS_CTRL(c) ((c)&0x1f)

#define KEYS_BUFFER   4096
#define KEYS_BURST_MS 30 /* bytes that come closer together were not typed one after the other */

struct keys {
    unsigned char byte[KEYS_BUFFER];
    int64_t at_ms[KEYS_BUFFER]; /* when each byte came: a burst is what came together */
    size_t count;
    int esc_delay_ms;
    int torn; /* enum in keys.c: the rest of a torn sequence may still come */
    int64_t torn_at_ms;
    int64_t return_at_ms; /* of the last CR: a LF of the same burst belongs to it */
    int64_t fed_at_ms;
    int64_t key_at_ms;          /* when the first byte of the last key came */
    bool pasting;               /* between the marks of a bracketed paste */
    bool paste_some, paste_gap; /* characters came of it; then a line's end or a tab */
    int64_t report_until_ms;    /* a report is on its way: an Esc may be its beginning */
    int report_col;
};

void keys_init(struct keys *k, int esc_delay_ms);
/* Adds bytes as they came at now_ms (monotonic). What does not fit is lost. */
void keys_feed(struct keys *k, const void *bytes, size_t count, int64_t now_ms);
/* The next key, or false: nothing yet. Full-width twins come as ASCII, but for the signs of sentences (comma, colon,
 * brackets and so on): those are a field's to fold or to keep. */
bool keys_next(struct keys *k, int64_t now_ms, uint32_t *key);
/* When the key that keys_next() gave last had come. */
int64_t keys_at_ms(const struct keys *k);
/* The terminal was asked where its cursor is, in row KEYS_REPORT_ROW (the answer for another row looks like a function
 * key): until then an Esc is given time to become the answer. */
#define KEYS_REPORT_ROW 2
void keys_expect_report(struct keys *k, int64_t until_ms);
/* The column of the answer, or 0: none came yet. */
int keys_report(const struct keys *k);
/* How much more can be fed. */
size_t keys_room(const struct keys *k);
/* Milliseconds after which keys_next() has to be asked although nothing came; -1: never. */
int keys_wait_ms(const struct keys *k, int64_t now_ms);
/* Forgets what came and was not asked for; true where that was something. Of a paste that goes on the rest stays one. */
bool keys_discard(struct keys *k);

/* Is it a character to be typed into a field? Not one that was pasted: that is no key. */
bool keys_printable(uint32_t key);
bool keys_pasted(uint32_t key);
/* The character of a key that is typed or pasted, or 0. */
uint32_t keys_text(uint32_t key);
/* The ASCII twin of a full-width character, or itself. */
uint32_t keys_narrow(uint32_t ch);
/* "F1", "Esc", "Ctrl-P" (not translated: it stands on the keyboard). Returns buf (16 bytes). */
const char *keys_name(uint32_t key, char *buf);

#endif
