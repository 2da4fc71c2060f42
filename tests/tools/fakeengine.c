/*
 * An engine that says what a script tells it: for tests of the console, where every answer, its delay
 * and every event must be known. fakeengine SOCKET SCRIPT; commands come on standard input.
 *
 * SCRIPT: {"hello": {...}, "calls": [{"call": "find", "args": {"text": "1204"}, "times": 1,
 * "delay_ms": 0, "result": {...} or "error": {...}}, ...]}. The first entry whose call and args (those it
 * names) fit answers; "times" uses it up; "silent": true never answers. Commands: `event NAME JSON`, `drop`
 * (closes every connection), `script FILE`, `quit`. Every request is written to standard output.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "wire.h"

#define CLIENTS_MAX 8
#define OUTPUT_MAX  (1u << 22)

struct late {
    struct late *next;
    int64_t at_ms;
    struct wire *to;
    json_t *message;
};

struct fake {
    int listen_fd;
    struct wire *clients[CLIENTS_MAX];
    json_t *script;
    struct late *late;
};

static json_t *script_load(const char *path)
{
    json_error_t error;
    json_t *script = json_load_file(path, 0, &error);
    if (!script) {
        fprintf(stderr, "fakeengine: %s, line %d: %s\n", path, error.line, error.text);
        exit(65);
    }
    return script;
}

static bool fits(const json_t *wanted, const json_t *given)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
    {
        if (!json_equal(value, json_object_get(given, key)))
            return false;
    }
    return true;
}

static json_t *entry_find(const struct fake *f, const char *call, const json_t *args)
{
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(f->script, "calls"), i, entry)
    {
        const char *name = json_string_value(json_object_get(entry, "call"));
        json_t *times = json_object_get(entry, "times");
        if (!name || strcmp(name, call) != 0 || !fits(json_object_get(entry, "args"), args))
            continue;
        if (!times)
            return entry;
        if (json_integer_value(times) > 0) {
            json_integer_set(times, json_integer_value(times) - 1);
            return entry;
        }
    }
    return NULL;
}

static void say(struct wire *to, const json_t *message)
{
    struct err e = {0};
    if (wire_put(to, message, OUTPUT_MAX, &e) == 0)
        wire_flush(to, &e);
}

static void say_later(struct fake *f, struct wire *to, json_t *message, int64_t delay_ms)
{
    struct late *late = mem_new(sizeof *late), **end = &f->late;
    *late = (struct late){.at_ms = clock_mono_ms() + delay_ms, .to = to, .message = message};
    while (*end)
        end = &(*end)->next;
    *end = late;
}

static void answer(struct fake *f, struct wire *from, const json_t *request)
{
    const char *call = json_string_value(json_object_get(request, "call"));
    if (json_object_get(request, "hello")) {
        json_t *hello = json_pack("{s:O}", "hello", json_object_get(f->script, "hello"));
        say(from, hello);
        json_decref(hello);
        return;
    }
    char *text = json_dumps(request, JSON_COMPACT | JSON_SORT_KEYS);
    puts(text);
    fflush(stdout);
    free(text);
    const json_t *entry = call ? entry_find(f, call, json_object_get(request, "args")) : NULL;
    if (json_is_true(json_object_get(entry, "silent")))
        return;
    json_t *reply = json_pack("{s:O}", "id", json_object_get(request, "id"));
    json_t *error = json_object_get(entry, "error"), *result = json_object_get(entry, "result");
    if (error)
        json_object_set(reply, "error", error);
    else if (result)
        json_object_set(reply, "result", result);
    else
        json_object_set_new(
            reply, "result",
            json_pack("{s:[],s:[],s:i,s:b}", "columns", "rows", "offset", 0, "more", 0));
    say_later(f, from, reply, json_integer_value(json_object_get(entry, "delay_ms")));
}

static void client_drop(struct fake *f, int i)
{
    for (struct late *late = f->late; late; late = late->next) {
        if (late->to == f->clients[i])
            late->to = NULL;
    }
    wire_free(f->clients[i]);
    f->clients[i] = NULL;
}

static void client_take(struct fake *f, int i)
{
    struct err e = {0};
    const int gone = wire_fill(f->clients[i], &e);
    json_t *message;
    while ((message = wire_take(f->clients[i], &e))) {
        answer(f, f->clients[i], message);
        json_decref(message);
    }
    if (gone)
        client_drop(f, i);
}

static void event(struct fake *f, const char *name, const char *text)
{
    json_t *message = json_pack("{s:s,s:o}", "event", name, "data", json_loads(text, 0, NULL));
    for (int i = 0; message && i < CLIENTS_MAX; i++) {
        if (f->clients[i])
            say(f->clients[i], message);
    }
    json_decref(message);
}

static void command(struct fake *f, char *line)
{
    char name[64], rest[4096];
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "event %63s %4095[^\n]", name, rest) == 2) {
        event(f, name, rest);
    } else if (sscanf(line, "script %4095s", rest) == 1) {
        json_decref(f->script);
        f->script = script_load(rest);
    } else if (strcmp(line, "drop") == 0) {
        for (int i = 0; i < CLIENTS_MAX; i++) {
            if (f->clients[i])
                client_drop(f, i);
        }
    } else if (strcmp(line, "quit") == 0) {
        exit(0);
    }
}

static void late_send(struct fake *f)
{
    for (struct late **at = &f->late; *at;) {
        struct late *late = *at;
        if (late->at_ms > clock_mono_ms()) {
            at = &late->next;
            continue;
        }
        *at = late->next;
        if (late->to)
            say(late->to, late->message);
        json_decref(late->message);
        free(late);
    }
}

static void turn(struct fake *f)
{
    struct pollfd fds[CLIENTS_MAX + 2] = {{.fd = f->listen_fd, .events = POLLIN},
                                          {.fd = STDIN_FILENO, .events = POLLIN}};
    for (int i = 0; i < CLIENTS_MAX; i++)
        fds[i + 2] = (struct pollfd){
            .fd = f->clients[i] ? wire_fd(f->clients[i]) : -1,
            .events = f->clients[i] && wire_waiting(f->clients[i]) ? POLLIN | POLLOUT : POLLIN};
    poll(fds, CLIENTS_MAX + 2, f->late ? 5 : 1000);
    for (int i = 0; i < CLIENTS_MAX; i++) {
        struct err gone = {0};
        if ((fds[i + 2].revents & POLLOUT) && f->clients[i])
            wire_flush(f->clients[i], &gone); /* the rest of a big answer */
        if ((fds[i + 2].revents & ~POLLOUT) && f->clients[i])
            client_take(f, i);
    }
    if (fds[0].revents) {
        const int fd = accept4(f->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        int free_place = 0;
        while (free_place < CLIENTS_MAX - 1 && f->clients[free_place])
            free_place++;
        if (fd >= 0 && !f->clients[free_place])
            f->clients[free_place] = wire_new(fd);
        else if (fd >= 0)
            close(fd);
    }
    if (fds[1].revents) {
        char line[5000];
        if (!fgets(line, sizeof line, stdin))
            exit(0); /* who steers it is gone */
        command(f, line);
    }
    late_send(f);
}

int main(int argc, char **argv)
{
    struct fake f = {0};
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    if (argc != 3 || strlen(argv[1]) >= sizeof a.sun_path) {
        fprintf(stderr, "usage: fakeengine SOCKET SCRIPT\n");
        return 64;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* poll() must see every line */
    f.script = script_load(argv[2]);
    memcpy(a.sun_path, argv[1], strlen(argv[1]) + 1);
    unlink(a.sun_path);
    f.listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(f.listen_fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(f.listen_fd, 8) != 0) {
        fprintf(stderr, "fakeengine: %s: %s\n", argv[1], strerror(errno));
        return 71;
    }
    for (;;)
        turn(&f);
}
