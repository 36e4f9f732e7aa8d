/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of smooth curves through points: keyframes over time, and the curves of a grade. Only
 * + - * / on doubles, so that every machine has the same bits. */
#ifndef FTH_BASE_SPLINE_H
#define FTH_BASE_SPLINE_H

/* The slope in a point between two straight lines of lengths h0 and h1 that rise by `before` and
 * `after`: their weighted harmonic mean, and level where they do not rise or fall alike, so that
 * the curve never leaves the values of its points (F. N. Fritsch, J. Butland, "A method for
 * constructing local monotone piecewise cubic interpolants", SIAM J. Sci. Stat. Comput. 5, 1984).
 */
double fth_spline_slope(double before, double h0, double after, double h1);

/* From a to b over 0..1 of t, with the slopes `from` and `to` per length of the piece. */
double fth_spline_hermite(double a, double b, double from, double to, double t);

/* Bezier's cubic by de Casteljau: equal points give that very number. */
double fth_spline_cubic(double a, double b, double c, double d, double t);

/* Where the cubic 0, a, b, 1 (a and b in 0..1, so it never turns back) is `x`, sought from `start`
 * on: Newton's steps, and halves where these leave what is known to hold the answer. */
double fth_spline_solve(double a, double b, double x, double start);

/* A handle never reaches beyond its piece of `length`: it is shortened along its direction, as
 * editors do; one that points the wrong way stands upright. `sign` is -1 for a handle in. Returns
 * what its height is multiplied by; *reach is 0..1 of the piece. */
double fth_spline_shorten(double along, double length, double sign, double *reach);

#endif
