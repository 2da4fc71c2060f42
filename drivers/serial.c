/*
 * Serial devices: libserialport opens and sets what it knows; ptys and drivers without an entry in
 * /sys/class/tty are opened and set by hand. One descriptor comes out of it, locked. Requests on it are
 * rtu_tcp.c's, listing is serial_ports.c's.
 */
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libserialport.h>
#include <limits.h>
#include <linux/serial.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "text.h"

#define BAUD_DEFAULT 9600

static int baud_of(const struct serial_conf *conf)
{
    return conf->baud > 0 ? conf->baud : BAUD_DEFAULT;
}

/* "dialout": who may open it beside root; "" where the group may not either. */
static void group_of(const char *device, char *name, size_t size)
{
    struct stat st;
    struct group group, *found = NULL;
    char room[4096];
    name[0] = '\0';
    if (stat(device, &st) == 0 && (st.st_mode & S_IRGRP) && (st.st_mode & S_IWGRP) &&
        getgrgid_r(st.st_gid, &group, room, sizeof room, &found) == 0 && found)
        text_copy(name, size, group.gr_name);
}

static void user_name(char *name, size_t size)
{
    struct passwd user, *found = NULL;
    char room[4096];
    if (getpwuid_r(geteuid(), &user, room, sizeof room, &found) == 0 && found)
        text_copy(name, size, user.pw_name);
    else
        snprintf(name, size, "%u", (unsigned)geteuid());
}

/* What errno means for people who stand before the adapter. */
static int refused(const struct serial_conf *conf, int why, struct err *e)
{
    char group[64], user[64];
    switch (why) {
    case ENOENT:
    case ENODEV:
    case ENXIO: return err_set(e, MSG_SERIAL_MISSING, conf->channel, conf->device);
    case EACCES:
    case EPERM:
        group_of(conf->device, group, sizeof group);
        user_name(user, sizeof user);
        if (group[0])
            return err_set(e, MSG_SERIAL_DENIED, conf->channel, conf->device, user, group);
        return err_set(e, MSG_SERIAL_DENIED_ALL, conf->channel, conf->device, user);
    case EBUSY: return err_set(e, MSG_SERIAL_BUSY, conf->channel, conf->device);
    default:
        err_set(e, MSG_SERIAL_FAILED, conf->channel, conf->device);
        return err_detail(e, "%s: %s", conf->device, strerror(why));
    }
}

/* Nobody locks a tty by itself, so everybody who wants to share one peacefully locks it like this. */
static int lock(const struct serial_conf *conf, int fd, struct err *e)
{
    char who[64];
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return 0;
    long pid = serial_holder(conf->device, who, sizeof who);
    if (pid == 0)
        return err_set(e, MSG_SERIAL_BUSY, conf->channel, conf->device);
    if (pid == (long)getpid())
        return err_set(e, MSG_SERIAL_OURS, conf->channel, conf->device);
    return err_set(e, MSG_SERIAL_TAKEN, conf->channel, conf->device, who, (int64_t)pid);
}

/* ---- by libserialport */

static bool set_by_library(struct sp_port *port, const struct serial_conf *conf)
{
    static const struct {
        char letter;
        enum sp_parity parity;
    } parities[] = {{'E', SP_PARITY_EVEN}, {'O', SP_PARITY_ODD}};
    enum sp_parity parity = SP_PARITY_NONE;
    for (size_t i = 0; i < sizeof parities / sizeof *parities; i++)
        if (parities[i].letter == conf->parity)
            parity = parities[i].parity;
    return sp_set_baudrate(port, baud_of(conf)) == SP_OK && sp_set_bits(port, 8) == SP_OK &&
           sp_set_parity(port, parity) == SP_OK &&
           sp_set_stopbits(port, conf->stop_bits == 2 ? 2 : 1) == SP_OK &&
           sp_set_flowcontrol(port, SP_FLOWCONTROL_NONE) == SP_OK;
}

/* False: the library does not know the device. What it sets stays, since the caller has it open too. */
static bool set_through_library(const struct serial_conf *conf)
{
    char real[PATH_MAX];
    struct sp_port *port = NULL;
    bool done = false;
    if (!realpath(conf->device, real) || sp_get_port_by_name(real, &port) != SP_OK)
        return false;
    if (sp_open(port, SP_MODE_READ_WRITE) == SP_OK) {
        done = set_by_library(port, conf);
        sp_close(port);
    }
    sp_free_port(port);
    return done;
}

/* ---- by termios */

static speed_t speed_of(int baud)
{
    static const struct {
        int baud;
        speed_t speed;
    } table[] = {{1200, B1200},   {2400, B2400},   {4800, B4800},   {9600, B9600},
                 {19200, B19200}, {38400, B38400}, {57600, B57600}, {115200, B115200}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].baud == baud)
            return table[i].speed;
    return B9600;
}

static bool set_by_hand(int fd, const struct serial_conf *conf)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0)
        return false;
    cfmakeraw(&t);
    t.c_cflag |= CLOCAL | CREAD;
    t.c_cflag &= (tcflag_t) ~(CRTSCTS | CSTOPB | PARENB | PARODD);
    if (conf->parity == 'E' || conf->parity == 'O')
        t.c_cflag |= PARENB | (conf->parity == 'O' ? PARODD : 0);
    if (conf->stop_bits == 2)
        t.c_cflag |= CSTOPB;
    cfsetspeed(&t, speed_of(baud_of(conf)));
    speed_t speed = cfgetospeed(&t);
    if (tcsetattr(fd, TCSANOW, &t) != 0 || tcgetattr(fd, &t) != 0)
        return false;
    errno = EINVAL; /* who takes a part of it has said yes */
    return cfgetospeed(&t) == speed && ((t.c_cflag & CSTOPB) != 0) == (conf->stop_bits == 2);
}

/* The library lets a read of nothing return 0, which reads like the end of the line. */
static void wait_for_a_byte(int fd)
{
    struct termios t;
    if (tcgetattr(fd, &t) != 0)
        return;
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    (void)tcsetattr(fd, TCSANOW, &t);
}

/* An FTDI adapter holds short replies back for 16 ms without this; who does not know it says so. */
static void low_latency(int fd)
{
    struct serial_struct s;
    if (ioctl(fd, TIOCGSERIAL, &s) != 0)
        return;
    s.flags = (int)((unsigned)s.flags | ASYNC_LOW_LATENCY);
    (void)ioctl(fd, TIOCSSERIAL, &s);
}

int serial_open(const struct serial_conf *conf, int *fd, struct err *e)
{
    /* Before anything is set on it, the device must be ours: its owner may be in the middle of a frame. */
    int mine = open(conf->device, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (mine < 0)
        return refused(conf, errno, e);
    if (lock(conf, mine, e) != 0) {
        close(mine);
        return e->code;
    }
    if (!set_through_library(conf) && !set_by_hand(mine, conf)) {
        int why = errno;
        close(mine);
        return refused(conf, why, e);
    }
    wait_for_a_byte(mine);
    if (conf->low_latency)
        low_latency(mine);
    tcflush(mine, TCIOFLUSH);
    *fd = mine;
    return 0;
}
