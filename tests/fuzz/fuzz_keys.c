/*
 * Fuzz target: any bytes as what a terminal sends, in any pieces, with any pauses. The decoder must come to an end,
 * give only keys that there are, and nothing of a paste that acts; the line editor behind it keeps its bounds and
 * holds text that can be sent on. The input is a row of pieces: one byte of pause, one of length, the bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "edit.h"
#include "keys.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OVER_MS 5000 /* longer than anything that is not whole is waited for */

struct terminal {
    struct keys keys;
    struct edit edit[4]; /* one a kind */
    int64_t now_ms;
    bool pasting;
};

static bool known(uint32_t key)
{
    if (key & KEYS_PASTED)
        key &= ~(uint32_t)KEYS_PASTED;
    else if (key & KEYS_ALT)
        return (key & ~(uint32_t)KEYS_ALT) > 0x20 && (key & ~(uint32_t)KEYS_ALT) <= 0x7f;
    else if (key > KEYS_SPECIAL)
        return key <= KEYS_PASTE_END;
    return key > 0 && key <= 0x10ffff && (key < 0xd800 || key > 0xdfff);
}

static void edit_look(const struct edit *l)
{
    char text[EDIT_BYTES];
    if (l->count < 0 || l->count > l->limit || l->cursor < 0 || l->cursor > l->count ||
        l->killed_count < 0 || l->killed_count > EDIT_CHARS)
        abort();
    edit_get(l, text);
    if (strlen(text) >= sizeof text || !text_is_clean(text))
        abort();
    if (edit_is_empty(l) != (text[0] == '\0'))
        abort();
}

static void key_take(struct terminal *t, uint32_t key)
{
    char name[16];
    if (!known(key))
        abort();
    if (t->pasting && key != KEYS_PASTE_END && !keys_pasted(key))
        abort(); /* of a paste, and it would act */
    if (!t->pasting && keys_pasted(key))
        abort();
    if (key == KEYS_PASTE_BEGIN || key == KEYS_PASTE_END)
        t->pasting = key == KEYS_PASTE_BEGIN;
    if (strlen(keys_name(key, name)) >= sizeof name)
        abort();
    for (size_t i = 0; i < sizeof t->edit / sizeof *t->edit; i++) {
        edit_key(&t->edit[i], key);
        edit_look(&t->edit[i]);
    }
}

static void drain(struct terminal *t)
{
    uint32_t key;
    for (size_t left = 2 * KEYS_BUFFER + 2; keys_next(&t->keys, t->now_ms, &key); left--) {
        if (left == 0)
            abort(); /* more keys than bytes */
        key_take(t, key);
    }
    if (t->keys.count > 0 && keys_wait_ms(&t->keys, t->now_ms) < 0)
        abort(); /* it would wait for ever */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct terminal t = {.now_ms = 1000};
    size_t i = 0;
    if (size < 1)
        return 0;
    keys_init(&t.keys, data[0] & 0x7f);
    edit_init(&t.edit[0], EDIT_TEXT, 0);
    edit_init(&t.edit[1], EDIT_AMOUNT, 12);
    edit_init(&t.edit[2], EDIT_NUMBER, 5);
    edit_init(&t.edit[3], EDIT_SECRET, 0);
    if (data[0] & 0x80)
        keys_expect_report(&t.keys, t.now_ms + 700);
    for (i = 1; i + 2 < size;) {
        size_t len = data[i + 1] < size - i - 2 ? data[i + 1] : size - i - 2;
        t.now_ms += data[i] < 128 ? data[i] : (data[i] - 127) * 16;
        keys_feed(&t.keys, data + i + 2, len, t.now_ms);
        i += 2 + len;
        if (data[i - 1] == 0xfe && keys_discard(&t.keys))
            t.pasting = t.keys.pasting;
        drain(&t);
    }
    t.now_ms += OVER_MS;
    drain(&t);
    if (t.keys.count > 0)
        abort(); /* something is never whole, never over */
    return 0;
}
