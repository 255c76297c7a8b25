#include "tests/fuzz/allocation.hpp"

#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <new>

namespace {

thread_local std::ptrdiff_t held = 0;
thread_local std::ptrdiff_t peak = 0;

void* counted(void* place) noexcept
{
    if (place == nullptr) return nullptr;
    held += std::ptrdiff_t(malloc_usable_size(place));
    peak = std::max(peak, held);
    return place;
}

void* take_or_null(std::size_t size) noexcept { return counted(std::malloc(std::max<std::size_t>(size, 1))); }

void* take(std::size_t size, std::size_t alignment)
{
    void* place = alignment > alignof(std::max_align_t)
                      ? counted(std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment))
                      : take_or_null(size);
    if (place == nullptr) throw std::bad_alloc();
    return place;
}

void give(void* place) noexcept
{
    if (place != nullptr) held -= std::ptrdiff_t(malloc_usable_size(place));
    std::free(place);
}

}  // namespace

void* operator new(std::size_t size) { return take(size, 1); }
void* operator new[](std::size_t size) { return take(size, 1); }
// The standard library sorts with these, and gives back to the operators below.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take_or_null(size); }
void* operator new(std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return take(size, std::size_t(alignment)); }
void operator delete(void* place) noexcept { give(place); }
void operator delete[](void* place) noexcept { give(place); }
void operator delete(void* place, std::size_t) noexcept { give(place); }
void operator delete[](void* place, std::size_t) noexcept { give(place); }
void operator delete(void* place, std::align_val_t) noexcept { give(place); }
void operator delete[](void* place, std::align_val_t) noexcept { give(place); }
void operator delete(void* place, std::size_t, std::align_val_t) noexcept { give(place); }
void operator delete[](void* place, std::size_t, std::align_val_t) noexcept { give(place); }

namespace indaba::tests::fuzz {

Allocation::Allocation()
{
    held = 0;
    peak = 0;
}

std::size_t Allocation::peak_bytes() const { return std::size_t(peak); }

}  // namespace indaba::tests::fuzz
