#include "sandbox/file_transfer.hpp"

#include <ecisbx/error.hpp>
#include <ecisbx/result.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <ostream>
#include <utility>

namespace ecisbx {

std::ostream& operator<<(std::ostream& os, verification how) {
    switch (how) {
        case verification::size: return os << "size";
        case verification::cksum: return os << "cksum";
        case verification::sha256: break;
    }
    return os << "sha256";
}

namespace detail {
namespace {

namespace asio = boost::asio;
using direction = events::file_transfer::direction;

constexpr int most_attempts = 2;
constexpr std::size_t most_answer = 64 * 1024;

core::deadline deadline_of(const file_options& options) {
    return options.timeout() ? core::deadline::after(*options.timeout()) : core::deadline::never();
}

void check(const file_options& options) {
    const char* wrong = nullptr;
    if (options.timeout() && *options.timeout() <= file_options::milliseconds::zero())
        wrong = "file_options: timeout must be > 0";
    if (options.mode() && *options.mode() > 07777) wrong = "file_options: mode must be 0 to 07777";
    if (wrong) throw error(errc::invalid_argument, wrong);
}

/// Whether what is in flight is a cut, or content that did not verify. After a cut nobody knows
/// whether the last step was done: appending again could append twice.
bool may_try_again(const boost::system::system_error& failure, const file_options& options) {
    if (dynamic_cast<const attempt_failed*>(&failure)) return true;
    return failure.code() == errc::connection && !options.appends();
}

/// The second attempt found a folder where there must be none: the first has put it there if its
/// answer was lost.
std::exception_ptr lost_answer(error_info first) {
    first.message += "; a folder is there now, which may be the new one";
    first.attempts = most_attempts;
    return std::make_exception_ptr(error(std::move(first)));
}

}  // namespace

file_transfer::file_transfer(std::shared_ptr<backend> via_, std::string id, file_options how,
                             std::string verb, std::string remote_)
    : via(std::move(via_)),
      sandbox_id(std::move(id)),
      options(std::move(how)),
      remote(std::move(remote_)),
      doing_(std::move(verb) + ' ' + proto::shown_tail(remote)),
      started_(core::clock::now()),
      until_(deadline_of(options)) {
    check(options);
    proto::check_remote_path(remote);
}

std::shared_ptr<running_exec> file_transfer::start(std::vector<std::string> argv,
                                                   bool open_stdin) const {
    exec_options how;
    how.container(options.container()).max_output(most_answer).no_timeout();
    if (open_stdin) how.open_stdin();
    if (!until_.is_never()) {
        auto left = std::chrono::floor<std::chrono::milliseconds>(until_.remaining());
        check_time();
        how.timeout(std::max(left, std::chrono::milliseconds(1)));
    }
    exec_job job(sandbox_id, std::move(how), exec_job::use::stream);
    job.argv = std::move(argv);
    return std::make_shared<running_exec>(via, job);
}

void file_transfer::moved(std::uint64_t bytes, std::optional<std::uint64_t> total) const {
    if (options.progress()) options.progress()(bytes, total);
}

std::chrono::milliseconds file_transfer::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(core::clock::now() - started_);
}

void file_transfer::tell_end(direction to, const transfer_result& result,
                             std::exception_ptr failure) const {
    auto observed = via->observed();
    if (!observed) return;
    events::file_transfer event;
    event.sandbox_id = core::identifier(sandbox_id);
    event.to = to;
    if (failure) event.failure = core::failure_in(failure);
    event.size = result.bytes;
    event.attempts = static_cast<unsigned>(result.attempts);
    event.elapsed = core::since(started_);
    observed.tell(&observer::on_file_transfer, event);
}

void file_transfer::check_time() const {
    if (until_.expired()) fail(errc::timeout, "the time is up");
}

std::exception_ptr file_transfer::named(std::exception_ptr failure) const {
    auto info = error_info_from(failure);
    if (!info.doing.empty()) return failure;
    info.doing = doing_;
    return std::make_exception_ptr(error(std::move(info)));
}

void file_transfer::fail(errc condition, std::string message, bool worth_retry) const {
    error_info info(condition, std::move(message));
    info.doing = doing_;
    info.request_id = request_id_;
    if (worth_retry) throw attempt_failed(std::move(info));
    throw error(std::move(info));
}

void file_transfer::fail(const exec_result& end, const std::string& word,
                         const std::string& err) const {
    request_id_ = end.request_id;
    if (!word.empty()) {
        auto why = proto::explain_refusal(word, err);
        fail(why.condition, std::move(why.reason), why.worth_retry);
    }
    if (end.status.end_reason() == end_reason::timed_out) fail(errc::timeout, "the time is up");
    // The script has a last word if it ends by itself, and that comes before its status.
    if (end.status.end_reason() == end_reason::lost || !end.complete)
        fail(errc::connection, "the connection was cut: " + end.note, !options.appends());
    auto tail = proto::shown_tail(err);
    fail(errc::service, "the sandbox's shell ended with status " +
                            std::to_string(end.status.code()) + (tail.empty() ? "" : ": ") + tail);
}

asio::awaitable<transfer_result> push_content(std::shared_ptr<file_transfer> transfer,
                                              std::shared_ptr<content_source> source) {
    std::optional<error_info> first;
    for (int attempt = 1;; ++attempt) {
        try {
            auto result = co_await push_once(transfer, source);
            result.attempts = attempt;
            result.elapsed = transfer->elapsed();
            transfer->tell_end(direction::upload, result, nullptr);
            co_return result;
        } catch (const boost::system::system_error& e) {
            auto failure = std::current_exception();
            if (attempt < most_attempts && may_try_again(e, transfer->options)) {
                first = error_info_from(failure);
                continue;
            }
            if (first && source->is_archive() && e.code() == errc::conflict)
                failure = lost_answer(std::move(*first));
            transfer_result none;
            none.attempts = attempt;
            transfer->tell_end(direction::upload, none, failure);
            std::rethrow_exception(transfer->named(failure));
        }
    }
}

asio::awaitable<transfer_result> pull_content(std::shared_ptr<file_transfer> transfer,
                                              std::shared_ptr<content_sink> sink,
                                              proto::send_kind kind) {
    for (int attempt = 1;; ++attempt) {
        try {
            auto result = co_await pull_once(transfer, sink, kind);
            result.attempts = attempt;
            result.elapsed = transfer->elapsed();
            transfer->tell_end(direction::download, result, nullptr);
            co_return result;
        } catch (const boost::system::system_error& e) {
            if (attempt < most_attempts && may_try_again(e, transfer->options)) continue;
            transfer_result none;
            none.attempts = attempt;
            transfer->tell_end(direction::download, none, std::current_exception());
            std::rethrow_exception(transfer->named(std::current_exception()));
        }
    }
}

}  // namespace detail
}  // namespace ecisbx
