#include <ecisbx/exec.hpp>

#include <doctest/doctest.h>

#include <sstream>

namespace {

using namespace ecisbx;

std::string text_of(const exit_status& status) {
    std::ostringstream os;
    os << status;
    return os.str();
}

TEST_CASE("a shell status is read as an exit or a signal") {
    CHECK(exit_status::from_shell(0) == exit_status(end_reason::exited, 0));
    CHECK(exit_status::from_shell(128).exited());
    CHECK(exit_status::from_shell(129).signal() == 1);
    CHECK(exit_status::from_shell(137).signal() == 9);
    CHECK(exit_status::from_shell(137).code() == 137);
    CHECK(exit_status::from_shell(159).signal() == 31);
    CHECK(exit_status::from_shell(160).exited());
    CHECK(exit_status::from_shell(255).code() == 255);
}

TEST_CASE("a status prints what it is") {
    CHECK(text_of(exit_status::from_shell(3)) == "exited 3");
    CHECK(text_of(exit_status::from_shell(137)) == "signaled 9");
    CHECK(text_of(exit_status(end_reason::timed_out, 124)) == "timed_out");
    CHECK(text_of(exit_status()) == "lost");
    CHECK(exit_status().code() == -1);
}

TEST_CASE("only a complete exit with 0 is ok") {
    exec_result result;
    CHECK_FALSE(result.ok());
    result.status = exit_status::from_shell(0);
    CHECK_FALSE(result.ok());
    result.complete = true;
    CHECK(result.ok());
    CHECK(&result.throw_if_failed() == &result);
    result.status = exit_status::from_shell(1);
    CHECK_FALSE(result.ok());
}

TEST_CASE("command_failed tells status, note and the end of stderr") {
    exec_result result;
    result.status = exit_status::from_shell(2);
    result.note = "because";
    result.err = std::string(5000, 'x') + "the end";
    try {
        result.throw_if_failed();
        FAIL("did not throw");
    } catch (const command_failed& e) {
        std::string what = e.what();
        CHECK(what.find("exited 2") != std::string::npos);
        CHECK(what.find("because") != std::string::npos);
        CHECK(what.ends_with("the end"));
        CHECK(what.size() < 1200);
        CHECK(e.result().err.size() == 5007);
    }
}

}  // namespace
