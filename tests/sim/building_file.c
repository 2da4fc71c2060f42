/* building_file.c - reads the text file that describes a building.
 *
 * Belongs here: its grammar (README.md has it in full): lines `building`, `channel`, `meter`
 * followed by key=value words, # comments. Not here: the fields of a meter (meter_field.c).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "building.h"
#include "civil.h"

struct reader {
    struct building *building;
    const char *path;
    int line;
};

/* A key of a channel: a number, or one of some words whose place is the value. */
struct channel_key {
    const char *name;
    size_t offset;
    int64_t min;
    int64_t max;
    const char *const *words; /* ends in NULL */
};

static const char *const type_words[] = {"rtu-tcp", "tcp", "rtu", NULL};
static const char *const kick_words[] = {"none", "oldest", NULL};
static const char *const reply_words[] = {"asker", "all", NULL};
static const char *const yes_words[] = {"no", "yes", NULL};
static const char *const absent_words[] = {"silent", "", "", "",   "",   "",  "",
                                           "",       "", "", "0A", "0B", NULL};

#define AT(f) offsetof(struct channel, f)

static const struct channel_key channel_keys[] = {
    {"type", AT(type), 0, 0, type_words},
    {"port", AT(port), 0, 65535, NULL},
    {"turnaround_ms", AT(turnaround_ms), 0, 10000, NULL},
    {"gap_ms", AT(gap_ms), 1, 10000, NULL},
    {"timeout_ms", AT(timeout_ms), 1, 60000, NULL},
    {"max_clients", AT(max_clients), 0, 64, NULL},
    {"kick", AT(kick_oldest), 0, 0, kick_words},
    {"idle_s", AT(idle_s), 0, 86400, NULL},
    {"resend", AT(resend), 0, 10, NULL},
    {"refuses20", AT(refuses_20), 0, 0, yes_words},
    {"absent", AT(absent), 0, 0, absent_words},
    {"replies", AT(replies_to_all), 0, 0, reply_words},
};

__attribute__((format(printf, 2, 3))) static int fail(const struct reader *r, const char *format,
                                                      ...)
{
    va_list list;
    fprintf(stderr, "%s:%d: ", r->path, r->line);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    return -1;
}

static void *append(void *array, size_t count, size_t item_size)
{
    if ((count & (count - 1)) != 0) {
        return array;
    }
    void *grown = realloc(array, (count ? count * 2 : 1) * item_size);
    if (!grown) {
        fputs("metersim: out of memory\n", stderr);
        exit(70);
    }
    return grown;
}

static int index_of(const char *const *words, const char *value)
{
    for (int i = 0; words[i]; i++) {
        if (*value && strcmp(words[i], value) == 0) {
            return i;
        }
    }
    return -1;
}

/* "9600 8N1" is written 9600/8N1 in one word. */
static bool set_line(struct channel *c, const char *value)
{
    static const char parities[] = "NOE";
    int baud;
    char parity;
    int stop;
    int used = 0;
    if (sscanf(value, "%6d/8%c%1d%n", &baud, &parity, &stop, &used) != 3 || value[used]) {
        return false;
    }
    const char *p = parity ? strchr(parities, parity) : NULL;
    if (!p || stop < 1 || stop > 2 ||
        (baud != 1200 && baud != 2400 && baud != 4800 && baud != 9600 && baud != 19200 &&
         baud != 38400)) {
        return false;
    }
    c->baud = baud;
    c->parity = p - parities;
    c->stop = stop - 1;
    return true;
}

const char *channel_key_set(struct channel *c, const char *name, const char *value)
{
    if (strcmp(name, "line") == 0) {
        return set_line(c, value) ? NULL : "not a line such as 9600/8N1";
    }
    for (size_t i = 0; i < sizeof channel_keys / sizeof channel_keys[0]; i++) {
        const struct channel_key *k = &channel_keys[i];
        if (strcmp(k->name, name) != 0) {
            continue;
        }
        int64_t n;
        if (k->words) {
            n = index_of(k->words, value);
            if (n < 0) {
                return "unknown word";
            }
        } else if (!text_to_decimal(value, 0, &n) || n < k->min || n > k->max) {
            return "not a number, or out of range";
        }
        memcpy((char *)c + k->offset, &n, sizeof n);
        return NULL;
    }
    return "a channel has no such key";
}

/* Takes the next word off the line; words with blanks stand in double quotes after the =. */
static char *next_word(char **rest)
{
    char *s = *rest + strspn(*rest, " \t\r\n");
    if (!*s || *s == '#') {
        return NULL;
    }
    char *word = s;
    bool quoted = false;
    char *to = s;
    for (; *s && (quoted || !strchr(" \t\r\n", *s)); s++) {
        if (*s == '"') {
            quoted = !quoted;
        } else {
            *to++ = *s;
        }
    }
    *rest = *s ? s + 1 : s;
    *to = 0;
    return word;
}

/* Splits key=value; returns the value, or NULL when there is no =. */
static char *split(char *word)
{
    char *equals = strchr(word, '=');
    if (equals) {
        *equals++ = 0;
    }
    return equals;
}

static bool name_is_plain(const char *name)
{
    return *name && strlen(name) < 40 && !strpbrk(name, ":/*\"\\") && name[0] != '.';
}

static int read_building(struct reader *r, char *rest)
{
    struct building *b = r->building;
    char *word;
    while ((word = next_word(&rest))) {
        char *value = split(word);
        int64_t start_ms;
        if (value && strcmp(word, "name") == 0) {
            free(b->name);
            b->name = strdup(value);
        } else if (value && strcmp(word, "start") == 0) {
            if (!civil_parse(value, &start_ms)) {
                return fail(r, "start=%s: not a time such as 2026-01-01T00:00:00", value);
            }
            building_set_clock(b, start_ms);
        } else {
            return fail(r, "building knows name= and start=, not %s", word);
        }
    }
    return 0;
}

static int read_channel(struct reader *r, char *rest)
{
    struct building *b = r->building;
    char *name = next_word(&rest);
    if (!name || !name_is_plain(name)) {
        return fail(r, "channel needs a name without : / * \" and \\");
    }
    if (building_find_channel(b, name)) {
        return fail(r, "channel %s is there twice", name);
    }
    struct channel *c = calloc(1, sizeof *c);
    char *copy = strdup(name);
    if (!c || !copy) {
        free(c);
        free(copy);
        return fail(r, "out of memory");
    }
    *c = (struct channel){
        .name = copy,
        .building = b,
        .baud = 9600,
        .turnaround_ms = 50,
        .timeout_ms = 1000,
        .gap_ms = 50,
        .max_clients = 4,
        .absent = ABSENT_0B,
        .replies_to_all = 1,
        .listener = -1,
        .slave = -1,
    };
    b->channels = append(b->channels, b->channel_count, sizeof(struct channel *));
    b->channels[b->channel_count++] = c;
    char *word;
    while ((word = next_word(&rest))) {
        char *value = split(word);
        if (!value) {
            return fail(r, "%s: key=value expected", word);
        }
        const char *reason = channel_key_set(c, word, value);
        if (reason) {
            return fail(r, "%s=%s: %s", word, value, reason);
        }
    }
    return 0;
}

static int64_t baud_index(int64_t baud)
{
    static const int64_t bauds[] = {1200, 2400, 4800, 9600, 19200, 38400};
    int64_t i = 0;
    while (i < 5 && bauds[i] != baud) {
        i++;
    }
    return i;
}

static int read_meter(struct reader *r, char *rest)
{
    struct building *b = r->building;
    char *channel_name = next_word(&rest);
    char *address_word = channel_name ? next_word(&rest) : NULL;
    struct channel *c = channel_name ? building_find_channel(b, channel_name) : NULL;
    int64_t address;
    if (!address_word || !c) {
        return fail(r, "meter needs a channel defined above, and an address");
    }
    if (!text_to_decimal(address_word, 0, &address) || address < 1 || address > 247) {
        return fail(r, "%s is not an address from 1 to 247", address_word);
    }
    for (size_t i = 0; i < c->meter_count; i++) {
        if (c->meters[i]->address == address) {
            return fail(r, "address %s is there twice on channel %s", address_word, c->name);
        }
    }
    struct meter *m = meter_new(c->name, address);
    b->meters = append(b->meters, b->meter_count, sizeof(struct meter *));
    b->meters[b->meter_count++] = m;
    c->meters = append(c->meters, c->meter_count, sizeof(struct meter *));
    c->meters[c->meter_count++] = m;
    m->baud_index = baud_index(c->baud);
    m->parity = c->parity;
    m->stop = c->stop;
    m->consuming = b->consume;
    char *word;
    while ((word = next_word(&rest))) {
        char *value = split(word);
        if (!value) {
            return fail(r, "%s: key=value expected", word);
        }
        const char *reason = meter_field_set(m, word, value);
        if (reason) {
            return fail(r, "%s=%s: %s", word, value, reason);
        }
    }
    return 0;
}

static int read_line(struct reader *r, char *line)
{
    char *rest = line;
    char *word = next_word(&rest);
    if (!word) {
        return 0;
    }
    if (strcmp(word, "building") == 0) {
        return read_building(r, rest);
    }
    if (strcmp(word, "channel") == 0) {
        return read_channel(r, rest);
    }
    if (strcmp(word, "meter") == 0) {
        return read_meter(r, rest);
    }
    return fail(r, "%s: building, channel or meter expected", word);
}

int building_load(struct building *b, const char *path)
{
    struct reader r = {.building = b, .path = path};
    FILE *f = fopen(path, "re");
    if (!f) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return -1;
    }
    char *line = NULL;
    size_t room = 0;
    int result = 0;
    while (result == 0 && getline(&line, &room, f) > 0) {
        r.line++;
        result = read_line(&r, line);
    }
    if (result == 0 && b->channel_count == 0) {
        result = fail(&r, "the building has no channel");
    }
    free(line);
    fclose(f);
    int64_t now_ms = building_now_ms(b);
    for (size_t i = 0; i < b->meter_count; i++) {
        b->meters[i]->as_of_ms = now_ms;
    }
    return result;
}
