#include "simulation/machine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <csignal>

namespace ecisbx::sim {
namespace {

class model_box final : public rt::box {
public:
    explicit model_box(machine& in) : machine_(in) { ++machine_.boxes; }
    ~model_box() override {
        kill_all();
        --machine_.boxes;
    }
    asio::awaitable<std::unique_ptr<rt::process>> start(rt::process_spec spec) override {
        auto made = std::make_shared<task>(machine_.executor(), spec);
        if (auto wanted = proto::unwrap_kill(spec.argv)) {
            made->end(machine_.kill(*wanted) ? 0 : 1);
        } else {
            note_start(spec, made);
            std::erase_if(tasks_, [](const task_ptr& one) { return one->ended(); });
            tasks_.push_back(made);
            asio::co_spawn(machine_.executor(), machine_.live(made), asio::detached);
        }
        co_return process_of(std::move(made));
    }
    asio::awaitable<void> stop(std::chrono::milliseconds) override {
        kill_all();
        co_return;
    }
    std::optional<rt::box_usage> usage() override { return std::nullopt; }

private:
    void kill_all() {
        for (auto& one : tasks_) one->signal(SIGKILL);
        tasks_.clear();
    }
    void note_start(const rt::process_spec& spec, const task_ptr& made) {
        auto wrapped = proto::exec_unwrapper::recognise(spec.argv);
        if (!wrapped) return;
        auto& entry = machine_.execs[wrapped->wish().id];
        ++entry.starts;
        entry.process = made;
        machine_.notes().note("starts", entry.starts);
    }
    machine& machine_;
    std::vector<task_ptr> tasks_;
};

class model_runtime final : public rt::runtime {
public:
    explicit model_runtime(machine& in) : machine_(in) {}
    asio::awaitable<std::shared_ptr<rt::box>> create(rt::box_spec) override {
        co_return std::make_shared<model_box>(machine_);
    }
    rt::volume_support volumes() const override { return rt::volume_support::none; }
    void drop_volumes(const std::string&) override {}
    std::vector<std::string> notes() const override { return {}; }

private:
    machine& machine_;
};

asio::awaitable<int> run_program(task_ptr what, program p) {
    auto out = p.out_bytes(), err = p.err_bytes();
    for (unsigned i = 0; i < p.pieces; ++i) {
        if (p.sleep > 0) co_await what->sleep(std::chrono::milliseconds(p.sleep));
        auto part = [&](const std::string& of) {
            auto begin = of.size() * i / p.pieces, end = of.size() * (i + 1) / p.pieces;
            return std::string_view(of).substr(begin, end - begin);
        };
        co_await what->print(false, part(out));
        co_await what->print(true, part(err));
        if (what->wish().id.empty()) co_await what->print(false, "\n");  // a container's log
    }
    while (p.cats) {
        std::string bytes = co_await what->input();
        if (bytes.empty()) break;
        co_await what->print(false, bytes);
    }
    co_return p.code;
}

}  // namespace

std::unique_ptr<rt::runtime> machine::make_runtime() {
    return std::make_unique<model_runtime>(*this);
}

std::size_t machine::running() const {
    return static_cast<std::size_t>(std::count_if(
        execs.begin(), execs.end(), [](const auto& one) { return !one.second.process->ended(); }));
}

bool machine::kill(const proto::wanted_kill& wanted) {
    auto found = execs.find(wanted.id);
    bool lives = found != execs.end() && !found->second.process->ended();
    trace_.note("kill", static_cast<std::uint64_t>(wanted.signal), lives);
    if (lives) found->second.process->signal(wanted.signal);
    return lives;
}

asio::awaitable<void> machine::live(task_ptr what) {
    try {
        co_await what->command_known();
        int code = co_await carry_out(what);
        trace_.note("exits", static_cast<std::uint64_t>(code));
        what->end(code);
    } catch (const killed&) {
        trace_.note("is killed");
    }
}

asio::awaitable<int> machine::carry_out(task_ptr what) {
    const auto& wish = what->wish();
    auto p = wish.argv.empty() ? program::read(wish.script) : program::read(wish.argv);
    if (p) {
        if (!wish.id.empty()) execs[wish.id].marker = std::to_string(p->key);
        return run_program(what, *p);
    }
    const auto& argv = wish.argv;
    if (argv.size() == 3 && argv[1] == "-c") return tmux_text(what);
    if (argv.size() == 13 && argv[3] == "sh") return receive_file(what);
    if (argv.size() == 6 && argv[3] == "sh") return send_file(what);
    if (argv.size() == 4 && argv[0] == "rm") return clean(what);
    if (argv.size() == 1 && argv[0] == "true") return nothing();
    return unknown(what);
}

asio::awaitable<int> machine::nothing() {
    co_return 0;
}

asio::awaitable<int> machine::clean(task_ptr what) {
    for (std::size_t i = 2; i < what->wish().argv.size(); ++i) files.erase(what->wish().argv[i]);
    co_return 0;
}

asio::awaitable<int> machine::unknown(task_ptr what) {
    wrong.push_back("a command that nobody gave: " +
                    (what->wish().argv.empty() ? what->wish().script : what->wish().argv[0]));
    co_return 127;
}

}  // namespace ecisbx::sim
