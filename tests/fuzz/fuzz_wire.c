/*
 * Fuzz target: any bytes as what a peer sends. A message that is taken is an object within the limits; an
 * error of the peer's, read back and spelled again, stays what it was.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "message.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const json_t *message)
{
    struct err e = {0};
    char text[1024];
    if (!json_is_object(message))
        abort();
    wire_error_read(json_object_get(message, "error"), &e);
    message_english(&e, text, sizeof text);
    json_decref(wire_error(&e));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    struct err e = {0};
    if (size > 60000 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
        return 0;
    struct wire *wire = wire_new(pair[0]);
    if (write(pair[1], data, size) != (ssize_t)size)
        abort();
    close(pair[1]);
    while (wire_fill(wire, &e) == 0) {
        json_t *message;
        struct err broken = {0};
        while ((message = wire_take(wire, &broken))) {
            look(message);
            json_decref(message);
        }
        if (broken.code)
            break;
    }
    wire_free(wire);
    return 0;
}
