/*
 * The tables that go along, one after the other, into new books.
 */
#include "structure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db.h"

static const struct {
    enum sql_id select, insert;
} tables[] = {
    {SQL_structure_setting, SQL_structure_setting_put},
    {SQL_structure_operator, SQL_structure_operator_put},
    {SQL_structure_space, SQL_structure_space_put},
    {SQL_structure_gateway, SQL_structure_gateway_put},
    {SQL_structure_channel, SQL_structure_channel_put},
    {SQL_structure_tariff, SQL_structure_tariff_put},
    {SQL_structure_price, SQL_structure_price_put},
    {SQL_structure_meter, SQL_structure_meter_put},
    {SQL_structure_tenant, SQL_structure_tenant_put},
    {SQL_structure_account, SQL_structure_account_put},
    {SQL_structure_account_meter, SQL_structure_account_meter_put},
    {SQL_structure_lock_out, SQL_structure_lock_out_put},
    {SQL_structure_handover, SQL_structure_handover_put},
};

/* The rows of all tables as they are at one moment. */
static int fill(struct db *from, struct db *to, struct err *e)
{
    int rc = db_begin_read(from, e);

    if (rc != 0)
        return rc;
    rc = db_begin(to, e);
    for (size_t i = 0; rc == 0 && i < sizeof tables / sizeof *tables; i++)
        rc = db_copy_rows(from, tables[i].select, to, tables[i].insert, e);
    if (rc == 0)
        rc = db_commit(to, e);
    if (rc != 0)
        db_rollback(to);
    db_rollback(from);
    return rc;
}

static int make(struct db *from, const char *part, int64_t *channels, struct err *e)
{
    struct db *to = NULL;
    int rc = db_open(&to, part, DB_CREATE, e);

    if (rc != 0)
        return rc;
    if (chmod(part, S_IRUSR | S_IWUSR) != 0) /* before anything is in it */
        rc = err_set(e, MSG_BACKUP_RENAME, part, strerrordesc_np(errno));
    if (rc == 0)
        rc = db_migrate(to, e);
    if (rc == 0)
        rc = fill(from, to, e);
    if (rc == 0)
        rc = db_check(to, e);
    if (rc == 0)
        rc = db_get(to, SQL_structure_active, 0, channels, e, "");
    db_close(to);
    return rc;
}

int structure_make(struct books *reader, const char *path, json_t **result, struct err *e)
{
    struct stat status = {0};
    int64_t channels = 0;

    if (path[0] != '/' || path[1] == '\0')
        return err_set(e, MSG_BACKUP_PATH, path);
    if (access(path, F_OK) == 0)
        return err_set(e, MSG_DB_EXISTS, path);
    char *part = mem_format("%s.part", path);
    unlink(part); /* of an engine that was killed */
    int rc = make(books_db(reader), part, &channels, e);
    if (rc == 0 && renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
        rc = errno == EEXIST ? err_set(e, MSG_DB_EXISTS, path)
                             : err_set(e, MSG_BACKUP_RENAME, path, strerrordesc_np(errno));
    if (rc == 0) {
        stat(path, &status);
        *result = json_pack("{s:s,s:I,s:I}", "file", path, "bytes", (json_int_t)status.st_size,
                            "channels", (json_int_t)channels);
    } else {
        unlink(part);
    }
    free(part);
    return rc;
}
