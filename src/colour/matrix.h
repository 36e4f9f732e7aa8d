/* SPDX-License-Identifier: Apache-2.0 */
/* Three by three matrices by rows, in doubles, and whites: what the making of a colour conversion
 * is counted with. Pixels see the result as floats. */
#ifndef FTH_COLOUR_MATRIX_H
#define FTH_COLOUR_MATRIX_H

/* CIE 1931 chromaticities. */
struct fth_white {
    double x, y;
};

/* product := a b; may be neither of them. */
void fth_matrix_multiply(const double a[9], const double b[9], double product[9]);
void fth_matrix_invert(const double m[9], double inverse[9]);
/* XYZ seen under white `from` to XYZ seen alike under `to`, by Bradford's cones. */
void fth_matrix_adapt(struct fth_white from, struct fth_white to, double matrix[9]);

#endif
