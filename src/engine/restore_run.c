/*
 * A restore outside of any engine: the lock that an engine would hold, and the model's work under it.
 */
#include <unistd.h>

#include "core.h"
#include "restore.h"

int engine_restore(const struct config *config, const struct engine_restore *wish, json_t **result,
                   struct err *e)
{
    const char *head = config_get(config, CONFIG_HEAD_FILE);
    const struct restore_wish whole = {
        .file = wish->file,
        .database = config_get(config, CONFIG_DATABASE),
        .head_file = head[0] ? head : NULL,
        .claim = wish->claim,
        .last = wish->last,
        .skip = wish->skip,
        .other_books = wish->other_books,
        .uid = (int64_t)getuid(),
    };
    int lock = -1;
    int code = lock_take(whole.database, &lock, e);

    if (code == ERR_AGAIN)
        return err_set(e, MSG_RESTORE_ENGINE, whole.database);
    if (code != 0)
        return code;
    code = restore_books(&whole, result, e);
    close(lock);
    return code;
}
