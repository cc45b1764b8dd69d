// Archives that want out of their folder.
#include "sandbox/file_tree.hpp"
#include "sandbox/file_pack.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace fs = std::filesystem;
using namespace ecisbx;
using detail::link_stays_inside;
using kind = proto::tar_entry::kind;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/ecisbx-tree-XXXXXX";
        REQUIRE(::mkdtemp(name));
        path = name;
        top = path + "/top";
        fs::create_directory(top);
        std::ofstream(path + "/outside") << "secret";
    }
    ~folder() { fs::remove_all(path); }
    std::string path, top;
};

proto::tar_entry entry(kind what, std::string path, std::string link = "", unsigned mode = 0644) {
    proto::tar_entry e;
    e.what = what;
    e.path = std::move(path);
    e.link = std::move(link);
    e.mode = mode;
    return e;
}

errc refusal(detail::tree_writer& writer, const proto::tar_entry& e) {
    try {
        writer.entry(e);
    } catch (const error& failure) {
        for (auto c :
             {errc::forbidden, errc::conflict, errc::protocol, errc::not_found, errc::too_large})
            if (failure.code() == c) return c;
        FAIL(failure.what());
    }
    return errc{};
}

std::string get(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("which links stay inside") {
    CHECK(link_stays_inside(0, "a"));
    CHECK(link_stays_inside(0, "./a//b/"));
    CHECK(link_stays_inside(0, "."));
    CHECK(link_stays_inside(2, "../../a/b"));
    CHECK(link_stays_inside(1, ".."));
    CHECK(!link_stays_inside(0, ""));
    CHECK(!link_stays_inside(0, ".."));
    CHECK(!link_stays_inside(0, "../a"));
    CHECK(!link_stays_inside(2, "../../../a"));
    CHECK(!link_stays_inside(9, "/etc"));
    CHECK(!link_stays_inside(9, "a/../b"));  // a may be a link itself
    CHECK(link_stays_inside(0, "..a"));
}

TEST_CASE("paths that lead out are refused") {
    folder in;
    detail::tree_writer writer(in.top);
    for (const char* path : {"/etc/x", "../outside", "a/../../outside", "..", "a/.."}) {
        CAPTURE(path);
        for (auto what : {kind::file, kind::folder, kind::symlink, kind::hard_link})
            CHECK(refusal(writer, entry(what, path, "x")) == errc::forbidden);
    }
    CHECK(refusal(writer, entry(kind::file, "")) == errc::protocol);
    CHECK(refusal(writer, entry(kind::file, "./")) == errc::protocol);
    std::string deep;
    for (int i = 0; i < 600; ++i) deep += "d/";
    CHECK(refusal(writer, entry(kind::folder, deep)) == errc::too_large);
    CHECK(get(in.path + "/outside") == "secret");
    CHECK(fs::is_empty(in.top));
}

TEST_CASE("nothing is written through a link") {
    folder in;
    detail::tree_writer writer(in.top);
    CHECK(refusal(writer, entry(kind::symlink, "out", "..")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::symlink, "out", in.path)) == errc::forbidden);
    writer.entry(entry(kind::folder, "d"));
    writer.entry(entry(kind::symlink, "in", "d"));
    CHECK(refusal(writer, entry(kind::file, "in/f")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::folder, "in/f/g")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::file, "in")) == errc::conflict);
    // Even if somebody else puts a link there meanwhile.
    fs::create_directory_symlink(in.path, in.top + "/planted");
    CHECK(refusal(writer, entry(kind::file, "planted/outside")) == errc::forbidden);
    fs::create_symlink(in.path + "/outside", in.top + "/planted2");
    CHECK(refusal(writer, entry(kind::file, "planted2")) == errc::conflict);
    CHECK(refusal(writer, entry(kind::hard_link, "h", "planted2")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::hard_link, "h", "planted/outside")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::hard_link, "h", "../outside")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::hard_link, "h", in.path + "/outside")) == errc::forbidden);
    CHECK(refusal(writer, entry(kind::hard_link, "h", "none")) == errc::not_found);
    CHECK(fs::is_empty(in.top + "/d"));
    CHECK(get(in.path + "/outside") == "secret");
}

TEST_CASE("a well-behaved archive") {
    folder in;
    detail::tree_writer writer(in.top);
    writer.entry(entry(kind::file, "./a/b/f", "", 04711));
    writer.content("con");
    writer.content("tent");
    writer.entry(entry(kind::hard_link, "./h", "./a/b/f"));
    writer.entry(entry(kind::symlink, "./a/l", "b/f"));
    CHECK(refusal(writer, entry(kind::file, "a/b/f")) == errc::conflict);
    writer.entry(entry(kind::folder, "./a/b/", "", 0500));
    writer.entry(entry(kind::folder, "./a/", "", 0750));
    writer.finish();
    CHECK(get(in.top + "/a/l") == "content");
    CHECK(get(in.top + "/h") == "content");
    struct stat facts{};
    REQUIRE(::stat((in.top + "/a/b/f").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0711);
    REQUIRE(::stat((in.top + "/a/b").c_str(), &facts) == 0);
    CHECK((facts.st_mode & 07777) == 0500);
}

TEST_CASE("a folder is packed the same twice, and unpacks to the same") {
    folder in;
    fs::create_directories(in.top + "/x/" + std::string(200, 'n'));
    std::ofstream(in.top + "/x/" + std::string(200, 'n') + "/f") << std::string(200'000, 'q');
    fs::create_symlink(std::string(200, 'n'), in.top + "/x/l");
    detail::tree_source source(in.top, 0755);
    std::string archives[2], piece;
    for (auto& all : archives) {
        source.restart();
        while (source.next(piece)) all += piece;
    }
    CHECK(archives[0].size() % 512 == 0);
    CHECK((archives[0] == archives[1]));

    detail::local_sink sink(in.path + "/copy", file_options());
    detail::content_header header;
    header.is_folder = true;
    sink.begin(header);
    for (std::size_t at = 0; at < archives[0].size(); at += 1000)
        sink.put(std::string_view(archives[0]).substr(at, 1000));
    sink.commit();
    auto command = "diff -r --no-dereference " + in.top + " " + in.path + "/copy";
    CHECK(std::system(command.c_str()) == 0);
}

TEST_CASE("a sink without a commit leaves nothing") {
    folder in;
    for (bool is_folder : {false, true}) {
        detail::local_sink sink(in.path + "/new", file_options());
        detail::content_header header;
        header.is_folder = is_folder;
        sink.begin(header);
        if (!is_folder) sink.put("half");
        sink.begin(header);
    }
    CHECK(std::distance(fs::directory_iterator(in.path), fs::directory_iterator()) == 2);
}
