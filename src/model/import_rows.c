/*
 * The rows of a checked import written: added where the key is new, changed where something differs,
 * left alone otherwise. All inside the request's one transaction.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "db.h"
#include "import.h"
#include "money.h"
#include "money_parse.h"
#include "tenant.h"
#include "text.h"

#define KEY_MAX 200

/* A cell's number; a NULL pointer where it is empty or not there. */
static const int64_t *number(const struct import_sheet *s, size_t row, const char *column,
                             int64_t *store)
{
    const char *text = import_filled(s, row, column);

    if (text == NULL)
        return NULL;
    *store = strtoll(text, NULL, 10);
    return store;
}

static const int64_t *yes(const struct import_sheet *s, size_t row, const char *column,
                          int64_t *store)
{
    const char *text = import_filled(s, row, column);

    if (text == NULL)
        return NULL;
    *store = strcmp(text, "yes") == 0;
    return store;
}

static int exists(struct import *im, enum sql_id find, const char *key, bool *there, struct err *e)
{
    int64_t id = 0;
    int rc = db_get(books_db(im->b), find, 0, &id, e, "s", key);

    *there = id != 0;
    return rc;
}

/* Counts what a row has done: added, or what the last statement changed. */
static void count(struct import *im, bool added, bool changed)
{
    if (added)
        im->added++;
    else if (changed)
        im->changed++;
    else
        im->unchanged++;
}

static int gateway_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *name = import_text(s, i, "gateway");
    bool there;
    int rc = exists(im, SQL_import_gateway_find, name, &there, e);

    if (rc == 0)
        rc = db_run(db, there ? SQL_import_gateway_change : SQL_import_gateway_add, e, "sss", name,
                    import_text(s, i, "host"), import_text(s, i, "note"));
    if (rc == 0)
        count(im, !there, db_changes(db) > 0);
    return rc;
}

static int channel_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *name = import_text(s, i, "channel"), *line = import_filled(s, i, "line");
    int64_t port = 0, quiet = 0, baud = 0, stops = 0, least = 0, fast = 0;
    char parity[2] = "";
    bool there, set = line != NULL && import_line(line, &baud, parity, &stops);
    int rc = exists(im, SQL_import_channel_find, name, &there, e);

    if (rc == 0)
        rc = db_run(db, there ? SQL_import_channel_change : SQL_import_channel_add, e,
                    "ssIssIssIsIIIss", name, import_text(s, i, "type"), number(s, i, "port", &port),
                    import_text(s, i, "gateway"), import_text(s, i, "host"),
                    number(s, i, "quiet_ms", &quiet), import_text(s, i, "note"),
                    import_text(s, i, "device"), set ? &baud : NULL, set ? parity : NULL,
                    set ? &stops : NULL, number(s, i, "timeout_min_ms", &least),
                    yes(s, i, "low_latency", &fast), import_text(s, i, "room"),
                    import_text(s, i, "interval_s"));
    if (rc == 0)
        count(im, !there, db_changes(db) > 0);
    return rc;
}

static int tariff_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *name = import_text(s, i, "tariff"), *from = import_text(s, i, "from");
    struct db_row *row = NULL;
    int64_t price = 0;
    bool there;
    int rc = price_parse(import_text(s, i, "price"), &price, e);

    if (rc == 0)
        rc = exists(im, SQL_import_tariff_find, name, &there, e);
    if (rc == 0)
        rc = db_run(db, there ? SQL_import_tariff_change : SQL_import_tariff_add, e, "ss", name,
                    import_text(s, i, "note"));
    if (rc != 0)
        return rc;
    int64_t changes = there ? db_changes(db) : 0;
    rc = db_find(db, SQL_import_price_get, &row, e, "ss", name, from);
    there = row != NULL;
    db_done(row);
    if (rc == 0)
        rc = db_run(db, there ? SQL_import_price_change : SQL_import_price_add, e, "ssi", name,
                    from, price);
    if (rc == 0)
        count(im, !there, changes + db_changes(db) > 0);
    return rc;
}

static int space_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *path = import_text(s, i, "space"), *kind = import_text(s, i, "kind");
    const char *note = import_text(s, i, "note"), *slash = strrchr(path, '/');
    char parent[KEY_MAX] = "";
    bool there;
    int rc = exists(im, SQL_import_space_find, path, &there, e);

    if (slash != NULL)
        snprintf(parent, sizeof parent, "%.*s", (int)(slash - path), path);
    if (rc == 0 && there)
        rc = db_run(db, SQL_import_space_change, e, "sss", path, kind, note);
    else if (rc == 0)
        rc = db_run(db, SQL_import_space_add, e, "sssss", path, kind, parent,
                    slash != NULL ? slash + 1 : path, note);
    if (rc == 0)
        count(im, !there, db_changes(db) > 0);
    return rc;
}

static int tenant_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *code = import_text(s, i, "tenant"), *name = import_text(s, i, "name");
    const char *alias = import_text(s, i, "alias");
    char search[600], old[KEY_MAX] = "";
    struct db_row *row = NULL;
    int rc = db_find(db, SQL_import_tenant_alias, &row, e, "s", code);
    bool there = row != NULL;

    if (there)
        text_copy(old, sizeof old, db_text(row, 0));
    db_done(row);
    if (rc != 0)
        return rc;
    tenant_search(name, alias != NULL ? alias : old, search, sizeof search);
    rc = db_run(db, there ? SQL_import_tenant_change : SQL_import_tenant_add, e, "ssssss", code,
                name, alias, import_text(s, i, "phone"), import_text(s, i, "note"), search);
    if (rc == 0)
        count(im, !there, db_changes(db) > 0);
    return rc;
}

/* Another meter stands where this one goes: it has a row of its own and waits elsewhere until that. */
static int place_clear(struct import *im, const char *meter, const char *channel, int64_t address,
                       struct err *e)
{
    struct db *db = books_db(im->b);
    struct db_row *row = NULL;
    int64_t holder = 0, free_channel = 0, free_address = 0;
    int rc = db_find(db, SQL_import_meter_at, &row, e, "si", channel, address);

    if (rc == 0 && row != NULL && strcmp(db_text(row, 0), meter) != 0)
        holder = db_int(row, 1);
    db_done(row);
    if (rc != 0 || holder == 0)
        return rc;
    row = NULL;
    rc = db_find(db, SQL_import_meter_free_place, &row, e, "");
    if (rc == 0 && row != NULL) {
        free_channel = db_int(row, 0);
        free_address = db_int(row, 1);
    }
    db_done(row);
    if (rc == 0 && free_channel == 0)
        return err_set(e, MSG_INTERNAL, "no free place to swap meters");
    return rc != 0
               ? rc
               : db_run(db, SQL_import_meter_park, e, "iii", holder, free_channel, free_address);
}

static int meter_put(struct import *im, const struct import_sheet *s, size_t i, bool there,
                     struct err *e)
{
    const char *meter = import_text(s, i, "meter"), *channel = import_text(s, i, "channel");
    int64_t address = 0, transformers = 0;

    number(s, i, "address", &address);
    int rc = place_clear(im, meter, channel, address, e);
    if (rc != 0)
        return rc;
    return db_run(books_db(im->b), there ? SQL_import_meter_change : SQL_import_meter_add, e,
                  "ssssissIssss", meter, import_text(s, i, "model"), "electricity", channel,
                  address, import_text(s, i, "space"), import_text(s, i, "tariff"),
                  yes(s, i, "transformers", &transformers), import_filled(s, i, "total_purchased"),
                  import_text(s, i, "note"), import_filled(s, i, "role"),
                  import_text(s, i, "interval_s"));
}

static int meter_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    bool there;
    int rc = exists(im, SQL_import_meter_find, import_text(s, i, "meter"), &there, e);

    if (rc == 0)
        rc = meter_put(im, s, i, there, e);
    if (rc == 0)
        count(im, !there, db_changes(books_db(im->b)) > 0);
    return rc;
}

static int account_write(struct import *im, const struct import_sheet *s, size_t i, struct err *e)
{
    struct db *db = books_db(im->b);
    const char *account = import_text(s, i, "account"), *day = import_filled(s, i, "opened");
    const char *note = import_text(s, i, "note"), *meter = import_filled(s, i, "meter");
    int64_t opened = day != NULL ? import_day(day) : 0, no_sale = 0;
    bool there;
    int rc = exists(im, SQL_import_account_find, account, &there, e);

    if (rc == 0 && there)
        rc = db_run(db, SQL_import_account_change, e, "sIIs", account, day != NULL ? &opened : NULL,
                    yes(s, i, "no_sale", &no_sale), note);
    else if (rc == 0)
        rc =
            db_run(db, SQL_import_account_add, e, "ssIIsi", account, import_text(s, i, "tenant"),
                   day != NULL ? &opened : NULL, yes(s, i, "no_sale", &no_sale), note, clock_utc());
    if (rc != 0)
        return rc;
    int64_t changes = db_changes(db);
    if (meter != NULL) {
        rc = db_run(db, SQL_import_account_meter_add, e, "ssi", account, meter, clock_utc());
        changes += db_changes(db);
    }
    if (rc == 0)
        count(im, !there, changes > 0);
    return rc;
}

static size_t depth(const char *path)
{
    size_t n = 0;

    for (; *path != '\0'; path++)
        n += *path == '/';
    return n;
}

/* Spaces from the outermost inwards, whatever their order in the file. */
static int spaces_write(struct import *im, struct err *e)
{
    const struct import_sheet *s = &im->sheet[IMPORT_SPACES];
    size_t written = 0;
    int rc = 0;

    for (size_t level = 0; rc == 0 && written < s->rows; level++) {
        for (size_t i = 0; rc == 0 && i < s->rows; i++) {
            if (depth(import_text(s, i, "space")) != level)
                continue;
            rc = space_write(im, s, i, e);
            written++;
        }
    }
    return rc;
}

int import_write(struct import *im, struct err *e)
{
    static int (*const writers[IMPORT_FILES])(struct import *, const struct import_sheet *, size_t,
                                              struct err *) = {
        [IMPORT_GATEWAYS] = gateway_write, [IMPORT_CHANNELS] = channel_write,
        [IMPORT_TARIFFS] = tariff_write,   [IMPORT_SPACES] = NULL, /* level by level */
        [IMPORT_TENANTS] = tenant_write,   [IMPORT_ACCOUNTS] = account_write,
        [IMPORT_METERS] = meter_write,
    };
    /* What is named stands before what names it: a channel names the room where it starts. */
    static const enum import_file_id order[IMPORT_FILES] = {
        IMPORT_GATEWAYS, IMPORT_TARIFFS, IMPORT_SPACES,  IMPORT_CHANNELS,
        IMPORT_METERS,   IMPORT_TENANTS, IMPORT_ACCOUNTS};
    int rc = 0;

    for (size_t n = 0; rc == 0 && n < IMPORT_FILES; n++) {
        const enum import_file_id f = order[n];
        if (writers[f] == NULL)
            rc = spaces_write(im, e);
        for (size_t i = 0; writers[f] != NULL && rc == 0 && i < im->sheet[f].rows; i++)
            rc = writers[f](im, &im->sheet[f], i, e);
    }
    return rc;
}
