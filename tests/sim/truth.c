/* truth.c - what really is the case, as one line of JSON.
 *
 * Belongs here: the form in which tests see meters, purchases, faults done and frames. Not
 * here: the commands that ask for it (control.c).
 */
#define _GNU_SOURCE 1
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "building.h"
#include "civil.h"

static void add_time(struct text *t, const char *name, int64_t civil_ms)
{
    char time[40];
    civil_print(civil_ms, time, sizeof time);
    text_add(t, "\"%s\":\"%s\"", name, time);
}

static const char *mode_name(const struct meter *m)
{
    if (!m->forced_enabled) {
        return "prepaid";
    }
    return m->forced_off ? "forced-off" : "forced-on";
}

static void add_purchase(struct text *t, const struct purchase *p)
{
    text_add(t, "{\"count\":%" PRId64 ",\"amount_minor\":%" PRId64 ",", p->count, p->amount_minor);
    add_time(t, "meter_time", p->at_ms);
    text_add(t, ",\"at_utc_ms\":%" PRId64 ",\"doubled\":%s,\"copy\":%s,\"foreign\":%s}",
             p->at_utc_ms, p->doubled ? "true" : "false", p->copy ? "true" : "false",
             p->foreign ? "true" : "false");
}

void truth_meter(struct building *b, struct meter *m, struct text *t)
{
    meter_advance(m, building_now_ms(b));
    char number[13];
    meter_print_number(m, number);
    size_t zeros = strspn(number, "0");
    text_add(t, "{\"channel\":\"%s\",\"address\":%" PRId64 ",\"key\":\"%s:%" PRId64 "\"",
             m->channel, m->address, m->channel, m->plate_address);
    text_add(t, ",\"number\":\"%s\",\"plate\":\"%s\"", number, number + (zeros < 12 ? zeros : 11));
    text_add(t, ",\"model\":\"%s\",\"firmware\":\"%s\",\"present\":%s",
             m->model == METER_DTSY ? "DTSY1352" : "DDSY1352",
             m->firmware == METER_FIRMWARE_OLD ? "old" : "new", m->present ? "true" : "false");
    text_add(t, ",\"repeat\":\"%s\"", m->repeat == METER_REPEAT_CREDIT ? "credit" : "refuse");
    text_add(t, ",\"balance_minor\":%" PRId64 ",\"count\":%" PRId64 ",\"total_minor\":%" PRId64,
             m->balance_minor, m->count, m->total_minor);
    text_add(t, ",\"credited_minor\":%" PRId64 ",\"consumed_minor\":%" PRId64, m->credited_minor,
             m->consumed_minor);
    text_add(t, ",\"prepaid\":%s,\"relay\":\"%s\",\"mode\":\"%s\"", m->prepaid ? "true" : "false",
             meter_relay_closed(m) ? "closed" : "open", mode_name(m));
    text_add(t, ",\"cut_off\":%s,\"alarm2_open\":%s", meter_is_cut_off(m) ? "true" : "false",
             m->alarm2_open ? "true" : "false");
    text_add(t, ",\"overload_open\":%s,\"overload_latched\":%s,\"trips\":%" PRId64,
             m->over_open ? "true" : "false", m->over_latched ? "true" : "false", m->load_trips);
    text_add(t, ",\"price\":[%" PRId64 ",%" PRId64 ",%" PRId64 ",%" PRId64 "]", m->price[0],
             m->price[1], m->price[2], m->price[3]);
    text_add(t,
             ",\"alarm1_minor\":%" PRId64 ",\"alarm2_minor\":%" PRId64
             ",\"overdraft_minor\":%" PRId64 ",\"max_power_w\":%" PRId64,
             m->alarm1_minor, m->alarm2_minor, m->overdraft_minor, m->load_max_w);
    text_add(t, ",\"pt\":%" PRId64 ",\"ct\":%" PRId64 ",\"power_w\":%" PRId64, m->pt, m->ct,
             meter_power_w(m));
    text_add(t, ",\"energy_wh\":[");
    for (int i = 0; i < METER_RATES; i++) {
        text_add(t, "%s%" PRId64, i ? "," : "", m->energy_wms[i] / METER_WMS_PER_WH);
    }
    text_add(t, "],");
    add_time(t, "clock", meter_clock_ms(m));
    int64_t doubled_minor = 0;
    text_add(t, ",\"purchases\":[");
    for (size_t i = 0; i < m->purchase_count; i++) {
        text_add(t, "%s", i ? "," : "");
        add_purchase(t, &m->purchases[i]);
        doubled_minor += m->purchases[i].doubled ? m->purchases[i].amount_minor : 0;
    }
    text_add(t, "],\"doubled_minor\":%" PRId64 "}", doubled_minor);
}

void truth_told(struct building *b, const struct meter *m)
{
    char number[13];
    meter_print_number(m, number);
    fprintf(b->told, "%" PRId64 ",%s,%" PRId64 ",%" PRId64, civil_utc_ms(),
            number + strspn(number, "0"), building_now_ms(b), m->pt * m->ct);
    for (int i = 0; i < METER_RATES; i++) {
        fprintf(b->told, ",%" PRId64, m->energy_wms[i] / METER_WMS_PER_WH);
    }
    fprintf(b->told, ",%" PRId64 ",%" PRId64 "\n", m->balance_minor, m->count);
}

void truth_all(struct building *b, struct text *t)
{
    text_add(t, "{\"ok\":true,");
    add_time(t, "now", building_now_ms(b));
    text_add(t, ",\"building\":");
    text_add_json(t, b->name ? b->name : "");
    text_add(t, ",\"meters\":[");
    for (size_t i = 0; i < b->meter_count; i++) {
        text_add(t, "%s", i ? "," : "");
        truth_meter(b, b->meters[i], t);
    }
    text_add(t, "]}");
}

void truth_stats(const struct building *b, struct text *t)
{
    text_add(t, "{\"ok\":true,\"channels\":[");
    for (size_t i = 0; i < b->channel_count; i++) {
        const struct channel *c = b->channels[i];
        int64_t connected = 0;
        for (const struct client *client = c->clients; client; client = client->next) {
            connected += !client->doomed;
        }
        text_add(t, "%s{\"channel\":\"%s\",\"port\":%" PRId64 ",\"up\":%s,\"clients\":%" PRId64,
                 i ? "," : "", c->name, c->port, c->up ? "true" : "false", connected);
        text_add(t,
                 ",\"requests\":%" PRId64 ",\"replies\":%" PRId64 ",\"damaged\":%" PRId64
                 ",\"accepted\":%" PRId64 ",\"kicked\":%" PRId64 "}",
                 c->requests, c->replies, c->damaged, c->accepted, c->kicked);
    }
    text_add(t, "],\"faults\":{");
    for (int k = 0; k < FAULT_KINDS; k++) {
        text_add(t, "%s\"%s\":%" PRId64, k ? "," : "", fault_name((enum fault_kind)k),
                 b->faults_done[k]);
    }
    text_add(t, "},\"rules\":[");
    for (size_t i = 0; i < b->faults.count; i++) {
        const struct fault_rule *r = &b->faults.rules[i];
        text_add(t, "%s{\"target\":", i ? "," : "");
        text_add_json(t, r->target);
        text_add(t, ",\"kind\":\"%s\",\"rate\":%g,\"amount\":%" PRId64 ",\"only\":%d}",
                 fault_name(r->kind), r->rate, r->amount, r->only);
    }
    text_add(t, "]}");
}

void truth_log(const struct building *b, uint64_t count, struct text *t)
{
    if (count > LOG_ENTRIES) {
        count = LOG_ENTRIES;
    }
    if (count > b->log_count) {
        count = b->log_count;
    }
    text_add(t, "{\"ok\":true,\"frames\":%" PRIu64 ",\"log\":[", b->log_count);
    for (uint64_t i = b->log_count - count; i < b->log_count; i++) {
        const struct log_entry *e = &b->log[i % LOG_ENTRIES];
        size_t kept = e->size < sizeof e->bytes ? e->size : sizeof e->bytes;
        text_add(t, "%s{\"at_utc_ms\":%" PRId64 ",\"channel\":\"%s\",\"what\":\"%s\",\"size\":%zu",
                 i > b->log_count - count ? "," : "", e->at_utc_ms, e->channel->name, e->what,
                 e->size);
        text_add(t, ",\"hex\":\"");
        text_add_hex(t, e->bytes, kept);
        text_add(t, "\"}");
    }
    text_add(t, "]}");
}
