// Memory that this process has in use.
#ifndef ECISBX_TESTS_COMMON_RESIDENT_HPP
#define ECISBX_TESTS_COMMON_RESIDENT_HPP

#include <unistd.h>

#include <cstddef>
#include <fstream>

namespace ecisbx::test {

inline std::size_t resident_bytes() {
    std::size_t total = 0, resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace ecisbx::test

#endif
