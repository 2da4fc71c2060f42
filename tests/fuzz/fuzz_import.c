/*
 * Fuzz target: any bytes as the CSV files of an import, parted by form feeds; the first byte of each says which file it is.
 * The whole way from the bytes to the rows of books that know one room and one meter: what is refused has its reason, the files
 * that were taken change nothing when they come again, and the books stay whole.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "books.h"
#include "csv.h"
#include "db.h"
#include "import.h"
#include "message.h"
#include "sheet_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct books *books;
static char dir[256], path[300];

static void at_end(void)
{
    static const char *const ends[] = {"", "-wal", "-shm", ".ballast"};
    books_close(books);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        char *beside = mem_format("%s%s", path, ends[i]);
        unlink(beside);
        free(beside);
    }
    rmdir(dir);
}

static void set_up(void)
{
    const char *tmp = getenv("TMPDIR");
    struct err e = {0};
    snprintf(dir, sizeof dir, "%.200s/fuzz.XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(dir))
        abort();
    snprintf(path, sizeof path, "%s/b.db", dir);
    if (books_open(&books, path, NULL, BOOKS_CREATE, &e) != 0)
        abort();
    atexit(at_end);
}

static json_t *files_read(const uint8_t *data, size_t size)
{
    json_t *files = json_array();
    while (size > 1) {
        const uint8_t *end = memchr(data, '\f', size);
        size_t len = end ? (size_t)(end - data) : size;
        struct sheet s;
        struct err e = {0};
        if (len > 1) {
            const char *name = import_files[data[0] % IMPORT_FILES].name;
            if (sheet_parse(&s, name, (const char *)data + 1, len - 1, &e) != 0) {
                if (e.code == 0)
                    abort();
                json_decref(files);
                return NULL;
            }
            json_array_append_new(files, sheet_json(&s));
            sheet_clear(&s);
        }
        data += len + (end ? 1 : 0);
        size -= len + (end ? 1 : 0);
    }
    return files;
}

static int apply(json_t *args, json_t **result, struct err *e)
{
    static const struct actor program = {.role = ROLE_ADMINISTRATOR, .client = "fuzz"};
    struct effects fx;
    effects_init(&fx);
    int code = request_find("import.apply")->run(books, &program, args, result, &fx, e);
    effects_clear(&fx);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err e = {0};
    json_t *result = NULL;

    if (!books)
        set_up();
    json_t *files = files_read(data, size);
    if (!files)
        return 0;
    json_t *args = json_pack("{s:o}", "files", files);
    if (db_begin(books_db(books), &e) != 0)
        abort();
    int code = apply(args, &result, &e);
    if (code != e.code || (code == 0) != (result != NULL))
        abort();
    if (code != 0) {
        char text[1024];
        message_english(&e, text, sizeof text);
        if (e.msg == MSG_DB_CONSTRAINT || e.msg == MSG_DB_FAILED) {
            fprintf(stderr, "%s\n", text);
            abort(); /* the check let it through, and the books did not take it */
        }
    } else {
        json_t *again = NULL;
        if (apply(args, &again, &e) != 0 || json_integer_value(json_object_get(again, "added")) ||
            json_integer_value(json_object_get(again, "changed")))
            abort();
        json_decref(again);
        if (db_check(books_db(books), &e) != 0)
            abort();
    }
    db_rollback(books_db(books));
    json_decref(result);
    json_decref(args);
    return 0;
}
