// One transfer from the call to its end: the attempts, their execs, the verdict.
#ifndef ECISBX_SANDBOX_FILE_TRANSFER_HPP
#define ECISBX_SANDBOX_FILE_TRANSFER_HPP

#include <ecisbx/file.hpp>

#include "core/deadline.hpp"
#include "sandbox/backend.hpp"
#include "sandbox/file_content.hpp"
#include "sandbox/running_exec.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::detail {

/// What the attempts of one transfer share.
class file_transfer {
public:
    /// Throws `invalid_argument`. The time starts to count. `verb` is for errors: "upload".
    file_transfer(std::shared_ptr<backend> via, std::string sandbox_id, file_options options,
                  std::string verb, std::string remote);

    /// An exec of `argv` within the time that is left.
    std::shared_ptr<running_exec> start(std::vector<std::string> argv, bool open_stdin) const;
    /// Something has arrived or left; throws `too_large`.
    void moved(std::uint64_t bytes, std::optional<std::uint64_t> total) const;
    std::chrono::milliseconds elapsed() const;
    /// Throws `timeout` when the time is up.
    void check_time() const;
    /// Tells the observers of the end. `failure`: null after a success.
    void tell_end(events::file_transfer::direction to, const transfer_result& result,
                  std::exception_ptr failure) const;

    /// The failure, and what was being done: a local disk, or an archive, does not know that.
    std::exception_ptr named(std::exception_ptr failure) const;

    [[noreturn]] void fail(errc condition, std::string message, bool worth_retry = false) const;
    /// For an exec that ended without success. `word` is the script's, if it had one to say;
    /// `err` what the tools said.
    [[noreturn]] void fail(const exec_result& end, const std::string& word,
                           const std::string& err) const;

    const std::shared_ptr<backend> via;
    const std::string sandbox_id;
    const file_options options;
    const std::string remote;

private:
    const std::string doing_;
    const core::clock::time_point started_;
    const core::deadline until_;
    mutable std::string request_id_;
};

/// Keeps the end of what arrives.
class text_tail {
public:
    void add(std::string_view bytes) {
        text_ += bytes;
        if (text_.size() > most) text_.erase(0, text_.size() - most);
    }
    const std::string& text() const { return text_; }

private:
    static constexpr std::size_t most = 16 * 1024;
    std::string text_;
};

/// An attempt failed in a way that another one may not.
class attempt_failed : public error {
public:
    using error::error;
};

/// Both take the content up to twice, and keep what they are given alive.
boost::asio::awaitable<transfer_result> push_content(std::shared_ptr<file_transfer> transfer,
                                                     std::shared_ptr<content_source> source);
boost::asio::awaitable<transfer_result> pull_content(std::shared_ptr<file_transfer> transfer,
                                                     std::shared_ptr<content_sink> sink,
                                                     proto::send_kind kind);

/// One attempt each: file_push.cpp, file_pull.cpp.
boost::asio::awaitable<transfer_result> push_once(std::shared_ptr<file_transfer> transfer,
                                                  std::shared_ptr<content_source> source);
boost::asio::awaitable<transfer_result> pull_once(std::shared_ptr<file_transfer> transfer,
                                                  std::shared_ptr<content_sink> sink,
                                                  proto::send_kind kind);

}  // namespace ecisbx::detail

#endif
