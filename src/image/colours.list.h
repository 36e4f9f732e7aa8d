/* SPDX-License-Identifier: Apache-2.0 */
/* Every colour space, once: enum name, id in documents, label, primaries, curve, and the linear
 * space of the same primaries. From this list come the enum, the names and the choices of nodes.
 * New ones go to the end of their group: only ids are promises, numbers are not. */

/* displays */
COLOUR(REC709_GAMMA24, "rec709_gamma24", "Rec.709 Gamma 2.4", REC709, GAMMA24, LINEAR_REC709,
       "What an HD grading monitor shows: code to the power 2.4. Video is decoded so.")
COLOUR(REC709_GAMMA22, "rec709_gamma22", "Rec.709 Gamma 2.2", REC709, GAMMA22, LINEAR_REC709,
       "A computer display of pure power 2.2.")
COLOUR(SRGB, "srgb", "sRGB", REC709, SRGB, LINEAR_REC709,
       "Stills from the web and from most programs (IEC 61966-2-1).")
COLOUR(DISPLAY_P3, "display_p3", "Display P3", P3, SRGB, LINEAR_P3,
       "Wide-gamut phones and laptops: the curve of sRGB with P3 primaries.")
COLOUR(REC2020_GAMMA24, "rec2020_gamma24", "Rec.2020 Gamma 2.4", REC2020, GAMMA24, LINEAR_REC2020,
       "UHD video of ordinary brightness.")
COLOUR(REC2100_PQ, "rec2100_pq", "Rec.2100 PQ", REC2020, PQ, LINEAR_REC2020,
       "HDR10 and its kin (ST 2084); 203 nits are reference white.")
COLOUR(REC2100_HLG, "rec2100_hlg", "Rec.2100 HLG", REC2020, HLG, LINEAR_REC2020,
       "Broadcast HDR, seen on a display of 1000 nits; 203 nits are reference white.")
/* cameras' light */
COLOUR(REC709_SCENE, "rec709_scene", "Rec.709 (Scene)", REC709, REC709, LINEAR_REC709,
       "The light before an HD camera: its own curve (the OETF) undone.")
COLOUR(REC2020_SCENE, "rec2020_scene", "Rec.2020 (Scene)", REC2020, REC2020, LINEAR_REC2020,
       "The light before a UHD camera.")
/* logarithmic */
COLOUR(DAVINCI_INTERMEDIATE_WG, "davinci_intermediate_wg", "DaVinci Intermediate / Wide Gamut",
       DAVINCI_WG, DAVINCI_INTERMEDIATE, LINEAR_DAVINCI_WG, "The grading space of Resolve.")
COLOUR(ACESCCT, "acescct", "ACEScct", AP1, ACESCCT, ACESCG, "The grading space of ACES.")
COLOUR(ARRI_LOGC3, "arri_logc3", "ARRI LogC3 / Wide Gamut 3", ARRI_WG3, LOGC3, LINEAR_ARRI_WG3,
       "ALEXA, AMIRA and their kin (EI 800).")
COLOUR(ARRI_LOGC4, "arri_logc4", "ARRI LogC4 / Wide Gamut 4", ARRI_WG4, LOGC4, LINEAR_ARRI_WG4,
       "ALEXA 35.")
COLOUR(SONY_SLOG3, "sony_slog3", "Sony S-Log3 / S-Gamut3", SGAMUT3, SLOG3, LINEAR_SGAMUT3,
       "Sony cameras in their widest gamut.")
COLOUR(SONY_SLOG3_CINE, "sony_slog3_cine", "Sony S-Log3 / S-Gamut3.Cine", SGAMUT3_CINE, SLOG3,
       LINEAR_SGAMUT3_CINE, "Sony cameras, the usual setting.")
/* linear light */
COLOUR(LINEAR_REC709, "linear_rec709", "Linear Rec.709", REC709, LINEAR, LINEAR_REC709,
       "Rendered passes and other EXR files that say nothing else.")
COLOUR(LINEAR_P3, "linear_p3", "Linear P3", P3, LINEAR, LINEAR_P3, "P3 primaries, white D65.")
COLOUR(LINEAR_REC2020, "linear_rec2020", "Linear Rec.2020", REC2020, LINEAR, LINEAR_REC2020,
       "UHD primaries.")
COLOUR(ACESCG, "acescg", "ACEScg", AP1, LINEAR, ACESCG, "Linear light for renderers (AP1).")
COLOUR(ACES2065_1, "aces2065_1", "ACES2065-1", AP0, LINEAR, ACES2065_1,
       "Linear light for exchange and archives (AP0).")
COLOUR(LINEAR_DAVINCI_WG, "linear_davinci_wg", "Linear DaVinci Wide Gamut", DAVINCI_WG, LINEAR,
       LINEAR_DAVINCI_WG, "The light of Resolve's grading space.")
COLOUR(LINEAR_ARRI_WG3, "linear_arri_wg3", "Linear ARRI Wide Gamut 3", ARRI_WG3, LINEAR,
       LINEAR_ARRI_WG3, "The light of LogC3.")
COLOUR(LINEAR_ARRI_WG4, "linear_arri_wg4", "Linear ARRI Wide Gamut 4", ARRI_WG4, LINEAR,
       LINEAR_ARRI_WG4, "The light of LogC4.")
COLOUR(LINEAR_SGAMUT3, "linear_sgamut3", "Linear S-Gamut3", SGAMUT3, LINEAR, LINEAR_SGAMUT3,
       "The light of S-Log3 in S-Gamut3.")
COLOUR(LINEAR_SGAMUT3_CINE, "linear_sgamut3_cine", "Linear S-Gamut3.Cine", SGAMUT3_CINE, LINEAR,
       LINEAR_SGAMUT3_CINE, "The light of S-Log3 in S-Gamut3.Cine.")
