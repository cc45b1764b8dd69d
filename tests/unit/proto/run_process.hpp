// Runs a real process with its streams on pipes, or on a terminal, bounded in time.
#ifndef ECISBX_TESTS_UNIT_PROTO_RUN_PROCESS_HPP
#define ECISBX_TESTS_UNIT_PROTO_RUN_PROCESS_HPP

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::tests {

enum class streams { pipes, no_input, terminal };

enum class session { own, shared };

/// A child in a session of its own, unless told otherwise. With `no_input` its stdin is /dev/null;
/// with `terminal` all three are one terminal and everything comes as `out`.
class process {
public:
    process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
            streams kind, session where = session::own);
    /// Kills what is left of it and of its process group.
    ~process();
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// Queues bytes for stdin.
    void send(std::string_view bytes) { pending_ += bytes; }
    /// Closes stdin when all that is queued was written.
    void close_input() { close_input_ = true; }

    /// Moves bytes until `done`, or until both outputs ended, or for 20 s at most. True: `done`.
    bool pump_until(const std::function<bool()>& done);
    /// Moves bytes until both outputs ended, then reaps the child: its status as a shell has it,
    /// -1 when that took too long.
    int finish();

    pid_t pid() const { return pid_; }
    std::string out;
    std::string err;
    std::size_t unwritten() const { return pending_.size() - written_; }

private:
    bool step(std::chrono::steady_clock::time_point until);
    void read_some(int& fd, std::string& into);
    void write_some();
    pid_t pid_ = -1;
    int in_ = -1, out_ = -1, err_ = -1;
    pid_t group_ = -1;
    bool close_input_ = false;
    std::string pending_;
    std::size_t written_ = 0;
};

/// A folder with a few tools, for a PATH that has only these.
class tool_folder {
public:
    /// `shell`: "dash", "bash" or "busybox"; with busybox the tools are busybox's too.
    tool_folder(const std::string& shell, bool with_bash);
    ~tool_folder();
    tool_folder(const tool_folder&) = delete;
    tool_folder& operator=(const tool_folder&) = delete;

    void add(const std::string& name, const std::string& target);
    void remove(const std::string& name);
    /// An executable file.
    void write(const std::string& name, const std::string& content);

    const std::string& path() const { return path_; }
    std::string sh() const { return path_ + "/sh"; }
    /// A name for messages.
    const std::string& name() const { return name_; }
    bool has_bash() const { return with_bash_; }

private:
    std::string name_;
    std::string path_;
    bool with_bash_;
};

}  // namespace ecisbx::tests

#endif
