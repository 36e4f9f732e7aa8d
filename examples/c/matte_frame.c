/* SPDX-License-Identifier: Apache-2.0 */
/* matte_frame CLIP OUT.png: frame 1 of a clip with everything but the people made transparent.
 *
 *     cc matte_frame.c -o matte_frame $(pkg-config --cflags --libs fathom)
 */
#include <fathom/fathom.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    struct fth_session *session = NULL;
    struct fth_document *document = NULL;
    struct fth_picture *picture = NULL;
    struct fth_error error;
    bool done;

    if (argc != 3) {
        fprintf(stderr, "usage: matte_frame CLIP OUT.png\n");
        return 2;
    }
    done = fth_session_open(NULL, &session, &error) == FTH_OK &&
           fth_document_new(session, &document, &error) == FTH_OK &&
           fth_document_add(document, "clip", "media_in", &error) == FTH_OK &&
           fth_document_set(document, "clip", "file", argv[1], &error) == FTH_OK &&
           fth_document_add(document, "depth", "depth_map", &error) == FTH_OK &&
           fth_document_link(document, "depth", "input", "clip", &error) == FTH_OK &&
           fth_document_set(document, "depth", "preview", "false", &error) == FTH_OK &&
           fth_document_set(document, "depth", "subject_lift", "1", &error) == FTH_OK &&
           fth_document_set(document, "depth", "adjust_map_levels", "true", &error) == FTH_OK &&
           fth_document_set(document, "depth", "far_limit", "0.80", &error) == FTH_OK &&
           fth_document_set(document, "depth", "near_limit", "0.86", &error) == FTH_OK &&
           fth_picture_render(document, "depth", 1, &picture, &error) == FTH_OK &&
           fth_picture_write(picture, argv[2], false, &error) == FTH_OK;
    if (!done)
        fprintf(stderr, "matte_frame: %s\n", error.message);
    fth_picture_free(&picture);
    fth_document_free(&document);
    fth_session_close(&session);
    return done ? 0 : 1;
}
