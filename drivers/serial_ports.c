/*
 * Which serial ports there are, and who has one: libserialport's list, the stable names of
 * /dev/serial/by-id, the kernel's table of locks. Opening is serial.c's.
 */
#include <dirent.h>
#include <libserialport.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "serial.h"
#include "text.h"

#define BY_ID "/dev/serial/by-id"

/* ---- who has it */

static void program_name(long pid, char *who, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/comm", pid);
    FILE *f = fopen(path, "re");
    who[0] = '\0';
    if (f) {
        if (!fgets(who, (int)size, f))
            who[0] = '\0';
        who[strcspn(who, "\n")] = '\0';
        fclose(f);
    }
}

/* "5: FLOCK  ADVISORY  WRITE 4711 00:18:7 0 EOF": the one on this inode. */
static long lock_holder(const struct stat *st)
{
    FILE *f = fopen("/proc/locks", "re");
    char line[256], kind[16];
    long pid = 0, found = 0;
    unsigned major_no, minor_no;
    unsigned long inode;
    while (f && !found && fgets(line, sizeof line, f)) {
        if (sscanf(line, "%*d: %15s %*s %*s %ld %x:%x:%lu", kind, &pid, &major_no, &minor_no,
                   &inode) == 5 &&
            strcmp(kind, "FLOCK") == 0 && inode == (unsigned long)st->st_ino &&
            major_no == major(st->st_dev) && minor_no == minor(st->st_dev))
            found = pid;
    }
    if (f)
        fclose(f);
    return found;
}

/* Does this process have the device open? */
static bool has_open(long pid, const struct stat *st)
{
    char path[300];
    bool found = false;
    snprintf(path, sizeof path, "/proc/%ld/fd", pid);
    DIR *dir = opendir(path);
    const struct dirent *entry;
    while (dir && !found && (entry = readdir(dir))) {
        struct stat other;
        snprintf(path, sizeof path, "/proc/%ld/fd/%.20s", pid, entry->d_name);
        found = stat(path, &other) == 0 && S_ISCHR(other.st_mode) && other.st_rdev == st->st_rdev &&
                other.st_ino == st->st_ino;
    }
    if (dir)
        closedir(dir);
    return found;
}

static long opener(const struct stat *st)
{
    DIR *dir = opendir("/proc");
    const struct dirent *entry;
    long found = 0;
    while (dir && !found && (entry = readdir(dir))) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 0 && pid != (long)getpid() && has_open(pid, st))
            found = pid;
    }
    if (dir)
        closedir(dir);
    return found;
}

long serial_holder(const char *device, char *who, size_t size)
{
    struct stat st;
    who[0] = '\0';
    if (stat(device, &st) != 0)
        return 0;
    long pid = lock_holder(&st);
    if (pid <= 0)
        pid = opener(&st);
    if (pid > 0)
        program_name(pid, who, size);
    return pid > 0 ? pid : 0;
}

/* ---- the list */

static void stable_name(struct serial_port *port)
{
    DIR *dir = opendir(BY_ID);
    const struct dirent *entry;
    char link[PATH_MAX], real[PATH_MAX];
    while (dir && (entry = readdir(dir))) {
        snprintf(link, sizeof link, "%s/%s", BY_ID, entry->d_name);
        if (realpath(link, real) && strcmp(real, port->path) == 0)
            text_copy(port->stable, sizeof port->stable, link);
    }
    if (dir)
        closedir(dir);
}

static void put(char *buf, size_t size, const char *text)
{
    text_copy(buf, size, text ? text : "");
}

size_t serial_ports(struct serial_port **out)
{
    struct sp_port **list = NULL;
    size_t n = 0;
    *out = NULL;
    if (sp_list_ports(&list) != SP_OK)
        return 0;
    while (list[n])
        n++;
    *out = mem_new((n + 1) * sizeof **out);
    for (size_t i = 0; i < n; i++) {
        struct serial_port *port = &(*out)[i];
        const char *product = sp_get_port_usb_product(list[i]);
        put(port->path, sizeof port->path, sp_get_port_name(list[i]));
        put(port->title, sizeof port->title, product ? product : sp_get_port_description(list[i]));
        put(port->manufacturer, sizeof port->manufacturer, sp_get_port_usb_manufacturer(list[i]));
        put(port->serial, sizeof port->serial, sp_get_port_usb_serial(list[i]));
        stable_name(port);
    }
    sp_free_port_list(list);
    return n;
}
