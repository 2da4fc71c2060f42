/*
 * Framing and its limits: bytes of a descriptor to JSON messages and back. What a message means is
 * not known here. Buffers grow with what arrived, never with what a length claims.
 */
#include "wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "text.h"

#define HEAD  4u
#define CHUNK 16384u

struct buffer {
    char *bytes;
    size_t start, end, room; /* what counts is [start, end) */
};

struct wire {
    int fd;
    size_t message_max;
    struct buffer in, out;
};

struct wire *wire_new(int fd)
{
    struct wire *w = mem_new(sizeof *w);
    w->fd = fd;
    w->message_max = WIRE_STRANGER_MAX;
    return w;
}

void wire_free(struct wire *w)
{
    if (!w)
        return;
    close(w->fd);
    free(w->in.bytes);
    free(w->out.bytes);
    free(w);
}

int wire_fd(const struct wire *w)
{
    return w->fd;
}

void wire_limit(struct wire *w, size_t message_max)
{
    w->message_max = message_max;
}

size_t wire_waiting(const struct wire *w)
{
    return w->out.end - w->out.start;
}

/* Makes room for `more` bytes behind the end. */
static void buffer_room(struct buffer *b, size_t more)
{
    if (b->start == b->end)
        b->start = b->end = 0;
    if (b->room - b->end >= more)
        return;
    if (b->start) {
        memmove(b->bytes, b->bytes + b->start, b->end - b->start);
        b->end -= b->start;
        b->start = 0;
    }
    if (b->room - b->end < more) {
        size_t room = b->room * 2 > b->end + more ? b->room * 2 : b->end + more;
        b->bytes = mem_grow(b->bytes, room);
        b->room = room;
    }
}

/* After a large message the memory goes back. */
static void buffer_shrink(struct buffer *b)
{
    if (b->start == b->end && b->room > 8 * CHUNK) {
        free(b->bytes);
        *b = (struct buffer){0};
    }
}

/* Where a message is written to, behind the end of a buffer; what is too long is only counted. */
struct sink {
    struct buffer *buffer;
    size_t size;
};

static int sink_put(const char *bytes, size_t size, void *ctx)
{
    struct sink *s = ctx;
    if (s->size + size <= WIRE_MESSAGE_MAX) {
        buffer_room(s->buffer, HEAD + s->size + size);
        memcpy(s->buffer->bytes + s->buffer->end + HEAD + s->size, bytes, size);
    }
    s->size += size;
    return 0;
}

int wire_put(struct wire *w, const json_t *message, size_t output_max, struct err *e)
{
    if (wire_waiting(w) > output_max)
        return err_set(e, MSG_WIRE_SLOW);
    struct sink sink = {.buffer = &w->out};
    const bool written = json_dump_callback(message, sink_put, &sink, JSON_COMPACT) == 0;
    const size_t size = sink.size;
    if (!written || size == 0 || size > WIRE_MESSAGE_MAX)
        return err_set(e, MSG_WIRE_RESULT_LARGE, (int64_t)size);
    unsigned char *head = (unsigned char *)w->out.bytes + w->out.end;
    head[0] = (unsigned char)(size >> 24);
    head[1] = (unsigned char)(size >> 16);
    head[2] = (unsigned char)(size >> 8);
    head[3] = (unsigned char)size;
    w->out.end += HEAD + size;
    return 0;
}

int wire_flush(struct wire *w, struct err *e)
{
    while (w->out.start < w->out.end) {
        ssize_t n = send(w->fd, w->out.bytes + w->out.start, w->out.end - w->out.start,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0) {
            w->out.start += (size_t)n;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 0;
        const char *why = strerrordesc_np(errno);
        err_set(e, MSG_WIRE_GONE);
        err_detail(e, "send: %s", why);
        return e->code = ERR_IO;
    }
    buffer_shrink(&w->out);
    return 0;
}

int wire_fill(struct wire *w, struct err *e)
{
    bool got = false;
    while (w->in.end - w->in.start < HEAD + w->message_max) {
        buffer_room(&w->in, CHUNK);
        ssize_t n = recv(w->fd, w->in.bytes + w->in.end, CHUNK, MSG_DONTWAIT);
        if (n > 0) {
            w->in.end += (size_t)n;
            got = true;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return 0;
        if (got) /* what came before the end is looked at first; the end shows at the next call */
            return 0;
        int gone = n < 0 ? errno : 0;
        err_set(e, MSG_WIRE_GONE);
        if (gone)
            err_detail(e, "recv: %s", strerrordesc_np(gone));
        return e->code = ERR_IO;
    }
    return 0;
}

/* The deepest nesting of JSON text, strings skipped. jansson's own limit is far higher, and its parser recursive. */
static int depth_of(const char *text, size_t size)
{
    int depth = 0, deepest = 0;
    bool in_string = false;
    for (size_t i = 0; i < size; i++) {
        char c = text[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest)
                deepest = depth;
        } else if (c == '}' || c == ']') {
            depth--;
        }
    }
    return deepest;
}

static json_t *parse(const char *text, size_t size, struct err *e)
{
    if (depth_of(text, size) > WIRE_DEPTH_MAX) {
        err_set(e, MSG_WIRE_TOO_DEEP, (int64_t)WIRE_DEPTH_MAX);
        return NULL;
    }
    json_error_t why;
    json_t *message = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &why);
    if (!message) {
        char line[ERR_TEXT_MAX];
        text_copy(line, sizeof line, why.text);
        err_set(e, MSG_WIRE_NO_JSON, (int64_t)why.position, line);
        return NULL;
    }
    if (!json_is_object(message)) {
        json_decref(message);
        err_set(e, MSG_WIRE_NO_OBJECT);
        return NULL;
    }
    return message;
}

json_t *wire_take(struct wire *w, struct err *e)
{
    size_t have = w->in.end - w->in.start;
    if (have < HEAD)
        return NULL;
    const unsigned char *head = (const unsigned char *)w->in.bytes + w->in.start;
    size_t size =
        (size_t)head[0] << 24 | (size_t)head[1] << 16 | (size_t)head[2] << 8 | (size_t)head[3];
    if (size == 0) {
        err_set(e, MSG_WIRE_EMPTY);
        return NULL;
    }
    if (size > w->message_max) {
        err_set(e, MSG_WIRE_TOO_LARGE, (int64_t)size, (int64_t)w->message_max);
        return NULL;
    }
    if (have - HEAD < size)
        return NULL;
    json_t *message = parse(w->in.bytes + w->in.start + HEAD, size, e);
    w->in.start += HEAD + size;
    buffer_shrink(&w->in);
    return message;
}

json_t *wire_error(const struct err *e)
{
    const struct message *m = message_get(e->msg);
    json_t *args = json_array();
    for (size_t i = 0; m->types[i] && i < ERR_ARGS_MAX; i++) {
        json_t *arg;
        if (m->types[i] == 's' || m->types[i] == 'k') {
            arg = json_string(e->arg[i].text);
            if (!arg) /* a text cut within a character is no UTF-8 */
                arg = json_string("?");
        } else {
            arg = json_integer(e->arg[i].number);
        }
        json_array_append_new(args, arg);
    }
    return json_pack("{s:s,s:s,s:o}", "code", err_word(e->code), "msg", m->name, "args", args);
}

void wire_error_read(const json_t *error, struct err *e)
{
    const char *name = json_string_value(json_object_get(error, "msg"));
    const char *word = json_string_value(json_object_get(error, "code"));
    const json_t *args = json_object_get(error, "args");
    int id = name ? message_find(name) : -1;
    if (id < 0) {
        err_set(e, MSG_WIRE_UNKNOWN_ERROR, name ? name : "?");
        return;
    }
    const struct message *m = message_get((enum msg_id)id);
    int code = word ? err_from_word(word) : 0;
    *e = (struct err){.code = code ? code : m->code, .msg = (enum msg_id)id};
    for (size_t i = 0; m->types[i] && i < ERR_ARGS_MAX; i++) {
        const json_t *arg = json_array_get(args, i);
        if (m->types[i] == 's' || m->types[i] == 'k')
            text_copy(e->arg[i].text, sizeof e->arg[i].text,
                      json_is_string(arg) ? json_string_value(arg) : "?");
        else
            e->arg[i].number = json_integer_value(arg);
    }
}
