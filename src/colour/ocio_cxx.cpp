// SPDX-License-Identifier: Apache-2.0
// The only file that knows OpenColorIO, and a module of its own. Everything it throws is caught
// here.
#include "colour/ocio_cxx.h"

#include <OpenColorIO/OpenColorIO.h>

#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>

namespace ocio = OCIO_NAMESPACE;

struct fth_ocio_cxx {
    ocio::ConstCPUProcessorRcPtr processor;
};

namespace {

// One line, whatever an exception quotes of the file.
void tell(char *message, const char *words)
{
    std::snprintf(message, FTH_OCIO_MESSAGE, "%s", words);
    size_t length = std::strlen(message);
    for (size_t i = 0; i < length; i++)
        if (static_cast<unsigned char>(message[i]) < ' ')
            message[i] = ' ';
    while (length > 0 && message[length - 1] == ' ')
        message[--length] = '\0';
}

ocio::ConstConfigRcPtr open_config(const char *name)
{
    if (std::strncmp(name, "ocio://", 7) != 0)
        return ocio::Config::CreateFromFile(name);
#if OCIO_VERSION_HEX >= 0x02020000
    return ocio::Config::CreateFromBuiltinConfig(name);
#else
    throw std::runtime_error("built-in configs came with OpenColorIO 2.2, this is "
                             OCIO_VERSION_FULL_STR);
#endif
}

ocio::ConstProcessorRcPtr find(const fth_ocio_cxx_request &request)
{
    const ocio::ConstConfigRcPtr config = open_config(request.config);
    if (request.to[0])
        return config->getProcessor(request.from, request.to);
    const char *display = request.display[0] ? request.display : config->getDefaultDisplay();
    const char *view = request.view[0] ? request.view : config->getDefaultView(display);
    if (!view[0]) {
        char words[200];
        std::snprintf(words, sizeof(words), "there is no display '%.100s' with a view in it",
                      display);
        throw std::runtime_error(words);
    }
    return config->getProcessor(request.from, display, view, ocio::TRANSFORM_DIR_FORWARD);
}

fth_ocio_cxx *make(const fth_ocio_cxx_request *request, char *message)
{
    fth_ocio_cxx *made = nullptr;
    try {
        ocio::SetLoggingLevel(ocio::LOGGING_LEVEL_NONE);
        made = new fth_ocio_cxx;
        made->processor = find(*request)->getOptimizedCPUProcessor(ocio::OPTIMIZATION_LOSSLESS);
        return made;
    } catch (const std::exception &error) {
        tell(message, error.what());
    } catch (...) {
        tell(message, "OpenColorIO failed");
    }
    delete made;
    return nullptr;
}

void drop(fth_ocio_cxx *made)
{
    delete made;
}

const char *id(const fth_ocio_cxx *made)
{
    try {
        return made->processor->getCacheID();
    } catch (...) {
        return "";
    }
}

bool rows(const fth_ocio_cxx *made, float *const rgb[3], size_t n, char *message)
{
    try {
        ocio::PlanarImageDesc row(rgb[0], rgb[1], rgb[2], nullptr, static_cast<long>(n), 1);
        made->processor->apply(row);
        return true;
    } catch (const std::exception &error) {
        tell(message, error.what());
    } catch (...) {
        tell(message, "OpenColorIO failed");
    }
    return false;
}

} // namespace

extern "C" const fth_ocio_cxx_calls *fth_ocio_module(void)
{
    static const fth_ocio_cxx_calls calls = {ocio::GetVersion(), make, drop, id, rows};
    return &calls;
}
