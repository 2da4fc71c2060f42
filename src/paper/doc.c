/*
 * The document model: rows kept in order and texts made safe. No layout, no printer language.
 */
#include <stdlib.h>
#include <string.h>

#include "doc.h"
#include "err.h"
#include "glyph.h"

struct doc {
    struct doc_row *rows;
    size_t count;
    size_t room;
};

struct doc *doc_new(void)
{
    return mem_new(sizeof(struct doc));
}

void doc_free(struct doc *doc)
{
    if (!doc) {
        return;
    }
    for (size_t i = 0; i < doc->count; i++) {
        for (size_t c = 0; c < doc->rows[i].cells; c++) {
            free(doc->rows[i].cell[c].text);
        }
    }
    free(doc->rows);
    free(doc);
}

struct doc_row *doc_row_add(struct doc *doc, enum doc_row_kind kind)
{
    if (doc->count == doc->room) {
        doc->room = doc->room ? doc->room * 2 : 64;
        doc->rows = mem_grow(doc->rows, doc->room * sizeof(*doc->rows));
    }
    struct doc_row *row = &doc->rows[doc->count++];
    *row = (struct doc_row){.kind = kind, .rule = '-'};
    return row;
}

static char *text_made_safe(const char *text)
{
    static const char yuan[] = "￥";
    size_t n = strlen(text);
    char *safe = mem_new(n * 2 + 1); /* U+00A5 grows from two bytes to three */
    size_t out = 0;
    for (size_t i = 0; i < n;) {
        uint32_t code = 0;
        size_t step = glyph_next(text + i, n - i, &code);
        if (step == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            safe[out++] = '?';
            step = step ? step : 1;
        } else if (code == 0xa5) {
            memcpy(safe + out, yuan, sizeof(yuan) - 1);
            out += sizeof(yuan) - 1;
        } else {
            memcpy(safe + out, text + i, step);
            out += step;
        }
        i += step;
    }
    safe[out] = '\0';
    return safe;
}

void doc_cell_add(struct doc_row *row, const char *text, enum doc_align align)
{
    if (row->cells == DOC_CELLS_MAX) {
        die("doc: more than %d cells in a row", DOC_CELLS_MAX);
    }
    row->cell[row->cells++] = (struct doc_cell){.text = text_made_safe(text), .align = align};
}

size_t doc_count(const struct doc *doc)
{
    return doc->count;
}

const struct doc_row *doc_row_get(const struct doc *doc, size_t index)
{
    return &doc->rows[index];
}
