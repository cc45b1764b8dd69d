// The scripts that the library itself brings into a sandbox: files and tmux.
#include "core/sha256.hpp"
#include "proto/file_script.hpp"
#include "simulation/machine.hpp"

#include <charconv>
#include <csignal>
#include <utility>

namespace ecisbx::sim {
namespace {

proto::receive_wish read_receive(const std::vector<std::string>& argv) {
    proto::receive_wish wish;
    wish.path = argv[4];
    wish.temp = argv[6];
    auto number = [](const std::string& text, int base, auto& into) {
        std::from_chars(text.data(), text.data() + text.size(), into, base);
    };
    number(argv[7], 10, wish.sums.size);
    wish.sums.sha256 = argv[8];
    number(argv[9], 10, wish.sums.cksum);
    if (!argv[10].empty()) number(argv[10], 8, wish.mode.emplace());
    wish.make_parents = argv[11] == "1";
    wish.append = argv[12] == "1";
    return wish;
}

std::string hash_of(const std::string& bytes) {
    return core::sha256_hex(bytes);
}

/// The temporary goes with the script that made it, unless that is killed the hard way.
class temporary {
public:
    temporary(std::map<std::string, std::string>& files, std::string name, task_ptr of)
        : files_(files), name_(std::move(name)), task_(std::move(of)) {}
    temporary(const temporary&) = delete;
    temporary& operator=(const temporary&) = delete;
    ~temporary() {
        if (!task_->signaled()) files_.erase(name_);
    }
    std::string& bytes() { return files_[name_]; }

private:
    std::map<std::string, std::string>& files_;
    std::string name_;
    task_ptr task_;
};

}  // namespace

asio::awaitable<int> machine::receive_file(task_ptr what) {
    auto wish = read_receive(what->wish().argv);
    if (proto::receive_argv(wish) != what->wish().argv) {
        wrong.push_back("a script that is not the one that receives files");
        co_return 2;
    }
    temporary made(files, wish.temp, what);
    for (;;) {
        std::string bytes = co_await what->input();
        if (bytes.empty()) break;
        made.bytes() += bytes;
    }
    const std::string& got = made.bytes();
    if (got.size() != wish.sums.size || hash_of(got) != wish.sums.sha256) {
        std::string verdict =
            got.size() != wish.sums.size ? "ecisbx-fail:size\n" : "ecisbx-fail:sum\n";
        co_await what->print(false, verdict);
        co_return 1;
    }
    auto& file = files[wish.path];
    file = wish.append ? file + got : got;
    co_await what->print(false, "ecisbx-done:sha256\n");
    co_return 0;
}

asio::awaitable<int> machine::send_file(task_ptr what) {
    const auto& argv = what->wish().argv;
    auto kind = argv[5] == "either" ? proto::send_kind::either : proto::send_kind::file;
    if (proto::send_argv(argv[4], kind) != argv) {
        wrong.push_back("a script that is not the one that sends files");
        co_return 2;
    }
    auto found = files.find(argv[4]);
    if (found == files.end()) {
        std::string answer = "ecisbx-fail:path:ls: " + argv[4] + ": No such file or directory\n";
        co_await what->print(false, answer);
        co_return 1;
    }
    std::string bytes = found->second;
    std::string all = "ecisbx-file:644:" + std::to_string(bytes.size()) + '\n';
    all += bytes + "\necisbx-end:sha256:" + hash_of(bytes) + '\n';
    co_await what->print(false, all);
    co_return 0;
}

asio::awaitable<int> machine::tmux_text(task_ptr what) {
    const std::string text = what->wish().argv[2];
    std::string answer;
    if (auto look = tmux_model::read_look(text)) {
        auto end = jobs.end_of(look->name);
        auto length = look->wait;
        if (end)
            length = std::min(length, std::chrono::ceil<std::chrono::milliseconds>(
                                          *end - std::chrono::steady_clock::now()));
        if (end && length.count() > 0) co_await what->sleep(length);
        answer = jobs.look(*look);
    } else if (auto name = tmux_model::read_start(text)) {
        std::string input;
        for (;;) {
            std::string bytes = co_await what->input();
            if (bytes.empty()) break;
            input += bytes;
        }
        answer = jobs.start(*name, input);
    } else if (auto other = jobs.other(text)) {
        answer = *other;
    } else {
        wrong.push_back("a text that is none of tmux: " + text.substr(0, 200));
        co_return 2;
    }
    co_await what->print(false, answer);
    co_return 0;
}

}  // namespace ecisbx::sim
