/*
 * Modbus-TCP (MBAP) to a protocol gateway. Functions 3, 4 and 16 go through libmodbus, which gives
 * each request a transaction id and checks it; the vendor function goes by our own bounded sender and
 * reader with transaction ids of the upper half, which libmodbus never reaches here: late replies of
 * one are never taken for the other's. What is recorded of libmodbus's frames is rebuilt from their
 * parameters.
 */
#include <errno.h>
#include <modbus/modbus.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "framing.h"
#include "stream.h"

#define OWN_TRANSACTIONS 0x8000 /* ours are above, libmodbus's below */
#define LIB_TRANSACTIONS 0x7000 /* then its context is renewed: it would count on into ours */
#define BYTE_TIMEOUT_MS  500

struct mbap {
    modbus_t *modbus;
    int fd;
    uint16_t lib_count; /* libmodbus's transaction id of the request before */
    uint16_t own_count;
    const struct framing_tap *tap;
};

static modbus_t *context(int fd)
{
    modbus_t *modbus = modbus_new_tcp("127.0.0.1", 502); /* never connected by it */
    if (modbus && modbus_set_socket(modbus, fd) == 0 &&
        modbus_set_error_recovery(modbus, MODBUS_ERROR_RECOVERY_NONE) == 0)
        return modbus;
    if (modbus)
        modbus_free(modbus);
    return NULL;
}

static void *attach(int fd, const struct framing_tap *tap, struct err *e)
{
    struct mbap *mbap = mem_new(sizeof *mbap);
    mbap->fd = fd;
    mbap->tap = tap;
    mbap->modbus = context(fd);
    if (mbap->modbus)
        return mbap;
    err_set(e, MSG_SYSTEM_CALL, "modbus_new_tcp", modbus_strerror(errno));
    free(mbap);
    return NULL;
}

static void detach(void *ctx)
{
    struct mbap *mbap = ctx;
    modbus_set_socket(mbap->modbus, -1);
    modbus_free(mbap->modbus);
    free(mbap);
}

static void tap(const struct mbap *mbap, char direction, const uint8_t *bytes, size_t len)
{
    if (mbap->tap && len > 0)
        mbap->tap->frame(mbap->tap->owner, direction, bytes, len);
}

/* Records a frame of libmodbus: its header and PDU. */
static void tap_pdu(const struct mbap *mbap, char direction, uint8_t address, const uint8_t *pdu,
                    size_t len)
{
    uint8_t frame[FRAME_MAX];
    frame_mbap_head(frame, mbap->lib_count, address, len);
    memcpy(frame + FRAME_MBAP, pdu, len);
    tap(mbap, direction, frame, len + FRAME_MBAP);
}

static size_t put16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)(value & 0xFF);
    return 2;
}

static bool lib_prepare(struct mbap *mbap, uint8_t address, int timeout_ms)
{
    if (mbap->lib_count >= LIB_TRANSACTIONS) {
        modbus_t *fresh = context(mbap->fd);
        if (!fresh)
            return false;
        modbus_set_socket(mbap->modbus, -1);
        modbus_free(mbap->modbus);
        mbap->modbus = fresh;
        mbap->lib_count = 0;
    }
    mbap->lib_count++;
    modbus_set_slave(mbap->modbus, address);
    modbus_set_response_timeout(mbap->modbus, (uint32_t)timeout_ms / 1000,
                                (uint32_t)timeout_ms % 1000 * 1000);
    modbus_set_byte_timeout(mbap->modbus, 0, BYTE_TIMEOUT_MS * 1000);
    return true;
}

/* What a failure of libmodbus means, and its exception for the record. */
static struct bus_result lib_failure(const struct mbap *mbap, uint8_t address, uint8_t function,
                                     int why)
{
    struct bus_result result = {.end = BUS_GARBAGE, .sent = true};
    if (why > MODBUS_ENOBASE && why < MODBUS_ENOBASE + MODBUS_EXCEPTION_MAX) {
        result.end = BUS_EXCEPTION;
        result.exception = (uint8_t)(why - MODBUS_ENOBASE);
        uint8_t pdu[2] = {(uint8_t)(function | 0x80), result.exception};
        tap_pdu(mbap, '<', address, pdu, sizeof pdu);
    } else if (why == ETIMEDOUT) {
        result.end = BUS_SILENT;
    } else if (why == EPIPE || why == ENOTCONN || why == EBADF) {
        result.end = BUS_DOWN; /* only a send ends so */
        result.sent = false;
    } else if (why == ECONNRESET) {
        result.end = BUS_DOWN;
    }
    return result;
}

/* Takes whole frames until ours comes; those of earlier transactions are recorded and dropped. */
static struct bus_result own_take(struct mbap *mbap, uint16_t transaction,
                                  const struct frame_want *want, uint8_t *frame, int timeout_ms)
{
    struct bus_result result = {.end = BUS_SILENT, .sent = true};
    int64_t deadline = stream_deadline_ms(timeout_ms);
    size_t got = 0, whole = 0;
    for (;;) {
        enum frame_is is = frame_mbap(frame, got, transaction, want, &result.exception, &whole);
        if (is != FRAME_SHORT)
            tap(mbap, '<', frame, got);
        if (is == FRAME_FOREIGN) {
            got = 0;
            continue;
        }
        if (is != FRAME_SHORT) {
            result.end = is == FRAME_REPLY       ? BUS_OK
                         : is == FRAME_EXCEPTION ? BUS_EXCEPTION
                                                 : BUS_GARBAGE;
            return result;
        }
        size_t need = whole ? whole : FRAME_MBAP;
        int n = stream_take(mbap->fd, frame + got, need - got, deadline);
        if (n <= 0) {
            tap(mbap, '<', frame, got);
            result.end = n < 0 ? BUS_DOWN : got > 0 ? BUS_GARBAGE : BUS_SILENT;
            return result;
        }
        got += (size_t)n;
    }
}

/* libmodbus gives up on the late reply of an earlier request; ours may still come behind it (EMBBADDATA). */
static int left_ms(int64_t deadline)
{
    int64_t left = deadline - stream_deadline_ms(0);
    return left > 0 ? (int)left : 0;
}

static struct bus_result mbap_read(void *ctx, uint8_t address, uint8_t function, uint16_t start,
                                   uint16_t count, uint16_t *regs, int timeout_ms)
{
    struct mbap *mbap = ctx;
    uint8_t pdu[FRAME_MAX] = {function};
    int64_t deadline = stream_deadline_ms(timeout_ms);
    if (!lib_prepare(mbap, address, timeout_ms))
        return (struct bus_result){.end = BUS_DOWN};
    put16(pdu + 1, start);
    put16(pdu + 3, count);
    tap_pdu(mbap, '>', address, pdu, 5);
    int n = function == MODBUS_FC_READ_INPUT_REGISTERS
                ? modbus_read_input_registers(mbap->modbus, start, count, regs)
                : modbus_read_registers(mbap->modbus, start, count, regs);
    if (n != count && errno == EMBBADDATA) {
        uint8_t bytes = (uint8_t)(2 * count), frame[FRAME_MAX];
        struct frame_want want = {address, function, 1 + 2 * (size_t)count, &bytes, 1};
        struct bus_result late = own_take(mbap, mbap->lib_count, &want, frame, left_ms(deadline));
        for (size_t i = 0; late.end == BUS_OK && i < count; i++)
            regs[i] =
                (uint16_t)(frame[FRAME_MBAP + 2 + 2 * i] << 8 | frame[FRAME_MBAP + 3 + 2 * i]);
        return late;
    }
    if (n != count)
        return lib_failure(mbap, address, function, errno);
    pdu[1] = (uint8_t)(2 * count);
    for (size_t i = 0; i < count; i++)
        put16(pdu + 2 + 2 * i, regs[i]);
    tap_pdu(mbap, '<', address, pdu, 2 + 2 * (size_t)count);
    return (struct bus_result){.end = BUS_OK, .sent = true};
}

static struct bus_result mbap_write(void *ctx, uint8_t address, uint16_t start, uint16_t count,
                                    const uint16_t *regs, int timeout_ms)
{
    struct mbap *mbap = ctx;
    uint8_t pdu[FRAME_MAX] = {MODBUS_FC_WRITE_MULTIPLE_REGISTERS};
    int64_t deadline = stream_deadline_ms(timeout_ms);
    if (!lib_prepare(mbap, address, timeout_ms))
        return (struct bus_result){.end = BUS_DOWN};
    put16(pdu + 1, start);
    put16(pdu + 3, count);
    pdu[5] = (uint8_t)(2 * count);
    for (size_t i = 0; i < count; i++)
        put16(pdu + 6 + 2 * i, regs[i]);
    tap_pdu(mbap, '>', address, pdu, 6 + 2 * (size_t)count);
    if (modbus_write_registers(mbap->modbus, start, count, regs) != count) {
        uint8_t frame[FRAME_MAX];
        struct frame_want want = {address, pdu[0], 4, pdu + 1, 4};
        if (errno != EMBBADDATA)
            return lib_failure(mbap, address, pdu[0], errno);
        return own_take(mbap, mbap->lib_count, &want, frame, left_ms(deadline));
    }
    tap_pdu(mbap, '<', address, pdu, 5);
    return (struct bus_result){.end = BUS_OK, .sent = true};
}

static struct bus_result mbap_vendor(void *ctx, uint8_t address, uint8_t function,
                                     const uint8_t *body, size_t body_len, size_t reply_len,
                                     uint8_t *reply, int timeout_ms)
{
    struct mbap *mbap = ctx;
    struct bus_result result = {.end = BUS_DOWN};
    struct frame_want want = {.address = address, .function = function, .payload_len = reply_len};
    uint8_t frame[FRAME_MAX];
    if (body_len + FRAME_MBAP + 1 > sizeof frame)
        return result;
    uint16_t transaction = (uint16_t)(OWN_TRANSACTIONS | (++mbap->own_count & 0x7FFF));
    frame_mbap_head(frame, transaction, address, body_len + 1);
    frame[FRAME_MBAP] = function;
    memcpy(frame + FRAME_MBAP + 1, body, body_len);
    tap(mbap, '>', frame, FRAME_MBAP + 1 + body_len);
    if (stream_send(mbap->fd, frame, FRAME_MBAP + 1 + body_len, &result.sent) != 0)
        return result;
    result = own_take(mbap, transaction, &want, frame, timeout_ms);
    if (result.end == BUS_OK && reply)
        memcpy(reply, frame + FRAME_MBAP + 1, reply_len);
    return result;
}

const struct framing framing_tcp = {
    .type = "tcp",
    .on_tcp = true,
    .attach = attach,
    .detach = detach,
    .read = mbap_read,
    .write = mbap_write,
    .vendor = mbap_vendor,
};
