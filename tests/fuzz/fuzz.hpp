// What every fuzz target begins with. A target is one function from bytes to nothing: a crash, a sanitizer's report, a
// failed check or an input that takes too long is the finding.
#pragma once

#include "shared/bytes.hpp"
#include "shared/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

/// FUZZ(input) { … }: the body sees `shared::ByteView input`.
#define FUZZ(input)                                                                       \
    static void fuzz(::indaba::shared::ByteView input);                                   \
    extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)    \
    {                                                                                     \
        fuzz({bytes, size});                                                              \
        return 0;                                                                         \
    }                                                                                     \
    static void fuzz(::indaba::shared::ByteView input)
