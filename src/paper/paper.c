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

struct layout {
    struct template *template;
    const char *kind, *language;
    char *file;
    bool own;
    struct err wrong;
};

struct paper_shelf {
    struct layout *layouts; /* kind by kind, each in every language */
    size_t count;
};

/* The site's own before the installed one. */
static int layout_load(struct layout *l, const struct paper_kind *kind, const char *language,
                       const char *site_dir, const char *share_dir, struct err *e)
{
    const char *dirs[] = {site_dir && *site_dir ? site_dir : NULL, share_dir};
    int rc = ERR_NOT_FOUND;
    l->kind = kind->name;
    l->language = language;
    for (size_t i = 0; i < 2 && rc != 0; i++) {
        struct err why = {0};
        if (!dirs[i]) {
            continue;
        }
        free(l->file);
        l->file = mem_format("%s/%s.%s.txt", dirs[i], kind->name, language);
        l->own = i == 0;
        rc = template_load(&l->template, l->file, kind, &why);
        if (rc != 0 && why.code != 0 && l->own) {
            l->wrong = why;
        } else if (rc != 0 && why.code != 0) {
            *e = why;
            return rc;
        }
    }
    return rc == ERR_NOT_FOUND ? err_set(e, MSG_PAPER_NO_TEMPLATE, kind->name, language, l->file)
                               : rc;
}

int paper_shelf_new(const char *site_dir, const char *share_dir, struct paper_shelf **out,
                    struct err *e)
{
    struct paper_shelf *shelf = mem_new(sizeof(*shelf));
    for (const struct paper_kind *kind = paper_kinds; kind->name; kind++) {
        for (size_t i = 0; i < LANGUAGES; i++) {
            shelf->layouts = mem_grow(shelf->layouts, (shelf->count + 1) * sizeof(*shelf->layouts));
            struct layout *l = &shelf->layouts[shelf->count++];
            *l = (struct layout){0};
            int rc = layout_load(l, kind, languages[i], site_dir, share_dir, e);
            if (rc) {
                paper_shelf_free(shelf);
                return rc;
            }
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
        template_free(shelf->layouts[i].template);
        free(shelf->layouts[i].file);
    }
    free(shelf->layouts);
    free(shelf);
}

bool paper_shelf_layout(const struct paper_shelf *shelf, size_t index, struct paper_layout *out)
{
    if (index >= shelf->count) {
        return false;
    }
    const struct layout *l = &shelf->layouts[index];
    *out = (struct paper_layout){l->kind, l->language, l->file, l->own, &l->wrong};
    return true;
}

static int shelf_fill(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, const struct paper_format *format, struct doc **doc,
                      struct err *e)
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
    if (format->columns < LAYOUT_COLUMNS_MIN || format->columns > LAYOUT_COLUMNS_MAX) {
        return err_set(e, MSG_PAPER_WIDTH, (int64_t)format->columns);
    }
    return template_fill(shelf->layouts[at * LANGUAGES + i].template, data, format->copies, doc, e);
}

int paper_render_grid(const struct paper_shelf *shelf, const char *kind, const char *language,
                      const json_t *data, const struct paper_format *format, char **text,
                      struct err *e)
{
    struct doc *doc = NULL;
    int rc = shelf_fill(shelf, kind, language, data, format, &doc, e);
    if (rc == 0) {
        *text = grid_render(doc, format->columns);
    }
    doc_free(doc);
    return rc;
}

int paper_render_escpos(const struct paper_shelf *shelf, const char *kind, const char *language,
                        const json_t *data, const struct paper_format *format,
                        unsigned char **bytes, size_t *n, struct err *e)
{
    struct doc *doc = NULL;
    int rc = shelf_fill(shelf, kind, language, data, format, &doc, e);
    if (rc == 0) {
        rc = escpos_render(doc, format, bytes, n, e);
    }
    doc_free(doc);
    return rc;
}
