#include <ecisbx/result.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>

#include <doctest/doctest.h>

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace asio = boost::asio;
using asio::awaitable;
using ecisbx::as_result;
using ecisbx::errc;
using ecisbx::result;

namespace {

template <class T>
awaitable<void> store(awaitable<T> work, std::optional<T>* into) {
    T value = co_await std::move(work);
    into->emplace(std::move(value));
}

template <class T>
T run(awaitable<T> work) {
    asio::io_context context;
    std::exception_ptr failure;
    std::optional<T> value;
    asio::co_spawn(context, store(std::move(work), &value),
                   [&](std::exception_ptr e) { failure = e; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(value.value());
}

awaitable<std::string> give(std::string text) {
    co_return text;
}
awaitable<void> give_nothing() {
    co_return;
}
awaitable<std::unique_ptr<int>> give_unique() {
    co_return std::make_unique<int>(7);
}
awaitable<std::string> fail_ours() {
    ecisbx::error_info info(errc::no_stock, "nothing left");
    info.request_id = "R-1";
    throw ecisbx::error(std::move(info));
    co_return std::string();
}
awaitable<void> fail_system(boost::system::error_code code) {
    throw boost::system::system_error(code);
    co_return;
}
awaitable<void> fail_memory() {
    throw std::bad_alloc();
    co_return;
}

awaitable<result<std::string>> text_case(bool good) {
    auto op = good ? give("hello") : fail_ours();
    co_return co_await as_result(std::move(op));
}
awaitable<result<void>> void_case(boost::system::error_code code) {
    auto op = code ? fail_system(code) : give_nothing();
    co_return co_await as_result(std::move(op));
}
awaitable<int> memory_case() {
    co_await as_result(fail_memory());
    co_return 0;
}
awaitable<int> unique_case() {
    auto r = co_await as_result(give_unique());
    auto p = std::move(r).value();
    co_return *p;
}

}  // namespace

TEST_CASE("result: a value") {
    result<std::string> r(std::string("x"));
    CHECK(r.has_value());
    CHECK(static_cast<bool>(r));
    CHECK(r.value() == "x");
    CHECK(*r == "x");
    CHECK(r->size() == 1);
    *r += "y";
    const auto& c = r;
    CHECK(c.value() == "xy");
    CHECK(*c == "xy");
    CHECK(c->size() == 2);
    std::string moved = std::move(r).value();
    CHECK(moved == "xy");
}

TEST_CASE("result: an error") {
    result<int> r(ecisbx::error_info(errc::conflict, "busy"));
    CHECK_FALSE(r.has_value());
    CHECK(r.error().code == errc::conflict);
    CHECK_THROWS_AS(r.value(), ecisbx::error);
    CHECK_THROWS_AS((void)std::move(r).value(), ecisbx::error);
    result<void> v(ecisbx::error_info(errc::conflict, "busy"));
    CHECK_FALSE(v);
    CHECK_THROWS_WITH_AS(v.value(), doctest::Contains("busy"), ecisbx::error);
    CHECK_NOTHROW(result<void>().value());
}

TEST_CASE("as_result: values, move-only ones too") {
    auto r = run(text_case(true));
    REQUIRE(r);
    CHECK(*r == "hello");
    CHECK(run(void_case({})).has_value());
    CHECK(run(unique_case()) == 7);
}

TEST_CASE("as_result: our errors keep everything") {
    auto r = run(text_case(false));
    REQUIRE_FALSE(r);
    CHECK(r.error().code == errc::no_stock);
    CHECK(r.error().request_id == "R-1");
}

TEST_CASE("as_result: errors of Asio become conditions and keep their cause") {
    auto r = run(void_case(asio::error::operation_aborted));
    REQUIRE_FALSE(r);
    CHECK(r.error().code == errc::canceled);
    CHECK(r.error().code.category() == ecisbx::error_category());
    CHECK(r.error().cause == asio::error::operation_aborted);
    CHECK(run(void_case(asio::error::timed_out)).error().code == errc::timeout);
    CHECK(run(void_case(asio::error::host_not_found)).error().code == errc::resolve);
    CHECK(run(void_case(asio::error::eof)).error().code == errc::connection);
}

TEST_CASE("as_result: what is no failure of an operation passes through") {
    CHECK_THROWS_AS(run(memory_case()), std::bad_alloc);
    auto logic = std::make_exception_ptr(std::logic_error("bug"));
    CHECK_THROWS_AS(ecisbx::error_info_from(logic), std::logic_error);
}
