/*
 * The state of all meters as an xlsx file: a row a meter with real numbers in the units that people use, the state in
 * its colour, and a summary in front with counts, sums and a chart. A writer of export.h; the rows are those of the
 * query meters_state.
 */
#include "xlsx_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "money.h"
#include "text.h"

#define TEXT   "@"
#define COUNT  "0"
#define MONEY  "#,##0.00;[Red]-#,##0.00"
#define PRICE  "0.0000"
#define ENERGY "#,##0.00"
#define TIME   "yyyy-mm-dd hh:mm:ss"

/* The columns in their order. A number of the protocol divided by `by` is what stands in the cell. */
static const struct look {
    const char *name, *title, *kind, *format;
    int by, width;
} looks[] = {
    {"room", N_("Room"), "text", TEXT, 0, 10},
    {"path", N_("Place"), "text", TEXT, 0, 24},
    {"tenant", N_("Tenant"), "text", TEXT, 0, 24},
    {"account", N_("Account"), "text", TEXT, 0, 12},
    {"meter", N_("Meter"), "text", TEXT, 0, 14},
    {"kind", N_("Kind"), "state", TEXT, 0, 11},
    {"model", N_("Model"), "text", TEXT, 0, 16},
    {"role", N_("Role"), "state", TEXT, 0, 9},
    {"channel", N_("Channel"), "text", TEXT, 0, 9},
    {"address", N_("Address"), "integer", COUNT, 1, 9},
    {"state", N_("State"), "state", TEXT, 0, 12},
    {"balance_minor", N_("Balance"), "money", MONEY, 100, 13},
    {"balance_at", N_("Balance of"), "time", TIME, 0, 19},
    {"credit_mode", N_("Credit"), "state", TEXT, 0, 9},
    {"relay", N_("Relay"), "state", TEXT, 0, 13},
    {"why", N_("Why the relay is so"), "state", TEXT, 0, 18},
    {"mode", N_("Mode"), "state", TEXT, 0, 12},
    {"purchase_count", N_("Purchases"), "integer", COUNT, 1, 10},
    {"total_minor", N_("Purchased in all"), "money", MONEY, 100, 14},
    {"tariff", N_("Tariff"), "text", TEXT, 0, 14},
    {"price1_e4", N_("Price sharp"), "price", PRICE, 10000, 10},
    {"price2_e4", N_("Price peak"), "price", PRICE, 10000, 10},
    {"price3_e4", N_("Price flat"), "price", PRICE, 10000, 10},
    {"price4_e4", N_("Price valley"), "price", PRICE, 10000, 10},
    {"alarm1_minor", N_("Alarm 1 at"), "money", MONEY, 100, 11},
    {"alarm2_minor", N_("Alarm 2 at"), "money", MONEY, 100, 11},
    {"overdraft_minor", N_("Overdraft"), "money", MONEY, 100, 11},
    {"load_max_w", N_("Overload at (kW)"), "integer", "0.000", 1000, 10},
    {"energy_wh", N_("Energy (kWh)"), "energy", ENERGY, 1000, 13},
    {"rate1_wh", N_("Sharp (kWh)"), "energy", ENERGY, 1000, 13},
    {"rate2_wh", N_("Peak (kWh)"), "energy", ENERGY, 1000, 13},
    {"rate3_wh", N_("Flat (kWh)"), "energy", ENERGY, 1000, 13},
    {"rate4_wh", N_("Valley (kWh)"), "energy", ENERGY, 1000, 13},
    {"voltage1_mv", N_("U1 (V)"), "integer", "0.0", 1000, 8},
    {"voltage2_mv", N_("U2 (V)"), "integer", "0.0", 1000, 8},
    {"voltage3_mv", N_("U3 (V)"), "integer", "0.0", 1000, 8},
    {"current1_ma", N_("I1 (A)"), "integer", "0.00", 1000, 8},
    {"current2_ma", N_("I2 (A)"), "integer", "0.00", 1000, 8},
    {"current3_ma", N_("I3 (A)"), "integer", "0.00", 1000, 8},
    {"power_w", N_("P (kW)"), "integer", "0.000", 1000, 9},
    {"reactive_var", N_("Q (kvar)"), "integer", "0.000", 1000, 9},
    {"factor_e3", N_("PF"), "integer", "0.000", 1000, 8},
    {"frequency_mhz", N_("F (Hz)"), "integer", "0.00", 1000, 8},
    {"clock_off_s", N_("Clock ahead (s)"), "integer", COUNT, 1, 10},
    {"settings_at", N_("Settings read"), "time", TIME, 0, 19},
    {"read_at", N_("Read"), "time", TIME, 0, 19},
    {"age", N_("Age (min)"), "time", COUNT, 60, 9},
    {"tried_at", N_("Tried"), "time", TIME, 0, 19},
    {"misses", N_("Misses"), "integer", COUNT, 1, 8},
    {"locked_by", N_("Locked out by"), "text", TEXT, 0, 16},
    {"locked_at", N_("Locked out since"), "time", TIME, 0, 19},
    {"lock_reason", N_("Reason of the tag"), "text", TEXT, 0, 24},
    {"lock_off_at", N_("Forced off read back"), "time", TIME, 0, 19},
};
#define LOOKS (int)(sizeof looks / sizeof *looks)

/* The states in the order of the wall, coloured as there: colour of the word, of the cell (0: none), of the chart. */
static const struct {
    const char *word;
    lxw_color_t word_colour, cell_colour, bar;
} states[] = {
    {N_("locked out, NOT verified off"), 0xc00000, 0xe4dfec, 0xc00000},
    {N_("locked out"), 0x7030a0, 0xe4dfec, 0x7030a0},
    {N_("in doubt"), 0x7030a0, 0xe4dfec, 0xb07cc6},
    {N_("lost"), 0xc00000, 0xffc7ce, 0xc00000},
    {N_("forced off"), 0x1f4e9e, 0xddebf7, 0x1f4e9e},
    {N_("forced on"), 0x1f4e9e, 0xddebf7, 0x5b9bd5},
    {N_("not opened"), 0x808080, 0, 0xbfbfbf},
    {N_("unread"), 0x808080, 0, 0xd9d9d9},
    {N_("cut"), 0xc00000, 0xffc7ce, 0xe06666},
    {N_("alarm 2 off"), 0x9c6500, 0xffeb9c, 0xbf8f00},
    {N_("arrears"), 0xc00000, 0xffc7ce, 0xf4b183},
    {N_("alarm 2"), 0x9c6500, 0xffeb9c, 0xffc000},
    {N_("alarm 1"), 0x9c6500, 0xffeb9c, 0xffe699},
    {N_("on"), 0, 0, 0x70ad47},
};
#define STATES     (int)(sizeof states / sizeof *states)
#define UNVERIFIED 0 /* of states: nobody read back that the relay is open */
#define LOCKED_OUT 1

struct state {
    lxw_workbook *book;
    lxw_worksheet *summary, *sheet;
    char name[XLSX_NAME_MAX * 4 + 1]; /* of the sheet of meters */
    lxw_row_t next;
    const struct look *look[EXPORT_COLUMNS_MAX];
    lxw_format *head, *bold, *format[EXPORT_COLUMNS_MAX], *coloured[STATES];
    lxw_format *title, *text, *money, *energy, *time, *count;
    int64_t meters[STATES], owed_minor;
};

json_t *export_state_columns(void)
{
    json_t *list = json_array();

    for (int i = 0; i < LOOKS; i++)
        json_array_append_new(list, json_pack("{s:s,s:s,s:s}", "name", looks[i].name, "title",
                                              _(looks[i].title), "kind", looks[i].kind));
    return list;
}

static lxw_format *format_make(const struct state *s, const char *number, bool bold)
{
    lxw_format *format = workbook_add_format(s->book);

    format_set_num_format(format, number);
    if (bold)
        format_set_bold(format);
    return format;
}

static void formats_make(const struct export *x, struct state *s)
{
    s->head = workbook_add_format(s->book);
    format_set_bold(s->head);
    format_set_text_wrap(s->head);
    format_set_bottom(s->head, LXW_BORDER_THIN);
    s->bold = format_make(s, "General", true);
    s->title = format_make(s, "General", true);
    format_set_font_size(s->title, 14);
    s->text = format_make(s, TEXT, false);
    s->money = format_make(s, MONEY, false);
    s->energy = format_make(s, ENERGY, false);
    s->time = format_make(s, TIME, false);
    s->count = format_make(s, "#,##0", false);
    for (int i = 0; i < x->columns; i++)
        s->format[i] = format_make(s, s->look[i] != NULL ? s->look[i]->format : TEXT, false);
    for (int i = 0; i < STATES; i++) {
        s->coloured[i] = format_make(s, TEXT, false);
        if (states[i].word_colour != 0)
            format_set_font_color(s->coloured[i], states[i].word_colour);
        if (states[i].cell_colour != 0)
            format_set_bg_color(s->coloured[i], states[i].cell_colour);
    }
}

static void sheet_make(const struct export *x, struct state *s)
{
    worksheet_freeze_panes(s->sheet, 1, 1);
    worksheet_ignore_errors(s->sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:BL1048576");
    xlsx_print(x, s->sheet);
    for (int i = 0; i < x->columns; i++) {
        const int width = s->look[i] != NULL ? s->look[i]->width : 12;
        worksheet_set_column(s->sheet, (lxw_col_t)i, (lxw_col_t)i, width, NULL);
        worksheet_write_string(s->sheet, 0, (lxw_col_t)i, x->column[i].title, s->head);
    }
    s->next = 1;
}

static int begin(struct export *x, struct err *e)
{
    struct state *s = mem_new(sizeof *s);
    char name[XLSX_NAME_MAX * 4 + 1];

    x->state = s;
    for (int i = 0; i < x->columns; i++) {
        for (int k = 0; k < LOOKS; k++) {
            if (strcmp(looks[k].name, x->column[i].name) == 0)
                s->look[i] = &looks[k];
        }
    }
    errno = 0;
    s->book = xlsx_book(x);
    if (s->book == NULL)
        return xlsx_fail(x, LXW_ERROR_MEMORY_MALLOC_FAILED, e);
    formats_make(x, s);
    s->summary =
        workbook_add_worksheet(s->book, xlsx_sheet_name(name, sizeof name, _("Summary"), 30));
    s->sheet = workbook_add_worksheet(
        s->book, xlsx_sheet_name(s->name, sizeof s->name, _("Meters"), XLSX_NAME_MAX));
    if (s->summary == NULL || s->sheet == NULL)
        return xlsx_fail(x, LXW_ERROR_CREATING_TMPFILE, e);
    sheet_make(x, s);
    return 0;
}

/* Counts a state, which came in the language of the file; its format. */
static lxw_format *state_count(struct state *s, const char *word)
{
    for (int i = 0; i < STATES; i++) {
        if (strcmp(word, _(states[i].word)) == 0) {
            s->meters[i]++;
            return s->coloured[i];
        }
    }
    return s->text;
}

static lxw_error cell_write(const struct export *x, struct state *s, int i,
                            const struct export_cell *cell)
{
    const struct look *look = s->look[i];
    const lxw_col_t col = (lxw_col_t)i;
    lxw_datetime at;

    if (cell->what == EXPORT_NOTHING)
        return LXW_NO_ERROR;
    if (cell->what == EXPORT_WORDS)
        return worksheet_write_string(s->sheet, s->next, col, cell->text,
                                      look != NULL && strcmp(look->name, "state") == 0
                                          ? state_count(s, cell->text)
                                          : s->text);
    if (look != NULL && strcmp(look->name, "age") == 0) {
        const int64_t age_s = x->options.at_utc - cell->number;
        return worksheet_write_number(s->sheet, s->next, col,
                                      (double)(age_s > 0 ? age_s / look->by : 0), s->format[i]);
    }
    if (x->column[i].kind == EXPORT_TIME) {
        at = xlsx_time(cell->number);
        return worksheet_write_datetime(s->sheet, s->next, col, &at, s->format[i]);
    }
    return worksheet_write_number(s->sheet, s->next, col,
                                  (double)cell->number / (look != NULL && look->by ? look->by : 1),
                                  s->format[i]);
}

/* The place of a column, -1: it is not in the file. */
static int column_of(const struct export *x, const char *name)
{
    for (int i = 0; i < x->columns; i++) {
        if (strcmp(x->column[i].name, name) == 0)
            return i;
    }
    return -1;
}

/* A tag whose meter was not read back as forced off says so in its state. */
static struct export_cell state_said(const struct export *x, const struct export_cell *cells,
                                     int state)
{
    struct export_cell said = cells[state];
    const int off_at = column_of(x, "lock_off_at");

    if (said.what == EXPORT_WORDS && off_at >= 0 && cells[off_at].what == EXPORT_NOTHING &&
        strcmp(said.text, _(states[LOCKED_OUT].word)) == 0)
        said.text = _(states[UNVERIFIED].word);
    return said;
}

static int row(struct export *x, const struct export_cell *cells, struct err *e)
{
    struct state *s = x->state;
    const int state = column_of(x, "state");

    if (s->next >= (lxw_row_t)x->options.sheet_rows)
        return err_set(e, MSG_SHEET_EXPORT_ROWS, (int64_t)x->options.sheet_rows);
    errno = 0;
    for (int i = 0; i < x->columns; i++) {
        if (cells[i].what == EXPORT_NUMBER && cells[i].number < 0 &&
            strcmp(x->column[i].name, "balance_minor") == 0 &&
            !money_add(s->owed_minor, cells[i].number, &s->owed_minor))
            s->owed_minor = INT64_MIN;
        const struct export_cell cell = i == state ? state_said(x, cells, i) : cells[i];
        lxw_error code = cell_write(x, s, i, &cell);
        if (code != LXW_NO_ERROR && code != LXW_ERROR_MAX_STRING_LENGTH_EXCEEDED)
            return xlsx_fail(x, code, e);
    }
    s->next++;
    return 0;
}

/* ---- the summary */

/* The cells of a column of meters, 'Meters'!$K$2:$K$354, or NULL: there is no such column. The caller's. */
static char *range_of(const struct export *x, const struct state *s, const char *column)
{
    char name[LXW_MAX_COL_NAME_LENGTH];

    for (int i = 0; i < x->columns; i++) {
        if (strcmp(x->column[i].name, column) != 0)
            continue;
        lxw_col_to_name(name, (lxw_col_t)i, LXW_FALSE);
        return mem_format("'%s'!$%s$2:$%s$%u", s->name, name, name, s->next > 1 ? s->next : 2);
    }
    return NULL;
}

static void fact_text(struct state *s, lxw_row_t at, const char *label, const char *text)
{
    worksheet_write_string(s->summary, at, 0, label, s->bold);
    if (text != NULL && text[0] != '\0')
        worksheet_write_string(s->summary, at, 1, text, s->text);
}

/* =HOW(range TAIL) with its stored result. */
static void fact_sum(const struct export *x, struct state *s, lxw_row_t at, const char *label,
                     const char *column, const char *how, const char *tail, double value,
                     lxw_format *format)
{
    char *range = range_of(x, s, column);

    worksheet_write_string(s->summary, at, 0, label, s->bold);
    if (range == NULL)
        return;
    char *formula = mem_format("=%s(%s%s)", how, range, tail);
    worksheet_write_formula_num(s->summary, at, 1, formula, format, value);
    free(formula);
    free(range);
}

static double sum_of(const struct export *x, const char *column, double by)
{
    for (int i = 0; i < x->columns; i++) {
        if (strcmp(x->column[i].name, column) == 0)
            return (double)x->column[i].sum_minor / by;
    }
    return 0;
}

static void chart_make(struct state *s, lxw_row_t first)
{
    const lxw_row_t last = first + STATES - 1;
    lxw_chart *chart = workbook_add_chart(s->book, LXW_CHART_BAR);
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fills[STATES];
    lxw_chart_point points[STATES];
    lxw_chart_point *list[STATES + 1];
    lxw_chart_options place = {.x_scale = 1.25, .y_scale = 1.4};
    const char *summary = s->summary->name;

    memset(fills, 0, sizeof fills);
    memset(points, 0, sizeof points);
    for (int i = 0; i < STATES; i++) {
        fills[i].color = states[i].bar;
        points[i].fill = &fills[i];
        list[i] = &points[i];
    }
    list[STATES] = NULL;
    chart_series_set_categories(series, summary, first, 0, last, 0);
    chart_series_set_values(series, summary, first, 1, last, 1);
    chart_series_set_name_range(series, summary, first - 1, 1);
    chart_series_set_points(series, list);
    chart_series_set_labels(series);
    chart_axis_set_reverse(chart->y_axis);
    chart_title_set_name(chart, _("Meters by state"));
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    worksheet_insert_chart_opt(s->summary, 2, 3, chart, &place);
}

static void summary_write(const struct export *x, struct state *s)
{
    const double owed = (double)s->owed_minor / 100, all = sum_of(x, "balance_minor", 100);
    lxw_datetime at = xlsx_time(x->options.at_utc);
    lxw_row_t line = 2;

    worksheet_set_column(s->summary, 0, 0, 26, NULL);
    worksheet_set_column(s->summary, 1, 1, 22, NULL);
    worksheet_write_string(s->summary, 0, 0, x->options.site, s->title);
    fact_text(s, line++, _("List"), x->options.title);
    worksheet_write_string(s->summary, line, 0, _("Written at"), s->bold);
    worksheet_write_datetime(s->summary, line++, 1, &at, s->time);
    fact_text(s, line++, _("By"), x->options.who);
    fact_text(s, line++, _("Selected"), x->options.selection);
    fact_sum(x, s, line++, _("Meters"), "meter", "COUNTA", "", (double)x->rows, s->count);
    fact_sum(x, s, line++, _("Balances above zero"), "balance_minor", "SUMIF", ",\">0\"",
             all - owed, s->money);
    fact_sum(x, s, line++, _("Balances below zero"), "balance_minor", "SUMIF", ",\"<0\"", owed,
             s->money);
    fact_sum(x, s, line++, _("Purchased in all"), "total_minor", "SUM", "",
             sum_of(x, "total_minor", 100), s->money);
    fact_sum(x, s, line++, _("Energy (kWh)"), "energy_wh", "SUM", "", sum_of(x, "energy_wh", 1000),
             s->energy);
    line++;
    worksheet_write_string(s->summary, line, 0, _("State"), s->head);
    worksheet_write_string(s->summary, line++, 1, _("Meters"), s->head);
    char *range = range_of(x, s, "state");
    const lxw_row_t first = line;
    for (int i = 0; i < STATES && range != NULL; i++, line++) {
        char *formula = mem_format("=COUNTIF(%s,A%u)", range, line + 1);
        worksheet_write_string(s->summary, line, 0, _(states[i].word), s->coloured[i]);
        worksheet_write_formula_num(s->summary, line, 1, formula, s->count, (double)s->meters[i]);
        free(formula);
    }
    free(range);
    chart_make(s, first);
    xlsx_print(x, s->summary);
}

static int end(struct export *x, struct err *e)
{
    struct state *s = x->state;
    int rc = 0;

    x->state = NULL;
    if (s->book != NULL) {
        if (s->sheet != NULL) {
            worksheet_autofilter(s->sheet, 0, 0, s->next - 1, (lxw_col_t)(x->columns - 1));
            summary_write(x, s);
        }
        rc = xlsx_close(x, s->book, e);
    }
    free(s);
    return rc;
}

const struct export_writer export_state = {.begin = begin, .row = row, .end = end};
