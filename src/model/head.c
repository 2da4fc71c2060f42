/*
 * The head file read, compared, written anew beside itself and renamed.
 */
#include "head.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db.h"
#include "message.h"
#include "numbers.h"
#include "restore.h"

#define DIGITS_LEAST 8

bool head_parse(const char *text, char sign, int64_t *number, char *digits)
{
    char *end = NULL;

    errno = 0;
    *number = isdigit((unsigned char)text[0]) ? strtoll(text, &end, 10) : -1;
    if (*number < 1 || errno != 0 || *end != sign)
        return false;
    size_t length = strspn(end + 1, "0123456789abcdefABCDEF");
    if (length < DIGITS_LEAST || length >= HEAD_DIGITS_MAX || end[1 + length] != '\0')
        return false;
    memcpy(digits, end + 1, length + 1);
    return true;
}

int head_read(const char *path, int64_t *number, char *digits, json_t *numbers, struct err *e)
{
    char line[128] = "";
    FILE *file = fopen(path, "re");

    if (file == NULL)
        return errno == ENOENT ? 0 : err_set(e, MSG_FILE_OPEN, path, strerror(errno));
    bool read = fgets(line, sizeof line, file) != NULL;
    line[strcspn(line, "\r\n")] = '\0';
    bool good = read && head_parse(line, ' ', number, digits);
    while (good && numbers != NULL && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        good = numbers_line(numbers, line);
    }
    fclose(file);
    return good ? 1 : err_set(e, MSG_VERIFY_HEAD_FILE, path);
}

/* Do these books have the entry, and does its hash begin so? */
static bool entry_is(struct books *b, int64_t number, const char *digits)
{
    char hex[HEAD_DIGITS_MAX];
    struct db_row *row = NULL;
    struct err e = {0};
    size_t size = 0;
    bool is = false;

    if (db_find(books_db(b), SQL_verify_entry, &row, &e, "i", number) == 0 && row != NULL) {
        const unsigned char *hash = db_blob(row, 0, &size);
        is = size == JOURNAL_HASH &&
             strncasecmp(journal_hex(hash, size, hex), digits, strlen(digits)) == 0;
    }
    db_done(row);
    return is;
}

void head_init(struct head *head, const char *path, struct books *b)
{
    char digits[HEAD_DIGITS_MAX];
    struct err e = {0};

    *head = (struct head){.path = path != NULL && path[0] != '\0' ? mem_text(path) : NULL};
    if (head->path == NULL)
        return;
    int rc = head_read(head->path, &head->noted, digits, NULL, &e);
    /* A crash between commit and note leaves it behind the books, never beyond them. One that a restore put away and a
     * crash left in its place is taken over, as the restore meant to. */
    head->foreign = rc < 0 || (rc == 1 && !entry_is(b, head->noted, digits) &&
                               !restore_knows_head(b, head->noted, digits));
    head->numbers = json_object();
    if (rc == 1 && !head->foreign && !entry_is(b, head->noted, digits))
        head->noted = 0;
}

void head_clear(struct head *head)
{
    free(head->path);
    json_decref(head->numbers);
    *head = (struct head){0};
}

int head_write(const char *path, int64_t number, const char *digits, const char *lines,
               struct err *e)
{
    char *fresh = mem_format("%s.new", path);
    char *line = mem_format("%lld %s\n%s", (long long)number, digits, lines);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640), rc = 0;
    size_t n = strlen(line);

    if (fd < 0 || write(fd, line, n) != (ssize_t)n || fsync(fd) != 0 || rename(fresh, path) != 0)
        rc = err_set(e, MSG_HEAD_WRITE, path, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(fresh);
    free(line);
    return rc;
}

static void trouble(struct effects *fx, const char *detail)
{
    if (fx != NULL)
        effects_event(fx, "trouble", json_pack("{s:s,s:s}", "what", "head file", "detail", detail));
}

void head_note(struct head *head, struct books *b, struct effects *fx)
{
    unsigned char hash[JOURNAL_HASH];
    char hex[HEAD_DIGITS_MAX];
    int64_t number;
    struct err e = {0};

    if (head->path == NULL || journal_head(b, &number, hash, &e) != 0 || number == 0 ||
        number == head->noted)
        return;
    if (head->foreign) {
        trouble(fx, "names an entry that is not in these books; it was left as it is");
        return;
    }
    if (numbers_books(b, head->last_document, &head->last_document, head->numbers, &e) != 0) {
        trouble(fx, "the numbers of papers cannot be read");
        return;
    }
    char *lines = numbers_lines(head->numbers);
    if (head_write(head->path, number, journal_hex(hash, JOURNAL_HASH, hex), lines, &e) == 0)
        head->noted = number;
    else
        trouble(fx, e.arg[1].text);
    free(lines);
}
