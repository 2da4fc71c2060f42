/*
 * Comparison with golden files. Run a test with METERTILL_GOLDEN=write to write them anew; read the
 * difference before committing it.
 */
#ifndef GOLDEN_H
#define GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOLDEN "tests/unit/paper/golden/"

static char *file_bytes(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    char *bytes = calloc(1, 65536);
    *n = f && bytes ? fread(bytes, 1, 65535, f) : 0;
    if (f) {
        fclose(f);
    }
    return bytes;
}

/* Is this what the golden file holds? Says where not. */
static int golden_same(const char *name, const void *bytes, size_t n)
{
    char path[256];
    size_t want_n;
    const char *mode = getenv("METERTILL_GOLDEN");
    snprintf(path, sizeof(path), GOLDEN "%s", name);
    if (mode && strcmp(mode, "write") == 0) {
        FILE *f = fopen(path, "wb");
        if (f) {
            fwrite(bytes, 1, n, f);
            fclose(f);
        }
    }
    char *want = file_bytes(path, &want_n);
    int same = want_n == n && memcmp(want, bytes, n) == 0;
    if (!same) {
        printf("# %s differs: wanted %zu bytes, got %zu:\n%.*s\n", path, want_n, n, (int)n,
               (const char *)bytes);
    }
    free(want);
    return same;
}

#endif
