/*
 * Fuzz target: any bytes as a configuration file. What is refused says why; what is taken has a value and a source for each key.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct config *c = NULL;
    struct err e = {0};
    char path[64];
    int fd = memfd_create("config", MFD_CLOEXEC);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int code = config_new(&c, path, &e);
    if (code == 0)
        code = config_finish(c, &e);
    if (code != e.code)
        abort();
    for (int key = 0; code == 0 && key < CONFIG_COUNT; key++) {
        if (!config_get(c, (enum config_key)key) || !config_source(c, (enum config_key)key)[0])
            abort();
    }
    config_free(c);
    close(fd);
    return 0;
}
