/*
 * Configuration read, checked, and remembered with where each value came from.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

#define LINE_MAX_BYTES 190 /* libinih cuts longer ones without a word */

struct key {
    const char *name, *env, *value, *kind, *meaning;
};

static const struct key keys[CONFIG_COUNT] = {
#define X(id, name, env, value, kind, meaning) [CONFIG_##id] = {name, env, value, kind, meaning},
    CONFIG_KEYS(X)
#undef X
};

struct config {
    char *value[CONFIG_COUNT];
    char *source[CONFIG_COUNT];
};

/* The reader under libinih: counts lines, and refuses what the library would silently misread. */
struct reader {
    struct config *config;
    FILE *file;
    const char *path;
    int line;
    struct err *e;
    bool failed;
};

static void set(struct config *c, int key, const char *value, const char *source)
{
    free(c->value[key]);
    free(c->source[key]);
    c->value[key] = mem_text(value);
    c->source[key] = mem_text(source);
}

static int key_find(const char *name)
{
    for (int i = 0; i < CONFIG_COUNT; i++) {
        if (strcmp(keys[i].name, name) == 0)
            return i;
    }
    return -1;
}

static const char *key_nearest(const char *name)
{
    int best = 0;

    for (int i = 1; i < CONFIG_COUNT; i++) {
        if (text_distance(keys[i].name, name) < text_distance(keys[best].name, name))
            best = i;
    }
    return keys[best].name;
}

static bool value_fits(const char *kind, const char *value)
{
    if (strcmp(kind, "path") == 0 || strcmp(kind, "text") == 0)
        return text_is_clean(value);
    if (strcmp(kind, "number") == 0)
        return value[0] != '\0' && strlen(value) < 10 &&
               strspn(value, "0123456789") == strlen(value);
    size_t n = strlen(value);
    for (const char *word = kind; n > 0 && word; word = strchr(word, '|')) {
        word += *word == '|';
        if (strncmp(word, value, n) == 0 && (word[n] == '|' || word[n] == '\0'))
            return true;
    }
    return false;
}

static int take(struct config *c, int key, const char *value, const char *source, struct err *e)
{
    if (!value_fits(keys[key].kind, value))
        return err_set(e, MSG_CONFIG_VALUE, source, value, keys[key].name, keys[key].kind);
    set(c, key, value, source);
    return 0;
}

static char *read_line(char *buf, int size, void *stream)
{
    struct reader *r = stream;

    if (r->failed || !fgets(buf, size, r->file))
        return NULL;
    r->line++;
    size_t n = strlen(buf);
    const char *wrong = NULL;
    if (n > LINE_MAX_BYTES || (n + 1 == (size_t)size && buf[n - 1] != '\n'))
        wrong = N_("the line is longer than 190 bytes");
    else if ((buf[0] == ' ' || buf[0] == '\t') && buf[strspn(buf, " \t\r\n")] != '\0')
        wrong = N_("the line begins with a space");
    if (wrong) {
        err_set(r->e, MSG_CONFIG_LINE, r->path, (int64_t)r->line, wrong);
        r->failed = true;
        return NULL;
    }
    return buf;
}

static int read_pair(void *ctx, const char *section, const char *name, const char *value)
{
    struct reader *r = ctx;
    char source[512];

    if (section[0] != '\0') {
        err_set(r->e, MSG_CONFIG_LINE, r->path, (int64_t)r->line,
                N_("this file has no [sections]"));
        r->failed = true;
        return 0;
    }
    int key = key_find(name);
    if (key < 0) {
        err_set(r->e, MSG_CONFIG_KEY, r->path, (int64_t)r->line, name, key_nearest(name));
        r->failed = true;
        return 0;
    }
    snprintf(source, sizeof source, "%s:%d", r->path, r->line);
    if (take(r->config, key, value, source, r->e) != 0)
        r->failed = true;
    return !r->failed;
}

static int read_file(struct config *c, const char *path, bool must, struct err *e)
{
    struct reader r = {.config = c, .path = path, .e = e};

    /* A pipe without a writer must not block here. */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    r.file = fd < 0 ? NULL : fdopen(fd, "r");
    if (!r.file)
        return !must && errno == ENOENT ? 0 : err_set(e, MSG_FILE_OPEN, path, strerror(errno));
    struct stat st;
    if (fstat(fileno(r.file), &st) != 0 || !(S_ISREG(st.st_mode) || S_ISCHR(st.st_mode))) {
        fclose(r.file);
        return err_set(e, MSG_CONFIG_FILE, path);
    }
    errno = 0;
    int line = ini_parse_stream(read_line, &r, read_pair, &r);
    if (ferror(r.file) && !r.failed) {
        r.failed = true;
        err_set(e, MSG_FILE_READ, path, strerror(errno));
    }
    fclose(r.file);
    if (r.failed)
        return e->code;
    if (line != 0)
        return err_set(e, MSG_CONFIG_LINE, path, (int64_t)line, N_("this is not \"key = value\""));
    return 0;
}

int config_new(struct config **out, const char *file, struct err *e)
{
    struct config *c = mem_new(sizeof *c);
    const char *env = getenv("METERTILL_CONFIG"), *home = getenv("XDG_CONFIG_HOME");
    char *own = home && home[0] ? mem_format("%s/metertill.conf", home) : NULL;
    int rc;

    for (int i = 0; i < CONFIG_COUNT; i++)
        set(c, i, keys[i].value, "built-in");
    if (file)
        rc = read_file(c, file, true, e);
    else if (env && env[0])
        rc = read_file(c, env, true, e);
    else if (own && access(own, F_OK) == 0)
        rc = read_file(c, own, false, e);
    else
        rc = read_file(c, "/etc/metertill.conf", false, e);
    for (int i = 0; i < CONFIG_COUNT && rc == 0; i++) {
        const char *value = getenv(keys[i].env);
        if (value && value[0])
            rc = take(c, i, value, keys[i].env, e);
    }
    free(own);
    if (rc == 0)
        *out = c;
    else
        config_free(c);
    return rc;
}

void config_free(struct config *c)
{
    if (!c)
        return;
    for (int i = 0; i < CONFIG_COUNT; i++) {
        free(c->value[i]);
        free(c->source[i]);
    }
    free(c);
}

int config_flag(struct config *c, const char *name, const char *value, struct err *e)
{
    int key = key_find(name);

    if (key < 0)
        return err_set(e, MSG_CONFIG_KEY, "--", (int64_t)0, name, key_nearest(name));
    return take(c, key, value, "flag", e);
}

/* The name of the books without folder and ending: the socket's name. */
static char *stem(const char *path)
{
    const char *base = strrchr(path, '/');
    char *name = mem_text(base ? base + 1 : path);
    char *dot = strrchr(name, '.');

    if (dot && dot != name)
        *dot = '\0';
    return name;
}

/* Two databases of one name in different folders need two sockets: FNV-1a of the whole path. */
static unsigned mark(const char *path)
{
    uint32_t hash = 2166136261u;

    for (; *path; path++)
        hash = (hash ^ (unsigned char)*path) * 16777619u;
    return hash;
}

static void derive(struct config *c, int key, char *value)
{
    if (c->value[key][0] == '\0')
        set(c, key, value, "built-in");
    free(value);
}

char *config_share_place(void)
{
    char exe[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);

    if (n > 0) {
        exe[n] = '\0';
        char *slash = strrchr(exe, '/');
        if (slash)
            *slash = '\0';
        char *beside = mem_format("%s/share", exe);
        if (access(beside, R_OK) == 0)
            return beside;
        free(beside);
    }
    return mem_text(METERTILL_SHARE);
}

int config_finish(struct config *c, struct err *e)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME"),
               *run = getenv("XDG_RUNTIME_DIR");

    (void)e;
    if (data && data[0])
        derive(c, CONFIG_DATABASE, mem_format("%s/metertill/metertill.db", data));
    else
        derive(c, CONFIG_DATABASE,
               mem_format("%s/.local/share/metertill/metertill.db", home ? home : "/root"));
    if (c->value[CONFIG_DATABASE][0] != '/') {
        char cwd[4096];
        if (getcwd(cwd, sizeof cwd)) {
            char *whole = mem_format("%s/%s", cwd, c->value[CONFIG_DATABASE]);
            char *source = mem_text(c->source[CONFIG_DATABASE]);
            set(c, CONFIG_DATABASE, whole, source);
            free(whole);
            free(source);
        }
    }
    if (data && data[0])
        derive(c, CONFIG_EXPORT_DIR, mem_format("%s/metertill/exports", data));
    else
        derive(c, CONFIG_EXPORT_DIR,
               mem_format("%s/.local/share/metertill/exports", home ? home : "/root"));
    char *name = stem(c->value[CONFIG_DATABASE]);
    char *service = mem_format("/run/metertill/%s.sock", name);
    if (access("/run/metertill", W_OK) == 0 || access(service, F_OK) == 0)
        derive(c, CONFIG_SOCKET, mem_text(service));
    else if (run && run[0])
        derive(c, CONFIG_SOCKET,
               mem_format("%s/metertill-%s-%08x.sock", run, name, mark(c->value[CONFIG_DATABASE])));
    else
        derive(c, CONFIG_SOCKET,
               mem_format("/tmp/metertill-%u-%s-%08x.sock", (unsigned)getuid(), name,
                          mark(c->value[CONFIG_DATABASE])));
    derive(c, CONFIG_HEAD_FILE, mem_format("%s.head", c->value[CONFIG_DATABASE]));
    char *folder = mem_text(c->value[CONFIG_DATABASE]);
    *strrchr(folder, '/') = '\0';
    derive(c, CONFIG_BACKUP_DIR, mem_format("%s/backups", folder));
    free(folder);
    derive(c, CONFIG_SHARE, config_share_place());
    derive(c, CONFIG_LOG_FILE, mem_format("%s.log", c->value[CONFIG_DATABASE]));
    free(service);
    free(name);
    return 0;
}

const char *config_get(const struct config *c, enum config_key key)
{
    return c->value[key];
}

const char *config_name(enum config_key key)
{
    return keys[key].name;
}

const char *config_source(const struct config *c, enum config_key key)
{
    return c->source[key];
}

int64_t config_number(const struct config *c, enum config_key key)
{
    return strtoll(c->value[key], NULL, 10);
}
