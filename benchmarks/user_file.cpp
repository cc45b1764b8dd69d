// What a user's file looks like to the compiler.
#include <ecisbx/eci.hpp>

boost::asio::awaitable<int> build(ecisbx::sandbox box) {
    auto r = co_await box.bash("make test", ecisbx::exec_options().dir("/src"));
    co_return r.status.code();
}
