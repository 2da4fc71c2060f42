/*
 * ncurses behind term.h: output only. Keys are read as bytes (keys.c), because its own decoder cannot
 * tell Alt + digit from Esc and swallows nothing of a torn sequence.
 */
#include "term.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "canvas.h"

struct term {
    SCREEN *screen;
    bool colour;
};

#define PASTE_ON  "\033[?2004h" /* a paste comes between marks, and is not mistaken for keys */
#define PASTE_OFF "\033[?2004l"
/* Two ambiguous characters, the question where the cursor stands after them, and the row empty again: all in one
 * write, before the first picture. No sign of them is seen. */
#define ASK_WIDTH "\033[2;1H\xe2\x94\x80\xc2\xb7\033[6n\033[2;1H\033[K\033[H"

/* Past curses, which has written all it has: it knows nothing of these, and the cursor is where it believes. */
static void say(const char *sequence)
{
    fputs(sequence, stdout);
    fflush(stdout);
}

/* For die() and exit: harmless when the terminal is restored already. */
static void restore(void)
{
    if (stdscr && !isendwin()) {
        say(PASTE_OFF);
        endwin();
    }
}

static bool wants_colour(const char *theme)
{
    const char *no_color = getenv("NO_COLOR");
    if (strcmp(theme, "mono") == 0) {
        return false;
    }
    return strcmp(theme, "colour") == 0 || !(no_color && no_color[0]);
}

/* The terminal as TERM names it; where this machine does not know the name (PuTTY's own needs ncurses-term), as the
 * one that it imitates. */
static SCREEN *screen_new(void)
{
    static const char *const like[][2] = {{"putty", "xterm"}, {"xterm", "xterm"},
                                          {"rxvt", "xterm"},  {"vte", "xterm"},
                                          {"tmux", "screen"}, {"screen", "screen"}};
    const char *name = getenv("TERM");
    SCREEN *screen = newterm(NULL, stdout, stdin);
    for (size_t i = 0; !screen && name && i < sizeof like / sizeof *like; i++) {
        if (strncmp(name, like[i][0], strlen(like[i][0])) == 0)
            screen = newterm(like[i][1], stdout, stdin);
    }
    return screen;
}

int term_new(struct term **out, const struct term_options *options, struct err *e)
{
    /* Curses text must not be drawn with the alternate character set, which PuTTY shows as letters. */
    setenv("NCURSES_NO_UTF8_ACS", "1", 0);
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
        return err_set(e, MSG_UI_NO_TERMINAL);
    }
    struct term *term = mem_new(sizeof *term);
    term->screen = screen_new();
    if (!term->screen) {
        const char *name = getenv("TERM");
        free(term);
        return err_set(e, MSG_UI_UNKNOWN_TERMINAL, name ? name : "");
    }
    set_term(term->screen);
    die_hook(restore);
    raw();
    noecho();
    nonl();
    typeahead(-1); /* a paint is never left half done because a key came */
    idlok(stdscr, FALSE);
    if (wants_colour(options->theme) && has_colors() && start_color() == OK) {
        static const short colours[] = {COLOR_RED, COLOR_YELLOW, COLOR_BLUE, COLOR_MAGENTA,
                                        COLOR_CYAN};
        const short background = use_default_colors() == OK ? -1 : COLOR_BLACK;
        for (short i = 0; i < 5; i++) {
            init_pair((short)(i + 1), colours[i], background);
        }
        term->colour = true;
    }
    refresh(); /* an empty screen of its own */
    say(PASTE_ON);
    if (options->ask_width)
        say(ASK_WIDTH);
    *out = term;
    return 0;
}

void term_resume(struct term *term)
{
    reset_prog_mode();
    say(PASTE_ON);
    term_resize(term);
}

void term_free(struct term *term)
{
    if (!term) {
        return;
    }
    die_hook(NULL);
    curs_set(1);
    restore();
    delscreen(term->screen);
    free(term);
}

void term_size(const struct term *term, int *rows, int *cols)
{
    (void)term;
    getmaxyx(stdscr, *rows, *cols);
}

void term_resize(struct term *term)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
        resizeterm(size.ws_row, size.ws_col);
    }
    term_forget(
        term); /* larger and back again is no new size, and yet the terminal has lost lines */
}

static attr_t attributes(unsigned style)
{
    attr_t a = A_NORMAL;
    a |= style & STYLE_BOLD ? A_BOLD : 0;
    a |= style & STYLE_DIM ? A_DIM : 0;
    a |= style & STYLE_REVERSE ? A_REVERSE : 0;
    a |= style & STYLE_UNDERLINE ? A_UNDERLINE : 0;
    return a;
}

static void paint_row(const struct term *term, const struct canvas *c, int row, int cols)
{
    for (int col = 0; col < cols; col++) {
        const struct canvas_cell *cell = &c->cells[row * c->cols + col];
        if (cell->width == 0) {
            continue;
        }
        const short pair = term->colour ? (short)((cell->style & STYLE_COLOUR_MASK) >> 4) : 0;
        const wchar_t text[3] = {cell->base, cell->mark, 0};
        cchar_t glyph;
        setcchar(&glyph, text, attributes(cell->style), pair, NULL);
        mvadd_wch(row, col, &glyph);
    }
}

void term_paint(struct term *term, const struct canvas *canvas)
{
    int rows, cols;
    term_size(term, &rows, &cols);
    werase(stdscr);
    for (int row = 0; row < canvas->rows && row < rows; row++) {
        paint_row(term, canvas, row, canvas->cols < cols ? canvas->cols : cols);
    }
    const bool visible = canvas->cursor_row >= 0 && canvas->cursor_row < rows &&
                         canvas->cursor_col >= 0 && canvas->cursor_col < cols;
    leaveok(stdscr, !visible);
    curs_set(visible ? 1 : 0);
    if (visible) {
        wmove(stdscr, canvas->cursor_row, canvas->cursor_col);
    }
    wnoutrefresh(stdscr);
    doupdate();
}

void term_forget(struct term *term)
{
    (void)term;
    clearok(curscr, TRUE);
}

void term_beep(struct term *term)
{
    (void)term;
    beep();
}

int term_fd(const struct term *term)
{
    (void)term;
    return STDIN_FILENO;
}

int term_read(struct term *term, void *buf, int size)
{
    struct pollfd tty = {.fd = term_fd(term), .events = POLLIN};
    if (poll(&tty, 1, 0) <= 0) {
        return 0;
    }
    if (!(tty.revents & POLLIN)) {
        return -1;
    }
    const ssize_t got = read(tty.fd, buf, (size_t)size);
    if (got > 0) {
        return (int)got;
    }
    return got < 0 && (errno == EINTR || errno == EAGAIN) ? 0 : -1;
}
