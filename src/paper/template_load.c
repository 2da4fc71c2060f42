/*
 * Reading a template's file.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "template.h"

/* Reads a file whole; ERR_NOT_FOUND without a message where it does not exist. */
static int file_read(const char *path, char **text, size_t *n, struct err *e)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        return errno == ENOENT ? ERR_NOT_FOUND : err_set(e, MSG_FILE_OPEN, path, strerror(errno));
    }
    *text = mem_new(TEMPLATE_BYTES_MAX + 2);
    *n = fread(*text, 1, TEMPLATE_BYTES_MAX + 1, f);
    int rc = ferror(f) ? err_set(e, MSG_FILE_READ, path, strerror(errno)) : 0;
    fclose(f);
    if (rc) {
        free(*text);
    }
    return rc;
}

int template_load(struct template **out, const char *path, const struct paper_kind *kind,
                  struct err *e)
{
    char *text = NULL;
    size_t n = 0;
    int rc = file_read(path, &text, &n, e);
    if (rc == 0) {
        rc = template_parse(out, path, kind, text, n, e);
        free(text);
    }
    return rc;
}
