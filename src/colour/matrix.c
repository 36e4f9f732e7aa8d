/* SPDX-License-Identifier: Apache-2.0 */
/* Products, inverses, and Bradford's adaptation from one white to another. */
#include "colour/matrix.h"

static const double bradford[9] = {0.8951, 0.2664, -0.1614, -0.7502, 1.7135,
                                   0.0367, 0.0389, -0.0685, 1.0296};

void fth_matrix_multiply(const double a[9], const double b[9], double product[9])
{
    for (int i = 0; i < 9; i++) {
        const double *row = a + i / 3 * 3, *column = b + i % 3;
        product[i] = row[0] * column[0] + row[1] * column[3] + row[2] * column[6];
    }
}

void fth_matrix_invert(const double m[9], double inverse[9])
{
    double c0 = m[4] * m[8] - m[5] * m[7], c1 = m[5] * m[6] - m[3] * m[8];
    double c2 = m[3] * m[7] - m[4] * m[6], scale = 1 / (m[0] * c0 + m[1] * c1 + m[2] * c2);
    const double adjugate[9] = {c0, m[2] * m[7] - m[1] * m[8], m[1] * m[5] - m[2] * m[4],
                                c1, m[0] * m[8] - m[2] * m[6], m[2] * m[3] - m[0] * m[5],
                                c2, m[1] * m[6] - m[0] * m[7], m[0] * m[4] - m[1] * m[3]};
    for (int i = 0; i < 9; i++)
        inverse[i] = adjugate[i] * scale;
}

static void cones(struct fth_white white, double lms[3])
{
    double xyz[3] = {white.x / white.y, 1, (1 - white.x - white.y) / white.y};
    for (int i = 0; i < 3; i++)
        lms[i] = bradford[3 * i] * xyz[0] + bradford[3 * i + 1] * xyz[1] +
                 bradford[3 * i + 2] * xyz[2];
}

void fth_matrix_adapt(struct fth_white from, struct fth_white to, double matrix[9])
{
    double before[3], after[3], scaled[9], inverse[9];
    cones(from, before);
    cones(to, after);
    for (int i = 0; i < 9; i++)
        scaled[i] = bradford[i] * after[i / 3] / before[i / 3];
    fth_matrix_invert(bradford, inverse);
    fth_matrix_multiply(inverse, scaled, matrix);
}
