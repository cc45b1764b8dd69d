// Results as JSON Lines: what is in the file is done and is not done again after a crash.
#ifndef ECISBX_EXAMPLES_JOURNAL_HPP
#define ECISBX_EXAMPLES_JOURNAL_HPP

#include <cstddef>
#include <cstdio>
#include <memory>
#include <string>
#include <unordered_set>

class rollout {
public:
    int task = 0;
    double reward = 0;
    int exit_code = -1;
    std::string end;  ///< exited, signaled, timed_out, lost
    long long milliseconds = 0;
};

class journal {
public:
    /// Reads what an earlier run has done; a last line that was torn by a crash is cut off.
    /// Throws std::runtime_error when the file can not be read or written.
    explicit journal(const std::string& path);

    bool has(int task) const { return done_.contains(task); }
    std::size_t size() const noexcept { return done_.size(); }
    /// Appends one line, which is in the kernel's hands when this returns.
    void add(const rollout& r);

private:
    struct closer {
        void operator()(std::FILE* f) const { std::fclose(f); }
    };
    std::unique_ptr<std::FILE, closer> file_;
    std::unordered_set<int> done_;
};

#endif
