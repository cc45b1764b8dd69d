#include "core/dotenv.hpp"

#include <ecisbx/error.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

using namespace ecisbx::core;
namespace fs = std::filesystem;

namespace {

using pairs = std::vector<std::pair<std::string, std::string>>;

pairs parse(const std::string& text) {
    pairs result;
    for (const auto& e : parse_dotenv(text, ".env"))
        result.emplace_back(e.name, std::string(e.value.reveal()));
    return result;
}

std::string failure_of(const std::string& text) {
    try {
        parse_dotenv(text, "dir/.env");
    } catch (const ecisbx::error& e) {
        CHECK(e.code() == ecisbx::errc::invalid_argument);
        return e.info().message;
    }
    return "no failure";
}

class folder {
public:
    folder() {
        char name[] = "/tmp/ecisbx-dotenv-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        path_ = name;
    }
    folder(const folder&) = delete;
    folder& operator=(const folder&) = delete;
    ~folder() { fs::remove_all(path_); }
    const fs::path& path() const { return path_; }
    void write(const fs::path& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name, std::ios::binary) << text;
    }

private:
    fs::path path_;
};

std::string load_failure(const fs::path& file) {
    try {
        load_dotenv(file);
    } catch (const ecisbx::error& e) {
        CHECK(e.code() == ecisbx::errc::invalid_argument);
        return e.info().message;
    }
    return "no failure";
}

}  // namespace

TEST_CASE("dotenv: values") {
    const std::pair<std::string, std::string> table[] = {
        {"A=b", "b"},
        {"A=", ""},
        {"A= ", ""},
        {"A = b", "b"},
        {"\tA\t=\tb\t", "b"},
        {"export A=b", "b"},
        {"export\t A =b", "b"},
        {"A=b c  d", "b c  d"},
        {"A=b # comment", "b"},
        {"A=b#c", "b#c"},
        {"A=#c", "#c"},
        {"A= #c", ""},
        {"A=b\t#c", "b"},
        {"A=b=c", "b=c"},
        {"A=it's", "it's"},
        {"A=say \"hi\"", "say \"hi\""},
        {"A=$HOME ${x} `id` \\n", "$HOME ${x} `id` \\n"},
        {"A=http://h:1/p?q=1#f", "http://h:1/p?q=1#f"},
        {"A=\xC3\xA9\xff", "\xC3\xA9\xff"},
        {"A=b\rc", "b\rc"},
        {"A=''", ""},
        {"A=\"\"", ""},
        {"A=' b '", " b "},
        {"A='b' # c", "b"},
        {"A='b'#c", "b"},
        {"A=\"b\"  ", "b"},
        {"A='#b'", "#b"},
        {"A=\"#b\"", "#b"},
        {R"(A='a\nb\')", R"(a\nb\)"},
        {R"(A='a"b')", R"(a"b)"},
        {R"(A="a'b")", "a'b"},
        {R"(A="\n\r\t\\\"\$\`")", "\n\r\t\\\"$`"},
        {R"(A="\a\x41\'")", R"(\a\x41\')"},
        {"A='1\n2\n\n3'", "1\n2\n\n3"},
        {"A=\"1\n2\"", "1\n2"},
        {"A=\"1\r\n2\"\r", "1\n2"},
        {"A='1\r\n2'", "1\n2"},
        {"A=\"1\\\n2\"", "12"},
        {"A=\"1\\\r\n2\"", "12"},
        {"A=\"1\r2\"", "1\r2"},
    };
    for (const auto& [line, value] : table) {
        CAPTURE(line);
        auto trailing = line.back() == '\r' ? std::string("\n") : std::string();
        CHECK(parse(line + trailing) == pairs{{"A", value}});
        CHECK(parse("X=1\n" + line + trailing + "\nY=2") ==
              pairs{{"X", "1"}, {"A", value}, {"Y", "2"}});
    }
}

TEST_CASE("dotenv: lines") {
    CHECK(parse("").empty());
    CHECK(parse("\n\r\n  \n\t\n").empty());
    CHECK(parse("# c\n  # d ' \"\n#").empty());
    CHECK(parse("\xEF\xBB\xBF"
                "A=1") == pairs{{"A", "1"}});
    CHECK(parse("\xEF\xBB\xBF").empty());
    CHECK(parse("A=1\r\nB=2\r\n") == pairs{{"A", "1"}, {"B", "2"}});
    CHECK(parse("A=1\nA=2") == pairs{{"A", "1"}, {"A", "2"}});
    CHECK(parse("_a.b-9=x") == pairs{{"_a.b-9", "x"}});
    CHECK(parse("export=1") == pairs{{"export", "1"}});
    CHECK(parse("export =1") == pairs{{"export", "1"}});
    CHECK(parse("exported=1") == pairs{{"exported", "1"}});
}

TEST_CASE("dotenv: line numbers count every line") {
    auto entries = parse_dotenv("# c\r\n\r\nA='1\r\n2'\r\n\nB=\"x\\\ny\" # c\nC=3", ".env");
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].line == 3);
    CHECK(entries[1].line == 6);
    CHECK(entries[2].line == 8);
}

TEST_CASE("dotenv: errors name file and line and keep values to themselves") {
    const std::pair<std::string, std::string> table[] = {
        {"A", "dir/.env:1: expected = after the name"},
        {"A\n=b", "dir/.env:1: expected = after the name"},
        {"A b=c", "dir/.env:1: expected = after the name"},
        {"export A", "dir/.env:1: expected = after the name"},
        {"export", "dir/.env:1: expected = after the name"},
        {"A=1\n\nexport \n", "dir/.env:3: expected NAME=value"},
        {"=b", "dir/.env:1: expected NAME=value"},
        {"9A=b", "dir/.env:1: expected NAME=value"},
        {"A=1\n'B'=2", "dir/.env:2: expected NAME=value"},
        {"\xC3\xA9=b", "dir/.env:1: expected NAME=value"},
        {"\xFF\xFE"
         "A",
         "dir/.env:1: expected NAME=value"},
        {"A:hunter2", "dir/.env:1: expected = after the name"},
        {"A='hunter2", "dir/.env:1: a quote that is never closed"},
        {"\nA=\"hunter2\n\n\nB=1", "dir/.env:2: a quote that is never closed"},
        {"A=\"hunter2\\", "dir/.env:1: a quote that is never closed"},
        {"A=\"x\nhunter2\" y", "dir/.env:2: expected the end of the line"},
        {"A='hunter2'x", "dir/.env:1: expected the end of the line"},
        {"A=''''", "dir/.env:1: expected the end of the line"},
        {std::string("A=hunter2\0", 10), "dir/.env:1: a NUL"},
        {std::string("A='hunter2\0'", 12), "dir/.env:1: a NUL"},
        {std::string("A\0=\0", 4), "dir/.env:1: expected = after the name"},
    };
    for (const auto& [text, expected] : table) {
        CAPTURE(text);
        auto message = failure_of(text);
        CHECK_MESSAGE(message.starts_with(expected), message);
        CHECK(message.find("hunter2") == message.npos);
    }
}

TEST_CASE("dotenv: every cut of a file either parses or says why") {
    const std::string text =
        "\xEF\xBB\xBF# c\r\nexport A = \"x\\n\\\ny\" # d\r\nB='q\n\n'\nC=plain # e\n";
    int failed = 0;
    for (std::size_t n = 0; n <= text.size(); ++n)
        if (failure_of(text.substr(0, n)) != "no failure") ++failed;
    CHECK(failed > 10);
    CHECK(failed < 40);
    CHECK(parse(text).size() == 3);
}

TEST_CASE("dotenv: files") {
    folder f;
    f.write(".env", "A=1\nB='2'\n");
    auto entries = load_dotenv(f.path() / ".env");
    REQUIRE(entries.size() == 2);
    CHECK(entries[1].value.reveal() == "2");
    f.write("bad", "A=1\nB");
    CHECK(load_failure(f.path() / "bad").starts_with((f.path() / "bad").string() + ":2: "));
    f.write("empty", "");
    CHECK(load_dotenv(f.path() / "empty").empty());
    CHECK(load_failure(f.path() / "missing").find("No such file") != std::string::npos);
    CHECK(load_failure(f.path()).find("not a regular file") != std::string::npos);
    auto fifo = f.path() / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    CHECK(load_failure(fifo).find("not a regular file") != std::string::npos);
    CHECK(load_failure("/dev/zero").find("not a regular file") != std::string::npos);
}

TEST_CASE("dotenv: the size is bounded") {
    folder f;
    std::string head = "A=";
    f.write("most", head + std::string(dotenv_max_bytes - head.size(), 'x'));
    CHECK(load_dotenv(f.path() / "most")[0].value.size() == dotenv_max_bytes - 2);
    f.write("more", head + std::string(dotenv_max_bytes - head.size() + 1, 'x'));
    CHECK(load_failure(f.path() / "more").find("larger than 1048576 bytes") != std::string::npos);
}

TEST_CASE("dotenv: the search goes upward to the nearest regular file") {
    folder f;
    fs::create_directories(f.path() / "a/b/c");
    CHECK(find_dotenv(f.path() / "a/b/c") == find_dotenv("/tmp"));
    f.write(".env", "A=1");
    CHECK(find_dotenv(f.path() / "a/b/c") == f.path() / ".env");
    CHECK(find_dotenv(f.path() / "a/b/c/") == f.path() / ".env");
    CHECK(find_dotenv(f.path()) == f.path() / ".env");
    CHECK(find_dotenv(f.path() / "a/../a/b") == f.path() / ".env");
    fs::create_directories(f.path() / "a/b/.env");  // a folder is no file
    CHECK(find_dotenv(f.path() / "a/b/c") == f.path() / ".env");
    fs::create_symlink(f.path() / ".env", f.path() / "a/.env");
    CHECK(find_dotenv(f.path() / "a/b/c") == f.path() / "a/.env");
    f.write("a/b/c/.env", "A=2");
    CHECK(find_dotenv(f.path() / "a/b/c") == f.path() / "a/b/c/.env");
    fs::create_symlink("nowhere", f.path() / "a/b/c/d");
    CHECK(find_dotenv(f.path() / "a/b/c/d/e") == f.path() / "a/b/c/.env");
}
