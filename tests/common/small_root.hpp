// Small root file systems for sandboxes: a shell and the programs that a test wants there.
#ifndef ECISBX_TESTS_COMMON_SMALL_ROOT_HPP
#define ECISBX_TESTS_COMMON_SMALL_ROOT_HPP

#include <ecisbx/server.hpp>

#include <string>
#include <vector>

namespace ecisbx::test {

/// A folder in /tmp that is removed again. busybox's programs are links to /bin/busybox.
class small_root {
public:
    /// `shell`: "busybox", whose shell runs all of its own programs whatever PATH says, or "dash",
    /// which finds only what is there.
    explicit small_root(const std::string& shell);
    ~small_root();
    small_root(const small_root&) = delete;
    small_root& operator=(const small_root&) = delete;

    /// Of busybox.
    small_root& applets(const std::vector<std::string>& names);
    /// A program of the host, with the libraries that it needs.
    small_root& program(const std::string& name);
    /// With tmux comes the locale that it insists on.
    small_root& tmux();
    small_root& file(const std::string& path, const std::string& content, unsigned mode = 0644);
    small_root& remove(const std::string& path);

    const std::string& path() const { return path_; }
    server::runtime_options runtime() const { return server::bubblewrap().rootfs(path_); }

private:
    std::string path_;
};

/// What files and tmux sessions need of the usual tools, but for tar, stat and sums.
extern const std::vector<std::string> plain_applets;

}  // namespace ecisbx::test

#endif
