/*
 * Memory that is there or the program ends: after a failed allocation nothing sensible can be said to
 * anybody, and the books are safe on disk (declared in err.h).
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "err.h"

void *mem_new(size_t size)
{
    void *p = calloc(1, size ? size : 1);

    if (!p)
        die("no memory for %zu bytes", size);
    return p;
}

void *mem_grow(void *old, size_t size)
{
    void *p = realloc(old, size ? size : 1);

    if (!p)
        die("no memory for %zu bytes", size);
    return p;
}

char *mem_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = mem_new(size);

    memcpy(copy, text, size);
    return copy;
}

char *mem_format(const char *format, ...)
{
    va_list ap;
    char *text = NULL;

    va_start(ap, format);
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    if (n < 0)
        die("no memory for a text");
    return text;
}
