// What a hostile sandbox hands out when files are copied from it and names are listed.
#include "common/world.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

server::options real() {
    return server::options().runtime(server::bubblewrap());
}

/// A folder of the client, and a file beside it that no sandbox may change.
struct client_side {
    client_side() {
        char name[] = "/tmp/ecisbx-transfers-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        top = name;
        std::ofstream(top / "victim") << "untouched";
    }
    ~client_side() {
        std::error_code ignored;
        fs::remove_all(top, ignored);
    }
    std::string victim() const {
        std::ifstream in(top / "victim");
        std::stringstream all;
        all << in.rdbuf();
        return all.str();
    }
    fs::path top;
};

asio::awaitable<void> links_out(world& w) {
    auto box = co_await ready_box(w.client);
    client_side here;
    auto victim = (here.top / "victim").string();
    const std::vector<std::string> ways = {
        "ln -s " + victim + " link",
        "ln -s ../victim link",
        "ln -s / link",
        "ln -s ../../../../../../etc/passwd link",
        "mkdir d; ln -s ../../victim d/link",
        "ln -s .. up; ln -s up/../victim link",
        "mkfifo link",
    };
    for (const auto& make : ways) {
        CAPTURE(make);
        auto made = co_await box.bash("rm -rf /tmp/d; mkdir /tmp/d; cd /tmp/d; " + make);
        CHECK(made.ok());
        auto local = (here.top / "got").string();
        auto got = co_await as_result(box.download("/tmp/d", local));
        CHECK(!got);
        if (!got) CHECK(got.error().code == errc::forbidden);
        CHECK(!fs::exists(local));
        CHECK(here.victim() == "untouched");
    }
    // Onto a link of the client's own: replaced, not followed.
    fs::create_symlink("victim", here.top / "mine");
    co_await box.write_file("/tmp/one", "hostile");
    co_await box.download("/tmp/one", (here.top / "mine").string());
    CHECK(here.victim() == "untouched");
}

asio::awaitable<void> changing_links(world& w) {
    auto box = co_await ready_box(w.client);
    client_side here;
    // A file that is a link every other moment, within the sandbox: what comes is one or the other
    // of the sandbox's own, or a refusal; never a file of the client.
    auto swap = co_await box.start_bash(
        "mkdir /tmp/d; cd /tmp/d; echo inside >file; "
        "while :; do ln -sfn ../../.." +
        here.top.string() + "/victim x; rm x; cp file x; rm x; done");
    for (int i = 0; i < 20; ++i) {
        auto local = (here.top / "x").string();
        auto got = co_await as_result(box.download("/tmp/d/x", local));
        if (got) {
            CHECK(fs::is_regular_file(fs::symlink_status(local)));
            std::ifstream in(local);
            std::string text;
            std::getline(in, text);
            CHECK((text == "inside" || text == ""));
        }
        CHECK(here.victim() == "untouched");
    }
    auto up = co_await as_result(box.upload((here.top / "victim").string(), "/tmp/d/x"));
    CHECK(here.victim() == "untouched");
}

asio::awaitable<void> names(world& w) {
    auto box = co_await ready_box(w.client);
    client_side here;
    const std::string odd[] = {"a\nb",       "\x1b[2J\x1b]0;owned\x07",
                               "-rf",        "--help",
                               "$(touch x)", "`id`",
                               "a'b\"c",     " ",
                               "\xff\xfe",   "a\\b",
                               "*"};
    auto made = co_await box.bash("mkdir /tmp/n");
    CHECK(made.ok());
    for (const auto& name : odd) {
        CAPTURE(name);
        co_await box.write_file("/tmp/n/" + name, "content of " + name);
        auto back = co_await box.read_file("/tmp/n/" + name);
        CHECK(back == "content of " + name);
    }
    auto local = here.top / "got";
    co_await box.download("/tmp/n", local.string());
    for (const auto& name : odd) CHECK(fs::file_size(local / name) == 11 + name.size());
    auto count = std::distance(fs::directory_iterator(local), fs::directory_iterator());
    CHECK(count == static_cast<std::ptrdiff_t>(std::size(odd)));
    // What an error says about such a name can be printed.
    auto missing = co_await as_result(box.read_file("/tmp/n/\x1b[2J\n\x07missing"));
    CHECK(!missing);
    if (!missing) {
        auto text = missing.error().to_string();
        for (char c : text) CHECK((c == '\t' || static_cast<unsigned char>(c) >= 0x20));
    }
}

}  // namespace

TEST_CASE("security: links that lead out of a folder are not followed to the client") {
    in_world(real(), links_out);
}

TEST_CASE("security: links that change while files are copied") {
    in_world(real(), changing_links);
}

TEST_CASE("security: file names with line breaks, escape sequences and options") {
    in_world(real(), names);
}
