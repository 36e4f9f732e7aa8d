/* SPDX-License-Identifier: Apache-2.0 */
/* The shared library is its floors, linked whole; this file only gives it a member of its own. */
typedef int fth_library;
