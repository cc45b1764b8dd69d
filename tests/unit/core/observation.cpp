#include "core/observation.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <boost/asio/error.hpp>

#include <stdexcept>

namespace {

using namespace ecisbx;
using core::observation;

class counting : public observer {
public:
    void on_call(const events::api_call& event) override {
        ++calls;
        attempts += event.attempts;
    }
    unsigned calls = 0, attempts = 0;
};

class throwing : public observer {
public:
    void on_call(const events::api_call&) override { throw std::runtime_error("no"); }
    void on_retry(const events::api_retry&) override { throw 1; }
};

TEST_CASE("observation: nobody observes by default") {
    observation none;
    CHECK_FALSE(none);
    none.tell(&observer::on_call, {});
    CHECK_FALSE(observation(core::observer_list()));
    CHECK_FALSE(observation(core::observer_list{nullptr, nullptr}));
}

TEST_CASE("observation: all are told, whatever one of them throws") {
    auto first = std::make_shared<counting>(), last = std::make_shared<counting>();
    auto bad = std::make_shared<throwing>();
    observation all({first, bad, nullptr, last});
    CHECK(all);
    events::api_call event;
    event.attempts = 3;
    all.tell(&observer::on_call, event);
    auto copy = all;
    copy.tell(&observer::on_call, event);
    copy.tell(&observer::on_retry, {});
    copy.tell(&observer::on_signal, {});
    CHECK(first->calls == 2);
    CHECK(last->calls == 2);
    CHECK(last->attempts == 6);
    CHECK(bad->failures() == 3);
    CHECK(first->failures() == 0);
}

TEST_CASE("observation: it keeps its observers") {
    auto one = std::make_shared<counting>();
    std::weak_ptr<counting> seen = one;
    {
        observation all({one});
        one.reset();
        CHECK_FALSE(seen.expired());
    }
    CHECK(seen.expired());
}

TEST_CASE("observation: identifiers") {
    for (const char* good : {"", "eci-2ze0abc", "Throttling.User", "7F3B-11", "a_b:c", "R"})
        CHECK(core::identifier(good) == good);
    CHECK(core::identifier(std::string(64, 'x')) == std::string(64, 'x'));
    for (std::string bad :
         {std::string(65, 'x'), std::string("a b"), std::string("a\nb"), std::string("a=b"),
          std::string("a/b"), std::string("a?b"), std::string("a%20"), std::string("\0", 1),
          std::string("caf\xc3\xa9"), std::string("a\"b"), std::string("a@b"), std::string("a+b")})
        CHECK(core::identifier(bad) == "invalid");
}

TEST_CASE("observation: conditions and their names") {
    namespace error = boost::asio::error;
    CHECK(core::failure_in(boost::system::error_code()) == std::nullopt);
    CHECK(core::failure_in(make_error_code(errc::no_stock)) == errc::no_stock);
    CHECK(core::failure_in(boost::system::error_code(error::operation_aborted)) == errc::canceled);
    CHECK(core::failure_in(boost::system::error_code(error::host_not_found)) == errc::resolve);
    CHECK(core::failure_in(boost::system::error_code(error::timed_out)) == errc::timeout);
    CHECK(core::failure_in(boost::system::error_code(error::eof)) == errc::connection);
    CHECK(core::failure_in(std::make_exception_ptr(ecisbx::error(errc::tls, "x"))) == errc::tls);
    CHECK(core::failure_in(std::make_exception_ptr(std::bad_alloc())) == errc::service);
    CHECK(core::outcome_name(std::nullopt) == "ok");
    CHECK(core::outcome_name(errc::throttled) == "throttled");
}

}  // namespace
