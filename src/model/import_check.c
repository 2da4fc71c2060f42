/*
 * The rows of an import together and against the books: keys that stand twice, names that nobody has,
 * places that are taken, and what may not be changed. What the books will be after the import counts,
 * not what they are: rows may come in any order, meters may change places.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "import.h"
#include "message.h"
#include "money.h"
#include "sense.h"
#include "money_parse.h"
#include "text.h"

static const enum sql_id find_statement[IMPORT_FILES] = {
    [IMPORT_GATEWAYS] = SQL_import_gateway_find, [IMPORT_CHANNELS] = SQL_import_channel_find,
    [IMPORT_TARIFFS] = SQL_import_tariff_find,   [IMPORT_SPACES] = SQL_import_space_find,
    [IMPORT_TENANTS] = SQL_import_tenant_find,   [IMPORT_ACCOUNTS] = SQL_import_account_find,
    [IMPORT_METERS] = SQL_import_meter_find,
};

static const char *file_name(enum import_file_id id)
{
    return import_files[id].name;
}

static const char *cell(const struct import_sheet *s, size_t row, const char *column)
{
    const char *text = import_text(s, row, column);

    return text != NULL ? text : "";
}

static bool in_file(const struct import *im, enum import_file_id id, const char *key)
{
    return im->sheet[id].keys != NULL && json_object_get(im->sheet[id].keys, key) != NULL;
}

static bool in_books(struct import *im, enum import_file_id id, const char *key)
{
    int64_t found = 0;

    if (db_get(books_db(im->b), find_statement[id], 0, &found, &im->broken, "s", key) != 0)
        return true; /* the books failed: no verdict on the data */
    return found != 0;
}

/* "value" stands in this column already, in another row. */
static void say_twice(struct import *im, const struct import_sheet *s, size_t row,
                      const char *column, const char *value, size_t first)
{
    struct err p = {0};

    err_set(&p, MSG_IMPORT_TWICE, s->file->name, s->line[row], column, value, s->line[first]);
    import_problem(im, &p);
}

static void say_taken(struct import *im, const struct import_sheet *s, size_t row,
                      const char *column, const char *value, const char *what, const char *by)
{
    struct err p = {0};

    err_set(&p, MSG_IMPORT_TAKEN, s->file->name, s->line[row], column, value, what, by);
    import_problem(im, &p);
}

static void say_fixed(struct import *im, const struct import_sheet *s, size_t row,
                      const char *column, const char *old, const char *fresh, const char *why)
{
    struct err p = {0};

    err_set(&p, MSG_IMPORT_FIXED, s->file->name, s->line[row], column, old, fresh, why);
    import_problem(im, &p);
}

static void say_value(struct import *im, const struct import_sheet *s, size_t row,
                      const char *column, const char *value, const char *reason)
{
    struct err p = {0};

    err_set(&p, MSG_IMPORT_VALUE, s->file->name, s->line[row], column, value, reason);
    import_problem(im, &p);
}

/* A cell that names something: it must be in its file or in the books. */
static void reference_check(struct import *im, const struct import_sheet *s, size_t row,
                            const char *column, enum import_file_id target, const char *key)
{
    struct err p = {0};

    if (key[0] == '\0' || in_file(im, target, key) || in_books(im, target, key))
        return;
    err_set(&p, MSG_IMPORT_UNKNOWN, s->file->name, s->line[row], column, key,
            import_files[target].what, file_name(target));
    import_problem(im, &p);
}

/* Notes value in a map of values to rows; says so where another row has it. */
static bool once_check(struct import *im, const struct import_sheet *s, size_t row, json_t *seen,
                       const char *column, const char *value, const char *shown)
{
    const json_t *first = json_object_get(seen, value);

    if (first != NULL) {
        say_twice(im, s, row, column, shown, (size_t)json_integer_value(first));
        return false;
    }
    json_object_set_new(seen, value, json_integer((json_int_t)row));
    return true;
}

/* What makes a row the only one of its kind beside its key: a tariff stands once a day from which it
 * holds, an account once a meter. */
static const char *second_key(enum import_file_id id)
{
    return id == IMPORT_TARIFFS ? "from" : id == IMPORT_ACCOUNTS ? "meter" : NULL;
}

/* First of all, so that rows may name each other whatever their order. */
static void keys_note(struct import *im, enum import_file_id id)
{
    struct import_sheet *s = &im->sheet[id];
    const char *column = s->file->columns[0].name, *second = second_key(id);
    json_t *seen = json_object();

    for (size_t i = 0; i < s->rows; i++) {
        const char *key = cell(s, i, column), *more = second != NULL ? cell(s, i, second) : "";
        char value[400];
        if (key[0] == '\0')
            continue;
        snprintf(value, sizeof value, "%s\n%s", key, more);
        once_check(im, s, i, seen, more[0] != '\0' ? second : column, value,
                   more[0] != '\0' ? more : key);
        if (json_object_get(s->keys, key) == NULL)
            json_object_set_new(s->keys, key, json_integer((json_int_t)i));
    }
    json_decref(seen);
}

/* ---- channels: gateway or host, or a device; no two on one host and port, or on one device */

/* Host of a gateway after the import. */
static void gateway_host(struct import *im, const char *gateway, char *buf, size_t size)
{
    const struct import_sheet *s = &im->sheet[IMPORT_GATEWAYS];
    struct db_row *row = NULL;

    buf[0] = '\0';
    if (s->keys != NULL && json_object_get(s->keys, gateway) != NULL) {
        text_copy(buf, size,
                  cell(s, (size_t)json_integer_value(json_object_get(s->keys, gateway)), "host"));
        return;
    }
    if (db_find(books_db(im->b), SQL_import_gateway_host, &row, &im->broken, "s", gateway) == 0 &&
        row != NULL)
        text_copy(buf, size, db_text(row, 0));
    db_done(row);
}

static void place_name(struct import *im, const char *host, const char *gateway, const char *port,
                       char *buf, size_t size)
{
    char of_gateway[128];

    if (host[0] == '\0') {
        gateway_host(im, gateway, of_gateway, sizeof of_gateway);
        host = of_gateway;
    }
    snprintf(buf, size, "%s:%s", host, port);
}

/* Where a channel will be after the import. */
struct channel_end {
    char host[128], gateway[128], device[160], port[24];
    bool serial;
};

/* A port is compared as a number: 0502 is 502. */
static void port_copy(struct channel_end *end, int64_t port)
{
    end->port[0] = '\0';
    if (port > 0)
        snprintf(end->port, sizeof end->port, "%lld", (long long)port);
}

/* Of a row of the file; what the file leaves out is what the books have. */
static void channel_end_read(struct import *im, size_t i, struct channel_end *end)
{
    const struct import_sheet *s = &im->sheet[IMPORT_CHANNELS];
    const char *h = import_text(s, i, "host"), *g = import_text(s, i, "gateway");
    const char *d = import_text(s, i, "device"), *port = import_filled(s, i, "port");
    struct db_row *row = NULL;

    end->serial = strcmp(cell(s, i, "type"), "rtu") == 0;
    text_copy(end->host, sizeof end->host, h != NULL ? h : "");
    text_copy(end->gateway, sizeof end->gateway, g != NULL ? g : "");
    text_copy(end->device, sizeof end->device, d != NULL ? d : "");
    port_copy(end, port != NULL ? strtoll(port, NULL, 10) : 0);
    if (db_find(books_db(im->b), SQL_import_channel_get, &row, &im->broken, "s",
                cell(s, i, "channel")) == 0 &&
        row != NULL) {
        if (h == NULL)
            text_copy(end->host, sizeof end->host, db_text(row, 0));
        if (g == NULL)
            text_copy(end->gateway, sizeof end->gateway, db_text(row, 1));
        if (d == NULL)
            text_copy(end->device, sizeof end->device, db_text(row, 2));
        if (import_text(s, i, "port") == NULL)
            port_copy(end, db_int(row, 3));
    }
    db_done(row);
}

static void channel_end_name(struct import *im, const struct channel_end *end, char *buf,
                             size_t size)
{
    if (end->serial)
        text_copy(buf, size, end->device);
    else
        place_name(im, end->host, end->gateway, end->port, buf, size);
}

/* A gateway that moves may land where another channel is. */
static void gateway_moved_check(struct import *im, const char *gateway, const char *place,
                                const char *by)
{
    const struct import_sheet *s = &im->sheet[IMPORT_GATEWAYS];
    const json_t *at = s->keys != NULL ? json_object_get(s->keys, gateway) : NULL;

    if (at != NULL)
        say_taken(im, s, (size_t)json_integer_value(at), "host", place,
                  import_files[IMPORT_CHANNELS].what, by);
}

/* Places of the channels that the file leaves alone: place -> name. */
static json_t *channels_standing(struct import *im)
{
    json_t *places = json_object();
    struct db_row *row = NULL;
    int rc = db_find(books_db(im->b), SQL_import_channels, &row, &im->broken, "");

    while (rc >= 0 && row != NULL) {
        struct channel_end end = {.serial = strcmp(db_text(row, 5), "rtu") == 0};
        char place[300], name[128], gateway[128];
        text_copy(name, sizeof name, db_text(row, 0));
        text_copy(end.host, sizeof end.host, db_text(row, 1));
        text_copy(gateway, sizeof gateway, db_text(row, 2));
        text_copy(end.gateway, sizeof end.gateway, gateway);
        text_copy(end.device, sizeof end.device, db_text(row, 6));
        port_copy(&end, db_int(row, 4));
        if (!in_file(im, IMPORT_CHANNELS, name)) {
            channel_end_name(im, &end, place, sizeof place);
            const char *by = json_string_value(json_object_get(places, place));
            if (by != NULL)
                gateway_moved_check(im, gateway, place, by);
            else
                json_object_set_new(places, place, json_string(name));
        }
        rc = db_next(row, &im->broken);
        if (rc == 0)
            break;
    }
    db_done(row);
    return places;
}

/* What a channel of its type must have; the name of what is missing, or NULL. */
static const char *channel_lacks(const struct channel_end *end)
{
    if (end->serial)
        return end->device[0] == '\0' ? "device" : NULL;
    if (end->port[0] == '\0')
        return "port";
    return end->host[0] == '\0' && end->gateway[0] == '\0' ? "gateway" : NULL;
}

/* The row of a sheet with this key, or NULL. */
static const json_t *row_named(const struct import *im, enum import_file_id id, const char *key)
{
    const struct import_sheet *s = &im->sheet[id];
    const json_t *at = s->keys != NULL ? json_object_get(s->keys, key) : NULL;

    return at != NULL ? s->row[json_integer_value(at)] : NULL;
}

/* What a cell of another sheet says of it, or, where that sheet tells nothing, what the books do. */
static bool told(struct import *im, enum import_file_id id, const char *key, const char *column,
                 const char *word, enum sql_id in_the_books)
{
    const char *text = json_string_value(json_object_get(row_named(im, id, key), column));
    int64_t found = 0;

    if (text != NULL && text[0] != '\0')
        return strcmp(text, word) == 0;
    return db_get(books_db(im->b), in_the_books, 0, &found, &im->broken, "s", key) == 0 &&
           found != 0;
}

/* A line starts in a distribution room. */
static void room_check(struct import *im, const struct import_sheet *s, size_t i)
{
    const char *room = cell(s, i, "room");

    reference_check(im, s, i, "room", IMPORT_SPACES, room);
    bool there = in_file(im, IMPORT_SPACES, room) || in_books(im, IMPORT_SPACES, room);
    if (room[0] != '\0' && there &&
        !told(im, IMPORT_SPACES, room, "kind", "distribution", SQL_import_space_kind))
        say_value(im, s, i, "room", room, N_("is no distribution room"));
}

static void channels_check(struct import *im)
{
    const struct import_sheet *s = &im->sheet[IMPORT_CHANNELS];
    json_t *standing = channels_standing(im), *seen = json_object();
    struct channel_end end;
    char place[300];

    for (size_t i = 0; i < s->rows; i++) {
        struct err p = {0};
        if (!s->sound[i])
            continue;
        channel_end_read(im, i, &end);
        reference_check(im, s, i, "gateway", IMPORT_GATEWAYS, end.gateway);
        room_check(im, s, i);
        const char *lacks = channel_lacks(&end), *column = end.serial ? "device" : "port";
        if (lacks != NULL) {
            err_set(&p, MSG_IMPORT_EMPTY, s->file->name, s->line[i], lacks);
            import_problem(im, &p);
            continue;
        }
        channel_end_name(im, &end, place, sizeof place);
        if (!once_check(im, s, i, seen, column, place, place))
            continue;
        const char *by = json_string_value(json_object_get(standing, place));
        if (by != NULL)
            say_taken(im, s, i, column, place, import_files[IMPORT_CHANNELS].what, by);
    }
    json_decref(standing);
    json_decref(seen);
}

/* ---- tariffs: a price that holds for somebody is never changed behind him, an odd one is asked about */

struct price_on {
    int64_t price_e4;
    char day[16];
};

static bool price_read(const struct import_sheet *s, size_t row, struct price_on *out)
{
    struct err ignored = {0};

    text_copy(out->day, sizeof out->day, cell(s, row, "from"));
    return s->sound[row] && price_parse(cell(s, row, "price"), &out->price_e4, &ignored) == 0;
}

/* The price that a row's tariff has until its day, of the books or of the file, whichever names the later day; price 0: none. */
static struct price_on price_before(struct import *im, const struct import_sheet *s, size_t row)
{
    const char *tariff = cell(s, row, "tariff"), *from = cell(s, row, "from");
    struct price_on before = {0}, other;
    struct db_row *found = NULL;

    if (db_find(books_db(im->b), SQL_import_price_before, &found, &im->broken, "ss", tariff,
                from) == 0 &&
        found != NULL) {
        before.price_e4 = db_int(found, 0);
        text_copy(before.day, sizeof before.day, db_text(found, 1));
    }
    db_done(found);
    for (size_t i = 0; i < s->rows; i++) {
        if (strcmp(cell(s, i, "tariff"), tariff) == 0 && price_read(s, i, &other) &&
            strcmp(other.day, from) < 0 && strcmp(other.day, before.day) >= 0)
            before = other;
    }
    return before;
}

static void price_odd_check(struct import *im, const struct import_sheet *s, size_t i,
                            int64_t price_e4)
{
    const struct price_on before = price_before(im, s, i);
    const bool stands = before.price_e4 == price_e4 && strcmp(before.day, cell(s, i, "from")) == 0;
    char price[MONEY_TEXT_MAX], old[MONEY_TEXT_MAX];
    struct err why = {0}, p = {0};

    if (stands || !sense_price_odd(price_e4, before.price_e4, &why))
        return;
    price_text(price_e4, price);
    price_text(before.price_e4, old);
    if (why.msg == MSG_SENSE_PRICE_NONE)
        err_set(&p, MSG_IMPORT_ODD_NONE, s->file->name, s->line[i], "price", price);
    else
        err_set(&p, MSG_IMPORT_ODD_STEP, s->file->name, s->line[i], "price", price, old);
    import_odd(im, &p);
}

static void tariffs_check(struct import *im)
{
    const struct import_sheet *s = &im->sheet[IMPORT_TARIFFS];
    char old[MONEY_TEXT_MAX];

    for (size_t i = 0; i < s->rows; i++) {
        struct db_row *row = NULL;
        struct err ignored = {0};
        int64_t price = 0;
        if (!s->sound[i] || price_parse(cell(s, i, "price"), &price, &ignored) != 0)
            continue;
        if (db_find(books_db(im->b), SQL_import_price_get, &row, &im->broken, "ss",
                    cell(s, i, "tariff"), cell(s, i, "from")) == 0 &&
            row != NULL && db_int(row, 0) != price && db_int(row, 1) != 0 &&
            import_day(cell(s, i, "from")) <= clock_utc())
            say_fixed(
                im, s, i, "price", price_text(db_int(row, 0), old), cell(s, i, "price"),
                N_("meters are sold to at this price; give the new one a row with its own from"));
        db_done(row);
        price_odd_check(im, s, i, price);
    }
}

/* ---- spaces: each stands in one that exists */

static void spaces_check(struct import *im)
{
    const struct import_sheet *s = &im->sheet[IMPORT_SPACES];
    char parent[200];

    for (size_t i = 0; i < s->rows; i++) {
        text_copy(parent, sizeof parent, cell(s, i, "space"));
        char *slash = strrchr(parent, '/');
        if (!s->sound[i] || slash == NULL)
            continue;
        *slash = '\0';
        reference_check(im, s, i, "space", IMPORT_SPACES, parent);
    }
}

/* ---- accounts: their tenant stays, a meter leaves only with a settlement */

/* Rows of one account agree in everything but the meter. */
static bool account_agrees(struct import *im, const struct import_sheet *s, size_t i)
{
    static const char *const columns[] = {"tenant", "opened", "no_sale", "note"};
    size_t first = (size_t)json_integer_value(json_object_get(s->keys, cell(s, i, "account")));
    struct err p = {0};

    for (size_t k = 0; k < sizeof columns / sizeof columns[0]; k++) {
        if (strcmp(cell(s, i, columns[k]), cell(s, first, columns[k])) == 0)
            continue;
        err_set(&p, MSG_IMPORT_OTHER, s->file->name, s->line[i], columns[k], cell(s, i, columns[k]),
                s->line[first]);
        import_problem(im, &p);
        return false;
    }
    return true;
}

static void account_meter_check(struct import *im, const struct import_sheet *s, size_t i,
                                json_t *seen)
{
    const char *meter = cell(s, i, "meter");
    struct db_row *row = NULL;

    if (meter[0] == '\0')
        return;
    reference_check(im, s, i, "meter", IMPORT_METERS, meter);
    if (told(im, IMPORT_METERS, meter, "role", "main", SQL_import_meter_main))
        say_value(im, s, i, "meter", meter, N_("is a main meter, which sells nothing"));
    if (!once_check(im, s, i, seen, "meter", meter, meter))
        return;
    if (db_find(books_db(im->b), SQL_import_meter_get, &row, &im->broken, "s", meter) == 0 &&
        row != NULL && db_text(row, 2)[0] != '\0' &&
        strcmp(db_text(row, 2), cell(s, i, "account")) != 0)
        say_taken(im, s, i, "meter", meter, import_files[IMPORT_ACCOUNTS].what, db_text(row, 2));
    db_done(row);
}

static void account_check(struct import *im, const struct import_sheet *s, size_t i, json_t *seen)
{
    struct db_row *row = NULL;
    const char *tenant = cell(s, i, "tenant");

    if (!account_agrees(im, s, i))
        return;
    reference_check(im, s, i, "tenant", IMPORT_TENANTS, tenant);
    account_meter_check(im, s, i, seen);
    if (db_find(books_db(im->b), SQL_import_account_get, &row, &im->broken, "s",
                cell(s, i, "account")) != 0 ||
        row == NULL)
        return;
    if (db_int(row, 1) != 0)
        say_value(im, s, i, "account", cell(s, i, "account"), N_("is an account that was closed"));
    else if (strcmp(db_text(row, 0), tenant) != 0)
        say_fixed(im, s, i, "tenant", db_text(row, 0), tenant,
                  N_("an account keeps its tenant; close it and open another"));
    db_done(row);
}

static void accounts_check(struct import *im)
{
    const struct import_sheet *s = &im->sheet[IMPORT_ACCOUNTS];
    json_t *seen = json_object();

    for (size_t i = 0; i < s->rows; i++) {
        if (s->sound[i])
            account_check(im, s, i, seen);
    }
    json_decref(seen);
}

/* ---- meters: one a place; what they are is not changed by a file */

static void meter_place_check(struct import *im, const struct import_sheet *s, size_t i,
                              json_t *seen)
{
    struct db_row *row = NULL;
    char place[120];
    int64_t address = strtoll(cell(s, i, "address"), NULL, 10);

    snprintf(place, sizeof place, "%s: %lld", cell(s, i, "channel"), (long long)address);
    if (!once_check(im, s, i, seen, "address", place, place))
        return;
    if (db_find(books_db(im->b), SQL_import_meter_at, &row, &im->broken, "si",
                cell(s, i, "channel"), address) == 0 &&
        row != NULL && strcmp(db_text(row, 0), cell(s, i, "meter")) != 0 &&
        !in_file(im, IMPORT_METERS, db_text(row, 0)))
        say_taken(im, s, i, "address", place, import_files[IMPORT_METERS].what, db_text(row, 0));
    db_done(row);
}

static void meter_change_check(struct import *im, const struct import_sheet *s, size_t i)
{
    const char *model = cell(s, i, "model");
    struct db_row *row = NULL;

    if (db_find(books_db(im->b), SQL_import_meter_get, &row, &im->broken, "s",
                cell(s, i, "meter")) != 0 ||
        row == NULL)
        return;
    if (db_int(row, 3) != 0 && strcmp(db_text(row, 0), model) != 0)
        say_fixed(im, s, i, "model", db_text(row, 0), model,
                  N_("the meter was read and is known; another meter has another number"));
    db_done(row);
}

/* What a tenant pays for is no main meter. */
static void role_check(struct import *im, const struct import_sheet *s, size_t i)
{
    struct db_row *row = NULL;

    if (strcmp(cell(s, i, "role"), "main") == 0 &&
        db_find(books_db(im->b), SQL_import_meter_get, &row, &im->broken, "s",
                cell(s, i, "meter")) == 0 &&
        row != NULL && db_text(row, 2)[0] != '\0')
        say_value(im, s, i, "role", "main", N_("is not for a meter that an account pays for"));
    db_done(row);
}

static void meters_check(struct import *im)
{
    const struct import_sheet *s = &im->sheet[IMPORT_METERS];
    json_t *seen = json_object();

    for (size_t i = 0; i < s->rows; i++) {
        if (!s->sound[i])
            continue;
        reference_check(im, s, i, "channel", IMPORT_CHANNELS, cell(s, i, "channel"));
        reference_check(im, s, i, "space", IMPORT_SPACES, cell(s, i, "space"));
        reference_check(im, s, i, "tariff", IMPORT_TARIFFS, cell(s, i, "tariff"));
        meter_place_check(im, s, i, seen);
        meter_change_check(im, s, i);
        role_check(im, s, i);
    }
    json_decref(seen);
}

int import_check(struct import *im, struct err *e)
{
    for (size_t i = 0; i < IMPORT_FILES; i++) {
        if (im->sheet[i].file != NULL)
            keys_note(im, (enum import_file_id)i);
    }
    channels_check(im);
    tariffs_check(im);
    spaces_check(im);
    meters_check(im);
    accounts_check(im);
    if (im->broken.code != 0)
        *e = im->broken;
    return im->broken.code;
}
