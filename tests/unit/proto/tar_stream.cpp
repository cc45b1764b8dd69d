#include "proto/tar_stream.hpp"

#include "proto/tar_header.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

using namespace ecisbx;
using namespace ecisbx::proto;
using kind = tar_entry::kind;

namespace {

struct seen {
    tar_entry entry;
    std::string content;
};

std::vector<seen> read_all(const std::string& archive, std::size_t piece = 1 << 20,
                           tar_limits limits = {}) {
    tar_reader reader(limits);
    std::vector<seen> all;
    for (std::size_t at = 0; at < archive.size(); at += piece) {
        reader.feed(std::string_view(archive).substr(at, piece));
        for (;;) {
            auto what = reader.next();
            if (what == tar_reader::step::need_more || what == tar_reader::step::end) break;
            if (what == tar_reader::step::entry) all.push_back({reader.entry(), ""});
            if (what == tar_reader::step::content) all.back().content += reader.content();
        }
    }
    reader.finish();
    return all;
}

errc refusal(const std::string& archive, tar_limits limits = {}) {
    try {
        read_all(archive, 1 << 20, limits);
    } catch (const error& e) {
        for (auto c : {errc::protocol, errc::too_large, errc::forbidden, errc::unsupported})
            if (e.code() == c) return c;
        FAIL(e.what());
    }
    return errc{};
}

std::string file(const std::string& path, const std::string& content) {
    tar_entry entry;
    entry.path = path;
    entry.size = content.size();
    return tar_header(entry) + content + tar_padding(content.size());
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

std::string output_of(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    REQUIRE(pipe);
    std::string all;
    std::array<char, 4096> buffer;
    while (auto n = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        all.append(buffer.data(), n);
    return all;
}

}  // namespace

TEST_CASE("tar: what is written is read, in pieces of any size") {
    std::string archive;
    std::string big(1500, 'b');
    archive += file("a", "") + file("./b c\n", big) + file(std::string(100, 'n'), "100");
    archive += file(std::string(101, 'n'), "101") + file(std::string(3000, 'n'), "3000");
    tar_entry link;
    link.what = kind::symlink;
    link.path = std::string(150, 'p');
    link.link = std::string(150, 'l');
    link.mode = 0777;
    link.mtime = 1234567890;
    archive += tar_header(link);
    tar_entry dir;
    dir.what = kind::folder;
    dir.path = "d/";
    dir.mode = 02750;
    archive += tar_header(dir) + tar_end();
    for (std::size_t piece : {std::size_t(1), std::size_t(7), std::size_t(511), std::size_t(512),
                              std::size_t(513), std::size_t(100000)}) {
        CAPTURE(piece);
        auto all = read_all(archive, piece);
        REQUIRE(all.size() == 7);
        CHECK(all[0].entry.path == "a");
        CHECK(all[1].entry.path == "./b c\n");
        CHECK(all[1].content == big);
        CHECK(all[2].entry.path == std::string(100, 'n'));
        CHECK(all[3].entry.path == std::string(101, 'n'));
        CHECK(all[4].entry.path == std::string(3000, 'n'));
        CHECK(all[4].content == "3000");
        CHECK(all[5].entry.link == link.link);
        CHECK(all[5].entry.path == link.path);
        CHECK(all[5].entry.mtime == link.mtime);
        CHECK(all[6].entry.what == kind::folder);
        CHECK(all[6].entry.mode == 02750);
    }
}

TEST_CASE("tar: what GNU and busybox tar write is read") {
    for (const char* tar : {"tar --format=gnu", "tar --format=ustar", "tar --format=pax",
                            "tar --format=v7", "busybox tar"}) {
        CAPTURE(tar);
        auto name = std::string(90, 'n');
        auto archive = output_of("d=$(mktemp -d) && cd $d && mkdir s && echo hello >s/" + name +
                                 " && ln -s x s/l && " + std::string(tar) + " -cf - s; rm -rf $d");
        auto all = read_all(archive, 1000);
        REQUIRE(all.size() == 3);
        CHECK(all[0].entry.what == kind::folder);
        CHECK(all[0].entry.path == "s/");
        for (const auto& one : {all[1], all[2]}) {
            bool is_link = one.entry.path == "s/l";
            CHECK(one.entry.what == (is_link ? kind::symlink : kind::file));
            CHECK(one.content == (is_link ? "" : "hello\n"));
            if (!is_link) CHECK(one.entry.path == "s/" + name);
        }
    }
    for (const char* tar : {"tar --format=gnu", "tar --format=pax", "busybox tar"}) {
        CAPTURE(tar);
        auto name = std::string(200, 'n');
        auto archive = output_of("d=$(mktemp -d) && cd $d && echo 1 >" + name + " && " +
                                 std::string(tar) + " -cf - " + name + "; rm -rf $d");
        auto all = read_all(archive);
        REQUIRE(all.size() == 1);
        CHECK(all[0].entry.path == name);
    }
}

TEST_CASE("tar: sizes beyond octal") {
    tar_entry huge;
    huge.path = "f";
    huge.size = std::uint64_t(1) << 40;
    tar_reader reader;
    reader.feed(tar_header(huge));
    CHECK(reader.next() == tar_reader::step::entry);
    CHECK(reader.entry().size == huge.size);
    CHECK(reader.next() == tar_reader::step::need_more);
    CHECK_THROWS_AS(reader.finish(), error);
    tar_reader pax;
    pax.feed(extension('x', "22 size=1099511627776\n") + file("f", "").substr(0, tar::block));
    CHECK(pax.next() == tar_reader::step::entry);
    CHECK(pax.entry().size == huge.size);
    auto over = with(file("f", ""), tar::size, std::string(1, '\x80') + std::string(11, '\xff'));
    CHECK(refusal(over) == errc::protocol);
}

TEST_CASE("tar: the shortest pax record has a key of one character and no value") {
    tar_reader reader;
    reader.feed(extension('x', "5 a=\n") + file("f", ""));
    CHECK(reader.next() == tar_reader::step::entry);
    CHECK(reader.entry().path == "f");
    for (const char* bad : {"4 a=\n", "4 a\n", "5 a=x", "6 a=\n", "4 =\n"}) {
        tar_reader strict;
        strict.feed(extension('x', bad) + file("f", ""));
        CHECK_THROWS_AS(strict.next(), error);
    }
}

TEST_CASE("tar: malformed archives") {
    auto good = file("f", "content") + tar_end();
    CHECK(refusal(good) == errc{});
    for (std::size_t cut : {std::size_t(1), std::size_t(512), std::size_t(600), std::size_t(1024),
                            std::size_t(1535), std::size_t(2047)}) {
        CAPTURE(cut);
        CHECK(refusal(good.substr(0, cut)) == errc::protocol);
    }
    CHECK(refusal(std::string("garbage") + good) == errc::protocol);
    CHECK(refusal(good + "x") == errc::protocol);
    CHECK(refusal(good + std::string(9000, '\0')) == errc{});
    auto bad = good;
    bad[0] = 'g';
    CHECK(refusal(bad) == errc::protocol);  // the checksum
    CHECK(refusal(std::string(512, '\0') + good) == errc::protocol);
    CHECK(refusal(with(file("f", ""), tar::size, "0000000009") + tar_end()) == errc::protocol);
    auto folder = with(file("f", "x").substr(0, 512), tar::type, "5");
    CHECK(refusal(folder + std::string(512, 'x') + tar_end()) == errc::protocol);
    CHECK(refusal(extension('L', "name") + tar_end()) == errc::protocol);
    for (const char* record : {"x", "9 path=a", "999 path=a\n", "3 a\n", "0 path=a\n", "-1 a=b\n",
                               "9 =value\n", "99999999999999999999999 a=b\n", "11 size=12x\n"}) {
        CAPTURE(record);
        CHECK(refusal(extension('x', record) + good) == errc::protocol);
    }
    CHECK(refusal(extension('g', "10 path=a\n") + good) == errc::protocol);
    CHECK(refusal(extension('g', "13 comment=a\n") + good) == errc{});
    CHECK(refusal(extension('x', std::string("12 path=a\0b\n", 12)) + good) == errc::protocol);
}

TEST_CASE("tar: kinds that are refused, and limits") {
    auto header = file("f", "");
    for (const char* type : {"3", "4", "6"})
        CHECK(refusal(with(header, tar::type, type) + tar_end()) == errc::forbidden);
    for (const char* type : {"S", "V", "M", "D", "?"})
        CHECK(refusal(with(header, tar::type, type) + tar_end()) == errc::unsupported);
    CHECK(refusal(extension('x', "22 GNU.sparse.major=1\n") + header) == errc::unsupported);
    CHECK(refusal(extension('L', std::string(65 * 1024, 'n'))) == errc::too_large);
    CHECK(refusal(file(std::string(5000, 'n'), "") + tar_end()) == errc::too_large);
    tar_limits few;
    few.entries = 2;
    CHECK(refusal(header + header + tar_end(), few) == errc{});
    CHECK(refusal(header + header + header + tar_end(), few) == errc::too_large);
    auto comment = extension('x', "13 comment=a\n");
    CHECK(refusal(comment + comment + comment + header + tar_end(), few) == errc::too_large);
}
