#include "eci/log_follow.hpp"

#include <ecisbx/error.hpp>

#include "core/time.hpp"
#include "eci/read_models.hpp"
#include "eci/read_options.hpp"
#include "eci/readiness.hpp"
#include "net/wait.hpp"
#include "sandbox/public_op.hpp"

#include <boost/json/object.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;

constexpr int first_tail = 500;
// Now and then a look at the very end, whatever the times of the lines are: a clock that was set
// back hides new lines from "since".
constexpr unsigned quiet_polls_between = 8;
constexpr int glance_tail = 100;
constexpr int most_rounds = 64;  // windows of one log that has ended

/// True while it lives.
class mark {
public:
    explicit mark(bool& flag) : flag_(flag) { flag_ = true; }
    mark(const mark&) = delete;
    mark& operator=(const mark&) = delete;
    ~mark() { flag_ = false; }

private:
    bool& flag_;
};

error failure_of(errc condition, std::string message) {
    error_info info(condition, std::move(message));
    info.doing = "follow_logs";
    return error(std::move(info));
}

/// The service refused this log, as it does when there is none.
bool says_no_log(const error& e) {
    return e.code() == errc::conflict || e.code() == errc::not_found ||
           e.code() == errc::invalid_argument || e.code() == errc::service;
}

// Far more than was asked for is not held in memory as lines.
void check_size(const std::string& content) {
    constexpr auto most_bytes = static_cast<std::size_t>(4 * most_log_bytes);
    constexpr std::ptrdiff_t most_lines = 10 * most_log_lines;
    if (content.size() > most_bytes ||
        std::count(content.begin(), content.end(), '\n') > most_lines)
        throw error(errc::protocol, "the log is far longer than what was asked for");
}

container_log checked_log(const boost::json::object& answer) {
    auto log = parse_log(answer);
    check_size(log.content);
    return log;
}

asio::awaitable<std::optional<std::string>> refuse_read() {
    throw failure_of(errc::invalid_argument, "the stream is empty");
    co_return std::nullopt;
}

bool is_terminal(const std::string& status) {
    return status == "Succeeded" || status == "Failed" || status == "Expired" ||
           status == "ScheduleFailed";
}

/// The container runs no more, and will not again.
bool has_ended(const container_group& group, const container& one, bool init) {
    if (is_terminal(group.status)) return true;
    if (one.current.state != "Terminated") return false;
    bool clean = one.current.exit_code.value_or(1) == 0;
    if (init) return clean;
    return group.restart_policy == "Never" || (group.restart_policy == "OnFailure" && clean);
}

}  // namespace

log_stream::impl::impl(std::shared_ptr<client::impl> service, std::string id, std::string container,
                       log_options options)
    : service_(std::move(service)),
      id_(std::move(id)),
      container_(std::move(container)),
      options_(std::move(options)),
      merge_(options_.has_timestamps()),
      start_(options_.start_time()),
      pause_(options_.shortest_pause()) {
    if (options_.since_seconds())
        start_ = core::utc_now() - std::chrono::seconds(*options_.since_seconds());
}

asio::awaitable<std::optional<std::string>> log_stream::impl::read() {
    if (reading_) throw failure_of(errc::invalid_argument, "another read is under way");
    mark one(reading_);
    while (pieces_.empty() && !done_) {
        auto wait = next_poll_ - core::clock::now();
        if (wait.count() > 0) co_await net::sleep_for(wait, core::deadline::never());
        co_await poll();
    }
    std::optional<std::string> text;
    if (!pieces_.empty()) {
        lost_ = pieces_.front().lost;
        text = std::move(pieces_.front().text);
        pieces_.pop_front();
    } else {
        lost_ = pending_loss_;
    }
    co_return text;
}

asio::awaitable<log_stream::impl::window> log_stream::impl::ask(request what) {
    log_options options;
    options.tail(what.tail).timestamps().previous(what.previous);
    options.limit_bytes(options_.limit_bytes().value_or(most_log_bytes));
    auto from = merge_.blank() ? start_ : merge_.start();
    if (from && what.recent) options.start_time(*from);
    auto parameters = log_parameters(options);
    parameters.emplace_back("ContainerGroupId", id_);
    parameters.emplace_back("ContainerName", container_);
    auto answer = co_await service_->ask("DescribeContainerLog", std::move(parameters));
    auto log = answer.parsed(checked_log);
    request_id_ = std::move(log.request_id);
    window got;
    got.content = std::move(log.content);
    got.tail = what.tail;
    co_return got;
}

proto::log_window log_stream::impl::view(const window& w) const {
    return {w.content, static_cast<std::size_t>(w.tail),
            static_cast<std::size_t>(options_.limit_bytes().value_or(most_log_bytes))};
}

// Of a container that has not started there is none, which is no failure yet.
asio::awaitable<log_stream::impl::window> log_stream::impl::ask_current() {
    request what;
    what.tail = begun_ ? most_log_lines : options_.tail().value_or(first_tail);
    window got;
    try {
        if (!merge_.blank() && quiet_polls_ % quiet_polls_between == quiet_polls_between - 1) {
            what.recent = false;
            what.tail = glance_tail;
            got = co_await ask(what);
            if (merge_.look(view(got)) != proto::log_merge::fit::apart) co_return got;
            what.tail = most_log_lines;
        }
        got = co_await ask(what);
    } catch (const error& e) {
        if (e.code() != errc::conflict) throw;
    }
    co_return got;
}

asio::awaitable<log_stream::impl::window> log_stream::impl::ask_previous() {
    request what;
    what.previous = true;
    what.tail = most_log_lines;
    window got;
    try {
        got = co_await ask(what);
    } catch (const error& e) {
        if (!says_no_log(e)) throw;
    }
    co_return got;
}

asio::awaitable<log_stream::impl::state> log_stream::impl::look() {
    auto group = co_await service_->describe(id_, core::deadline::never());
    auto named = [this](const auto& one) { return one.name == container_; };
    for (const auto* list : {&group.containers, &group.init_containers}) {
        auto found = std::find_if(list->begin(), list->end(), named);
        if (found == list->end()) continue;
        state now;
        now.ended = has_ended(group, *found, list == &group.init_containers);
        now.started = found->restart_count > 0 || !found->current.start_time.empty();
        now.restarts = found->restart_count;
        now.explanation = explain(group);
        co_return now;
    }
    throw failure_of(errc::not_found, "sandbox " + id_ + " has no container " + container_);
}

bool log_stream::impl::take(const window& w) {
    auto news = merge_.take(view(w));
    if (news.text.empty()) return false;
    news.lost = news.lost || std::exchange(pending_loss_, false);
    if (news.lost) ++gaps_;
    pieces_.push_back({std::move(news.text), news.lost});
    looked_back_ = false;
    return news.more;
}

/// Takes in what is left of the log before the present one. False: that is not the one which was
/// being read.
asio::awaitable<bool> log_stream::impl::catch_up(window current) {
    auto before = co_await look();
    bool any = false;
    for (int round = 0; round < most_rounds; ++round) {
        auto old = co_await ask_previous();
        auto fit = merge_.look(view(old));
        if (fit == proto::log_merge::fit::empty) break;
        if (fit == proto::log_merge::fit::apart && !any) co_return false;
        any = true;
        if (!take(old) && !merge_.passed_over()) break;
    }
    if (!any) co_return false;
    // Another restart while we asked: what was the present log is the one before now.
    if (merge_.look(view(current)) == proto::log_merge::fit::continues) co_return true;
    if (merge_.passed_over()) pending_loss_ = true;
    merge_.begin_next();
    start_.reset();
    restarts_ = before.restarts;
    co_return true;
}

/// Before the first lines of a log are taken in: whether they are those of the container that
/// was waited for, or of a later one.
asio::awaitable<void> log_stream::impl::check_restarts(window current) {
    auto now = co_await look();
    auto missed = now.restarts - *restarts_;
    if (missed <= 0) co_return;
    if (missed > 1) pending_loss_ = true;  // the service keeps one log beside the present one
    bool found = co_await catch_up(std::move(current));
    if (!found) merge_.begin_next();  // it printed nothing
}

asio::awaitable<void> log_stream::impl::poll() {
    using fit = proto::log_merge::fit;
    next_poll_ = core::clock::now() + pause_;  // also when the poll fails
    auto current = co_await ask_current();
    auto how = merge_.look(view(current));
    if (how == fit::apart || (how == fit::empty && !merge_.blank() && !looked_back_)) {
        bool found = co_await catch_up(current);
        looked_back_ = !found;
    } else if (how == fit::first && restarts_) {
        co_await check_restarts(current);
    }
    bool more = take(current);
    begun_ = true;
    if (pieces_.empty()) {
        co_await rest();
        co_return;
    }
    quiet_polls_ = 0;
    if (!merge_.blank()) restarts_.reset();
    pause_ = options_.shortest_pause();
    next_poll_ = more ? core::clock::now() : std::max(next_poll_, core::clock::now());
}

/// After a poll without news.
asio::awaitable<void> log_stream::impl::rest() {
    ++quiet_polls_;
    if (closing_) {
        done_ = true;
        pending_loss_ = pending_loss_ || merge_.passed_over();
        if (pending_loss_) ++gaps_;
        co_return;
    }
    auto now = co_await look();
    if (now.ended && !now.started && merge_.blank())
        throw failure_of(errc::not_ready,
                         "container " + container_ + " never started: " + now.explanation);
    if (merge_.blank() && !restarts_) restarts_ = now.restarts;
    closing_ = now.ended;  // what it printed last may be on its way: one more look
    if (!closing_)
        pause_ = std::min<core::deadline::duration>(pause_ * 3 / 2, options_.longest_pause());
    auto pause = closing_ ? core::deadline::duration(options_.shortest_pause()) : pause_;
    next_poll_ = core::clock::now() + pause;
}

log_stream::log_stream(std::shared_ptr<impl> state) : impl_(std::move(state)) {}
log_stream::log_stream(log_stream&&) noexcept = default;
log_stream& log_stream::operator=(log_stream&&) noexcept = default;
log_stream::~log_stream() = default;

asio::awaitable<std::optional<std::string>> log_stream::read() {
    if (!impl_) return refuse_read();
    return detail::public_op(impl_, impl_->read());
}

bool log_stream::lost_lines() const noexcept {
    return impl_ && impl_->lost_lines();
}

std::uint64_t log_stream::gaps() const noexcept {
    return impl_ ? impl_->gaps() : 0;
}

std::string log_stream::container() const {
    return impl_ ? impl_->container() : std::string();
}

std::string log_stream::request_id() const {
    return impl_ ? impl_->request_id() : std::string();
}

}  // namespace ecisbx::eci
