#include "load/heap_count.hpp"

#include <openssl/crypto.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#include <malloc.h>

// glibc's own functions under their other names.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);
}

namespace {

// One thread allocates in these programs; nothing here is locked.
struct counter {
    long bytes = 0, blocks = 0;

    // malloc keeps one word before each block.
    void change(void* block, long by) {
        if (block == nullptr) return;
        bytes += by * static_cast<long>(malloc_usable_size(block) + sizeof(std::size_t));
        blocks += by;
    }
    void* given(void* block) {
        change(block, 1);
        return block;
    }
};

counter all, openssl;

void* openssl_malloc(std::size_t size, const char*, int) {
    return openssl.given(std::malloc(size));
}

void* openssl_realloc(void* block, std::size_t size, const char*, int) {
    openssl.change(block, -1);
    void* moved = std::realloc(block, size);
    if (moved == nullptr && size > 0) openssl.change(block, 1);  // the old one is still there
    return openssl.given(moved);
}

void openssl_free(void* block, const char*, int) {
    openssl.change(block, -1);
    std::free(block);
}

// Before OpenSSL allocates for the first time, which it does when it is first used.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
    return all.given(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) {
    return all.given(__libc_calloc(count, size));
}

void* realloc(void* block, std::size_t size) {
    all.change(block, -1);
    void* moved = __libc_realloc(block, size);
    if (moved == nullptr && size > 0) all.change(block, 1);  // the old one is still there
    return all.given(moved);
}

void* memalign(std::size_t alignment, std::size_t size) {
    return all.given(__libc_memalign(alignment, size));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) {
    return memalign(alignment, size);
}

int posix_memalign(void** block, std::size_t alignment, std::size_t size) {
    *block = memalign(alignment, size);
    return *block == nullptr ? ENOMEM : 0;
}

void free(void* block) {
    all.change(block, -1);
    __libc_free(block);
}
}

namespace bench {

heap_count live_heap() {
    return {static_cast<double>(all.bytes), static_cast<double>(all.blocks)};
}

heap_count live_heap_of_openssl() {
    if (!openssl_is_counted) std::abort();
    return {static_cast<double>(openssl.bytes), static_cast<double>(openssl.blocks)};
}

}  // namespace bench
