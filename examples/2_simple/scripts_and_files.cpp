// Long scripts and files: a script of 100 KB, bytes written and read back, a folder up and down.
#include "example.hpp"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <system_error>

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// A new local folder, gone at the end.
class temporary_folder {
public:
    temporary_folder() : path_((fs::temp_directory_path() / "ecisbx-example-XXXXXX").string()) {
        if (!::mkdtemp(path_.data())) throw std::runtime_error("can not make " + path_);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    ~temporary_folder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    fs::path path() const { return path_; }

private:
    std::string path_;
};

asio::awaitable<void> in_box(ecisbx::sandbox box) {
    co_await box.wait_ready();
    std::string script = "total=0\n";
    for (int i = 1; i <= 5000; ++i) script += "total=$((total+" + std::to_string(i) + "))\n";
    script += "echo $total\n";
    auto sum = co_await box.bash(script);
    std::cout << "script of " << script.size() << " bytes: " << sum.out;

    // Bytes are bytes; they arrive whole or not at all.
    std::string bytes("\0\xff binary\n", 10);
    auto written = co_await box.write_file("/tmp/data/a.bin", bytes,
                                           ecisbx::file_options().make_parents().mode(0600));
    auto back = co_await box.read_file("/tmp/data/a.bin");
    std::cout << written.bytes << " bytes, verified by " << written.verified
              << (back == bytes ? ", the same again\n" : ", CHANGED\n");

    temporary_folder folder;
    auto here = folder.path();
    fs::create_directories(here / "project/src");
    std::ofstream(here / "project/src/main.txt") << "hello\n";
    co_await box.upload((here / "project").string(), "/tmp/project");
    auto made = co_await box.bash("cd /tmp/project && tr a-z A-Z <src/main.txt >src/out.txt");
    made.throw_if_failed();
    co_await box.download("/tmp/project", (here / "result").string());
    std::ifstream result(here / "result/src/out.txt");
    std::cout << result.rdbuf();
}

asio::awaitable<void> scripts_and_files(ecisbx::eci::client client) {
    co_await example::in_new_box(client, in_box);
}

int main() {
    return example::run(scripts_and_files);
}
