/*
 * Flags of a verb by its table, and the words behind them. On getopt_long(), whose own messages are off.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

#define OPTIONS_MAX 32

int cli_options(int argc, char **argv, const struct cli_option *options, int *first, struct err *e)
{
    struct option table[OPTIONS_MAX + 1] = {0};
    int n = 0, c;
    while (options[n].name && n < OPTIONS_MAX) {
        table[n] = (struct option){
            options[n].name, options[n].text ? required_argument : no_argument, NULL, 256 + n};
        n++;
    }
    opterr = 0;
    optind = 0; /* GNU: begins anew */
    while ((c = getopt_long(argc, argv, ":", table, NULL)) != -1) {
        const char *word = optind > 0 && optind <= argc ? argv[optind - 1] : "";
        if (c == ':')
            return err_set(e, MSG_CLI_FLAG_VALUE, argv[0], word);
        if (c == '?')
            return err_set(e, optopt >= 256 ? MSG_CLI_FLAG_NO_VALUE : MSG_CLI_FLAG, argv[0], word);
        const struct cli_option *o = &options[c - 256];
        if (o->text && o->filled && !optarg[0])
            return err_set(e, MSG_CLI_FLAG_VALUE, argv[0], argv[optind - 2]);
        if (o->text)
            *o->text = optarg;
        else
            *o->flag = true;
    }
    *first = optind;
    return 0;
}

int cli_words(int argc, char **argv, int first, int min, int max, struct err *e)
{
    if (argc - first < min)
        return err_set(e, MSG_CLI_WORDS_FEW, argv[0]);
    if (argc - first > max)
        return err_set(e, MSG_CLI_WORDS_MANY, argv[0], argv[first + max]);
    return 0;
}
