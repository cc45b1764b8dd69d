#include <ecisbx/secret.hpp>

#include <doctest/doctest.h>

#include <sstream>
#include <string>
#include <type_traits>
#include <utility>

using ecisbx::secret;

namespace {

std::string printed(const secret& s) {
    std::ostringstream os;
    os << s;
    return os.str();
}

}  // namespace

TEST_CASE("secret: holds any bytes") {
    std::string bytes("k\0\xff\n", 4);
    secret s(bytes);
    CHECK(s.reveal() == bytes);
    CHECK(s.size() == 4);
    CHECK_FALSE(s.empty());
    CHECK(secret().empty());
    CHECK(secret("").empty());
    CHECK(secret(std::string_view()).empty());
    CHECK(secret().reveal().empty());
}

TEST_CASE("secret: is never printed") {
    CHECK(printed("hunter2") == "***");
    CHECK(printed("x") == "***");
    CHECK(printed("") == "");
    static_assert(!std::is_convertible_v<secret, std::string>);
    static_assert(!std::is_convertible_v<secret, std::string_view>);
}

TEST_CASE("secret: copies are independent") {
    secret a("first");
    secret b(a);
    CHECK(b.reveal().data() != a.reveal().data());
    a = secret("second");
    CHECK(b.reveal() == "first");
    b = a;
    CHECK(b == a);
    CHECK(b.reveal().data() != a.reveal().data());
    secret empty;
    b = empty;
    CHECK(b.empty());
}

TEST_CASE("secret: a move leaves nothing behind and copies nothing") {
    secret a("short");  // would sit inside a std::string
    auto* bytes = a.reveal().data();
    secret b(std::move(a));
    CHECK(a.empty());  // NOLINT(bugprone-use-after-move): that is the promise
    CHECK(b.reveal().data() == bytes);
    secret c("old");
    c = std::move(b);
    CHECK(b.empty());  // NOLINT(bugprone-use-after-move)
    CHECK(c.reveal() == "short");
    CHECK(c.reveal().data() == bytes);
    static_assert(std::is_nothrow_move_constructible_v<secret>);
    static_assert(std::is_nothrow_move_assignable_v<secret>);
}

TEST_CASE("secret: assigned to itself it stays") {
    secret a("value");
    auto& same = a;
    a = same;
    CHECK(a.reveal() == "value");
    a = std::move(same);
    CHECK(a.reveal() == "value");
}

TEST_CASE("secret: comparison") {
    CHECK(secret("a") == secret("a"));
    CHECK(secret() == secret(""));
    CHECK(secret("a") != secret("b"));
    CHECK(secret("a") != secret("aa"));
    CHECK(secret("a") != secret());
}
