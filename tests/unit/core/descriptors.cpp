#include "core/descriptors.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>

#include <string>

using namespace ecisbx;

namespace {

bool says(const error_info& info, const std::string& words) {
    return info.message.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("descriptors: codes of the system are the condition") {
    namespace bs = boost::system;
    const bs::error_code of_process = make_error_code(bs::errc::too_many_files_open);
    const bs::error_code of_machine = make_error_code(bs::errc::too_many_files_open_in_system);
    CHECK(of_process == errc::no_descriptors);
    CHECK(of_machine == errc::no_descriptors);
    CHECK_FALSE(bs::error_code(make_error_code(bs::errc::connection_refused)) ==
                errc::no_descriptors);
    CHECK(make_error_code(errc::no_descriptors).message() == "no_descriptors");
}

TEST_CASE("descriptors: the limit that is in force is named, and how to raise it") {
    rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &usual) == 0);
    rlimit lower = usual;
    lower.rlim_cur = 123;
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &lower) == 0);
    const auto why =
        core::no_descriptors(make_error_code(boost::system::errc::too_many_files_open));
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &usual) == 0);
    CHECK(why.code == errc::no_descriptors);
    CHECK(why.cause == boost::system::errc::too_many_files_open);
    CHECK(says(why, "RLIMIT_NOFILE is 123 "));
    CHECK(says(why, "hard limit " + std::to_string(usual.rlim_max)));
    CHECK(says(why, "ulimit -n"));
    CHECK(says(why, "LimitNOFILE="));
    const auto machine =
        core::no_descriptors(make_error_code(boost::system::errc::too_many_files_open_in_system));
    CHECK(says(machine, "fs.file-max"));
    CHECK_FALSE(says(machine, "RLIMIT_NOFILE"));
}
