/*
 * Transport: a connected descriptor to a gateway or an opened serial device, non-blocking, below 1024.
 */
#ifndef TRANSPORT_H
#define TRANSPORT_H

#include "field.h"

/* Connects to host:port (TCP_NODELAY, keep-alive, TCP_USER_TIMEOUT), at most some seconds. */
int transport_tcp(const struct channel_conf *conf, int *fd, struct err *e);

/* Opens and locks the serial device; says so when somebody else has it. */
int transport_serial(const struct channel_conf *conf, int *fd, struct err *e);

#endif
