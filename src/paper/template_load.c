/*
 * Finding and reading a template's file: the site's own directory before the installed one.
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

int template_load(struct template **out, const char *dir_site, const char *dir_share,
                  const struct paper_kind *kind, const char *language, struct err *e)
{
    const char *dirs[] = {dir_site && *dir_site ? dir_site : NULL, dir_share};
    char *path = NULL;
    char *text = NULL;
    size_t n = 0;
    int rc = ERR_NOT_FOUND;
    for (size_t i = 0; i < 2 && rc == ERR_NOT_FOUND; i++) {
        if (dirs[i]) {
            free(path);
            path = mem_format("%s/%s.%s.txt", dirs[i], kind->name, language);
            rc = file_read(path, &text, &n, e);
        }
    }
    if (rc == ERR_NOT_FOUND) {
        rc = err_set(e, MSG_PAPER_NO_TEMPLATE, kind->name, language, path ? path : "?");
    } else if (rc == 0) {
        rc = template_parse(out, path, kind, text, n, e);
        free(text);
    }
    free(path);
    return rc;
}
