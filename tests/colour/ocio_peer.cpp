// SPDX-License-Identifier: Apache-2.0
// OpenColorIO asked for single transforms, without a config.
#include "ocio_peer.h"

#include <OpenColorIO/OpenColorIO.h>

namespace ocio = OCIO_NAMESPACE;

namespace {

bool apply(const ocio::ConstTransformRcPtr &transform, float *rgba, size_t pixels)
{
    auto processor = ocio::Config::CreateRaw()->getProcessor(transform);
    auto cpu = processor->getOptimizedCPUProcessor(ocio::OPTIMIZATION_LOSSLESS);
    ocio::PackedImageDesc image(rgba, static_cast<long>(pixels), 1, 4);
    cpu->apply(image);
    return true;
}

ocio::BuiltinTransformRcPtr builtin(const char *name)
{
    auto made = ocio::BuiltinTransform::Create();
    if (name[0] == '-')
        made->setDirection(ocio::TRANSFORM_DIR_INVERSE);
    made->setStyle(name + (name[0] == '-'));
    return made;
}

} // namespace

extern "C" bool ocio_peer_builtin(const char *first, const char *second, float *rgba,
                                  size_t pixels)
{
    try {
        auto group = ocio::GroupTransform::Create();
        group->appendTransform(builtin(first));
        if (second)
            group->appendTransform(builtin(second));
        return apply(group, rgba, pixels);
    } catch (...) {
        return false;
    }
}

extern "C" bool ocio_peer_log(const double p[6], float *rgba, size_t pixels)
{
    try {
        const double cut[3] = {p[4], p[4], p[4]};
        const double values[5][3] = {{p[0], p[0], p[0]}, {p[1], p[1], p[1]}, {p[2], p[2], p[2]},
                                     {p[3], p[3], p[3]}, {p[5], p[5], p[5]}};
        auto made = ocio::LogCameraTransform::Create(cut);
        made->setBase(2);
        made->setLogSideSlopeValue(values[0]);
        made->setLogSideOffsetValue(values[1]);
        made->setLinSideSlopeValue(values[2]);
        made->setLinSideOffsetValue(values[3]);
        made->setLinearSlopeValue(values[4]);
        return apply(made, rgba, pixels);
    } catch (...) {
        return false;
    }
}

extern "C" bool ocio_peer_gamma(double gamma, double offset, float *rgba, size_t pixels)
{
    try {
        const double gammas[4] = {gamma, gamma, gamma, 1}, offsets[4] = {offset, offset, offset, 0};
        if (offset == 0) {
            auto made = ocio::ExponentTransform::Create();
            made->setValue(gammas);
            made->setNegativeStyle(ocio::NEGATIVE_MIRROR);
            made->setDirection(ocio::TRANSFORM_DIR_INVERSE);
            return apply(made, rgba, pixels);
        }
        auto made = ocio::ExponentWithLinearTransform::Create();
        made->setGamma(gammas);
        made->setOffset(offsets);
        made->setNegativeStyle(ocio::NEGATIVE_MIRROR);
        made->setDirection(ocio::TRANSFORM_DIR_INVERSE);
        return apply(made, rgba, pixels);
    } catch (...) {
        return false;
    }
}
