#include "common/small_root.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace ecisbx::test {
namespace {

namespace fs = std::filesystem;

std::string output_of(const std::string& command) {
    std::string all;
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    char buffer[4096];
    while (auto n = std::fread(buffer, 1, sizeof buffer, pipe)) all.append(buffer, n);
    CHECK(::pclose(pipe) == 0);
    return all;
}

void copy(const fs::path& from, const fs::path& to) {
    fs::create_directories(to.parent_path());
    fs::copy_file(fs::canonical(from), to, fs::copy_options::skip_existing);
}

}  // namespace

const std::vector<std::string> plain_applets = {
    "cat",  "wc",  "ls",   "mv",     "rm", "chmod", "mkdir",  "rmdir",
    "dd",   "env", "id",   "mkfifo", "tr", "date",  "sleep",  "stty",
    "head", "seq", "grep", "sed",    "df", "kill",  "printf", "dirname"};

small_root::small_root(const std::string& shell) {
    char name[] = "/tmp/ecisbx-root-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
    fs::permissions(path_, fs::perms(0755));
    for (const char* dir : {"bin", "etc", "lib", "lib64", "usr"})
        fs::create_directories(path_ + "/" + dir);
    program("busybox");
    if (shell != "busybox") program(shell);
    fs::create_symlink(shell, path_ + "/bin/sh");
}

small_root::~small_root() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

small_root& small_root::applets(const std::vector<std::string>& names) {
    for (const auto& name : names) fs::create_symlink("busybox", path_ + "/bin/" + name);
    return *this;
}

small_root& small_root::program(const std::string& name) {
    auto from = fs::exists("/usr/bin/" + name) ? "/usr/bin/" + name : "/bin/" + name;
    copy(from, path_ + "/bin/" + name);
    std::istringstream words(output_of("ldd " + from + " 2>/dev/null || true"));
    for (std::string word; words >> word;)
        if (word.front() == '/') copy(word, path_ + word);
    return *this;
}

small_root& small_root::tmux() {
    const std::string locale = "/usr/lib/locale";
    fs::create_directories(path_ + locale);
    fs::copy(locale + "/C.utf8", path_ + locale + "/C.utf8", fs::copy_options::recursive);
    return program("tmux");
}

small_root& small_root::file(const std::string& path, const std::string& content, unsigned mode) {
    fs::create_directories(fs::path(path_ + path).parent_path());
    std::ofstream(path_ + path, std::ios::binary) << content;
    fs::permissions(path_ + path, static_cast<fs::perms>(mode));
    return *this;
}

small_root& small_root::remove(const std::string& path) {
    fs::remove(path_ + path);
    return *this;
}

}  // namespace ecisbx::test
