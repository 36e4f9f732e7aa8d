/* SPDX-License-Identifier: Apache-2.0 */
/* The manual page and parts of docs/, printed from the tables. */
#ifndef FTH_CLI_MANUAL_H
#define FTH_CLI_MANUAL_H

void fth_cli_manual_page(void);      /* roff, on stdout */
void fth_cli_manual_reference(void); /* markdown, on stdout */
int fth_cli_manual_fusion(void);     /* the tables of docs/fusion.md; the exit status */
int fth_cli_manual_verbs(void);      /* JSON, on stdout; likewise */

#endif
