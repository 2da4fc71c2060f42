/*
 * The editing behind edit.h. Every key is one small function in a table; drawing measures cells.
 */
#include "edit.h"

#include <string.h>

#include "canvas.h"
#include "keys.h"

void edit_init(struct edit *l, enum edit_kind kind, int limit)
{
    memset(l, 0, sizeof *l);
    l->kind = kind;
    l->limit = limit > 0 && limit < EDIT_CHARS ? limit : EDIT_CHARS;
}

void edit_set(struct edit *l, const char *text)
{
    int bytes;
    wchar_t ch;
    l->count = 0;
    l->first = 0;
    while (l->count < l->limit && (bytes = canvas_decode(text, &ch)) > 0) {
        l->text[l->count++] = ch;
        text += bytes;
    }
    l->cursor = l->count;
}

static char *put_utf8(char *at, wchar_t ch)
{
    const unsigned long v = (unsigned long)ch;
    if (v < 0x80) {
        *at++ = (char)v;
    } else if (v < 0x800) {
        *at++ = (char)(0xc0 | v >> 6);
        *at++ = (char)(0x80 | (v & 0x3f));
    } else if (v < 0x10000) {
        *at++ = (char)(0xe0 | v >> 12);
        *at++ = (char)(0x80 | (v >> 6 & 0x3f));
        *at++ = (char)(0x80 | (v & 0x3f));
    } else {
        *at++ = (char)(0xf0 | v >> 18);
        *at++ = (char)(0x80 | (v >> 12 & 0x3f));
        *at++ = (char)(0x80 | (v >> 6 & 0x3f));
        *at++ = (char)(0x80 | (v & 0x3f));
    }
    return at;
}

const char *edit_get(const struct edit *l, char *buf)
{
    char *at = buf;
    for (int i = 0; i < l->count; i++) {
        at = put_utf8(at, l->text[i]);
    }
    *at = '\0';
    return buf;
}

bool edit_is_empty(const struct edit *l)
{
    return l->count == 0;
}

/* Takes the characters [from, to) out; keep: Ctrl-Y gives them back. */
static void cut(struct edit *l, int from, int to, bool keep)
{
    if (from >= to) {
        return;
    }
    if (keep && l->kind != EDIT_SECRET) {
        l->killed_count = to - from;
        memcpy(l->killed, l->text + from, (size_t)(to - from) * sizeof *l->text);
    }
    memmove(l->text + from, l->text + to, (size_t)(l->count - to) * sizeof *l->text);
    l->count -= to - from;
    l->cursor = from;
}

static int word_left(const struct edit *l)
{
    int at = l->cursor;
    while (at > 0 && l->text[at - 1] == L' ') {
        at--;
    }
    while (at > 0 && l->text[at - 1] != L' ') {
        at--;
    }
    return at;
}

static int word_right(const struct edit *l)
{
    int at = l->cursor;
    while (at < l->count && l->text[at] == L' ') {
        at++;
    }
    while (at < l->count && l->text[at] != L' ') {
        at++;
    }
    return at;
}

/* A combining character belongs to the one before: the cursor never stands between them. */
static int step_left(const struct edit *l)
{
    int at = l->cursor;
    while (at > 0 && canvas_width(l->text[--at]) == 0) {
    }
    return at;
}

static int step_right(const struct edit *l)
{
    int at = l->cursor;
    if (at < l->count) {
        at++;
    }
    while (at < l->count && canvas_width(l->text[at]) == 0) {
        at++;
    }
    return at;
}

static void go_left(struct edit *l)
{
    l->cursor = step_left(l);
}
static void go_right(struct edit *l)
{
    l->cursor = step_right(l);
}
static void go_home(struct edit *l)
{
    l->cursor = 0;
}
static void go_end(struct edit *l)
{
    l->cursor = l->count;
}
static void go_word_left(struct edit *l)
{
    l->cursor = word_left(l);
}
static void go_word_right(struct edit *l)
{
    l->cursor = word_right(l);
}
static void cut_before(struct edit *l)
{
    cut(l, step_left(l), l->cursor, false);
}
static void cut_after(struct edit *l)
{
    cut(l, l->cursor, step_right(l), false);
}
static void cut_to_end(struct edit *l)
{
    cut(l, l->cursor, l->count, true);
}
static void cut_to_start(struct edit *l)
{
    cut(l, 0, l->cursor, true);
}
static void cut_word_left(struct edit *l)
{
    cut(l, word_left(l), l->cursor, true);
}
static void cut_word_right(struct edit *l)
{
    cut(l, l->cursor, word_right(l), true);
}

static bool insert(struct edit *l, wchar_t ch)
{
    if (l->count >= l->limit) {
        return false;
    }
    memmove(l->text + l->cursor + 1, l->text + l->cursor,
            (size_t)(l->count - l->cursor) * sizeof *l->text);
    l->text[l->cursor++] = ch;
    l->count++;
    return true;
}

static void yank(struct edit *l)
{
    for (int i = 0; i < l->killed_count && insert(l, l->killed[i]); i++) {
    }
}

static const struct {
    uint32_t key;
    void (*edit)(struct edit *l);
} edits[] = {
    {KEYS_LEFT, go_left},
    {KEYS_CTRL('B'), go_left},
    {KEYS_RIGHT, go_right},
    {KEYS_CTRL('F'), go_right},
    {KEYS_HOME, go_home},
    {KEYS_CTRL('A'), go_home},
    {KEYS_END, go_end},
    {KEYS_CTRL('E'), go_end},
    {KEYS_WORD_LEFT, go_word_left},
    {KEYS_ALT | 'b', go_word_left},
    {KEYS_WORD_RIGHT, go_word_right},
    {KEYS_ALT | 'f', go_word_right},
    {KEYS_BACKSPACE, cut_before},
    {KEYS_DELETE, cut_after},
    {KEYS_CTRL('D'), cut_after},
    {KEYS_CTRL('K'), cut_to_end},
    {KEYS_CTRL('U'), cut_to_start},
    {KEYS_CTRL('W'), cut_word_left},
    {KEYS_ALT | KEYS_BACKSPACE, cut_word_left},
    {KEYS_ALT | 'd', cut_word_right},
    {KEYS_CTRL('Y'), yank},
};

/* The character as this kind of line takes it; 0: not here. An amount takes what is no amount too, and
 * is refused as a whole: a character left out would make another amount of it. */
static wchar_t taken(const struct edit *l, uint32_t key)
{
    const wchar_t ch = (wchar_t)(l->kind == EDIT_PROSE ? key : keys_narrow(key));
    if (l->kind == EDIT_AMOUNT && ch == 0x3002) {
        return L'.'; /* an input method left on types the ideographic full stop for the point */
    }
    return l->kind == EDIT_NUMBER && !(ch >= L'0' && ch <= L'9') ? 0 : ch;
}

enum edit_result edit_key(struct edit *l, uint32_t key)
{
    if (keys_text(key)) {
        const wchar_t ch = taken(l, keys_text(key));
        return ch && insert(l, ch) ? EDIT_CHANGED : EDIT_REFUSED;
    }
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        if (edits[i].key == key) {
            const int count = l->count;
            edits[i].edit(l);
            return l->count == count ? EDIT_MOVED : EDIT_CHANGED;
        }
    }
    return EDIT_IGNORED;
}

static int shown_width(const struct edit *l, int i)
{
    return l->kind == EDIT_SECRET ? 1 : canvas_width(l->text[i]);
}

static int span_width(const struct edit *l, int from, int to)
{
    int width = 0;
    for (int i = from; i < to; i++) {
        width += shown_width(l, i);
    }
    return width;
}

/* Is something left over behind the cells, when it is drawn from l->first on? */
static bool cut_behind(const struct edit *l, int cells)
{
    return (l->first > 0) + span_width(l, l->first, l->count) > cells;
}

/* Scrolls until the cursor is in sight and no cell is wasted. A sign at an end that is cut takes a cell. */
static void scroll(struct edit *l, int cells)
{
    if (l->first > l->cursor) {
        l->first = l->cursor;
    }
    while (l->first < l->cursor) {
        const int under = l->cursor < l->count ? shown_width(l, l->cursor) : 1;
        const int room = cells - cut_behind(l, cells) - under;
        if ((l->first > 0) + span_width(l, l->first, l->cursor) <= room) {
            break;
        }
        l->first++;
    }
    while (l->first > 0 && (l->first > 1) + span_width(l, l->first - 1, l->count) < cells) {
        l->first--;
    }
}

void edit_draw(struct edit *l, struct canvas *c, int row, int col, int cells, unsigned style,
               bool focus)
{
    scroll(l, cells);
    const bool behind = cut_behind(l, cells);
    const int lead = l->first > 0, end = cells - behind;
    canvas_fill(c, row, col, cells, style);
    if (lead) {
        canvas_char(c, row, col, style, L'<');
    }
    int at = lead;
    for (int i = l->first; i < l->count && at + shown_width(l, i) <= end; i++) {
        at += canvas_char(c, row, col + at, style, l->kind == EDIT_SECRET ? L'*' : l->text[i]);
    }
    if (behind) {
        canvas_char(c, row, col + cells - 1, style, L'~');
    }
    if (focus) {
        canvas_cursor(c, row, col + lead + span_width(l, l->first, l->cursor));
    }
}
