// The scripts with every shell, with busybox's tools, and with few tools at all.
#include "proto/file_script.hpp"

#include "core/cksum.hpp"
#include "core/sha256.hpp"
#include "unit/proto/exec_script_run.hpp"
#include "unit/proto/run_process.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace ecisbx;
using namespace ecisbx::proto;
namespace fs = std::filesystem;

namespace {

struct folder {
    folder() {
        char name[] = "/tmp/ecisbx-script-XXXXXX";
        REQUIRE(::mkdtemp(name));
        path = name;
    }
    ~folder() { fs::remove_all(path); }
    std::size_t count() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(path), fs::directory_iterator()));
    }
    std::string path;
};

const char* tools_needed[] = {"cat",   "wc",    "ls",  "mv",    "rm",   "chmod",
                              "mkdir", "rmdir", "tar", "cksum", "stat", "sha256sum"};

/// All of the tools, of the kind that the shell's folder has.
void add_tools(tests::tool_folder& tools) {
    bool busybox = tools.name().find("busybox") != std::string::npos;
    for (std::string name : tools_needed) {
        if (fs::exists(fs::symlink_status(tools.path() + "/" + name))) continue;
        std::string target = busybox ? "/usr/bin/busybox" : "/usr/bin/" + name;
        tools.add(name, target);
    }
}

template <class Check>
void with_every_shell(Check check) {
    for (const char* shell : {"dash", "bash", "busybox"}) {
        CAPTURE(shell);
        tests::tool_folder tools(shell, false);
        add_tools(tools);
        check(tools);
    }
}

struct ran {
    std::string out, err;
};

ran run(const tests::tool_folder& tools, std::vector<std::string> argv,
        const std::string& input = "") {
    if (argv[0] == "/bin/sh") argv[0] = tools.sh();
    tests::process child(argv, {"PATH=" + tools.path()}, tests::streams::pipes);
    child.send(input);
    child.close_input();
    CHECK(child.finish() >= 0);
    return {child.out, child.err};
}

content_sums sums_of(const std::string& bytes) {
    core::cksum crc;
    crc.update(bytes);
    return {bytes.size(), core::sha256_hex(bytes), crc.value()};
}

receive_wish wish_for(const std::string& path, const std::string& bytes) {
    receive_wish wish;
    wish.path = path;
    wish.temp = temporary_beside(path, "0123");
    wish.sums = sums_of(bytes);
    return wish;
}

std::string get(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

struct received {
    send_reader reader;
    std::string content;
};

received read_out(const std::string& out, std::size_t piece) {
    received r;
    for (std::size_t at = 0; at < out.size(); at += piece)
        r.reader.feed(std::string_view(out).substr(at, piece), r.content);
    r.reader.finish(r.content);
    return r;
}

}  // namespace

TEST_CASE("a file is received, with every shell") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        auto bytes = std::string("a\0b\r\n", 5) + std::string(100'000, '\xff');
        for (std::string name : {"plain", "-rf", "a b'\"$x\n", "*"}) {
            CAPTURE(name);
            auto wish = wish_for(in.path + "/" + name, bytes);
            auto r = run(tools, receive_argv(wish), bytes);
            CAPTURE(r.err);
            CHECK(read_receive_answer(r.out).done == verification::sha256);
            bool same = get(wish.path) == bytes;
            CHECK(same);
        }
        CHECK(in.count() == 4);
    });
}

TEST_CASE("what proves it depends on the tools") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        for (auto how : {verification::sha256, verification::cksum, verification::size}) {
            if (how == verification::cksum) tools.remove("sha256sum");
            if (how == verification::size) tools.remove("cksum");
            auto wish = wish_for(in.path + "/f", "content");
            auto r = run(tools, receive_argv(wish), "content");
            // busybox's shell runs its own applets whatever PATH says, if it was built so.
            auto answer = read_receive_answer(r.out);
            REQUIRE(answer.done);
            if (tools.name().find("busybox") == std::string::npos) CHECK(*answer.done == how);
            auto sent = run(tools, send_argv(wish.path, send_kind::file));
            auto back = read_out(sent.out, 3);
            CHECK(back.content == "content");
            REQUIRE(back.reader.ended());
            CHECK(back.reader.how() == *answer.done);
            CHECK(back.reader.agrees(sums_of("content")));
            CHECK(!back.reader.agrees(sums_of("contents")));
        }
    });
}

TEST_CASE("a cut or damaged file leaves the old one") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        std::ofstream(in.path + "/f") << "old";
        for (auto [sent, word] : {std::pair("conten", "size"), std::pair("", "size"),
                                  std::pair("contents", "size"), std::pair("c0ntent", "sum")}) {
            auto r = run(tools, receive_argv(wish_for(in.path + "/f", "content")), sent);
            auto answer = read_receive_answer(r.out);
            CHECK(!answer.done);
            CHECK(answer.refused == word);
            CHECK(explain_refusal(answer.refused, r.err).worth_retry);
            CHECK(get(in.path + "/f") == "old");
            CHECK(in.count() == 1);
        }
    });
}

TEST_CASE("refusals of every shell's tools") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        fs::create_directory(in.path + "/d");
        std::ofstream(in.path + "/f") << "old";
        auto refused = [&](const std::string& path, const std::string& input) {
            auto wish = wish_for(path, input);
            auto r = run(tools, receive_argv(wish), input);
            auto answer = read_receive_answer(r.out);
            CAPTURE(answer.why);
            CHECK(!answer.done);
            CHECK(r.err.empty());
            return explain_refusal(answer.refused, answer.why).condition;
        };
        CHECK(refused(in.path + "/d", "x") == errc::conflict);
        CHECK(refused(in.path + "/no/x", "x") == errc::not_found);
        CHECK(refused(in.path + "/f/x", "x") == errc::conflict);
        CHECK(refused("/dev/null", "x") == errc::conflict);
        CHECK(refused("/proc/x", "x") != errc{});
        auto path = run(tools, send_argv(in.path + "/no", send_kind::either));
        auto read = read_out(path.out, 100).reader;
        CHECK(path.err.empty());
        CHECK(explain_refusal(read.refused(), read.why()).condition == errc::not_found);
        CHECK(in.count() == 2);
    });
    CHECK(explain_refusal("write", "cat: write error: No space left on device\n").condition ==
          errc::quota_exceeded);
    CHECK(explain_refusal("write", "sh: cannot create /usr/x: Read-only file system").condition ==
          errc::forbidden);
    CHECK(explain_refusal("parent", "mkdir: can't create directory '/x': Permission denied\n")
              .condition == errc::forbidden);
    CHECK(explain_refusal("tar", "").condition == errc::unsupported);
    CHECK(explain_refusal("write", "something \x1b[31m else").condition == errc::service);
    CHECK(explain_refusal("write", "a \x1b[31m").reason.find('\x1b') == std::string::npos);
}

TEST_CASE("bytes are appended as a whole, with every shell") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        auto wish_to = [&](const std::string& name, const std::string& bytes) {
            auto wish = wish_for(in.path + "/" + name, bytes);
            wish.append = true;
            return wish;
        };
        for (std::string bytes : {"first", "", "\nsecond"}) {
            auto r = run(tools, receive_argv(wish_to("f", bytes)), bytes);
            CHECK(read_receive_answer(r.out).done);
        }
        CHECK(get(in.path + "/f") == "first\nsecond");
        fs::permissions(in.path + "/f", fs::perms(0640));
        auto cut = run(tools, receive_argv(wish_to("f", "third")), "thi");
        CHECK(read_receive_answer(cut.out).refused == "size");
        auto r = run(tools, receive_argv(wish_to("f", "!")), "!");
        CHECK(read_receive_answer(r.out).done);
        CHECK(get(in.path + "/f") == "first\nsecond!");
        CHECK(fs::status(in.path + "/f").permissions() == fs::perms(0640));
        fs::create_directory(in.path + "/d");
        r = run(tools, receive_argv(wish_to("d", "x")), "x");
        CHECK(read_receive_answer(r.out).refused == "folder");
        CHECK(in.count() == 2);
    });
}

TEST_CASE("a write beyond the size that files may have") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        std::ofstream(in.path + "/f") << "old";
        std::string bytes(100'000, 'x');
        for (bool append : {false, true}) {
            auto wish = wish_for(in.path + "/f", bytes);
            wish.append = append;
            auto argv = receive_argv(wish);
            argv[2] = "ulimit -f 16; " + argv[2];
            auto answer = read_receive_answer(run(tools, argv, bytes).out);
            CAPTURE(answer.why);
            CHECK(answer.refused == "write");
            CHECK(explain_refusal(answer.refused, answer.why).condition == errc::quota_exceeded);
            CHECK(get(in.path + "/f") == "old");
            CHECK(in.count() == 1);
        }
    });
}

TEST_CASE("what a tool says is a part of the answer, and bounded") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        auto refusal = [&](const std::string& path, std::size_t most) {
            auto r = run(tools, send_argv(path, send_kind::either));
            CHECK(r.err.empty());
            CHECK(r.out.size() < most);
            auto got = read_out(r.out, 7).reader;
            CHECK(!got.why().empty());
            return explain_refusal(got.refused(), got.why()).condition;
        };
        CHECK(refusal(in.path + "/none", 1000) == errc::not_found);
        std::ofstream(in.path + "/f") << "x";
        CHECK(refusal(in.path + "/f/x", 1000) == errc::conflict);
        auto long_path = in.path;
        while (long_path.size() < 3000) long_path += "/" + std::string(200, 'n');
        CHECK(refusal(long_path, 1000) == errc::not_found);
        CHECK(refusal(in.path + "/" + std::string(300, 'n'), 1000) == errc::invalid_argument);
    });
    send_reader reader;
    std::string content;
    reader.feed("ecisbx-fail:read:a\037b\037cat: /x: Permission denied\n", content);
    CHECK(reader.refused() == "read");
    CHECK(reader.why() == "a\nb\ncat: /x: Permission denied");
    auto end = read_out("ecisbx-file:644:1\nx\necisbx-end:fail:read:No space left on device\n", 9);
    CHECK(end.reader.refused() == "read");
    CHECK(end.reader.why() == "No space left on device");
    CHECK(!end.reader.ended());
    auto answer =
        read_receive_answer("mv: failed\ncat: x: Disk quota exceeded\necisbx-fail:write\n");
    CHECK(answer.refused == "write");
    CHECK(explain_refusal(answer.refused, answer.why).condition == errc::quota_exceeded);
    CHECK(read_receive_answer("ecisbx-fail:sum\n").why.empty());
}

TEST_CASE("folders, with every tar") {
    with_every_shell([](tests::tool_folder& tools) {
        folder in;
        fs::create_directories(in.path + "/from/sub");
        std::ofstream(in.path + "/from/sub/f") << "content";
        auto sent = run(tools, send_argv(in.path + "/from", send_kind::either));
        auto back = read_out(sent.out, 1000);
        CAPTURE(sent.err);
        REQUIRE(back.reader.ended());
        CHECK(back.reader.is_folder());
        CHECK(back.reader.agrees(sums_of(back.content)));

        auto wish = wish_for(in.path + "/to", back.content);
        wish.archive = true;
        wish.mode = 0750;
        auto r = run(tools, receive_argv(wish), back.content);
        CAPTURE(r.err);
        CHECK(read_receive_answer(r.out).done);
        CHECK(get(in.path + "/to/sub/f") == "content");
        auto again = run(tools, receive_argv(wish), back.content);
        CHECK(read_receive_answer(again.out).refused == "exists");
        auto file_only = run(tools, send_argv(in.path + "/from", send_kind::file));
        CHECK(read_out(file_only.out, 10).reader.refused() == "folder");
        CHECK(in.count() == 2);
        if (tools.name().find("busybox") != std::string::npos) return;
        tools.remove("tar");
        auto none = run(tools, send_argv(in.path + "/from", send_kind::either));
        CHECK(read_out(none.out, 10).reader.refused() == "tar");
    });
}

TEST_CASE("answers: content is whatever it is, in pieces of any size") {
    for (std::string content :
         {std::string(), std::string("\necbx"), std::string("\necisbx-end:size:3\n"),
          std::string(1000, '\n'), std::string("ecisbx-fail:x\n"), std::string("\0\n\0", 3)}) {
        auto end = "\necisbx-end:size:" + std::to_string(content.size()) + "\n";
        auto out = "ecisbx-file:644:" + std::to_string(content.size()) + "\n" + content + end;
        for (std::size_t piece : {std::size_t(1), std::size_t(5), std::size_t(10000)}) {
            auto r = read_out(out, piece);
            CHECK(r.content == content);
            REQUIRE(r.reader.ended());
            CHECK(r.reader.agrees(sums_of(content)));
            CHECK(r.reader.mode() == 0644);
            auto cut = read_out(out.substr(0, out.size() - 1), piece);
            CHECK(!cut.reader.ended());
        }
    }
    auto failed = read_out("ecisbx-file:-:9\nhalf\necisbx-end:fail:read\n", 4);
    CHECK(!failed.reader.ended());
    CHECK(failed.reader.refused() == "read");
    CHECK(!failed.reader.mode());
    for (const char* bad : {"hello\n", "ecisbx-file:644\n", "ecisbx-file:644:x\n", "\n",
                            "ecisbx-fail::why\necisbx-file:644:1\n"})
        CHECK_THROWS_AS(read_out(bad, 100), error);
    CHECK_THROWS_AS(read_out(std::string(2000, 'x'), 100), error);
    CHECK(!read_receive_answer("ecisbx-done:sha256").done);
    CHECK(!read_receive_answer("ecisbx-done:md5\n").done);
    CHECK(read_receive_answer("noise\necisbx-done:cksum\n").done == verification::cksum);
}

TEST_CASE("remote paths") {
    CHECK(temporary_beside("/f", "n") == "/.ecisbx-n");
    CHECK(temporary_beside("/a/b/f", "n") == "/a/b/.ecisbx-n");
    CHECK_NOTHROW(check_remote_path("/a"));
    for (auto bad : {std::string(), std::string("a"), std::string("/"), std::string("/a/"),
                     std::string("/a\0b", 4)})
        CHECK_THROWS_AS(check_remote_path(bad), error);
}
