/* SPDX-License-Identifier: Apache-2.0 */
/* Greedy wrapping at spaces; a word longer than the line stands alone. */
#include "wrap.h"

#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

int fth_cli_terminal_width(int descriptor)
{
    struct winsize size;
    if (!isatty(descriptor) || ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return FTH_MIN(FTH_MAX((int)size.ws_col, 40), 120);
}

/* Columns, not bytes: continuation bytes of UTF-8 take no room. */
static int columns_of(const char *word, size_t length)
{
    int columns = 0;
    for (size_t i = 0; i < length; i++)
        columns += ((unsigned char)word[i] & 0xC0) != 0x80;
    return columns;
}

void fth_cli_wrap(struct fth_text *text, const char *words, int column, int indent, int width)
{
    bool fresh = column <= indent;
    if (fresh)
        fth_text_append(text, "%*s", indent - column, "");
    column = FTH_MAX(column, indent);
    while (*(words += strspn(words, " "))) {
        size_t length = strcspn(words, " ");
        int columns = columns_of(words, length);
        if (!fresh && column + 1 + columns > width) {
            fth_text_append(text, "\n%*s", indent, "");
            column = indent;
            fresh = true;
        }
        if (!fresh) {
            fth_text_append(text, " ");
            column++;
        }
        fth_text_append_bytes(text, words, length);
        column += columns;
        words += length;
        fresh = false;
    }
    fth_text_append(text, "\n");
}
