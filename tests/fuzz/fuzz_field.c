/*
 * Fuzz target: any bytes as what a line brings. The parsers of replies (RTU and MBAP) must find a reply
 * only where address, function, length and checksum are right; the decoders take any registers. The
 * first byte chooses the expectation.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "acrel_frames.h"
#include "frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is taken for the reply is one, looked at again by hand. */
static void look_rtu(const uint8_t *bytes, size_t len, const struct frame_want *want)
{
    uint8_t exception = 0;
    size_t need = frame_rtu_need(bytes, len, want);
    enum frame_is is = frame_rtu(bytes, len, want, &exception);
    if (is == FRAME_REPLY &&
        (len != want->payload_len + 4 || bytes[0] != want->address || bytes[1] != want->function))
        abort();
    if (is == FRAME_EXCEPTION && (len != 5 || bytes[1] != (want->function | 0x80)))
        abort();
    if (is == FRAME_SHORT && len >= need)
        abort();
}

static void look_mbap(const uint8_t *bytes, size_t len, const struct frame_want *want)
{
    uint8_t exception = 0;
    size_t whole = 0;
    enum frame_is is = frame_mbap(bytes, len, 0x8001, want, &exception, &whole);
    if ((is == FRAME_REPLY || is == FRAME_EXCEPTION) &&
        (whole > len || bytes[0] != 0x80 || bytes[1] != 0x01 || bytes[6] != want->address))
        abort();
    if (whole > FRAME_MAX)
        abort();
}

static void decode(const uint8_t *bytes, size_t len)
{
    uint16_t regs[ACREL_POLL_COUNT] = {0};
    struct meter_reading reading = {0};
    char number[METER_NUMBER_MAX];
    uint16_t count;
    struct meter_profile p = {.transformers = len % 2, .price_scale = (int)len};
    for (size_t i = 0; i < ACREL_POLL_COUNT && 2 * i + 1 < len; i++)
        regs[i] = (uint16_t)(bytes[2 * i] << 8 | bytes[2 * i + 1]);
    acrel_decode_poll(regs, &p, &reading);
    if (reading.relay_closed != (reading.why == RELAY_CLOSED))
        abort();
    uint8_t body[ACREL_CLOCK_LEN];
    if (reading.clock_local != 0 && !acrel_encode_clock(reading.clock_local, body))
        abort();
    acrel_decode_settings(regs, &p, &reading, &count);
    acrel_decode_old(regs, &p, &reading, &count);
    acrel_decode_number(regs, number);
    if (strlen(number) > 12)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t block[] = {96}, one[] = {2}, echo[] = {0, 0x57, 0, 2};
    static const struct frame_want wants[] = {
        {.address = 1, .function = 0x20, .payload_len = 11},
        {1, 3, 97, block, sizeof block},
        {247, 3, 3, one, sizeof one},
        {1, 16, 4, echo, sizeof echo},
    };
    uint8_t sealed[FRAME_MAX];
    if (size < 1)
        return 0;
    const struct frame_want *want = &wants[data[0] % (sizeof wants / sizeof *wants)];
    const uint8_t *bytes = data + 1;
    size_t len = size - 1;
    look_rtu(bytes, len, want);
    look_mbap(bytes, len, want);
    if (len + 2 <= sizeof sealed) { /* with a good checksum the inside is reached */
        memcpy(sealed, bytes, len);
        look_rtu(sealed, frame_seal(sealed, len), want);
    }
    decode(bytes, len);
    return 0;
}
