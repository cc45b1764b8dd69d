#include "unit/proto/run_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace ecisbx::tests {
namespace {

namespace fs = std::filesystem;
using clock = std::chrono::steady_clock;
constexpr auto time_limit = std::chrono::seconds(20);

void need(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string(what) + " failed");
}

void close_fd(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> list;
    for (const auto& word : words) list.push_back(const_cast<char*>(word.c_str()));
    list.push_back(nullptr);
    return list;
}

struct pipe_pair {
    int read = -1, write = -1;
    pipe_pair() {
        int fds[2];
        need(::pipe2(fds, O_CLOEXEC) == 0, "pipe2");
        read = fds[0];
        write = fds[1];
    }
};

[[noreturn]] void become(const std::vector<char*>& argv, const std::vector<char*>& environment) {
    // The test's own runner may ignore signals; a container's processes start with the defaults.
    for (int number = 1; number < 32; ++number) ::signal(number, SIG_DFL);
    ::execve(argv[0], argv.data(), environment.data());
    ::_exit(127);
}

}  // namespace

process::process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                 streams kind, session where) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    ::signal(SIGPIPE, SIG_IGN);  // a child may end before it has read everything
    const auto words = pointers(argv);
    const auto variables = pointers(environment);
    if (kind == streams::terminal) {
        pid_ = ::forkpty(&out_, nullptr, nullptr, nullptr);
        need(pid_ >= 0, "forkpty");
        if (pid_ == 0) become(words, variables);
        in_ = ::fcntl(out_, F_DUPFD_CLOEXEC, 0);
    } else {
        pipe_pair in, out_pipe, err_pipe;
        pid_ = ::fork();
        need(pid_ >= 0, "fork");
        if (pid_ == 0) {
            if (where == session::own) ::setsid();
            if (kind == streams::no_input) in.read = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
            ::dup2(in.read, 0);
            ::dup2(out_pipe.write, 1);
            ::dup2(err_pipe.write, 2);
            become(words, variables);
        }
        for (int fd : {in.read, out_pipe.write, err_pipe.write}) ::close(fd);
        in_ = in.write;
        out_ = out_pipe.read;
        err_ = err_pipe.read;
    }
    if (where == session::own) group_ = pid_;
    for (int fd : {in_, out_, err_})
        if (fd >= 0) ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

process::~process() {
    if (group_ > 0) {
        // Not every machine has an init that reaps what it adopts; this process adopts instead.
        ::kill(-group_, SIGKILL);
        while (::waitpid(-group_, nullptr, 0) > 0) {}
    } else if (pid_ > 0) {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }
    for (int* fd : {&in_, &out_, &err_}) close_fd(*fd);
}

void process::read_some(int& fd, std::string& into) {
    char buffer[65536];
    const auto count = ::read(fd, buffer, sizeof buffer);
    if (count > 0) into.append(buffer, static_cast<std::size_t>(count));
    // A terminal whose other side is closed gives EIO.
    if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) close_fd(fd);
}

void process::write_some() {
    const auto count = ::write(in_, pending_.data() + written_, unwritten());
    if (count > 0) written_ += static_cast<std::size_t>(count);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
        written_ = pending_.size();
        close_fd(in_);
    }
}

bool process::step(clock::time_point until) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now());
    if (left.count() <= 0) return false;
    if (close_input_ && unwritten() == 0) close_fd(in_);
    const bool writes = in_ >= 0 && unwritten() > 0;
    pollfd fds[] = {{writes ? in_ : -1, POLLOUT, 0}, {out_, POLLIN, 0}, {err_, POLLIN, 0}};
    if (::poll(fds, 3, static_cast<int>(left.count())) <= 0) return false;
    if (fds[0].revents) write_some();
    if (fds[1].revents) read_some(out_, out);
    if (fds[2].revents) read_some(err_, err);
    return true;
}

bool process::pump_until(const std::function<bool()>& done) {
    const auto until = clock::now() + time_limit;
    while (!done() && (out_ >= 0 || err_ >= 0) && step(until)) {}
    return done();
}

int process::finish() {
    if (!pump_until([this] { return out_ < 0 && err_ < 0; })) return -1;
    int status = 0;
    const auto until = clock::now() + time_limit;
    while (::waitpid(pid_, &status, WNOHANG) == 0) {
        if (clock::now() > until) return -1;
        ::usleep(1000);
    }
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

tool_folder::tool_folder(const std::string& shell, bool with_bash)
    : name_(shell + (with_bash ? " and bash" : "")), with_bash_(with_bash) {
    std::string pattern = (fs::temp_directory_path() / "ecisbx-tools-XXXXXX").string();
    need(::mkdtemp(pattern.data()) != nullptr, "mkdtemp");
    path_ = pattern;
    const bool busybox = shell == "busybox";
    for (const char* tool :
         {"cat", "cp", "dd", "echo", "env", "false", "grep", "head", "ls", "mkfifo", "readlink",
          "rm", "setsid", "sleep", "stty", "tr", "true", "wc"})
        add(tool, busybox ? "/usr/bin/busybox" : std::string("/usr/bin/") + tool);
    add("sh", "/usr/bin/" + shell);
    if (with_bash) add("bash", "/usr/bin/bash");
}

tool_folder::~tool_folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

void tool_folder::add(const std::string& name, const std::string& target) {
    fs::create_symlink(target, fs::path(path_) / name);
}

void tool_folder::remove(const std::string& name) {
    fs::remove(fs::path(path_) / name);
}

void tool_folder::write(const std::string& name, const std::string& content) {
    const auto file = fs::path(path_) / name;
    std::ofstream(file) << content;
    fs::permissions(file, fs::perms(0755));
}

}  // namespace ecisbx::tests
