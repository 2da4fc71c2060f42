/*
 * The shelf of templates and the two ways to print from it. Never changed after it was made, so any
 * thread may use it.
 */
#include <string.h>
#include <stdlib.h>

#include "escpos.h"
#include "grid.h"
#include "layout.h"
#include "paper.h"
#include "template.h"

static const char *const languages[] = {"en", "zh_CN"};

#define LANGUAGES (sizeof(languages) / sizeof(languages[0]))

struct paper_shelf {
    struct template **templates; /* kind by kind, each in every language */
    size_t count;
};

int paper_shelf_new(const char *site_dir, const char *share_dir, struct paper_shelf **out,
                    struct err *e)
{
    struct paper_shelf *shelf = mem_new(sizeof(*shelf));
    for (const struct paper_kind *kind = paper_kinds; kind->name; kind++) {
        shelf->templates =
            mem_grow(shelf->templates, (shelf->count + LANGUAGES) * sizeof(struct template *));
        for (size_t i = 0; i < LANGUAGES; i++) {
            int rc = template_load(&shelf->templates[shelf->count], site_dir, share_dir, kind,
                                   languages[i], e);
            if (rc) {
                paper_shelf_free(shelf);
                return rc;
            }
            shelf->count++;
        }
    }
    *out = shelf;
    return 0;
}

void paper_shelf_free(struct paper_shelf *shelf)
{
    if (!shelf) {
        return;
    }
    for (size_t i = 0; i < shelf->count; i++) {
        template_free(shelf->templates[i]);
    }
    free(shelf->templates);
    free(shelf);
}

static int shelf_fill(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, int columns, struct doc **doc, struct err *e)
{
    size_t at = 0;
    size_t i = 0;
    while (paper_kinds[at].name && strcmp(paper_kinds[at].name, kind) != 0) {
        at++;
    }
    if (!paper_kinds[at].name) {
        return err_set(e, MSG_PAPER_NO_KIND, kind);
    }
    while (i < LANGUAGES && strcmp(languages[i], language) != 0) {
        i++;
    }
    if (i == LANGUAGES) {
        return err_set(e, MSG_PAPER_NO_LANGUAGE, kind, language);
    }
    if (columns < LAYOUT_COLUMNS_MIN || columns > LAYOUT_COLUMNS_MAX) {
        return err_set(e, MSG_PAPER_WIDTH, (int64_t)columns);
    }
    return template_fill(shelf->templates[at * LANGUAGES + i], data, doc, e);
}

int paper_render_grid(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, int columns, char **text, struct err *e)
{
    struct doc *doc = NULL;
    int rc = shelf_fill(shelf, kind, language, data, columns, &doc, e);
    if (rc == 0) {
        *text = grid_render(doc, columns);
    }
    doc_free(doc);
    return rc;
}

int paper_render_escpos(const struct paper_shelf *shelf, const char *kind, const char *language,
                        const json_t *data, int columns, const char *encoding,
                        unsigned char **bytes, size_t *n, struct err *e)
{
    struct doc *doc = NULL;
    int rc = shelf_fill(shelf, kind, language, data, columns, &doc, e);
    if (rc == 0) {
        rc = escpos_render(doc, columns, encoding, bytes, n, e);
    }
    doc_free(doc);
    return rc;
}
