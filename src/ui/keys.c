/*
 * The decoder behind keys.h: escape sequences of xterm, PuTTY, the Linux console, rxvt and tmux, with
 * the time-outs that tell a key from the pieces of another one. No curses, no terminfo: what those
 * terminals send in their normal mode fits into two small tables.
 */
#include "keys.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#define ESC          0x1b
#define SEQUENCE_MS  500  /* how long the rest of a control sequence may take on a bad line */
#define TEAR_MS      1500 /* how long after a tear the rest is swallowed */
#define PASTE_MS     1000 /* a paste whose end mark does not come ends after so long without a byte */
#define PASTE_END    "\x1b[201~"
#define SEQUENCE_MAX 32

enum torn { TORN_NOT, TORN_ESC, TORN_CSI };

static const struct {
    char final;
    enum keys_code key;
} csi_final[] = {
    {'A', KEYS_UP},   {'B', KEYS_DOWN}, {'C', KEYS_RIGHT},    {'D', KEYS_LEFT},
    {'H', KEYS_HOME}, {'F', KEYS_END},  {'Z', KEYS_BACK_TAB}, {'P', KEYS_F(1)},
    {'Q', KEYS_F(2)}, {'R', KEYS_F(3)}, {'S', KEYS_F(4)},     {'M', KEYS_ENTER},
};

static const struct {
    int number;
    enum keys_code key;
} csi_number[] = {
    {1, KEYS_HOME},          {2, KEYS_INSERT},    {3, KEYS_DELETE}, {4, KEYS_END},
    {5, KEYS_PAGE_UP},       {6, KEYS_PAGE_DOWN}, {7, KEYS_HOME},   {8, KEYS_END},
    {11, KEYS_F(1)},         {12, KEYS_F(2)},     {13, KEYS_F(3)},  {14, KEYS_F(4)},
    {15, KEYS_F(5)},         {17, KEYS_F(6)},     {18, KEYS_F(7)},  {19, KEYS_F(8)},
    {20, KEYS_F(9)},         {21, KEYS_F(10)},    {23, KEYS_F(11)}, {24, KEYS_F(12)},
    {200, KEYS_PASTE_BEGIN},
};

void keys_init(struct keys *k, int esc_delay_ms)
{
    memset(k, 0, sizeof *k);
    k->esc_delay_ms = esc_delay_ms;
    k->return_at_ms = -1;
}

void keys_feed(struct keys *k, const void *bytes, size_t count, int64_t now_ms)
{
    const size_t room = KEYS_BUFFER - k->count;
    const size_t taken = count < room ? count : room;
    k->fed_at_ms = now_ms;
    memcpy(k->byte + k->count, bytes, taken);
    for (size_t i = 0; i < taken; i++) {
        k->at_ms[k->count + i] = now_ms;
    }
    k->count += taken;
}

static void drop(struct keys *k, size_t count)
{
    k->count -= count;
    memmove(k->byte, k->byte + count, k->count);
    memmove(k->at_ms, k->at_ms + count, k->count * sizeof *k->at_ms);
}

size_t keys_room(const struct keys *k)
{
    return KEYS_BUFFER - k->count;
}

void keys_expect_report(struct keys *k, int64_t until_ms)
{
    k->report_until_ms = until_ms;
    k->report_col = 0;
}

int keys_report(const struct keys *k)
{
    return k->report_col;
}

/* Length of a control sequence whose parameters begin at `from`: 0 not whole yet, -N broken after N. */
static int sequence_length(const struct keys *k, size_t from)
{
    size_t i = from;
    if (i < k->count && k->byte[i] == '[') { /* the Linux console's F1 to F5: ESC [ [ A */
        return i + 1 < k->count ? (int)i + 2 : 0;
    }
    while (i < k->count && i - from < SEQUENCE_MAX) {
        const unsigned char b = k->byte[i];
        if (b >= 0x40 && b <= 0x7e) {
            return (int)i + 1;
        }
        if (b < 0x20 || b > 0x3f) {
            return -(int)i;
        }
        i++;
    }
    return i - from >= SEQUENCE_MAX ? -(int)i : 0;
}

static uint32_t sequence_key(struct keys *k, size_t from, size_t length)
{
    const unsigned char final = k->byte[length - 1];
    if (k->byte[from] == '[') {
        return final >= 'A' && final <= 'E' ? (uint32_t)KEYS_F(final - 'A' + 1) : KEYS_NONE;
    }
    int number[2] = {0, 0};
    size_t part = 0;
    for (size_t i = from; i + 1 < length; i++) {
        const unsigned char b = k->byte[i];
        if (b >= '0' && b <= '9' && part < 2 && number[part] < 1000) {
            number[part] = number[part] * 10 + (b - '0');
        } else if (b == ';') {
            part++;
        } else {
            return KEYS_NONE;
        }
    }
    if (final == 'R' && part == 1 && number[0] == KEYS_REPORT_ROW && number[1] > 0) {
        k->report_col = number[1];
        return KEYS_NONE;
    }
    if (final == '~') {
        for (size_t i = 0; i < sizeof csi_number / sizeof *csi_number; i++) {
            if (csi_number[i].number == number[0]) {
                return csi_number[i].key;
            }
        }
        return KEYS_NONE;
    }
    const bool control = number[1] == 5 || number[1] == 3;
    if (control && (final == 'C' || final == 'D')) {
        return final == 'C' ? KEYS_WORD_RIGHT : KEYS_WORD_LEFT;
    }
    for (size_t i = 0; i < sizeof csi_final / sizeof *csi_final; i++) {
        if (csi_final[i].final == (char) final) {
            return csi_final[i].key;
        }
    }
    return KEYS_NONE;
}

/* What a step of the decoder found. */
enum step { STEP_WAIT, STEP_NOTHING /* bytes were used, no key */, STEP_KEY };

static enum step tear(struct keys *k, enum torn torn, int64_t now_ms)
{
    k->torn = (int)torn;
    k->torn_at_ms = now_ms;
    return STEP_NOTHING;
}

/* A sequence whose parameters begin at `from`; prefix already seen. */
static enum step step_sequence(struct keys *k, size_t from, int64_t now_ms, uint32_t *key)
{
    const int length = sequence_length(k, from);
    if (length == 0) {
        if (now_ms - k->at_ms[k->count - 1] < SEQUENCE_MS) {
            return STEP_WAIT;
        }
        drop(k, k->count);
        return tear(k, TORN_CSI, now_ms);
    }
    if (length < 0) {
        drop(k, (size_t)-length);
        return STEP_NOTHING;
    }
    *key = from < (size_t)length ? sequence_key(k, from, (size_t)length) : KEYS_NONE;
    drop(k, (size_t)length);
    if (*key == KEYS_PASTE_BEGIN) {
        k->pasting = true;
        k->paste_some = k->paste_gap = false;
    }
    return *key == KEYS_NONE ? STEP_NOTHING : STEP_KEY;
}

/* ESC O x */
static enum step step_ss3(struct keys *k, int64_t now_ms, uint32_t *key)
{
    if (k->count < 3) {
        if (now_ms - k->at_ms[1] < SEQUENCE_MS) {
            return STEP_WAIT;
        }
        drop(k, 2);
        return STEP_NOTHING;
    }
    const unsigned char final = k->byte[2];
    *key = KEYS_NONE;
    for (size_t i = 0; i < sizeof csi_final / sizeof *csi_final; i++) {
        if (csi_final[i].final == (char) final) {
            *key = csi_final[i].key;
        }
    }
    drop(k, 3);
    return *key == KEYS_NONE ? STEP_NOTHING : STEP_KEY;
}

/* How long a lone Esc waits for what would make another key of it. */
static int lone_ms(const struct keys *k)
{
    const bool report = k->report_col == 0 && k->at_ms[0] < k->report_until_ms;
    return report && k->esc_delay_ms < SEQUENCE_MS ? SEQUENCE_MS : k->esc_delay_ms;
}

static enum step step_escape(struct keys *k, int64_t now_ms, uint32_t *key)
{
    if (k->count == 1 && now_ms - k->at_ms[0] < lone_ms(k)) {
        return STEP_WAIT;
    }
    const unsigned char next = k->count > 1 ? k->byte[1] : 0;
    const bool burst = k->count > 1 && k->at_ms[1] - k->at_ms[0] <= KEYS_BURST_MS;
    if (next == '[') {
        return step_sequence(k, 2, now_ms, key);
    }
    if (next == 'O') {
        return step_ss3(k, now_ms, key);
    }
    if (burst && next >= '0' && next <= '9') {
        *key = (uint32_t)KEYS_F(next == '0' ? 10 : next - '0');
        drop(k, 2);
        return STEP_KEY;
    }
    if (burst && next > 0x20 && next <= 0x7f) {
        *key = KEYS_ALT | next;
        drop(k, 2);
        return STEP_KEY;
    }
    *key = KEYS_ESC;
    if (k->count == 1) {
        tear(k, TORN_ESC, now_ms);
    }
    drop(k, 1);
    return STEP_KEY;
}

/* The rest of a sequence that the line tore apart: swallowed instead of typed into a field. */
static enum step step_torn(struct keys *k, int64_t now_ms, uint32_t *key)
{
    const enum torn torn = (enum torn)k->torn;
    const unsigned char b = k->byte[0];
    if (k->at_ms[0] - k->torn_at_ms > TEAR_MS) {
        k->torn = TORN_NOT;
        return STEP_NOTHING;
    }
    if (torn == TORN_CSI) {
        if (b >= 0x20 && b <= 0x3f) {
            drop(k, 1);
        } else {
            if (b >= 0x40 && b <= 0x7e) {
                drop(k, 1);
            }
            k->torn = TORN_NOT;
        }
        return STEP_NOTHING;
    }
    if (b == '[') {
        const enum step step = step_sequence(k, 1, now_ms, key);
        if (step != STEP_WAIT && k->torn == TORN_ESC) {
            k->torn = TORN_NOT;
        }
        if (step == STEP_KEY &&
            *key == KEYS_PASTE_BEGIN) { /* that what follows is a paste is to be known */
            return STEP_KEY;
        }
        return step == STEP_WAIT ? STEP_WAIT : STEP_NOTHING;
    }
    k->torn = TORN_NOT;
    if (b == 'O' && k->count > 1 && strchr("ABCDFHPQRS", k->byte[1])) {
        drop(k, 2);
    }
    return STEP_NOTHING;
}

/* The signs of Chinese sentences; no command is one of them. */
static bool is_prose(uint32_t ch)
{
    static const uint32_t signs[] = {0xff01, 0xff08, 0xff09, 0xff0c, 0xff1a, 0xff1b, 0xff1f};

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        if (signs[i] == ch) {
            return true;
        }
    }
    return false;
}

uint32_t keys_narrow(uint32_t ch)
{
    if (ch >= 0xff01 && ch <= 0xff5e) {
        return ch - 0xff01 + '!';
    }
    return ch == 0x3000 ? ' ' : ch == 0x2212 ? '-' : ch;
}

static enum step step_character(struct keys *k, int64_t now_ms, uint32_t *key)
{
    const unsigned char lead = k->byte[0];
    const size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t value = lead & (0x3fu >> more);
    for (size_t i = 1; i <= more; i++) {
        if (i >= k->count) {
            if (now_ms - k->at_ms[i - 1] < SEQUENCE_MS) {
                return STEP_WAIT;
            }
            drop(k, i);
            return STEP_NOTHING;
        }
        if ((k->byte[i] & 0xc0) != 0x80) {
            drop(k, i);
            return STEP_NOTHING;
        }
        value = value << 6 | (k->byte[i] & 0x3fu);
    }
    drop(k, more + 1);
    const bool bad = lead < 0xc2 || lead > 0xf4 || value < 0xa0 || value > 0x10ffff ||
                     (value >= 0xd800 && value < 0xe000) || text_is_unseen(value);
    *key = is_prose(value) ? value : keys_narrow(value);
    return bad ? STEP_NOTHING : STEP_KEY;
}

static enum step step_control(struct keys *k, uint32_t *key)
{
    const unsigned char b = k->byte[0];
    const int64_t at_ms = k->at_ms[0];
    drop(k, 1);
    switch (b) {
    case 8: *key = KEYS_BACKSPACE; return STEP_KEY;
    case '\r':
        k->return_at_ms = at_ms;
        *key = KEYS_ENTER;
        return STEP_KEY;
    case '\n':
        *key = KEYS_ENTER;
        if (k->return_at_ms == at_ms) { /* CR LF of a scanner is one Enter */
            k->return_at_ms = -1;
            return STEP_NOTHING;
        }
        return STEP_KEY;
    default: *key = b; return b == 0 ? STEP_NOTHING : STEP_KEY;
    }
}

/* Between the marks of a paste: characters for a field, and nothing that acts. A line's end in the middle is a gap
 * (two amounts in two lines are not one long amount), at its ends it is nothing. */
static enum step step_paste(struct keys *k, int64_t now_ms, uint32_t *key)
{
    const unsigned char b = k->byte[0];
    const size_t whole = sizeof PASTE_END - 1;
    const size_t known = k->count < whole ? k->count : whole;
    if (b == ESC && memcmp(k->byte, PASTE_END, known) == 0) {
        if (known < whole && now_ms - k->fed_at_ms < PASTE_MS)
            return STEP_WAIT;
        drop(k, known);
        k->pasting = false;
        *key = KEYS_PASTE_END;
        return STEP_KEY;
    }
    if (b <= 0x20 || b == 0x7f) {
        k->paste_gap |= b == '\r' || b == '\n' || b == '\t' || b == ' ';
        drop(k, 1);
        return STEP_NOTHING;
    }
    if (k->paste_gap && k->paste_some) {
        k->paste_gap = false;
        *key = KEYS_PASTED | ' ';
        return STEP_KEY;
    }
    k->paste_gap = false;
    enum step step = STEP_KEY;
    *key = b;
    if (b >= 0x80)
        step = step_character(k, now_ms, key);
    else
        drop(k, 1);
    if (step == STEP_KEY) {
        k->paste_some = true;
        *key |= KEYS_PASTED;
    }
    return step;
}

bool keys_next(struct keys *k, int64_t now_ms, uint32_t *key)
{
    if (k->count == 0 && k->pasting && now_ms - k->fed_at_ms >= PASTE_MS) {
        k->pasting = false;
        *key = KEYS_PASTE_END;
        return true;
    }
    while (k->count > 0) {
        enum step step;
        k->key_at_ms = k->at_ms[0];
        if (k->pasting) {
            step = step_paste(k, now_ms, key);
        } else if (k->torn != TORN_NOT) {
            step = step_torn(k, now_ms, key);
        } else if (k->byte[0] == ESC) {
            step = step_escape(k, now_ms, key);
        } else if (k->byte[0] < 0x20) {
            step = step_control(k, key);
        } else if (k->byte[0] >= 0x80) {
            step = step_character(k, now_ms, key);
        } else {
            *key = k->byte[0];
            drop(k, 1);
            step = STEP_KEY;
        }
        if (step != STEP_NOTHING) {
            return step == STEP_KEY;
        }
    }
    return false;
}

int64_t keys_at_ms(const struct keys *k)
{
    return k->key_at_ms;
}

bool keys_discard(struct keys *k)
{
    uint32_t key;
    const bool some = k->count > 0;
    while (k->count > 0 && keys_next(k, k->fed_at_ms, &key)) {
    }
    if (k->pasting)
        return some; /* the rest is thrown away or stays a paste */
    /* the other half of a key is on its way: no text either */
    if (k->count > 0 && k->byte[0] == ESC)
        tear(k, k->count > 1 && k->byte[1] == '[' ? TORN_CSI : TORN_ESC, k->fed_at_ms);
    k->count = 0;
    return some;
}

int keys_wait_ms(const struct keys *k, int64_t now_ms)
{
    if (k->count == 0 && !k->pasting) {
        return -1;
    }
    const bool lone = !k->pasting && k->count == 1 && k->byte[0] == ESC;
    const int64_t left = k->pasting
                             ? k->fed_at_ms + PASTE_MS - now_ms
                             : k->at_ms[k->count - 1] + (lone ? lone_ms(k) : SEQUENCE_MS) - now_ms;
    return left > 0 ? (int)left : 0;
}

bool keys_printable(uint32_t key)
{
    return key >= 0x20 && key < KEYS_SPECIAL && key != KEYS_BACKSPACE;
}

bool keys_pasted(uint32_t key)
{
    return (key & KEYS_PASTED) && keys_printable(key & ~(uint32_t)KEYS_PASTED);
}

uint32_t keys_text(uint32_t key)
{
    const uint32_t ch = keys_pasted(key) ? key & ~(uint32_t)KEYS_PASTED : key;
    return keys_printable(ch) ? ch : 0;
}

const char *keys_name(uint32_t key, char *buf)
{
    static const struct {
        uint32_t key;
        const char *name;
    } names[] = {
        {KEYS_ENTER, "Enter"},    {KEYS_ESC, "Esc"},        {KEYS_TAB, "Tab"},
        {KEYS_BACKSPACE, "Bksp"}, {KEYS_UP, "Up"},          {KEYS_DOWN, "Down"},
        {KEYS_PAGE_UP, "PgUp"},   {KEYS_PAGE_DOWN, "PgDn"}, {KEYS_HOME, "Home"},
        {KEYS_LEFT, "Left"},      {KEYS_RIGHT, "Right"},    {KEYS_END, "End"},
        {KEYS_INSERT, "Ins"},     {KEYS_DELETE, "Del"},     {' ', "Space"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (names[i].key == key) {
            snprintf(buf, 16, "%s", names[i].name);
            return buf;
        }
    }
    if (key > KEYS_F0 && key <= KEYS_F12) {
        snprintf(buf, 16, "F%u", (unsigned)(key - KEYS_F0));
    } else if (key < 0x20) {
        snprintf(buf, 16, "Ctrl-%c", (char)(key + '@'));
    } else {
        snprintf(buf, 16, "%c", key < 0x7f ? (char)key : '?');
    }
    return buf;
}
