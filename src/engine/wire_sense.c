/*
 * Frames of an exchange's record read again: the record has them as hex, each with its time.
 */
#include "wire_sense.h"

#include <stdlib.h>
#include <string.h>

#include "crc.h"
#include "field.h"
#include "message.h"

#define FRAME_BYTES   300
#define MBAP_HEAD     6
#define EXCEPTION_BIT 0x80
#define GATEWAY_PATH  0x0A
#define GATEWAY_MUTE  0x0B

static size_t bytes_of(const char *hex, uint8_t *out)
{
    size_t n = 0;

    while (n < FRAME_BYTES && *hex) {
        char *end;
        unsigned long byte = strtoul(hex, &end, 16);
        if (end == hex || byte > 255)
            break;
        out[n++] = (uint8_t)byte;
        hex = end;
    }
    return n;
}

/* The length that an answer to a read says it has, address and checksum included; 0: not to be told. */
static size_t said_length(const uint8_t *bytes, size_t len)
{
    if (len < 3)
        return 0;
    if (bytes[1] & EXCEPTION_BIT)
        return 5;
    return bytes[1] == 3 || bytes[1] == 4 ? 5 + (size_t)bytes[2] : 0;
}

static enum wire_answer refusal(unsigned code)
{
    return code == GATEWAY_PATH || code == GATEWAY_MUTE ? WIRE_GATEWAY : WIRE_EXCEPTION;
}

static void judge(struct wire_request *r, const char *asked_hex, const char *got_hex, bool mbap)
{
    uint8_t asked[FRAME_BYTES], got[FRAME_BYTES];
    size_t head = mbap ? MBAP_HEAD : 0;
    size_t asked_len = bytes_of(asked_hex, asked), len = bytes_of(got_hex, got);

    r->answer = WIRE_BROKEN;
    if (len < head + 3 || asked_len < head + 2)
        return;
    if (!mbap && crc_modbus(got, len) != 0) {
        /* A whole frame with something behind it is one too many, not a broken one. */
        size_t whole = said_length(got, len);
        if (whole == 0 || whole >= len || crc_modbus(got, whole) != 0)
            return;
        r->more = true;
    }
    const uint8_t *a = asked + head, *g = got + head;
    size_t registers = asked_len >= head + 6 ? ((size_t)a[4] << 8) | a[5] : 0;
    r->answer = WIRE_WRONG;
    if (g[0] != a[0])
        return;
    if (g[1] == (a[1] | EXCEPTION_BIT)) {
        r->exception = g[2];
        r->answer = refusal(g[2]);
    } else if (g[1] == a[1] && (a[1] > 4 || g[2] == 2 * registers)) {
        r->answer = WIRE_ANSWER;
    }
}

/* What came after the answer: another frame of the same address, broken or not, says that two answer. */
static void judge_more(struct wire_request *r, const char *asked_hex, const char *got_hex,
                       bool mbap)
{
    uint8_t asked[FRAME_BYTES], got[FRAME_BYTES];
    size_t head = mbap ? MBAP_HEAD : 0;

    if (bytes_of(asked_hex, asked) > head && bytes_of(got_hex, got) > head)
        r->more = r->more || got[head] == asked[head];
}

size_t wire_sense(const struct job_frame *frames, size_t count, bool mbap,
                  struct wire_request out[WIRE_REQUESTS])
{
    struct wire_request *r = NULL;
    bool answered = false;
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        const struct job_frame *f = &frames[i];
        if (f->direction == '>') {
            if (n == WIRE_REQUESTS)
                break;
            r = &out[n++];
            *r = (struct wire_request){.frame = i, .answer = WIRE_SILENT, .at_ms = f->ms};
            answered = false;
        } else if (f->direction == '<' && r && !answered) {
            judge(r, frames[r->frame].hex, f->hex, mbap);
            r->ms = f->response_us >= 0 ? f->response_us / 1000 : f->ms - r->at_ms;
            answered = true;
        } else if (f->direction == '<' && r) {
            judge_more(r, frames[r->frame].hex, f->hex, mbap);
        }
    }
    return n;
}

const char *wire_answer_word(enum wire_answer answer)
{
    static const char *const words[] = {
        [WIRE_ANSWER] = N_("answer"),           [WIRE_EXCEPTION] = N_("refusal"),
        [WIRE_GATEWAY] = N_("gateway: silent"), [WIRE_SILENT] = N_("silent"),
        [WIRE_BROKEN] = N_("checksum wrong"),   [WIRE_WRONG] = N_("wrong answer"),
    };
    return words[answer];
}
