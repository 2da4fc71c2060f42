/*
 * Serial devices: opening one for a channel alone, and listing what the machine has. In drivers/ (the
 * only folder that knows libserialport); what happens on an open descriptor is src/field's.
 */
#ifndef SERIAL_H
#define SERIAL_H

#include "err.h"

struct serial_conf {
    const char *channel; /* for the sentences */
    const char *device;  /* /dev/ttyUSB0, a link in /dev/serial/by-id, a pty */
    int baud;            /* 0: 9600 */
    char parity;         /* 'N' (or 0), 'E', 'O' */
    int stop_bits;       /* 1 (or 0), 2 */
    bool low_latency;    /* ASYNC_LOW_LATENCY, where the device knows it */
};

/* Opens, locks (flock) and sets the device: raw, 8 data bits, no flow control, non-blocking, nothing
 * waiting in it. By libserialport where it knows the device, else (ptys, odd drivers) by termios. The
 * sentences tell a device that is not there, one that this account may not open (and the group that
 * may), one that somebody else has (and who), and what it cannot do. */
int serial_open(const struct serial_conf *conf, int *fd, struct err *e);

/* Who holds the lock on a device, else who has it open as far as this account may see: "minicom" and its
 * process id. 0: nobody known (who is ""). */
long serial_holder(const char *device, char *who, size_t size);

struct serial_port {
    char path[128];                                /* /dev/ttyUSB0 */
    char stable[256];                              /* its link in /dev/serial/by-id, or "" */
    char title[128], manufacturer[64], serial[64]; /* of a USB adapter; title of any */
};
/* The serial ports of this machine; *out is the caller's to free(). Returns how many. */
size_t serial_ports(struct serial_port **out);

#endif
