// What the snippets of the guide share. The guide shows regions of the files in this folder; each
// is compiled and run.
#ifndef ECISBX_TESTS_DOCS_SNIPPETS_HPP
#define ECISBX_TESTS_DOCS_SNIPPETS_HPP

#include "common/world.hpp"

#include <doctest/doctest.h>

//! [head]
#include <ecisbx/ecisbx.hpp>
#include <ecisbx/server.hpp>

#include <chrono>
#include <iostream>
#include <string>

namespace asio = boost::asio;
using namespace std::chrono_literals;
//! [head]

namespace snippets {

/// Settings of the server that the snippets run against.
inline ecisbx::server::options isolated() {
    return ecisbx::server::options().tls().runtime(ecisbx::server::bubblewrap());
}

/// Runs `use` in a sandbox that is ready, removes it, and rethrows what went wrong.
inline asio::awaitable<void> in_box(ecisbx::test::world& w,
                                    asio::awaitable<void> (*use)(ecisbx::sandbox)) {
    auto box = co_await ecisbx::test::ready_box(w.client);
    auto done = co_await ecisbx::as_result(use(box));
    co_await box.remove(ecisbx::remove_options().force());
    done.value();
}

}  // namespace snippets

#endif
