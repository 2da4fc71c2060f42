/*
 * Small files in one go. Lists go through export.h.
 */
#include "new_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"

/* Those that are there stay as they are. */
static void folders_make(const char *path)
{
    char *part = mem_text(path);

    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        mkdir(part, 0700); /* opening the file says what is wrong */
        *at = '/';
    }
    free(part);
}

int new_file_write(const char *path, const char *text, struct err *e)
{
    folders_make(path);
    FILE *f = fopen(path, "wxe"); /* x: what is there is somebody's work */
    if (!f)
        return err_set(e, MSG_FILE_OPEN, path, strerrordesc_np(errno));
    fchmod(fileno(f), S_IRUSR | S_IWUSR);
    fputs(text, f);
    bool good = fflush(f) == 0 && fsync(fileno(f)) == 0;
    const int why = errno;
    good = fclose(f) == 0 && good;
    if (good)
        return 0;
    unlink(path);
    return err_set(e, MSG_FILE_WRITE, path, strerrordesc_np(why));
}
