/*
 * Modbus-RTU frames with CRC on a stream: a transparent serial server (rtu-tcp) or a serial device
 * (rtu). libmodbus builds the frames of functions 3, 4 and 16 and takes the replies; whether a reply
 * is the one asked for is checked here in full (address, function, length, and for a write the echoed
 * registers), since libmodbus takes the late reply of one write for another's. The vendor function
 * goes by our own bounded reader, because libmodbus cannot receive it. Draining and silence are
 * src/field's.
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "framing.h"
#include "stream.h"

#define BYTE_TIMEOUT_MIN_MS 100 /* a gateway may cut a frame into packets */

struct rtu {
    modbus_t *modbus;
    int fd;
    const struct framing_tap *tap;
};

static void *attach(int fd, const struct framing_tap *tap, struct err *e)
{
    struct rtu *rtu = mem_new(sizeof *rtu);
    rtu->fd = fd;
    rtu->tap = tap;
    /* The device name and the line's figures are never used: the descriptor is connected already. */
    rtu->modbus = modbus_new_rtu("x", 9600, 'N', 8, 1);
    if (!rtu->modbus || modbus_set_socket(rtu->modbus, fd) != 0 ||
        modbus_set_error_recovery(rtu->modbus, MODBUS_ERROR_RECOVERY_NONE) != 0) {
        err_set(e, MSG_SYSTEM_CALL, "modbus_new_rtu", modbus_strerror(errno));
        if (rtu->modbus)
            modbus_free(rtu->modbus);
        free(rtu);
        return NULL;
    }
    return rtu;
}

static void detach(void *ctx)
{
    struct rtu *rtu = ctx;
    modbus_set_socket(rtu->modbus, -1);
    modbus_free(rtu->modbus);
    free(rtu);
}

static void tap(const struct rtu *rtu, char direction, const uint8_t *bytes, size_t len)
{
    if (rtu->tap && len > 0)
        rtu->tap->frame(rtu->tap->owner, direction, bytes, len);
}

static void timeouts(modbus_t *modbus, int timeout_ms)
{
    int byte_ms = timeout_ms / 2 > BYTE_TIMEOUT_MIN_MS ? timeout_ms / 2 : BYTE_TIMEOUT_MIN_MS;
    modbus_set_response_timeout(modbus, (uint32_t)timeout_ms / 1000,
                                (uint32_t)timeout_ms % 1000 * 1000);
    modbus_set_byte_timeout(modbus, (uint32_t)byte_ms / 1000, (uint32_t)byte_ms % 1000 * 1000);
}

static struct bus_result verdict(enum frame_is is, uint8_t exception)
{
    static const enum bus_end ends[] = {[FRAME_REPLY] = BUS_OK,
                                        [FRAME_EXCEPTION] = BUS_EXCEPTION,
                                        [FRAME_SHORT] = BUS_GARBAGE,
                                        [FRAME_FOREIGN] = BUS_GARBAGE,
                                        [FRAME_BROKEN] = BUS_GARBAGE};
    return (struct bus_result){.end = ends[is],
                               .exception = exception,
                               .sent = true,
                               .broken = is == FRAME_SHORT || is == FRAME_BROKEN};
}

/* Does errno say that the line is no more? EIO and the like: an adapter was pulled out. */
static bool is_gone(int why)
{
    static const int gone[] = {ECONNRESET, EBADF, EPIPE, ENOTCONN, EIO, ENXIO, ENODEV};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (gone[i] == why)
            return true;
    return false;
}

/* Takes the reply through libmodbus. reply is FRAME_MAX long. */
static struct bus_result take(struct rtu *rtu, const struct frame_want *want, uint8_t *reply)
{
    memset(reply, 0, FRAME_MAX);
    int n = modbus_receive_confirmation(rtu->modbus, reply);
    if (n > 0) {
        uint8_t exception = 0;
        tap(rtu, '<', reply, (size_t)n);
        enum frame_is is = frame_rtu(reply, (size_t)n, want, &exception);
        return verdict(is, exception);
    }
    int why = n < 0 ? errno : 0;
    size_t len =
        FRAME_MAX; /* libmodbus does not say how far it came: up to the last byte that is not 0 */
    while (len > 0 && reply[len - 1] == 0)
        len--;
    tap(rtu, '<', reply, len);
    struct bus_result result = {.end = BUS_GARBAGE, .sent = true, .broken = true};
    if (why == ETIMEDOUT && len == 0)
        result.end = BUS_SILENT;
    else if (is_gone(why))
        result.end = BUS_DOWN;
    return result;
}

/* Sends address, function, body through libmodbus. */
static bool put(struct rtu *rtu, const uint8_t *request, size_t len, int timeout_ms,
                struct bus_result *result)
{
    uint8_t frame[FRAME_MAX];
    memcpy(frame, request, len);
    tap(rtu, '>', frame, frame_seal(frame, len));
    modbus_set_slave(rtu->modbus, request[0]);
    timeouts(rtu->modbus, timeout_ms);
    if (modbus_send_raw_request(rtu->modbus, request, (int)len) > 0)
        return true;
    /* EMBBADDATA: a part was written; anything else: write() took nothing. */
    *result = (struct bus_result){.end = BUS_DOWN, .sent = errno == EMBBADDATA};
    return false;
}

static size_t put16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)(value & 0xFF);
    return 2;
}

static struct bus_result rtu_read(void *ctx, uint8_t address, uint8_t function, uint16_t start,
                                  uint16_t count, uint16_t *regs, int timeout_ms)
{
    struct rtu *rtu = ctx;
    uint8_t request[6] = {address, function}, reply[FRAME_MAX];
    put16(request + 2, start);
    put16(request + 4, count);
    uint8_t bytes = (uint8_t)(2 * count);
    struct frame_want want = {address, function, 1 + 2 * (size_t)count, &bytes, 1};
    struct bus_result result;
    if (!put(rtu, request, sizeof request, timeout_ms, &result))
        return result;
    result = take(rtu, &want, reply);
    if (result.end == BUS_OK)
        for (size_t i = 0; i < count; i++)
            regs[i] = (uint16_t)(reply[3 + 2 * i] << 8 | reply[4 + 2 * i]);
    return result;
}

static struct bus_result rtu_write(void *ctx, uint8_t address, uint16_t start, uint16_t count,
                                   const uint16_t *regs, int timeout_ms)
{
    struct rtu *rtu = ctx;
    uint8_t request[FRAME_MAX] = {address, MODBUS_FC_WRITE_MULTIPLE_REGISTERS}, reply[FRAME_MAX];
    put16(request + 2, start);
    put16(request + 4, count);
    request[6] = (uint8_t)(2 * count);
    for (size_t i = 0; i < count; i++)
        put16(request + 7 + 2 * i, regs[i]);
    struct frame_want want = {address, request[1], 4, request + 2, 4};
    struct bus_result result;
    if (!put(rtu, request, 7 + 2 * (size_t)count, timeout_ms, &result))
        return result;
    return take(rtu, &want, reply);
}

static struct bus_result rtu_vendor(void *ctx, uint8_t address, uint8_t function,
                                    const uint8_t *body, size_t body_len, size_t reply_len,
                                    uint8_t *reply, int timeout_ms)
{
    struct rtu *rtu = ctx;
    struct bus_result result = {.end = BUS_DOWN};
    struct frame_want want = {.address = address, .function = function, .payload_len = reply_len};
    uint8_t frame[FRAME_MAX] = {address, function};
    if (body_len + 4 > sizeof frame || reply_len + 4 > sizeof frame)
        return result;
    memcpy(frame + 2, body, body_len);
    size_t len = frame_seal(frame, body_len + 2);
    tap(rtu, '>', frame, len);
    if (stream_send(rtu->fd, frame, len, &result.sent) != 0)
        return result;
    result.sent = true;
    int64_t deadline = stream_deadline_ms(timeout_ms);
    size_t got = 0, need;
    /* Only the bytes of one frame are taken: what follows it is drained as late bytes. */
    while (got < (need = frame_rtu_need(frame, got, &want))) {
        int n = stream_take(rtu->fd, frame + got, need - got, deadline);
        if (n <= 0) {
            tap(rtu, '<', frame, got);
            result.end = n < 0 ? BUS_DOWN : got > 0 ? BUS_GARBAGE : BUS_SILENT;
            result.broken = got > 0;
            return result;
        }
        got += (size_t)n;
    }
    tap(rtu, '<', frame, got);
    uint8_t exception = 0;
    enum frame_is is = frame_rtu(frame, got, &want, &exception);
    result = verdict(is, exception);
    if (result.end == BUS_OK && reply)
        memcpy(reply, frame + 2, reply_len);
    return result;
}

const struct framing framing_rtu_tcp = {
    .type = "rtu-tcp",
    .on_tcp = true,
    .attach = attach,
    .detach = detach,
    .read = rtu_read,
    .write = rtu_write,
    .vendor = rtu_vendor,
};

/* The same bytes on a serial device. */
const struct framing framing_rtu = {
    .type = "rtu",
    .on_tcp = false,
    .attach = attach,
    .detach = detach,
    .read = rtu_read,
    .write = rtu_write,
    .vendor = rtu_vendor,
};
