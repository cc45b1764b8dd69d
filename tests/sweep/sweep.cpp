#include "sweep/sweep.hpp"

#include "common/pending.hpp"
#include "net/wait.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/post.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace ecisbx::sweep {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_points = 500;
constexpr auto longest = 200s;    // for an operation that is disturbed
constexpr auto afterwards = 10s;  // for what goes on in the background

class sweeper {
public:
    sweeper(stage& on, const operation& what, trouble by) : stage_(on), what_(what), by_(by) {}

    asio::awaitable<void> all_points() {
        for (std::size_t point = 1; point <= most_points; ++point) {
            bool touched = co_await one_point(point);
            if (!touched) co_return;
            ++points;
        }
        fail(most_points, "has no end");
    }

    std::size_t points = 0;

private:
    asio::awaitable<bool> one_point(std::size_t point) {
        ++stage_.round;
        if (what_.prepare) co_await what_.prepare(stage_);
        auto it = std::make_shared<test::pending>(stage_.here.context.get_executor());
        arm(point, it);
        co_await attempt(it, point);
        bool touched = disarm();
        judge(point, touched, it->failure);
        co_await tidy();
        if (stage_.here.boxes.running() > 0) {
            fail(point, "a process was left running");
            stage_.here.boxes.execs.clear();
        }
        co_return touched;
    }

    void arm(std::size_t point, const test::pending_ptr& it) {
        auto& system = stage_.here.system;
        cancelled_ = false;
        if (by_ != trouble::cancel) {
            auto how = by_ == trouble::reset ? sim::fault::reset : sim::fault::finish;
            return system.net().fail_at(system.net().steps() + point, how);
        }
        system.on_rest([this, it, left = point]() mutable {
            if (it->ended || left == 0 || --left > 0) return false;
            cancelled_ = true;
            asio::post(stage_.here.context,
                       [it] { it->cancel.emit(asio::cancellation_type::terminal); });
            return true;
        });
    }

    /// Whether there was anything to disturb.
    bool disarm() {
        auto& system = stage_.here.system;
        system.on_rest(nullptr);
        bool failed = system.net().has_failed();
        system.net().fail_at(0);
        return by_ == trouble::cancel ? cancelled_ : failed;
    }

    asio::awaitable<void> attempt(test::pending_ptr it, std::size_t point) {
        test::launch(it, what_.run(stage_));
        auto until = core::deadline::after(longest);
        while (!it->ended) {
            bool late = false;
            try {
                co_await it->changed.wait(until);
            } catch (const error&) {
                late = true;
            }
            if (!late) continue;
            fail(point, "does not end");
            until = core::deadline::never();
        }
    }

    void judge(std::size_t point, bool touched, const std::exception_ptr& failure) {
        if (!failure) return;
        try {
            std::rethrow_exception(failure);
        } catch (const error& e) {
            if (!touched) fail(point, std::string("fails undisturbed: ") + e.what());
            if (e.code().category() != error_category())
                fail(point, "an error of another kind: " + e.code().message());
            if (by_ == trouble::cancel && e.code() != errc::canceled)
                fail(point, std::string("cancelled, but: ") + e.what());
        } catch (const std::exception& e) {
            fail(point, std::string("throws what is no ecisbx::error: ") + e.what());
        }
    }

    asio::awaitable<void> tidy() {
        stage_.running.reset();
        stage_.logs.reset();
        if (stage_.other) co_await stage_.other->stop();
        stage_.other.reset();
        co_await net::sleep_for(afterwards, core::deadline::never());
    }

    void fail(std::size_t point, const std::string& what) {
        stage_.here.fail(what_.name + ", step " + std::to_string(point) + ": " + what);
    }

    stage& stage_;
    const operation& what_;
    trouble by_;
    bool cancelled_ = false;
};

asio::awaitable<void> play(sim::world& here, const operation& what, trouble by, std::string folder,
                           std::size_t& points) {
    stage on(here);
    on.folder = std::move(folder);
    on.client =
        std::make_unique<eci::client>(here.context.get_executor(), here.cloud.config().no_quota());
    sim::program speaks;
    speaks.out = 200'000;
    speaks.pieces = 20'000;
    speaks.sleep = 3'000;
    on.box = co_await on.client->create(
        eci::create_options("image").cpu(1).memory(2).command(command(speaks.argv())));
    co_await on.box.wait_ready();
    sweeper it(on, what, by);
    co_await it.all_points();
    points = it.points;
}

}  // namespace

swept sweep(const operation& what, trouble by, const std::string& folder) {
    swept result;
    sim::world_settings settings;
    settings.seed = 1;
    sim::world here(settings);
    here.run(play(here, what, by, folder, result.points));
    result.failures = here.failures;
    return result;
}

}  // namespace ecisbx::sweep
