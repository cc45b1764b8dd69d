#include "sandbox/exec_checks.hpp"

#include <ecisbx/error.hpp>

#include "core/random.hpp"

#include <tuple>

namespace ecisbx::detail {
namespace {

void require(bool fine, const char* message) {
    if (!fine) throw error(errc::invalid_argument, message);
}

bool is_terminal_length(unsigned n) {
    return n >= 1 && n <= 65535;
}

}  // namespace

void check_options(const exec_options& options, exec_job::use kind) {
    constexpr auto zero = exec_options::milliseconds::zero();
    require(!options.timeout() || *options.timeout() > zero, "exec_options: timeout must be > 0");
    require(options.drain() >= zero, "exec_options: drain must be >= 0");
    require(options.connect_timeout() > zero, "exec_options: connect_timeout must be > 0");
    require(options.idle_timeout() > zero, "exec_options: idle_timeout must be > 0");
    require(options.container().find('\0') == std::string::npos,
            "exec_options: container must not hold NUL");
    if (options.tty())
        require(
            is_terminal_length(options.tty()->first) && is_terminal_length(options.tty()->second),
            "exec_options: rows and columns of tty must be 1 to 65535");
    require(kind == exec_job::use::stream || options.tty() || !options.stdin_open(),
            "exec_options: open_stdin is for start; exec and bash take input");
}

proto::exec_wish wish_of(const exec_job& job) {
    bool reads = job.options.input().has_value() || job.options.stdin_open();
    proto::exec_wish wish;
    wish.id = core::random_hex(12);
    wish.nonce = core::random_hex(16);
    wish.dir = job.options.dir();
    wish.env = job.options.env();
    wish.argv = job.argv;
    wish.script = job.script;
    wish.input = reads ? proto::stdin_mode::stream : proto::stdin_mode::none;
    wish.tty = job.options.tty().has_value();
    if (wish.tty) std::tie(wish.rows, wish.columns) = *job.options.tty();
    return wish;
}

}  // namespace ecisbx::detail
