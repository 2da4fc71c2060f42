/*
 * What a client gave as files, read into sheets: known names, known columns, cells folded and each by
 * itself right. What the rows say together is import_check.c.
 */
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "message.h"
#include "text.h"

/* A copy without spaces at its ends; narrow but for names and notes; notes on one line. */
static char *cell_fold(enum import_cell kind, const char *given)
{
    given += strspn(given, " \t\r\n");
    char *text = mem_text(given);
    size_t size = strlen(text);

    while (size > 0 && strchr(" \t\r\n", text[size - 1]) != NULL)
        text[--size] = '\0';
    for (char *c = text; kind == CELL_NOTE && *c != '\0'; c++)
        *c = *c == '\n' || *c == '\t' ? ' ' : *c;
    if (kind != CELL_TEXT && kind != CELL_NOTE)
        text_fold_width(text);
    return text;
}

static const struct import_column *column_find(const struct import_file *f, const char *name)
{
    for (const struct import_column *c = f->columns; c->name != NULL; c++) {
        if (strcmp(c->name, name) == 0)
            return c;
    }
    return NULL;
}

static const char *column_nearest(const struct import_file *f, const char *name)
{
    const char *best = f->columns[0].name;

    for (const struct import_column *c = f->columns; c->name != NULL; c++) {
        if (text_distance(c->name, name) < text_distance(best, name))
            best = c->name;
    }
    return best;
}

/* The header: names as a list, or the fields of the first row where no list was given. */
static bool header_read(struct import *im, struct import_sheet *s, const json_t *columns)
{
    const struct import_file *f = s->file;
    size_t i;
    json_t *name;
    bool right = true;

    json_array_foreach(columns, i, name)
    {
        const char *text = json_string_value(name);
        if (text != NULL && column_find(f, text) != NULL)
            continue;
        struct err p = {0};
        err_set(&p, MSG_IMPORT_COLUMN_UNKNOWN, f->name, s->header_line, text != NULL ? text : "?",
                column_nearest(f, text != NULL ? text : ""));
        import_problem(im, &p);
        right = false;
    }
    for (const struct import_column *c = f->columns; c->name != NULL; c++) {
        bool there = !c->must;
        json_array_foreach(columns, i, name) there =
            there || (json_is_string(name) && strcmp(json_string_value(name), c->name) == 0);
        if (there)
            continue;
        struct err p = {0};
        err_set(&p, MSG_IMPORT_COLUMN_MISSING, f->name, s->header_line, c->name);
        import_problem(im, &p);
        right = false;
    }
    return right;
}

static void cell_read(struct import *im, struct import_sheet *s, size_t row,
                      const struct import_column *c, const char *given)
{
    char *text = cell_fold(c->kind, given);
    struct err p = {0};

    if (text[0] == '\0' && c->must)
        err_set(&p, MSG_IMPORT_EMPTY, s->file->name, s->line[row], c->name);
    else if (text[0] != '\0')
        import_cell_right(s->file, c, s->line[row], text, &p);
    if (p.code != 0) {
        import_problem(im, &p);
        s->sound[row] = false;
    }
    if (text_is_clean(text))
        json_object_set_new(s->row[row], c->name, json_string(text));
    free(text);
}

/* false: the row has not the form of one. */
static bool row_read(struct import *im, struct import_sheet *s, size_t i, const json_t *given)
{
    const json_t *fields = json_object_get(given, "fields");

    if (!json_is_integer(json_object_get(given, "line")) || !json_is_object(fields))
        return false;
    s->line[i] = json_integer_value(json_object_get(given, "line"));
    s->row[i] = json_object();
    s->sound[i] = true;
    for (const struct import_column *c = s->file->columns; c->name != NULL; c++) {
        const json_t *cell = json_object_get(fields, c->name);
        const char *text = json_string_value(cell);
        if (cell != NULL && (text == NULL || strlen(text) != json_string_length(cell)))
            return false;
        if (text != NULL)
            cell_read(im, s, i, c, text);
    }
    return true;
}

static int form_wrong_set(const char *name, struct err *e)
{
    return err_set(e, MSG_IMPORT_FORM, name);
}

/* Names of the columns: the list "columns", else the keys of the first row. */
static json_t *columns_of(const json_t *given)
{
    const json_t *columns = json_object_get(given, "columns");
    json_t *first = json_object_get(json_array_get(json_object_get(given, "rows"), 0), "fields");
    json_t *names = json_array(), *value;
    const char *name;

    if (json_is_array(columns)) {
        json_array_extend(names, (json_t *)columns);
        return names;
    }
    json_object_foreach(first, name, value) json_array_append_new(names, json_string(name));
    return names;
}

static int sheet_read_rows(struct import *im, struct import_sheet *s, const json_t *given,
                           struct err *e)
{
    const json_t *rows = json_object_get(given, "rows");
    json_t *columns = columns_of(given);
    const json_t *line = json_object_get(given, "line");

    s->header_line = json_is_integer(line) ? json_integer_value(line) : 1;
    bool right = header_read(im, s, columns);
    /* Without any row there is nothing to miss a column: an empty template changes nothing. */
    json_decref(columns);
    if (!right)
        return 0;
    s->rows = json_array_size(rows);
    s->row = mem_new((s->rows + 1) * sizeof *s->row);
    s->line = mem_new((s->rows + 1) * sizeof *s->line);
    s->sound = mem_new((s->rows + 1) * sizeof *s->sound);
    for (size_t i = 0; i < s->rows; i++) {
        if (!row_read(im, s, i, json_array_get(rows, i)))
            return form_wrong_set(s->file->name, e);
    }
    return 0;
}

static int sheet_read_file(struct import *im, const json_t *given, struct err *e)
{
    const char *name = json_string_value(json_object_get(given, "name"));
    const char *nearest = import_files[0].name;
    struct err p = {0};

    if (name == NULL || !text_is_clean(name) || !json_is_array(json_object_get(given, "rows")))
        return form_wrong_set(name != NULL && text_is_clean(name) ? name : "files", e);
    for (size_t i = 0; i < IMPORT_FILES; i++) {
        struct import_sheet *s = &im->sheet[i];
        if (text_distance(import_files[i].name, name) < text_distance(nearest, name))
            nearest = import_files[i].name;
        if (strcmp(import_files[i].name, name) != 0)
            continue;
        if (s->file != NULL) {
            err_set(&p, MSG_IMPORT_FILE_TWICE, name);
            import_problem(im, &p);
            return 0;
        }
        s->file = &import_files[i];
        s->keys = json_object();
        return sheet_read_rows(im, s, given, e);
    }
    err_set(&p, MSG_IMPORT_FILE_UNKNOWN, name, nearest);
    import_problem(im, &p);
    return 0;
}

int import_read(struct import *im, const json_t *files, struct err *e)
{
    size_t i;
    json_t *given;

    json_array_foreach(files, i, given)
    {
        int rc = sheet_read_file(im, given, e);
        if (rc != 0)
            return rc;
    }
    return 0;
}

void import_clear(struct import *im)
{
    for (size_t i = 0; i < IMPORT_FILES; i++) {
        struct import_sheet *s = &im->sheet[i];
        for (size_t k = 0; k < s->rows; k++)
            json_decref(s->row[k]);
        free(s->row);
        free(s->line);
        free(s->sound);
        json_decref(s->keys);
    }
    json_decref(im->problems);
    json_decref(im->odd);
    *im = (struct import){0};
}

const char *import_text(const struct import_sheet *s, size_t row, const char *column)
{
    return json_string_value(json_object_get(s->row[row], column));
}

const char *import_filled(const struct import_sheet *s, size_t row, const char *column)
{
    const char *text = import_text(s, row, column);

    return text != NULL && text[0] != '\0' ? text : NULL;
}
