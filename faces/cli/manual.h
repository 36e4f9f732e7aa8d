/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page and docs/reference.md, printed from the tables. */
#ifndef FTH_CLI_MANUAL_H
#define FTH_CLI_MANUAL_H

void fth_cli_manual_page(void);      /* roff, on stdout */
void fth_cli_manual_reference(void); /* markdown, on stdout */

#endif
