/* serial.c - a line without a gateway: a pseudo terminal stands for the USB adapter.
 *
 * Belongs here: the pty, its name (a link that stays when the adapter is unplugged and comes back),
 * the setting of the port against the setting of the line. Not here: what runs on the line
 * (channel.c), where a request begins and ends (gateway.c).
 */
#define _GNU_SOURCE 1
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "building.h"

static int fail(int master, int slave)
{
    int reason = errno;
    if (master >= 0) {
        close(master);
    }
    if (slave >= 0) {
        close(slave);
    }
    errno = reason;
    return -1;
}

/* The link is put there in one step: who opens it meets the old adapter or the new one. */
static int link_name(const struct channel *c, const char *device)
{
    char fresh[sizeof c->device + 8];
    snprintf(fresh, sizeof fresh, "%s.new", c->device);
    unlink(fresh);
    return symlink(device, fresh) == 0 && rename(fresh, c->device) == 0 ? 0 : -1;
}

int serial_plug(struct channel *c)
{
    char device[64];
    struct termios t;
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0 ||
        ptsname_r(master, device, sizeof device) != 0) {
        return fail(master, -1);
    }
    int slave = open(device, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0 || tcgetattr(slave, &t) != 0) {
        return fail(master, slave);
    }
    cfmakeraw(&t);
    if (tcsetattr(slave, TCSANOW, &t) != 0 || link_name(c, device) != 0) {
        return fail(master, slave);
    }
    c->slave = slave;
    c->clients = client_new(c->building, master, building_now_us());
    c->up = 1;
    return 0;
}

void serial_unplug(struct channel *c)
{
    if (c->slave >= 0) {
        close(c->slave);
        unlink(c->device);
        c->slave = -1;
    }
}

static int64_t baud_of(speed_t speed)
{
    static const struct {
        speed_t speed;
        int64_t baud;
    } table[] = {{B1200, 1200}, {B2400, 2400},   {B4800, 4800},
                 {B9600, 9600}, {B19200, 19200}, {B38400, 38400}};
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].speed == speed) {
            return table[i].baud;
        }
    }
    return 0;
}

bool serial_is_set(const struct channel *c)
{
    struct termios t;
    return tcgetattr(c->slave, &t) == 0 && baud_of(cfgetospeed(&t)) == c->baud &&
           ((t.c_cflag & CSTOPB) != 0) == (c->stop != 0);
}
