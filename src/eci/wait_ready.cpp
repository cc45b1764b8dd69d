#include <ecisbx/error.hpp>

#include "core/random.hpp"
#include "eci/client_impl.hpp"
#include "eci/readiness.hpp"
#include "net/wait.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr core::deadline::duration first_pause = 200ms;
constexpr core::deadline::duration longest_pause = 2s;
// A group that was just created may not be listed at once.
constexpr auto listing_delay = 5s;

error failure_of(errc condition, const std::string& id, const std::string& why) {
    error_info info(condition, "sandbox " + id + ' ' + why);
    info.doing = "wait_ready";
    return error(std::move(info));
}

/// Pauses grow by half; jitter keeps many waiters from calling at the same moment.
class poll_pace {
public:
    core::deadline::duration next() {
        auto pause =
            std::chrono::duration_cast<core::deadline::duration>(bound_ * (0.75 + random_() / 2));
        bound_ = std::min(longest_pause, bound_ * 3 / 2);
        return pause;
    }

private:
    core::random_source random_ = core::system_random();
    core::deadline::duration bound_ = first_pause;
};

}  // namespace

/// One look; `in_time` is false when the time ran out during the call.
asio::awaitable<client::impl::look> client::impl::look_at(std::string id, core::deadline until) {
    look result;
    try {
        auto found = co_await find(std::move(id), until);
        result.group = std::move(found.group);
    } catch (const error& e) {
        if (e.code() != errc::timeout || !until.expired()) throw;
        result.in_time = false;
    }
    co_return result;
}

asio::awaitable<void> client::impl::wait_ready(std::string id, core::deadline until) {
    auto listed_by = core::deadline::after(listing_delay);
    bool created_here = !names_.container_of(id).empty();
    std::string last = "was never listed";
    bool seen = false;
    poll_pace pace;
    while (true) {
        auto now = co_await look_at(id, until);
        if (now.group) {
            seen = true;
            auto state = readiness_of(*now.group);
            last = "is " + explain(*now.group);
            if (state == readiness::ready) co_return;
            if (state == readiness::never) throw failure_of(errc::not_ready, id, last);
        } else if (now.in_time && (seen || !created_here || listed_by.expired())) {
            throw failure_of(errc::not_found, id,
                             seen ? "disappeared; it " + last : "does not exist");
        }
        auto pause = pace.next();
        if (!now.in_time || pause >= until.remaining())
            throw failure_of(errc::timeout, id, "is not ready in time; it " + last);
        co_await net::sleep_for(pause, until);
    }
}

}  // namespace ecisbx::eci
