// SPDX-License-Identifier: Apache-2.0
// OpenColorIO's answer to a row of the bench, on packed pixels, which it likes best. Built by ./run
// bench --peers only; no part of the product.
#include <OpenColorIO/OpenColorIO.h>

#include <cstddef>
#include <vector>

#include "peer.h"

namespace ocio = OCIO_NAMESPACE;

namespace {

ocio::ConstCPUProcessorRcPtr processor;
std::vector<float> from, to;

ocio::TransformRcPtr decode_intermediate()
{
    const double cut[3] = {0.00262409, 0.00262409, 0.00262409};
    const double slope[3] = {0.07329248, 0.07329248, 0.07329248};
    const double offset[3] = {0.51304736, 0.51304736, 0.51304736}; // 7 slopes
    const double one[3] = {1, 1, 1}, shift[3] = {0.0075, 0.0075, 0.0075};
    const double line[3] = {10.44426855, 10.44426855, 10.44426855};
    auto log = ocio::LogCameraTransform::Create(cut);
    log->setBase(2);
    log->setLogSideSlopeValue(slope);
    log->setLogSideOffsetValue(offset);
    log->setLinSideSlopeValue(one);
    log->setLinSideOffsetValue(shift);
    log->setLinearSlopeValue(line);
    log->setDirection(ocio::TRANSFORM_DIR_INVERSE);
    return log;
}

void start(bench_view *v)
{
    const double matrix[16] = {1.8986149,   -0.79217618, -0.10643872, 0, -0.16894879, 1.48897575,
                               -0.32002697, 0,           -0.12153916, -0.31567585, 1.43721501, 0,
                               0,           0,           0,           1};
    const double gammas[4] = {2.4, 2.4, 2.4, 1};
    auto group = ocio::GroupTransform::Create();
    auto mix = ocio::MatrixTransform::Create();
    auto encode = ocio::ExponentTransform::Create();
    mix->setMatrix(matrix);
    encode->setValue(gammas);
    encode->setNegativeStyle(ocio::NEGATIVE_MIRROR);
    encode->setDirection(ocio::TRANSFORM_DIR_INVERSE);
    group->appendTransform(decode_intermediate());
    group->appendTransform(mix);
    group->appendTransform(encode);
    processor = ocio::Config::CreateRaw()->getProcessor(group)->getDefaultCPUProcessor();
    const size_t width = (size_t)v->in[0].width, count = width * (size_t)v->in[0].height;
    from.assign(count * 4, 1);
    to.assign(count * 4, 0);
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            from[4 * i + c] = v->in[c].data[(ptrdiff_t)(i / width) * v->in[c].row_stride +
                                            (ptrdiff_t)(i % width)];
}

void convert(bench_view *v)
{
    ocio::PackedImageDesc src(from.data(), v->in[0].width, v->in[0].height, 4);
    ocio::PackedImageDesc dst(to.data(), v->in[0].width, v->in[0].height, 4);
    processor->apply(src, dst);
}

void finish(bench_view *v)
{
    const size_t width = (size_t)v->in[0].width, count = width * (size_t)v->in[0].height;
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < 3; c++)
            v->out[c].data[(ptrdiff_t)(i / width) * v->out[c].row_stride +
                           (ptrdiff_t)(i % width)] = to[4 * i + c];
}

} // namespace

const bench_peer bench_opencolorio[] = {
    {"intermediate to rec709", "OpenColorIO", start, convert, finish},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};
