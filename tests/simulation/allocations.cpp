// Counts what is allocated and not freed: coroutine frames and all else. A sanitizer has its own
// operators, and finds leaks by itself.
#include "simulation/world.hpp"

#include <cstdlib>
#include <new>

namespace {
long live = 0;
}

namespace ecisbx::sim {
long live_allocations() {
    return live;
}
}  // namespace ecisbx::sim

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if !defined(__SANITIZE_ADDRESS__)

namespace {

void* allocate(std::size_t size) {
    void* made = std::malloc(size == 0 ? 1 : size);
    if (!made) throw std::bad_alloc();
    ++live;
    return made;
}

void release(void* what) noexcept {
    if (what) --live;
    std::free(what);
}

}  // namespace

void* operator new(std::size_t size) {
    return allocate(size);
}
void* operator new[](std::size_t size) {
    return allocate(size);
}
void operator delete(void* what) noexcept {
    release(what);
}
void operator delete[](void* what) noexcept {
    release(what);
}
void operator delete(void* what, std::size_t) noexcept {
    release(what);
}
void operator delete[](void* what, std::size_t) noexcept {
    release(what);
}

#endif
