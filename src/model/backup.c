/*
 * A copy of the live books, and the proof that it is one: it is opened as any copy and verified.
 */
#include "backup.h"

#include <sys/stat.h>
#include <unistd.h>

#include "db.h"
#include "message.h"
#include "verify.h"

static int copy_verify(const char *path, json_t **verified, struct err *e)
{
    struct books *copy = NULL;
    int rc = books_open(&copy, path, NULL, BOOKS_COPY, e);

    if (rc == 0)
        rc = verify_books(copy, NULL, NULL, verified, e);
    books_close(copy);
    return rc;
}

int backup_make(struct books *reader, const char *path, json_t **result, struct err *e)
{
    json_t *verified = NULL;
    struct stat status = {0};

    if (path[0] != '/' || path[1] == '\0')
        return err_set(e, MSG_BACKUP_PATH, path);
    int rc = db_backup(books_db(reader), path, e);
    if (rc != 0)
        return rc;
    /* A copy of wrong books stays: it is evidence, and no worse than the books. */
    rc = copy_verify(path, &verified, e);
    if (rc != 0)
        return rc;
    chmod(path, 0600); /* it holds what the books hold */
    stat(path, &status);
    json_object_set_new(verified, "file", json_string(path));
    json_object_set_new(verified, "bytes", json_integer((json_int_t)status.st_size));
    *result = verified;
    return 0;
}
