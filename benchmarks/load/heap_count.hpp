// Counts what the program's heap holds, and how much of it OpenSSL asked for. Linked into a program
// it replaces the C library's allocation functions by counting ones, for everybody in the process.
#ifndef ECISBX_BENCHMARKS_HEAP_COUNT_HPP
#define ECISBX_BENCHMARKS_HEAP_COUNT_HPP

namespace bench {

/// Blocks that were given out and not returned, with what malloc adds to each.
struct heap_count {
    double bytes = 0, blocks = 0;
};

heap_count live_heap();
heap_count live_heap_of_openssl();

}  // namespace bench

#endif
