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
#include <sys/stat.h>
#include <unistd.h>

#include "books.h"
#include "db.h"
#include "message.h"
#include "numbers.h"

#define DIGITS_LEAST 8
/* A line for each kind of paper and year: five kinds fill it in three centuries. */
#define HEAD_FILE_MAX 32768

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

static const char why_open[] = N_("it is no file that can be read");
static const char why_size[] = N_("it is larger than any head file");
static const char why_bytes[] = N_("there are bytes in it that no engine writes");
static const char why_head[] = N_("it is not the number of an entry and its hash");
static const char why_check[] = N_("its check is not the one of these lines, they were changed");
static const char why_line[] = N_("it is not the highest number of papers of a year");

static int damaged(struct err *e, const char *path, int64_t line, const char *why)
{
    return err_set(e, MSG_HEAD_DAMAGED, path, line, why);
}

/* The whole file as text; 1, or 0 where there is none. */
static int text_read(const char *path, char text[HEAD_FILE_MAX], struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return 0;
    size_t length = 0;
    ssize_t n = fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ? -1 : 1;
    while (n > 0 && length < HEAD_FILE_MAX - 1) {
        n = read(fd, text + length, HEAD_FILE_MAX - 1 - length);
        length += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    text[length] = '\0';
    if (n < 0)
        return damaged(e, path, 1, why_open);
    if (length == HEAD_FILE_MAX - 1)
        return damaged(e, path, 1, why_size);
    return strlen(text) == length ? 1 : damaged(e, path, 1, why_bytes);
}

/* Check of a whole file: over its head and the lines behind it. */
static const char *check_make(int64_t number, const char *digits, const char *lines, char *check)
{
    char *text = mem_format("metertill-head-1\n%lld %s\n%s", (long long)number, digits, lines);

    journal_text_hash(text, check);
    free(text);
    return check;
}

int head_read(const char *path, int64_t *number, char *digits, json_t *numbers, bool *checked,
              struct err *e)
{
    char text[HEAD_FILE_MAX], check[HEAD_DIGITS_MAX];
    json_t *found = json_object();
    int rc = text_read(path, text, e);

    if (rc != 1)
        goto out;
    size_t first = strcspn(text, "\r\n"), head = first;
    char *lines = text + first + strspn(text + first, "\r\n");
    text[first] = '\0';
    char *given = strrchr(text, ' ');
    if (given && memchr(text, ' ', (size_t)(given - text)) != NULL) {
        head = (size_t)(given++ - text);
        text[head] = '\0';
    }
    *checked = head != first;
    if (!head_parse(text, ' ', number, digits))
        rc = damaged(e, path, 1, why_head);
    else if (*checked && strcmp(check_make(*number, digits, lines, check), given) != 0)
        rc = damaged(e, path, 1, why_check);
    char *rest = lines, *line;
    for (int64_t at = 2; rc == 1 && (line = strsep(&rest, "\n")) != NULL; at++) {
        line[strcspn(line, "\r")] = '\0';
        if ((line[0] != '\0' || rest != NULL) && !numbers_line(found, line))
            rc = damaged(e, path, at, why_line);
    }
    if (rc == 1 && numbers)
        numbers_merge(numbers, found);
out:
    json_decref(found);
    return rc;
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

/* Did a restore of these books put away a head file that said this? */
static bool put_away(struct books *b, int64_t number, const char *digits)
{
    struct db_row *row = NULL;
    struct err e = {0};
    bool knows = false;

    if (db_find(books_db(b), SQL_restore_last, &row, &e, "") == 0 && row) {
        json_t *detail = json_loads(db_text(row, 0), 0, NULL);
        const char *known = json_string_value(json_object_get(detail, "head_file_hash"));
        knows = known && json_integer_value(json_object_get(detail, "head_file")) == number &&
                strcmp(known, digits) == 0;
        json_decref(detail);
    }
    db_done(row);
    return knows;
}

void head_init(struct head *head, const char *path, struct books *b)
{
    char digits[HEAD_DIGITS_MAX];
    bool checked = false;

    *head = (struct head){.path = path != NULL && path[0] != '\0' ? mem_text(path) : NULL};
    if (head->path == NULL)
        return;
    int rc = head_read(head->path, &head->noted, digits, NULL, &checked, &head->trouble);
    bool own = rc == 1 && entry_is(b, head->noted, digits);
    /* A crash between commit and note leaves it behind the books, never beyond them. One that a restore put away and a
     * crash left in its place is taken over, as the restore meant to. */
    if (rc == 1 && !own && !put_away(b, head->noted, digits))
        err_set(&head->trouble, MSG_HEAD_FOREIGN, head->path, head->noted);
    head->foreign = head->trouble.code != 0;
    head->numbers = json_object();
    /* One of before there was a check is written anew. */
    if (!own || !checked)
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
    char check[HEAD_DIGITS_MAX];
    char *line = mem_format("%lld %s %s\n%s", (long long)number, digits,
                            check_make(number, digits, lines, check), lines);
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
        trouble(fx,
                "is damaged or names an entry that is not in these books; it was left as it is");
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
