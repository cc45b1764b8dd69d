#include "security/escape_world.hpp"

#include "core/random.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace ecisbx::security {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

std::string content_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string backwards(std::string_view text) {
    return std::string(text.rbegin(), text.rend());
}

/// The longest variable that this process was started with: none of a box's is like it.
std::string own_environment() {
    std::istringstream in(content_of("/proc/self/environ"));
    std::string longest;
    for (std::string one; std::getline(in, one, '\0');)
        if (one.size() > longest.size()) longest = one;
    return longest;
}

const std::string neighbour_mark = "neighbour-" + std::to_string(::getpid());

}  // namespace

std::vector<escape_script> escape_scripts() {
    const fs::path folder = "tests/security/escapes";
    auto prelude = content_of(folder / "prelude");
    REQUIRE(!prelude.empty());
    std::vector<escape_script> scripts;
    for (const auto& entry : fs::directory_iterator(folder)) {
        if (entry.path().extension() != ".sh") continue;
        escape_script one;
        one.name = entry.path().stem().string();
        auto text = content_of(entry.path());
        one.seen_escaping = text.find("\n# without isolation: escapes\n") != std::string::npos;
        one.text = prelude + text;
        scripts.push_back(std::move(one));
    }
    std::sort(scripts.begin(), scripts.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    return scripts;
}

host_to_hide::host_to_hide() : key_("KEY-" + core::random_alnum(40)) {
    char name[] = "/tmp/ecisbx-security-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    folder_ = name;
    fs::permissions(folder_, fs::perms(0755));
    open_file_ = folder_ + "/open";
    std::ofstream(open_file_) << "everybody on the host may read this\n";
}

host_to_hide::~host_to_hide() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

server::options host_to_hide::options(server::runtime_options runtime) const {
    return server::options()
        .runtime(std::move(runtime))
        .access_key("LTAISECURITY", key_)
        .state_dir(state_dir())
        .tls()
        .admin("127.0.0.1", 0);
}

std::map<std::string, std::string> host_to_hide::environment(test::world& w,
                                                             const sandbox& neighbour) const {
    return {{"HOST_PID", std::to_string(::getpid())},
            {"HOST_GROUP", std::to_string(::getpgrp())},
            {"HOST_PROGRAM", fs::path(content_of("/proc/self/cmdline").c_str()).string()},
            {"KEEPER_PID", std::to_string(keeper_pid())},
            {"API_PORT", std::to_string(w.local.port())},
            {"ADMIN_PORT", std::to_string(w.local.admin_port())},
            {"STATE_DIR", state_dir()},
            {"HOST_OPEN_FILE", open_file_},
            {"HOST_ENVIRONMENT", backwards(own_environment())},
            {"KEY_BACKWARDS", backwards(key_.reveal())},
            {"NEIGHBOUR_ID", neighbour.id()},
            {"NEIGHBOUR_MARK", backwards(neighbour_mark)},
            {"BOX_MEMORY", std::to_string(512 << 20)}};
}

asio::awaitable<escape_report> run_escape(sandbox box, std::string script,
                                          std::map<std::string, std::string> environment) {
    exec_options options;
    options.timeout(std::chrono::seconds(60));
    for (auto& [name, value] : environment) options.env(name, value);
    auto result = co_await box.bash(std::move(script), std::move(options));
    escape_report report;
    report.output = result.out + result.err;
    report.finished = result.ok();
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("held: ")) ++report.held;
        if (line.starts_with("ESCAPED: ")) report.escaped.push_back(line);
        if (line.starts_with("BROKEN: ")) report.finished = false;
    }
    co_return report;
}

asio::awaitable<sandbox> small_box(eci::client client, const char* name) {
    auto options = eci::create_options("test").name(name).cpu(1).memory(0.5);
    auto box = co_await client.create(std::move(options));
    co_await box.wait_ready();
    co_return box;
}

asio::awaitable<sandbox> neighbour_box(eci::client client, bool isolated) {
    auto box = co_await small_box(client, "neighbour");
    std::string script;
    if (isolated)
        script =
            "for place in /tmp /var/tmp /run /root /dev/shm; do echo x > $place/neighbour; done; "
            "ipcmk -M 4096; ipcmk -Q; ";
    script += "setsid sh -c 'sleep 1000; : " + neighbour_mark + "' >/dev/null 2>&1 & sleep 0";
    auto made = co_await box.bash(std::move(script));
    CHECK(made.ok());
    co_return box;
}

int keeper_pid() {
    std::istringstream children(
        content_of("/proc/self/task/" + std::to_string(::getpid()) + "/children"));
    for (int pid; children >> pid;)
        if (content_of("/proc/" + std::to_string(pid) + "/comm") == "ecisbx-keeper\n") return pid;
    FAIL("no keeper");
    return 0;
}

}  // namespace ecisbx::security
