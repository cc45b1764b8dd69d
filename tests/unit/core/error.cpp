#include <ecisbx/error.hpp>

#include <boost/asio/error.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <vector>

using boost::system::error_code;
using ecisbx::errc;
namespace asio_error = boost::asio::error;

namespace {

const std::vector<errc> all = [] {
    std::vector<errc> v;
    for (int i = static_cast<int>(errc::timeout); i <= static_cast<int>(errc::service); ++i)
        v.push_back(static_cast<errc>(i));
    return v;
}();

/// The conditions that a code is equal to.
std::vector<errc> conditions(const error_code& code) {
    std::vector<errc> result;
    for (errc e : all)
        if (code == e) result.push_back(e);
    return result;
}

}  // namespace

TEST_CASE("error: each condition has its own name and equals only itself") {
    CHECK(all.size() == 20);
    CHECK(std::string(ecisbx::error_category().name()) == "ecisbx");
    std::vector<std::string> names;
    for (errc e : all) {
        auto code = ecisbx::make_error_code(e);
        CHECK(code.failed());
        CHECK(conditions(code) == std::vector{e});
        CHECK(code.message() != "unknown");
        for (const auto& other : names) CHECK(other != code.message());
        names.push_back(code.message());
    }
    CHECK(ecisbx::error_category().message(999) == "unknown");
    CHECK(conditions(error_code()).empty());
}

TEST_CASE("error: codes of Asio and the system mean our conditions") {
    CHECK(conditions(asio_error::operation_aborted) == std::vector{errc::canceled});
    CHECK(conditions(asio_error::timed_out) == std::vector{errc::timeout});
    for (error_code code :
         {error_code(asio_error::eof), error_code(asio_error::connection_refused),
          error_code(asio_error::connection_reset), error_code(asio_error::connection_aborted),
          error_code(asio_error::broken_pipe), error_code(asio_error::host_unreachable),
          error_code(asio_error::network_unreachable), error_code(asio_error::network_down),
          error_code(asio_error::not_connected)}) {
        CAPTURE(code.message());
        CHECK(conditions(code) == std::vector{errc::connection});
    }
    for (error_code code :
         {error_code(asio_error::host_not_found), error_code(asio_error::host_not_found_try_again),
          error_code(asio_error::no_data), error_code(asio_error::service_not_found)})
        CHECK(conditions(code) == std::vector{errc::resolve});
    CHECK(conditions(error_code(ECANCELED, boost::system::system_category())) ==
          std::vector{errc::canceled});
    CHECK(conditions(error_code(ECONNRESET, boost::system::generic_category())).size() <= 1);
    CHECK(conditions(asio_error::no_memory).empty());
    CHECK(conditions(asio_error::already_open).empty());
}

TEST_CASE("error: one line with all that is known") {
    ecisbx::error_info info(errc::throttled, "too many calls");
    CHECK(info.to_string() == "too many calls (throttled)");
    info.doing = "CreateContainerGroup";
    info.service_code = "Throttling.User";
    info.http_status = 503;
    info.request_id = "ABC-1";
    info.attempts = 4;
    CHECK(info.to_string() ==
          "CreateContainerGroup: too many calls (Throttling.User, HTTP 503, request ABC-1, "
          "4 attempts)");
    std::ostringstream os;
    os << info;
    CHECK(os.str() == info.to_string());
    CHECK(ecisbx::error_info(errc::timeout, "").to_string() == "timeout (timeout)");
    // What a service says may have line breaks, and worse.
    ecisbx::error_info lines(errc::service, "first\r\nsecond\x1b[0m");
    CHECK(lines.to_string() == "first  second [0m (" + lines.code.message() + ")");
    CHECK(lines.message == "first\r\nsecond\x1b[0m");
}

TEST_CASE("error: the exception is a system_error and says the same") {
    try {
        throw ecisbx::error(errc::not_found, "no such group");
    } catch (const boost::system::system_error& e) {
        CHECK(e.code() == errc::not_found);
        CHECK(e.code() != errc::conflict);
        CHECK(std::string(e.what()).find("no such group (not_found)") != std::string::npos);
        auto* ours = dynamic_cast<const ecisbx::error*>(&e);
        REQUIRE(ours);
        CHECK(ours->info().code == errc::not_found);
        CHECK(ours->info().message == "no such group");
        CHECK(ours->info().attempts == 1);
    }
}
