// Snippets of docs/guide/files.md.
#include "snippets.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace {

//! [bytes]
asio::awaitable<void> bytes(ecisbx::sandbox box) {
    std::string any("\0\xff\n", 3);  // bytes, not text
    auto done = co_await box.write_file("/tmp/data/a.bin", any,
                                        ecisbx::file_options().make_parents().mode(0600));
    std::cout << done.bytes << " bytes, verified by " << done.verified << '\n';
    auto back = co_await box.read_file("/tmp/data/a.bin", ecisbx::file_options().limit(1 << 20));
    if (back != any) std::cout << "can not happen: it would have thrown\n";
}
//! [bytes]

//! [append]
asio::awaitable<void> log_line(ecisbx::sandbox box, std::string line) {
    co_await box.write_file("/tmp/log", line + '\n', ecisbx::file_options().append());
}
//! [append]

//! [folders]
asio::awaitable<void> there_and_back(ecisbx::sandbox box, std::string project,
                                     std::string results) {
    co_await box.upload(project, "/tmp/project");  // a folder, or one file of any size
    auto made = co_await box.bash("cd /tmp/project && mkdir out && ls >out/list");
    made.throw_if_failed();
    co_await box.download("/tmp/project/out", results);
}
//! [folders]

//! [progress]
void show(std::uint64_t bytes, std::optional<std::uint64_t> total) {
    std::cerr << '\r' << bytes << " of " << (total ? std::to_string(*total) : "?") << std::flush;
}

asio::awaitable<void> upload_slowly(ecisbx::sandbox box, std::string local) {
    co_await box.upload(local, "/tmp/copy", ecisbx::file_options().progress(show).timeout(10min));
}
//! [progress]

asio::awaitable<void> files(ecisbx::sandbox box) {
    co_await bytes(box);
    auto mode = co_await box.exec(ecisbx::command("stat", "-c", "%a %s", "/tmp/data/a.bin"));
    CHECK(mode.out == "600 3\n");
    co_await log_line(box, "one");
    co_await log_line(box, "two");
    auto log = co_await box.read_file("/tmp/log");
    CHECK(log == "one\ntwo\n");

    std::string here = (std::filesystem::temp_directory_path() / "ecisbx-guide-XXXXXX").string();
    REQUIRE(::mkdtemp(here.data()) != nullptr);
    std::filesystem::create_directory(here + "/project");
    std::ofstream(here + "/project/readme") << "hello\n";
    co_await there_and_back(box, here + "/project", here + "/results");
    std::ifstream list(here + "/results/list");
    std::string first;
    std::getline(list, first);
    CHECK(first == "out");
    co_await upload_slowly(box, here + "/project/readme");
    auto copy = co_await box.read_file("/tmp/copy");
    CHECK(copy == "hello\n");
    std::filesystem::remove_all(here);
}

asio::awaitable<void> in_a_box(ecisbx::test::world& w) {
    co_await snippets::in_box(w, files);
}

}  // namespace

TEST_CASE("guide: files") {
    ecisbx::test::in_world(snippets::isolated(), in_a_box);
}
