/*
 * The files of an import and their columns as one table, and what each cell must be by itself. The
 * templates are written from the same table. Reading what was given is import_sheet.c.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "import.h"
#include "message.h"
#include "money.h"
#include "money_parse.h"
#include "text.h"

static const struct import_column gateway_columns[] = {
    {"gateway", CELL_KEY, true, 0, 40, NULL, N_("name of the box, like GW1")},
    {"host", CELL_HOST, true, 0, 100, NULL, N_("its address in the network")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column channel_columns[] = {
    {"channel", CELL_KEY, true, 0, 40, NULL, N_("name of the line, like GW1-2")},
    {"type", CELL_WORD, true, 0, 0, "rtu-tcp|tcp|rtu",
     N_("rtu-tcp: RTU frames through a transparent TCP port; tcp: Modbus TCP; rtu: a serial device")},
    {"port", CELL_INT, false, 1, 65535, NULL, N_("TCP port of the line; empty for rtu")},
    {"gateway", CELL_KEY, false, 0, 40, NULL, N_("its gateway, as gateways.csv names it")},
    {"host", CELL_HOST, false, 0, 100, NULL, N_("where it has no gateway: its own address")},
    {"device", CELL_DEVICE, false, 0, 120, NULL,
     N_("rtu: the serial device, like /dev/serial/by-id/...; metertill ports lists them")},
    {"line", CELL_LINE, false, 0, 0, NULL,
     N_("baud, bits, parity (N, E, O) and stop bits of the line, like 9600 8N1")},
    {"quiet_ms", CELL_INT, false, 10, 60000, NULL,
     N_("milliseconds a late reply can take on this line (5000; rtu: 1000)")},
    {"timeout_min_ms", CELL_INT, false, 20, 5000, NULL,
     N_("milliseconds a meter has for its answer at least (150); more for a slow gateway")},
    {"low_latency", CELL_WORD, false, 0, 0, "yes|no",
     N_("rtu: no leaves the adapter's waiting time as it is (yes)")},
    {"room", CELL_PATH, false, 0, 150, NULL,
     N_("the distribution room where the line starts, by its path in spaces.csv")},
    {"interval_s", CELL_INT, false, 60, 86400, NULL,
     N_("seconds between two readings of its meters (as the site's setting says)")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column tariff_columns[] = {
    {"tariff", CELL_KEY, true, 0, 40, NULL,
     N_("name of the tariff; it may stand in several rows, each with its from")},
    {"from", CELL_DAY, true, 0, 0, NULL, N_("first day of the price, like 2026-01-31")},
    {"price", CELL_PRICE, true, 0, 0, NULL, N_("price of a kWh, at most four decimals")},
    {"kind", CELL_WORD, false, 0, 0, "flat", N_("flat")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column space_columns[] = {
    {"space", CELL_PATH, true, 0, 150, NULL,
     N_("building, floor, room, parted by slashes, like Tower A/12F/1204; each part needs a row of its own")},
    {"kind", CELL_WORD, true, 0, 0, "building|floor|room|distribution",
     N_("building, floor, room or distribution (room)")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column tenant_columns[] = {
    {"tenant", CELL_KEY, true, 0, 40, NULL, N_("short key of the tenant, like T-0412")},
    {"name", CELL_TEXT, true, 0, 90, NULL, N_("name, on papers too")},
    {"alias", CELL_TEXT, false, 0, 90, NULL, N_("Latin name or pinyin, to be found by")},
    {"phone", CELL_PHONE, false, 0, 60, NULL, N_("phone number")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column account_columns[] = {
    {"account", CELL_KEY, true, 0, 20, NULL, N_("number of the account, like A-000412")},
    {"tenant", CELL_KEY, true, 0, 40, NULL, N_("its tenant, by the key in tenants.csv")},
    {"meter", CELL_DIGITS, false, 0, 12, NULL,
     N_("a meter it pays for; an account with several meters stands in several rows")},
    {"opened", CELL_DAY, false, 0, 0, NULL, N_("since when, like 2023-05-01 (today)")},
    {"no_sale", CELL_WORD, false, 0, 0, "no|yes", N_("yes: do not sell, see the manager")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};
static const struct import_column meter_columns[] = {
    {"meter", CELL_DIGITS, true, 0, 12, NULL, N_("number on the plate")},
    {"model", CELL_MODEL, true, 0, 20, NULL, N_("DDSY1352 or DTSY1352")},
    {"channel", CELL_KEY, true, 0, 40, NULL, N_("its line, as channels.csv names it")},
    {"address", CELL_INT, true, 1, 247, NULL, N_("address on the line, 1 to 247")},
    {"space", CELL_PATH, true, 0, 150, NULL,
     N_("the room it counts for, by its path in spaces.csv")},
    {"tariff", CELL_KEY, true, 0, 40, NULL, N_("its tariff, as tariffs.csv names it")},
    {"transformers", CELL_WORD, false, 0, 0, "yes|no",
     N_("no: leave the transformer ratios out (yes)")},
    {"total_purchased", CELL_WORD, false, 0, 0, "proof|ignore",
     N_("ignore: its register of all purchases proves nothing (proof)")},
    {"role", CELL_WORD, false, 0, 0, "tenant|main",
     N_("main: the main meter of a distribution room, which sells nothing (tenant)")},
    {"interval_s", CELL_INT, false, 60, 86400, NULL,
     N_("seconds between two readings of this meter (as its channel has it)")},
    {"note", CELL_NOTE, false, 0, 300, NULL, N_("anything")},
    {0},
};

const struct import_file import_files[IMPORT_FILES] = {
    [IMPORT_GATEWAYS] = {"gateways.csv", N_("gateway"),
                         N_("Gateways: the boxes between network and meters."), gateway_columns,
                         "GW1|192.168.1.201|"},
    [IMPORT_CHANNELS] = {"channels.csv", N_("channel"),
                         N_("Channels: the lines behind the gateways."), channel_columns,
                         "GW1-1|rtu-tcp|8001|GW1|||9600 8N1|5000|150|yes|||"},
    [IMPORT_TARIFFS] = {"tariffs.csv", N_("tariff"), N_("Tariffs and their prices."),
                        tariff_columns, "Shops|2026-01-01|0.8216|flat|"},
    [IMPORT_SPACES] = {"spaces.csv", N_("space"), N_("Spaces: buildings, floors, rooms."),
                       space_columns, "Tower A|building|"},
    [IMPORT_METERS] = {"meters.csv", N_("meter"),
                       N_("Meters: what is on the plate and where it hangs."), meter_columns,
                       "190301527|DDSY1352|GW1-1|1|Tower A/12F/1204|Shops|yes|proof|tenant||"},
    [IMPORT_TENANTS] = {"tenants.csv", N_("tenant"), N_("Tenants: the customers."), tenant_columns,
                        "T-0412|张三|Zhang San|138 0013 8000|"},
    [IMPORT_ACCOUNTS] = {"accounts.csv", N_("account"),
                         N_("Accounts: a tenant's contracts and their meters."), account_columns,
                         "A-000412|T-0412|190301527|2023-05-01|no|"},
};

static const char *const models[] = {"DDSY1352", "DTSY1352"};

static const char reason_dirty[] =
    N_("is no clean text of one line (line breaks, control characters, broken UTF-8)");
static const char reason_price[] =
    N_("is not a price: digits, then at most one point and four decimals, like 0.8216");
static const char reason_day[] = N_("is not a day: year, month and day, like 2026-01-31");
static const char reason_digits[] = N_("is not made of digits alone");
static const char reason_host[] = N_("is neither a host name nor an address of the network");
static const char reason_phone[] =
    N_("is not a phone number: digits, spaces and the signs + - ( ) / are taken");
static const char reason_path[] =
    N_("is not a path like Tower A/12F/1204: a part is empty or has a space at its end");
static const char reason_line[] =
    N_("is not the setting of a line: baud, bits, parity, stop bits, like 9600 8N1");
static const char reason_device[] =
    N_("is not the path of a device, like /dev/ttyUSB0 or /dev/serial/by-id/...");
static const char reason_model[] =
    N_("is a model that no driver knows; known are DDSY1352 and DTSY1352");

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool only(const char *text, const char *signs)
{
    return text[strspn(text, signs)] == '\0';
}

int64_t import_day(const char *text)
{
    struct tm tm = {.tm_isdst = -1};
    int year, month, day, end = 0;

    if (strlen(text) != 10 || sscanf(text, "%4d-%2d-%2d%n", &year, &month, &day, &end) != 3 ||
        end != 10 || !only(text, DIGITS "-") || year < 1990 || year > 2200)
        return -1;
    tm.tm_year = year - 1900;
    tm.tm_mon = month - 1;
    tm.tm_mday = day;
    time_t at = mktime(&tm);
    /* mktime() makes 3 March of 31 February. */
    return at < 0 || tm.tm_mday != day || tm.tm_mon != month - 1 ? -1 : (int64_t)at;
}

bool import_line(const char *text, int64_t *baud, char parity[2], int64_t *stop_bits)
{
    static const int64_t rates[] = {1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200};
    int rate, stops, end = 0;

    if (sscanf(text, "%6d 8%1[NEO]%1d%n", &rate, parity, &stops, &end) != 3 || text[end] != '\0' ||
        stops < 1 || stops > 2)
        return false;
    *baud = rate;
    *stop_bits = stops;
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        if (rates[i] == rate)
            return true;
    }
    return false;
}

static bool path_right(const char *path)
{
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        size_t size = strcspn(part, "/");
        if (size == 0 || part[0] == ' ' || part[size - 1] == ' ')
            return false;
    }
    return true;
}

static bool model_known(const char *model)
{
    for (size_t i = 0; i < sizeof models / sizeof models[0]; i++) {
        if (strcmp(models[i], model) == 0)
            return true;
    }
    return false;
}

/* What is wrong with the form of a text, NULL when nothing is. */
static const char *form_wrong(enum import_cell kind, const char *text)
{
    struct err ignored = {0};
    int64_t price, baud, stops;
    char parity[2];

    switch (kind) {
    case CELL_DIGITS: return only(text, DIGITS) ? NULL : reason_digits;
    case CELL_PRICE: return price_parse(text, &price, &ignored) == 0 ? NULL : reason_price;
    case CELL_DAY: return import_day(text) >= 0 ? NULL : reason_day;
    case CELL_PATH: return path_right(text) ? NULL : reason_path;
    case CELL_HOST: return only(text, DIGITS LETTERS ".-:") ? NULL : reason_host;
    case CELL_PHONE: return only(text, DIGITS " +-()/") ? NULL : reason_phone;
    case CELL_LINE: return import_line(text, &baud, parity, &stops) ? NULL : reason_line;
    case CELL_DEVICE: return text[0] == '/' && !strchr(text, ' ') ? NULL : reason_device;
    case CELL_MODEL: return model_known(text) ? NULL : reason_model;
    default: return NULL;
    }
}

static bool word_among(const char *words, const char *text)
{
    size_t n = strlen(text);

    for (const char *w = words; n > 0 && w != NULL; w = strchr(w, '|')) {
        w += *w == '|';
        if (strncmp(w, text, n) == 0 && (w[n] == '|' || w[n] == '\0'))
            return true;
    }
    return false;
}

static bool number_right(const struct import_column *c, const char *text)
{
    int64_t number = strlen(text) < 10 ? strtoll(text, NULL, 10) : INT64_MAX;

    return text[0] != '\0' && only(text, DIGITS) && number >= c->min && number <= c->max;
}

bool import_cell_right(const struct import_file *f, const struct import_column *c, int64_t line,
                       const char *text, struct err *p)
{
    int64_t place;
    char name[16];

    if (text_unseen(text, &place, name))
        err_set(p, MSG_IMPORT_UNSEEN, f->name, line, c->name, place, name);
    else if (!text_is_clean(text))
        err_set(p, MSG_IMPORT_VALUE, f->name, line, c->name, "", reason_dirty);
    else if (c->kind != CELL_INT && c->max > 0 && (int64_t)strlen(text) > c->max)
        err_set(p, MSG_IMPORT_LONG, f->name, line, c->name, c->max);
    else if (c->kind == CELL_WORD && !word_among(c->words, text))
        err_set(p, MSG_IMPORT_WORD, f->name, line, c->name, text, c->words);
    else if (c->kind == CELL_INT && !number_right(c, text))
        err_set(p, MSG_IMPORT_RANGE, f->name, line, c->name, text, c->min, c->max);
    else if (form_wrong(c->kind, text) != NULL)
        err_set(p, MSG_IMPORT_VALUE, f->name, line, c->name, text, form_wrong(c->kind, text));
    return p->code == 0;
}
