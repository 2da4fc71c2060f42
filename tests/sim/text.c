/* text.c - growing text, JSON strings and files replaced in one step.
 *
 * Belongs here: characters. Not here: anything that knows a meter, a channel or a socket.
 */
#define _GNU_SOURCE 1
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void make_room(struct text *t, size_t more)
{
    if (t->size + more + 1 <= t->room) {
        return;
    }
    size_t room = t->room ? t->room : 256;
    while (room < t->size + more + 1) {
        room *= 2;
    }
    char *data = realloc(t->data, room);
    if (!data) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    t->data = data;
    t->room = room;
}

void text_add_bytes(struct text *t, const void *bytes, size_t size)
{
    make_room(t, size);
    if (size) {
        memcpy(t->data + t->size, bytes, size);
    }
    t->size += size;
    t->data[t->size] = 0;
}

void text_add(struct text *t, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char none[1];
    int need = vsnprintf(none, sizeof none, format, list);
    va_end(list);
    if (need < 0) {
        return;
    }
    make_room(t, (size_t)need);
    va_start(list, format);
    vsnprintf(t->data + t->size, (size_t)need + 1, format, list);
    va_end(list);
    t->size += (size_t)need;
}

void text_add_hex(struct text *t, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        text_add(t, "%02X", bytes[i]);
    }
}

void text_add_json(struct text *t, const char *value)
{
    text_add_bytes(t, "\"", 1);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\') {
            text_add(t, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20) {
            text_add(t, "\\u%04x", (unsigned)(unsigned char)*c);
        } else {
            text_add_bytes(t, c, 1);
        }
    }
    text_add_bytes(t, "\"", 1);
}

void text_drop(struct text *t, size_t size)
{
    if (size >= t->size) {
        t->size = 0;
    } else {
        memmove(t->data, t->data + size, t->size - size);
        t->size -= size;
    }
}

void text_clear(struct text *t)
{
    free(t->data);
    *t = (struct text){0};
}

int text_save(const char *path, const struct text *t)
{
    struct text temporary = {0};
    text_add(&temporary, "%s.new", path);
    int result = -1;
    int fd = open(temporary.data, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        goto out;
    }
    size_t done = 0;
    while (done < t->size) {
        ssize_t n = write(fd, t->data + done, t->size - done);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            close(fd);
            unlink(temporary.data);
            goto out;
        }
        done += (size_t)n;
    }
    if (close(fd) == 0 && rename(temporary.data, path) == 0) {
        result = 0;
    }
out:
    text_clear(&temporary);
    return result;
}

bool text_to_decimal(const char *s, int decimals, int64_t *value)
{
    bool negative = *s == '-';
    if (negative) {
        s++;
    }
    if (*s < '0' || *s > '9') {
        return false;
    }
    int64_t n = 0;
    int behind = -1; /* digits behind the point, -1 before it */
    for (; *s; s++) {
        if (*s == '.' && behind < 0) {
            behind = 0;
            continue;
        }
        if (*s < '0' || *s > '9' || n > INT64_MAX / 10 - 10) {
            return false;
        }
        if (behind >= 0 && ++behind > decimals) {
            return false;
        }
        n = n * 10 + (*s - '0');
    }
    for (int i = behind < 0 ? 0 : behind; i < decimals; i++) {
        if (n > INT64_MAX / 10 - 10) {
            return false;
        }
        n *= 10;
    }
    *value = negative ? -n : n;
    return true;
}
