/*
 * Orders: one instruction to one meter that must take effect once. Here is decided what may be sent
 * and what the meter's answers prove; the wire is elsewhere (field), joined by the engine. Every
 * function runs inside a transaction of the writer (books_within()).
 */
#ifndef ORDER_H
#define ORDER_H

#include "books.h"

enum order_kind { ORDER_TOPUP, ORDER_SWITCH, ORDER_SETTINGS, ORDER_CLOCK, ORDER_LOAD };

/* An order as the engine carries it out; everything it needs of meter and channel. */
struct order_task {
    int64_t id, meter_id, channel_id, sale_id;
    int64_t opening_id; /* settings that open an account (opening.h); 0: none */
    int64_t batch_id;   /* a row of a batch (batch.h); 0: none */
    enum order_kind kind;
    bool sent_before; /* sending or in doubt: prove first, after the channel's quiet time */
    int64_t amount_minor;
    char mode[16];     /* switch: "off" "on" "prepaid" */
    char detail[1024]; /* settings: JSON of the values */
    bool probe_first;  /* this channel, model and firmware never let 0x20 through */
};

/* Orders that wait for being carried out now: queued ones, and sent ones whose next look is due. At most
 * max; returns how many, or negative. all: due or not (settle, start). */
int order_due(struct books *b, bool all, struct order_task *tasks, int max, struct effects *fx,
              struct err *e);
/* The same but for those that are at work already (ascending): a batch has hundreds of them at a time. */
int order_due_but(struct books *b, bool all, const int64_t *busy, size_t busy_count,
                  struct order_task *tasks, int max, struct effects *fx, struct err *e);
/* 1: it rests (held, lapsed or overtaken now); ERR_REFUSED: over already. */
int order_task_get(struct books *b, int64_t order_id, struct order_task *task, struct effects *fx,
                   struct err *e);

/* What the meter holds, as read before or after. */
struct order_seen {
    uint16_t count;
    int64_t balance_minor;
    bool has_total;
    int64_t total_minor;
    int64_t energy_wh;
    bool old_firmware;
    bool forced_off; /* the relay is open because it is forced so: what a tag goes by */
};

enum order_step { ORDER_STEP_SEND, ORDER_STEP_STOP, ORDER_STEP_QUIET };

/* Before a byte leaves: compares what is seen with what is known (doubled or foreign purchases are booked),
 * settles an order that was sent before (applied: done; not applied: may go again), else commits the order
 * as sending with the count to use. quiet_done: the channel has been quiet since the last send. */
int order_before_send(struct books *b, int64_t order_id, const struct order_seen *seen,
                      bool quiet_done, enum order_step *step, uint16_t *count, struct effects *fx,
                      struct err *e);

enum order_deed {
    ORDER_DEED_DONE,
    ORDER_DEED_NOT_DONE,
    ORDER_DEED_UNKNOWN,
    ORDER_DEED_REFUSED_20, /* exception 01: the line or the meter knows no function 0x20 */
};

/* After it: the frame's deed and the read-back (NULL: none). Commits done, in doubt, failed or queued again. */
int order_after_send(struct books *b, int64_t order_id, enum order_deed deed,
                     const struct order_seen *back, bool quiet_done, enum order_step *step,
                     struct effects *fx, struct err *e);

/* The exchange never got to sending: why. Keeps the order for a later look (with back-off), or fails it where
 * it is certain that it can never be carried out (probe refused, never sent: failed). */
enum order_miss {
    ORDER_MISS_UNREACHED,
    ORDER_MISS_STRANGER,
    ORDER_MISS_REFUSED_20,
    ORDER_MISS_CANNOT, /* this meter never takes such an order: reason says why */
    ORDER_MISS_DROPPED
};
int order_missed(struct books *b, int64_t order_id, enum order_miss why, const struct err *reason,
                 struct effects *fx, struct err *e);

/* Switch, settings, clock: no count; done when the read-back says so (matches), else looked at again until it expires. */
int order_plain_sending(struct books *b, int64_t order_id, enum order_step *step,
                        struct effects *fx, struct err *e);
int order_plain_after(struct books *b, int64_t order_id, enum order_deed deed, bool matches,
                      struct effects *fx, struct err *e);

/* One attempt's frames for the record: JSON array of {"at","ms","dir","hex"} (borrowed). */
int order_record(struct books *b, int64_t order_id, const char *end, const json_t *frames,
                 struct err *e);

/* The channel lets function 0x20 through (or refuses it) for this model and firmware generation. */
int channel_vendor_learn(struct books *b, int64_t channel_id, int64_t meter_id, bool old_firmware,
                         bool passes, struct err *e);

#endif
