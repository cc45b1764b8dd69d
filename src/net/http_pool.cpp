#include "net/http_pool.hpp"

#include "net/pool_plan.hpp"
#include "net/wait_list.hpp"

#include <ecisbx/error.hpp>

#include <exception>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

struct http_pool::impl : std::enable_shared_from_this<impl> {
    using self_ptr = std::shared_ptr<impl>;

    // All of one origin. Exists while it has a connection, a slot in use or a waiter.
    struct site {
        site(const origin& o, const http_pool_options& options)
            : where(o), plan(options.per_origin, options.max_waiting, options.idle_expiry) {}
        origin where;
        pool_plan plan;
        wait_list queue;
        std::unordered_map<pool_plan::connection, stream> idle;
        std::optional<error_info> last_dial_failure;
    };
    class lease;
    class dial_mark;

    impl(asio::any_io_executor e, std::shared_ptr<const dialer> h, http_pool_options o)
        : executor(std::move(e)), how(std::move(h)), options(o) {}

    static asio::awaitable<http_response> send(self_ptr self, origin where, http_request request,
                                               send_options with);
    static asio::awaitable<void> drain(self_ptr self);
    asio::awaitable<void> take_slot(site& at, deadline until);
    asio::awaitable<void> connect(lease& mine, bool only_new, deadline until);
    asio::awaitable<void> dial_for(lease& mine, dial_permit turn, deadline until);
    bool take_warm(lease& mine);
    void give_back(lease& mine);
    static bool admit_waiting(site& at);
    void close_expired();
    void close_idle();
    void forget_unused();
    site& site_of(const origin& where);
    [[noreturn]] void throw_waited_too_long(const site& at) const;

    asio::any_io_executor executor;
    std::shared_ptr<const dialer> how;
    http_pool_options options;
    std::map<origin, site> sites;
    pool_plan::connection last_name = 0;
    http_pool_stats counters;
    bool closing = false;
    wait_list drained;
};

// A slot and the connection in use. Gives both back, whatever ends the request.
class http_pool::impl::lease {
public:
    lease(self_ptr of, site& where) : at(where), of_(std::move(of)) {}
    ~lease() { of_->give_back(*this); }
    lease(const lease&) = delete;
    lease& operator=(const lease&) = delete;

    void decided() {
        if (std::exchange(undecided_, false)) at.plan.decided();
    }

    site& at;
    stream connection;
    bool reused = false;
    bool keep = false;

private:
    self_ptr of_;
    bool undecided_ = true;
};

// When a dial has ended, one more may begin.
class http_pool::impl::dial_mark {
public:
    explicit dial_mark(site& at) : at_(at) { at_.plan.begin_dial(); }
    ~dial_mark() {
        at_.plan.end_dial();
        admit_waiting(at_);
    }
    dial_mark(const dial_mark&) = delete;
    dial_mark& operator=(const dial_mark&) = delete;

private:
    site& at_;
};

http_pool::impl::site& http_pool::impl::site_of(const origin& where) {
    return sites.try_emplace(where, where, options).first->second;
}

asio::awaitable<http_response> http_pool::impl::send(self_ptr self, origin where,
                                                     http_request request, send_options with) {
    if (self->closing) throw error(errc::canceled, "the connection pool is closing");
    ++self->counters.requests;
    if (!request.headers.has("host")) request.headers.add("Host", where.authority());
    self->close_expired();
    site& at = self->site_of(where);
    co_await self->take_slot(at, with.until);
    lease mine(self, at);

    for (bool only_new = false;; only_new = true) {
        if (with.progress) *with.progress = {};
        co_await self->connect(mine, only_new, with.until);
        exchange_progress progress;
        error_info why;
        std::exception_ptr failed;
        try {
            http_response response =
                co_await http_exchange(mine.connection, request, self->options.limits,
                                       with.first_byte, with.until, progress);
            mine.keep = response.keep_alive;
            co_return response;
        } catch (const error& e) {
            why = e.info();
            failed = std::current_exception();
        }
        mine.connection.close();
        if (with.progress) *with.progress = progress;
        if (!mine.reused || !may_send_again(why, progress, with.idempotent))
            std::rethrow_exception(failed);
        ++self->counters.stale_retries;
    }
}

asio::awaitable<void> http_pool::impl::take_slot(site& at, deadline until) {
    const auto answer = at.plan.ask(at.queue.size());
    if (answer == pool_plan::answer::slot) co_return;
    if (answer == pool_plan::answer::refuse)
        throw error(errc::unavailable,
                    "too many requests wait for a connection to " + at.where.authority());
    bool too_long = false;
    try {
        co_await at.queue.wait(until);
    } catch (const error& e) {
        if (e.code() != errc::timeout) throw;
        too_long = true;
    }
    if (too_long) throw_waited_too_long(at);
}

void http_pool::impl::throw_waited_too_long(const site& at) const {
    std::string text = "all " + std::to_string(at.plan.in_use()) + " connections to " +
                       at.where.authority() + " were in use until the deadline";
    if (const auto dialling = at.plan.dialling(); dialling > 0)
        text += " (" + std::to_string(dialling) + " of them were still being made)";
    error_info info(errc::timeout, "");
    if (at.last_dial_failure) {
        text += "; the last attempt to connect failed: " + at.last_dial_failure->message;
        info.cause = at.last_dial_failure->cause;
    }
    info.message = std::move(text);
    throw error(std::move(info));
}

asio::awaitable<void> http_pool::impl::connect(lease& mine, bool only_new, deadline until) {
    const bool warm = !only_new && take_warm(mine);
    mine.decided();
    if (warm) co_return;
    const dial_mark mark(mine.at);
    auto turn = co_await dial_turn(how, mine.at.where, until);
    // One may have come free in the meantime.
    if (!only_new && take_warm(mine)) co_return;
    co_await dial_for(mine, std::move(turn), until);
}

bool http_pool::impl::take_warm(lease& mine) {
    while (const auto name = mine.at.plan.take_idle()) {
        const auto found = mine.at.idle.find(*name);
        mine.connection = std::move(found->second);
        mine.at.idle.erase(found);
        if (!mine.connection.is_idle_and_healthy()) continue;
        mine.reused = true;
        ++counters.reused;
        if (how->observed) how->observed.tell(&observer::on_connection_reused, {});
        return true;
    }
    return false;
}

asio::awaitable<void> http_pool::impl::dial_for(lease& mine, dial_permit turn, deadline until) {
    mine.reused = false;
    ++counters.dialled;
    origin where = mine.at.where;
    try {
        mine.connection = co_await dial_in_turn(executor, how, std::move(where), until,
                                                events::connection_kind::api, std::move(turn));
    } catch (const error& e) {
        if (e.code() != errc::canceled) {
            ++counters.dial_failures;
            mine.at.last_dial_failure = e.info();
        }
        throw;
    }
    mine.at.last_dial_failure.reset();
    if (mine.connection.was_resumed()) ++counters.resumed;
}

void http_pool::impl::give_back(lease& mine) {
    site& at = mine.at;
    mine.decided();
    if (mine.keep && mine.connection.is_open()) {
        mine.connection.rest();
        at.plan.park(++last_name, core::clock::now());
        at.idle.emplace(last_name, std::move(mine.connection));
    } else {
        mine.connection.close();
    }
    // The first in the queue takes the connection just parked; nobody comes in between.
    at.plan.free_slot();
    const bool handed_on = admit_waiting(at);
    if (closing && !handed_on)
        close_idle();
    else
        close_expired();
}

// True: somebody is in now.
bool http_pool::impl::admit_waiting(site& at) {
    bool any = false;
    while (at.queue.size() > 0 && at.plan.admit()) any = at.queue.wake_one();
    return any;
}

void http_pool::impl::close_expired() {
    const auto now = core::clock::now();
    for (auto& [where, at] : sites)
        for (const auto name : at.plan.take_expired(now)) {
            at.idle.erase(name);
            ++counters.expired;
        }
    forget_unused();
}

void http_pool::impl::close_idle() {
    for (auto& [where, at] : sites)
        for (const auto name : at.plan.take_all_idle()) at.idle.erase(name);
    forget_unused();
}

void http_pool::impl::forget_unused() {
    std::erase_if(sites, [](const auto& entry) {
        const site& at = entry.second;
        return at.plan.in_use() == 0 && at.plan.idle() == 0;
    });
    if (sites.empty()) drained.wake_all();
}

asio::awaitable<void> http_pool::impl::drain(self_ptr self) {
    self->closing = true;
    self->close_idle();
    while (!self->sites.empty()) co_await self->drained.wait(deadline::never());
}

// The handle and the requests under way hold the state by different counts, so that the pool
// notices when its last handle goes.
http_pool::http_pool(asio::any_io_executor executor, std::shared_ptr<const dialer> how,
                     http_pool_options options) {
    auto state = std::make_shared<impl>(std::move(executor), std::move(how), options);
    impl* raw = state.get();
    impl_ = std::shared_ptr<impl>(raw, [state = std::move(state)](impl* pool) {
        pool->closing = true;
        pool->close_idle();
    });
}

asio::awaitable<http_response> http_pool::send(origin where, http_request request,
                                               send_options options) {
    return impl::send(impl_->shared_from_this(), std::move(where), std::move(request), options);
}

asio::awaitable<void> http_pool::drain() {
    return impl::drain(impl_->shared_from_this());
}

http_pool_stats http_pool::stats() const {
    http_pool_stats now = impl_->counters;
    for (const auto& [where, at] : impl_->sites) {
        now.idle += at.plan.idle();
        now.in_use += at.plan.in_use();
        now.waiting += at.queue.size();
    }
    return now;
}

}  // namespace ecisbx::net
