#include "core/shell_quote.hpp"

#include "core/random.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <vector>

using ecisbx::core::shell_join;
using ecisbx::core::shell_quote;
using words = std::vector<std::string>;

namespace {

/// Standard output of a program; fails the test unless it ends with 0.
std::string output_of(words argv, std::string locale) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    std::vector<char*> pointers;
    for (auto& a : argv) pointers.push_back(a.data());
    pointers.push_back(nullptr);
    std::string path = "PATH=/usr/bin:/bin", lc = "LC_ALL=" + locale;
    char* environment[] = {path.data(), lc.data(), nullptr};
    pid_t pid = 0;
    int failed = ::posix_spawnp(&pid, pointers[0], &actions, nullptr, pointers.data(), environment);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    REQUIRE_MESSAGE(failed == 0, argv[0] << " can not be started; is it installed?");
    std::string out;
    char buffer[65536];
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
        out.append(buffer, static_cast<std::size_t>(n));
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(status == 0);
    return out;
}

std::string nul_terminated(const words& list) {
    std::string text;
    for (const auto& w : list) (text += w) += '\0';
    return text;
}

/// Each shell must hand exactly these words to a command.
void round_trip(const words& list) {
    auto script = "printf '%s\\000' " + shell_join(list);
    for (const words& shell :
         {words{"dash"}, words{"bash"}, words{"bash", "--posix"}, words{"busybox", "sh"}}) {
        for (const char* locale : {"C", "C.UTF-8"}) {
            auto argv = shell;
            argv.insert(argv.end(), {"-c", script});
            CAPTURE(shell.back());
            CAPTURE(std::string(locale));
            REQUIRE(output_of(argv, locale) == nul_terminated(list));
        }
    }
}

}  // namespace

TEST_CASE("shell_quote: the text") {
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("if") == "'if'");
    CHECK(shell_quote("a b") == "'a b'");
    CHECK(shell_quote("it's") == R"('it'\''s')");
    CHECK(shell_quote("'") == R"(''\''')");
    CHECK(shell_join({}) == "");
    CHECK(shell_join({"ls", "", "$x"}) == "'ls' '' '$x'");
}

TEST_CASE("shell_quote: NUL is refused") {
    for (const std::string& word : {std::string(1, '\0'), std::string("a\0b", 3)}) {
        try {
            shell_quote(word);
            FAIL_CHECK("was accepted");
        } catch (const ecisbx::error& e) {
            CHECK(e.code() == ecisbx::errc::invalid_argument);
        }
        CHECK_THROWS_AS(shell_join({"ok", word}), ecisbx::error);
    }
}

TEST_CASE("shell_quote: all 255 bytes, alone, within and at the ends of words") {
    words list;
    std::string all;
    for (int i = 1; i < 256; ++i) {
        std::string byte(1, static_cast<char>(i));
        for (const auto& word : {byte, "a" + byte, byte + "a", "'" + byte + "'", byte + byte})
            list.push_back(word);
        all += byte;
    }
    list.push_back(all);
    list.push_back(std::string(all.rbegin(), all.rend()));
    round_trip(list);
}

TEST_CASE("shell_quote: what shells are known to trip over") {
    round_trip({"",
                "",
                "''",
                "'",
                "'''",
                "\\",
                "\\'",
                "'\\''",
                "\n",
                "\n\n",
                "a\nb\n",
                "\r\n",
                "\t",
                " ",
                "-n",
                "-e",
                "--",
                "~",
                "~root",
                "*",
                "/*",
                "?",
                "[a-z]",
                "{a,b}",
                "{1..9}",
                "$HOME",
                "${x}",
                "$(id)",
                "`id`",
                "$'\\x41'",
                "$\"x\"",
                "!!",
                "!x",
                "#c",
                "a#b",
                "a=b",
                "A=b c",
                ";",
                "&",
                "|",
                "<x",
                ">x",
                "2>x",
                "(",
                ")",
                "if",
                "done",
                "time",
                "\\n",
                "\\000",
                "%s",
                "%",
                "\x7f",
                "\x1b[31m",
                "\xE2\x82",
                "\xF0\x9F\x98\x80",
                "<<EOF\nx\nEOF",
                "a\\\nb",
                "\xff\xfe",
                "\x01\x81\x82\x83\x84\x85\x86\x87\x88",
                std::string(20'000, '\''),
                std::string(20'000, 'x')});
}

TEST_CASE("shell_quote: random words") {
    auto random = ecisbx::core::system_random();
    const std::string nasty = "'\\\"$`!*?~#&;|<>(){}[] \n\t\r=%-\x80\xff\xc3\xa9";
    for (int round = 0; round < 20; ++round) {
        words list;
        for (int w = 0; w < 100; ++w) {
            std::string word;
            for (auto left = static_cast<int>(random() * 40); left > 0; --left)
                word += random() < 0.5 ? nasty[static_cast<std::size_t>(
                                             random() * static_cast<double>(nasty.size()))]
                                       : static_cast<char>(1 + static_cast<int>(random() * 255));
            list.push_back(word);
        }
        round_trip(list);
    }
}

TEST_CASE("shell_quote: quoted twice, read twice") {
    auto inner = "printf '%s\\000' " + shell_join({"it's", "$HOME", "a\nb"});
    CHECK(output_of({"dash", "-c", shell_join({"busybox", "sh", "-c", inner})}, "C") ==
          nul_terminated({"it's", "$HOME", "a\nb"}));
}
