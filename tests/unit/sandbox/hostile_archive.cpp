// Whole streams, as a hostile sandbox could send them, into a local folder: each ends in an error
// of its own, with nothing outside touched and nothing of it kept.
#include "proto/tar_header.hpp"
#include "proto/tar_stream.hpp"
#include "sandbox/file_local.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <stdlib.h>

#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>

namespace fs = std::filesystem;
using namespace ecisbx;
using namespace ecisbx::proto;
using kind = tar_entry::kind;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/ecisbx-hostile-XXXXXX";
        REQUIRE(::mkdtemp(name));
        path = name;
        std::ofstream(path + "/outside") << "mine";
    }
    ~folder() { fs::remove_all(path); }
    std::string path;
};

std::string entry(kind what, std::string path, std::string content = "", std::string link = "") {
    tar_entry e;
    e.what = what;
    e.path = std::move(path);
    e.link = std::move(link);
    e.size = content.size();
    return tar_header(e) + content + tar_padding(content.size());
}

std::string file(std::string path, std::string content = "bad") {
    return entry(kind::file, std::move(path), std::move(content));
}
std::string dir(std::string path) {
    return entry(kind::folder, std::move(path));
}
std::string soft(std::string path, std::string to) {
    return entry(kind::symlink, std::move(path), "", std::move(to));
}
std::string hard(std::string path, std::string to) {
    return entry(kind::hard_link, std::move(path), "", std::move(to));
}

/// A header with a field changed and the checksum made right again.
std::string with(std::string header, tar::field where, std::string_view text) {
    header.replace(where.at, text.size(), text);
    char sum[8];
    std::snprintf(sum, sizeof sum, "%06o", static_cast<unsigned>(tar::header_sum(header)));
    header.replace(tar::sum.at, 7, std::string_view(sum, 7));
    return header;
}

std::string extension(char type, const std::string& body) {
    return with(file("x", body).substr(0, tar::block), tar::type, std::string_view(&type, 1)) +
           body + tar_padding(body.size());
}

std::string pax(const std::string& key, const std::string& value) {
    auto size = key.size() + value.size() + 3;
    auto total = size + 1;
    while (std::to_string(total).size() + size != total) ++total;
    return extension('x', std::to_string(total) + ' ' + key + '=' + value + '\n');
}

/// What it ends in; nothing: it was taken.
std::optional<errc> outcome(const folder& in, const std::string& archive, std::size_t piece) {
    std::optional<errc> seen;
    try {
        detail::local_sink sink(in.path + "/out", file_options());
        detail::content_header header;
        header.is_folder = true;
        sink.begin(header);
        for (std::size_t at = 0; at < archive.size(); at += piece)
            sink.put(std::string_view(archive).substr(at, piece));
        sink.commit();
    } catch (const error& e) {
        seen = errc::service;
        for (auto c : {errc::forbidden, errc::conflict, errc::protocol, errc::not_found,
                       errc::too_large, errc::unsupported, errc::invalid_argument})
            if (e.code() == c) seen = c;
        CAPTURE(e.what());
        CHECK(*seen != errc::service);
    }
    std::ifstream outside(in.path + "/outside");
    CHECK(std::string(std::istreambuf_iterator<char>(outside), {}) == "mine");
    auto left = std::distance(fs::directory_iterator(in.path), fs::directory_iterator());
    CHECK(left == (seen ? 1 : 2));
    fs::remove_all(in.path + "/out");
    return seen;
}

}  // namespace

TEST_CASE("hostile archives: names and links that lead out") {
    folder in;
    struct expectation {
        const char* name;
        std::string archive;
        errc condition;
    };
    std::string up;
    for (int i = 0; i < 20; ++i) up += "../";
    for (const auto& [name, archive, condition] : {
             expectation{"absolute", file("/tmp/ecisbx-hostile"), errc::forbidden},
             expectation{"up", file("../outside"), errc::forbidden},
             expectation{"up within", file("a/../../outside"), errc::forbidden},
             expectation{"up at the end", dir("a/.."), errc::forbidden},
             expectation{"far up", file(up + "tmp/x"), errc::forbidden},
             expectation{"pax up", pax("path", "../outside") + file("x"), errc::forbidden},
             expectation{"GNU long name up", extension('L', "../outside") + file("x"),
                         errc::forbidden},
             expectation{"link out", soft("l", ".."), errc::forbidden},
             expectation{"link to root", soft("l", "/"), errc::forbidden},
             expectation{"pax link out", pax("linkpath", "/etc") + soft("l", "x"), errc::forbidden},
             expectation{"GNU long link out", extension('K', "/etc") + soft("l", "x"),
                         errc::forbidden},
             expectation{"through a link", dir("d") + soft("l", "d") + file("l/f"),
                         errc::forbidden},
             expectation{"links that add up",
                         dir("a") + dir("a/b") + soft("a/b/up", "..") + soft("out", "a/b/up/../.."),
                         errc::forbidden},
             expectation{"a link is replaced", soft("l", "d") + file("l"), errc::conflict},
             expectation{"a folder becomes a link", dir("d") + soft("d", "x"), errc::conflict},
             expectation{"hard link out", hard("h", "../outside"), errc::forbidden},
             expectation{"hard link to root", hard("h", "/etc/passwd"), errc::forbidden},
             expectation{"hard link through a link",
                         dir("d") + file("d/f") + soft("l", "d") + hard("h", "l/f"),
                         errc::forbidden},
             expectation{"hard link to a link", soft("l", "x") + hard("h", "l"), errc::forbidden},
             expectation{"hard link to nothing", hard("h", "none"), errc::not_found},
             expectation{"twice", file("f") + file("f"), errc::conflict},
             expectation{"no name", file(""), errc::protocol},
             expectation{"the top", file("./"), errc::protocol},
         }) {
        CAPTURE(name);
        for (std::size_t piece : {std::size_t(1), std::size_t(512), std::size_t(1) << 20})
            CHECK(outcome(in, archive + tar_end(), piece) == condition);
        CHECK(!fs::exists("/tmp/ecisbx-hostile"));
    }
}

TEST_CASE("hostile archives: kinds, sizes and extensions") {
    folder in;
    auto plain = file("f").substr(0, tar::block);
    for (const char* type : {"3", "4", "6"})
        CHECK(outcome(in, with(plain, tar::type, type) + tar_end(), 512) == errc::forbidden);
    for (const char* type : {"S", "M", "V", "?", "\xff"})
        CHECK(outcome(in, with(plain, tar::type, type) + tar_end(), 512) == errc::unsupported);
    auto is = [&](const std::string& archive, errc condition) {
        CHECK(outcome(in, archive, 1000) == condition);
    };
    // Sizes that are claimed are not reserved.
    is(with(plain, tar::size, "77777777777") + std::string(5000, 'x'), errc::protocol);
    is(with(plain, tar::size,
            std::string(1, '\x80') + std::string(3, '\0') + std::string(8, '\x7f')),
       errc::protocol);
    is(with(plain, tar::size, std::string(12, '\xff')), errc::protocol);
    is(pax("size", "18446744073709551615") + file("f") + tar_end(), errc::protocol);
    is(pax("size", "18446744073709551616") + file("f") + tar_end(), errc::protocol);
    is(pax("size", "-1") + file("f") + tar_end(), errc::protocol);
    is(pax("GNU.sparse.realsize", "1") + file("f") + tar_end(), errc::unsupported);
    is(extension('L', std::string(100'000, 'n')) + file("f") + tar_end(), errc::too_large);
    is(with(extension('x', "").substr(0, tar::block), tar::size, "77777777777"), errc::too_large);
    is(file(std::string(5000, 'n')) + tar_end(), errc::too_large);
    is(file(std::string(300, 'n')) + tar_end(), errc::invalid_argument);
    std::string deep;
    for (int i = 0; i < 600; ++i) deep += "d/";
    is(dir(deep) + tar_end(), errc::too_large);
    is(extension('L', std::string("a\0../outside", 12)) + file("x") + file("a") + tar_end(),
       errc::conflict);
    is(tar_end() + file("f"), errc::protocol);
    is(file("f"), errc::protocol);
    CHECK(!outcome(in, file("f") + tar_end() + std::string(9000, '\0'), 700));
}

TEST_CASE("hostile archives: cut anywhere") {
    folder in;
    auto whole = dir("d") + file("d/" + std::string(120, 'n'), std::string(700, 'c')) +
                 soft("l", "d") + tar_end();
    for (std::size_t size = 0; size < whole.size() - tar::block; size += 37) {
        CAPTURE(size);
        CHECK(outcome(in, whole.substr(0, size), 4096) == errc::protocol);
    }
    CHECK(!outcome(in, whole, 4096));
}

TEST_CASE("hostile archives: noise") {
    folder in;
    std::mt19937 generator(20240701);
    auto whole = dir("d") + file("d/f", std::string(600, 'c')) + soft("l", "d") + pax("path", "p") +
                 file("x") + tar_end();
    for (int round = 0; round < 3000; ++round) {
        CAPTURE(round);
        auto changed = whole;
        // Without the checksum most changes would end there.
        auto block = generator() % (whole.size() / tar::block) * tar::block;
        for (int i = 0; i < 3; ++i)
            changed[block + generator() % 300] = static_cast<char>(generator());
        if (round % 4 != 0)
            changed.replace(block, tar::block,
                            with(changed.substr(block, tar::block), {tar::sum.at, 0}, ""));
        outcome(in, changed, 1 + generator() % 2000);
    }
}
