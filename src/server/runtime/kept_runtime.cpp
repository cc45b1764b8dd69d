#include "server/runtime/kept_runtime.hpp"

#include "server/runtime/kept_box.hpp"
#include "server/runtime/launch.hpp"
#include "server/runtime/pause_program.hpp"
#include "server/runtime/seccomp_filter.hpp"
#include "server/runtime/spec_codec.hpp"

#include <ecisbx/error.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace ecisbx::server::runtime {
namespace asio = boost::asio;

namespace {

constexpr uid_t nobody = 65534;

std::string server_path() {
    const char* path = std::getenv("PATH");
    return path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
}

std::string find_program(const std::string& name) {
    environment env = {{"PATH", server_path() + ":/usr/bin:/usr/local/bin"}};
    for (const auto& path : exec_candidates(name, env))
        if (path.front() == '/' && ::access(path.c_str(), X_OK) == 0) return path;
    throw error(errc::unsupported,
                "the program " + name + " is missing: install the package bubblewrap");
}

std::string temp_parent() {
    std::error_code failed;
    auto path = std::filesystem::temp_directory_path(failed).string();
    if (failed) throw error(errc::unsupported, "no temporary folder: " + failed.message());
    return path;
}

}  // namespace

kept_runtime::kept_runtime(const asio::any_io_executor& executor, running_keeper keeper)
    : executor_(executor), keeper_(std::move(keeper)) {
    channel_ = std::make_shared<channel>(executor, std::move(keeper_.socket));
}

kept_runtime::~kept_runtime() {
    channel_->close();
    end_keeper(keeper_);
}

std::shared_ptr<box_link> kept_runtime::ask_for_box(const box_spec& spec) {
    check(spec);
    std::erase_if(boxes_, [](const auto& b) {
        auto link = b.second.lock();
        return !link || link->ended();
    });
    if (boxes_.contains(spec.id))
        throw error(errc::conflict, "there is a box \"" + spec.id + "\" already");
    auto pair = make_socket_pair();
    auto file = make_memfd(encode(spec));
    if (!pair || !file)
        throw error(errc::unavailable, std::string("socketpair: ") + std::strerror(errno));
    auto link = std::make_shared<box_link>(executor_, std::move(pair->first));
    link->open();
    boxes_.emplace(spec.id, link);
    std::vector<unique_fd> fds;
    fds.push_back(std::move(file));
    fds.push_back(std::move(pair->second));
    channel_->send({packet_kind::create_box, 0, 0, 0}, std::move(fds));
    return link;
}

asio::awaitable<std::shared_ptr<box>> kept_runtime::create(box_spec spec) {
    auto link = ask_for_box(spec);
    // Giving up means that its destructor ends the warden. This runtime may be gone meanwhile.
    auto result = std::make_shared<kept_box>(link);
    co_await link->wait_ready();
    co_return result;
}

void kept_runtime::drop_volumes(const std::string& group) {
    std::vector<unique_fd> fds;
    fds.push_back(make_memfd(group));
    if (fds.back()) channel_->send({packet_kind::drop_volumes, 0, 0, 0}, std::move(fds));
}

std::unique_ptr<runtime> make_bubblewrap(asio::any_io_executor executor,
                                         const runtime_options& options) {
    if (pause_program().empty())
        throw error(errc::unsupported, "bubblewrap: not written for this processor");
    keeper_settings settings;
    settings.bwrap.program = find_program("bwrap");
    if (!options.rootfs().empty()) {
        std::error_code failed;
        auto root = std::filesystem::canonical(options.rootfs(), failed);
        if (failed || !std::filesystem::is_directory(root, failed))
            throw error(errc::invalid_argument, "not a folder: " + options.rootfs());
        settings.bwrap.rootfs = root.string();
    }
    settings.bwrap.host_network = options.shares_host_network();
    settings.bwrap.filter = build_seccomp_filter();
    settings.bwrap.privileged = ::geteuid() == 0;
    settings.temp_parent = temp_parent();
    if (settings.bwrap.privileged) settings.bwrap.uid = settings.bwrap.gid = nobody;
    return std::make_unique<kept_runtime>(executor, start_keeper(std::move(settings)));
}

std::unique_ptr<runtime> make_plain(asio::any_io_executor executor) {
    keeper_settings settings;
    settings.isolated = false;
    settings.path = server_path();
    settings.temp_parent = temp_parent();
    return std::make_unique<kept_runtime>(executor, start_keeper(std::move(settings)));
}

}  // namespace ecisbx::server::runtime
