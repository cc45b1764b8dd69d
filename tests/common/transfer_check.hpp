// What the tests of file transfers share.
#ifndef ECISBX_TESTS_COMMON_TRANSFER_CHECK_HPP
#define ECISBX_TESTS_COMMON_TRANSFER_CHECK_HPP

#include "common/world.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

namespace ecisbx::test {

/// The same for the same size.
inline std::string noise(std::size_t size) {
    std::mt19937_64 generator(size);
    std::string bytes(size, '\0');
    for (auto& c : bytes) c = static_cast<char>(generator());
    return bytes;
}

class local_folder {
public:
    local_folder() {
        char name[] = "/tmp/ecisbx-files-XXXXXX";
        REQUIRE(::mkdtemp(name));
        path_ = name;
    }
    ~local_folder() { std::filesystem::remove_all(path_); }
    local_folder(const local_folder&) = delete;
    local_folder& operator=(const local_folder&) = delete;
    std::string operator/(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }
    std::ptrdiff_t count() const {
        return std::distance(std::filesystem::directory_iterator(path_),
                             std::filesystem::directory_iterator());
    }

private:
    std::string path_;
};

inline void put(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}
inline std::string get(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
inline unsigned mode_of(const std::string& path) {
    struct stat facts{};
    REQUIRE(::lstat(path.c_str(), &facts) == 0);
    return facts.st_mode & 07777;
}

/// Within a few seconds there is no temporary file in the sandbox.
inline asio::awaitable<bool> nothing_left(sandbox box) {
    for (int i = 0; i < 100; ++i) {
        auto r = co_await box.exec(
            command("sh", "-c", "ls -A /tmp /root | grep ecisbx-[0-9a-f] || true; sleep 0.05"));
        if (r.out.empty()) co_return true;
    }
    co_return false;
}

template <class T>
void check_refused(const result<T>& r, errc expected, const std::string& named) {
    REQUIRE(!r);
    CAPTURE(r.error().to_string());
    CHECK(r.error().code == expected);
    CHECK(r.error().to_string().find(named) != std::string::npos);
}

}  // namespace ecisbx::test

#endif
