/* SPDX-License-Identifier: Apache-2.0 */
/* Every node's pixels: the same in any bands, on any threads, with NaN wherever it has no business;
 * finite; where it says they are; and the same when an identity is computed after all. */
#include <string.h>

#include "case.h"
#include "check.h"
#include "nodes/catalogue.h"

/* Of so many random cases so many must be ones the node takes; others it may refuse in plain words
 * (depth that a case does not have, a range that is empty). */
enum { SEEDS = 40, LEAST_RENDERED = 10 };

static bool is_refusal(const struct fth_error *error)
{
    return error->status == FTH_ERR_USAGE && error->message[0];
}

/* Renders a recipe afresh; NULL when it cannot be, and a failed test unless the node may refuse. */
static struct fth_image *render(const struct recipe *recipe, const struct fth_catalogue *catalogue,
                                const struct fth_engine_options *options, struct fth_info *info)
{
    bool may_refuse = info != NULL;
    struct bench bench;
    struct fth_image *image = NULL;
    bool good = bench_open(&bench, catalogue, options) && case_build(&bench, recipe);
    if (good)
        image = bench_render(&bench, "node", 2);
    if (image && info)
        good = fth_engine_info(bench.engine, bench.graph, fth_graph_find(bench.graph, "node"), 2,
                               info, &bench.error) == FTH_OK;
    if ((!good || !image) && !(may_refuse && is_refusal(&bench.error)))
        fth_test_fail(__FILE__, __LINE__, "%s, seed %d: %s", recipe->node->id, (int)recipe->seed,
                      bench.error.message);
    bench_close(&bench);
    return image;
}

static void expect_same(const struct recipe *recipe, const struct fth_image *expected,
                        const struct fth_catalogue *catalogue,
                        const struct fth_engine_options *options, const char *what)
{
    struct fth_image *image = render(recipe, catalogue, options, NULL);
    if (image && !bench_equal(image, expected))
        fth_test_fail(__FILE__, __LINE__, "%s, seed %d: other bytes %s", recipe->node->id,
                      (int)recipe->seed, what);
    fth_image_unref(&image);
}

static void check_image(const struct recipe *recipe, const struct fth_image *image,
                        const struct fth_info *info)
{
    const char *channel = bench_not_finite(image);
    if (channel)
        fth_test_fail(__FILE__, __LINE__, "%s, seed %d: %s is not finite", recipe->node->id,
                      (int)recipe->seed, channel);
    bool honest = fth_rect_equal(image->domain, info->domain) &&
                  image->format.width == info->format.width &&
                  image->format.height == info->format.height &&
                  image->premultiplied == info->premultiplied && image->colour == info->colour &&
                  (fth_image_plane(image, "A") != NULL) == info->has_alpha;
    for (int i = 0; i < image->channel_count; i++)
        honest = honest && fth_rect_contains(image->channels[i].plane->rect, image->domain);
    if (!honest)
        fth_test_fail(__FILE__, __LINE__,
                      "%s, seed %d: the picture (%d,%d..%d,%d%s%s) is not what domain() says "
                      "(%d,%d..%d,%d%s%s)",
                      recipe->node->id, (int)recipe->seed, image->domain.x0, image->domain.y0,
                      image->domain.x1, image->domain.y1, image->premultiplied ? " mult" : "",
                      fth_image_plane(image, "A") ? " alpha" : "", info->domain.x0,
                      info->domain.y0, info->domain.x1, info->domain.y1,
                      info->premultiplied ? " mult" : "", info->has_alpha ? " alpha" : "");
}

static bool check_recipe(struct recipe recipe)
{
    const struct fth_catalogue *all = bench_catalogue();
    struct fth_info info;
    struct fth_engine_options plain = {.thread_count = 1};
    struct fth_image *expected = render(&recipe, all, &plain, &info);
    if (!expected)
        return false;
    check_image(&recipe, expected, &info);
    expect_same(&recipe, expected, all,
                &(struct fth_engine_options){.thread_count = 1, .band_rows = 3}, "in bands of 3");
    expect_same(&recipe, expected, all,
                &(struct fth_engine_options){.thread_count = 3, .band_rows = 7},
                "in bands of 7 on 3 threads");
    expect_same(&recipe, expected, all,
                &(struct fth_engine_options){.thread_count = 2, .band_rows = 1000, .poison = true},
                "in one band with fresh planes full of NaN");
    recipe.fenced = true;
    expect_same(&recipe, expected, all,
                &(struct fth_engine_options){.thread_count = 1, .band_rows = 5, .poison = true},
                "with NaN around what it asked for");
    recipe.fenced = false;
    expect_same(&recipe, expected, bench_catalogue_without_identities(), &plain,
                "when an identity is computed");
    fth_image_unref(&expected);
    return true;
}

FTH_TEST(every_node_gives_the_same_bytes)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++) {
        int rendered = 0;
        if (!case_can_run(all->nodes[i]))
            continue;
        for (uint64_t seed = 0; seed < SEEDS; seed++)
            rendered += check_recipe((struct recipe){.node = all->nodes[i], .seed = seed,
                                                     .common = seed % 3 == 2,
                                                     .all_optional = seed & 1});
        if (rendered < LEAST_RENDERED)
            fth_test_fail(__FILE__, __LINE__, "%s took %d of %d cases", all->nodes[i]->id, rendered,
                          SEEDS);
    }
}

static void expect_planes_of(const struct recipe *recipe, const struct fth_image *image,
                             const struct fth_image *input)
{
    bool same = true;
    for (int i = 0; i < image->channel_count; i++)
        same = same && (fth_image_plane(input, image->channels[i].name) ||
                        strspn(image->channels[i].name, "RGB") == 1);
    for (int i = 0; i < input->channel_count; i++)
        same = same && fth_image_plane(image, input->channels[i].name);
    if (!same)
        fth_test_fail(__FILE__, __LINE__, "%s, seed %d: its planes are not those of its input",
                      recipe->node->id, (int)recipe->seed);
}

/* Where their mask is empty they are not run, and nobody must notice. */
FTH_TEST(nodes_of_the_same_planes_keep_them)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    int checked = 0;
    for (size_t i = 0; i < all->count; i++) {
        for (uint64_t seed = 0; all->nodes[i]->flags & FTH_NODE_SAME_PLANES && seed < 10; seed++) {
            struct recipe recipe = {.node = all->nodes[i], .seed = seed, .all_optional = seed & 1};
            struct bench bench;
            struct fth_image *image = NULL, *input = NULL;
            if (bench_open(&bench, bench_catalogue(), NULL) && case_build(&bench, &recipe)) {
                image = bench_render(&bench, "node", 2);
                input = bench_render(&bench, "source0", 2);
            }
            if (image && input)
                expect_planes_of(&recipe, image, input);
            checked += image && input;
            fth_image_unref(&image);
            fth_image_unref(&input);
            bench_close(&bench);
        }
    }
    FTH_CHECK(checked >= 10);
}

/* A job that nobody wants any more ends with the word for it, and the next one is whole. */
FTH_TEST(every_node_can_be_cancelled)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++) {
        struct recipe recipe = {.node = all->nodes[i], .seed = 1, .all_optional = true};
        struct bench bench;
        struct fth_cancel cancel = {true};
        struct fth_image *image = NULL;
        if (!case_can_run(all->nodes[i]))
            continue;
        if (!bench_open(&bench, bench_catalogue(), NULL) || !case_build(&bench, &recipe)) {
            fth_test_fail(__FILE__, __LINE__, "%s: %s", all->nodes[i]->id, bench.error.message);
        } else {
            int index = fth_graph_find(bench.graph, "node");
            FTH_CHECK_INT(fth_engine_render(bench.engine, bench.graph, index, 1,
                                            (struct fth_rect){0}, &cancel, &image, &bench.error),
                          FTH_CANCELLED);
            FTH_CHECK(image == NULL);
            image = bench_render(&bench, "node", 1);
            FTH_CHECK(image != NULL || is_refusal(&bench.error));
        }
        fth_image_unref(&image);
        bench_close(&bench);
    }
}
