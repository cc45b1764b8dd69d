#include "simulation/service.hpp"

#include "server/clock.hpp"

#include <utility>

namespace ecisbx::sim {
namespace {

constexpr const char* key_id = "simulated";
constexpr const char* key_secret = "simulated-secret";

}  // namespace

service::service(machine& in, server::wire wire, std::vector<server::call_quota> quotas) {
    auto executor = in.executor();
    auto clock = server::system_clock_with(std::chrono::seconds(0));
    auto groups = std::make_shared<server::store::memory>(clock);
    server::runtime::log_function no_log;
    auto supervisor = std::make_shared<server::lifecycle::supervisor>(
        executor, in.make_runtime(), groups, server::lifecycle::settings(), no_log);
    server::api::eci::service_settings settings;
    settings.access_key_id = key_id;
    settings.access_key_secret = secret(key_secret);
    settings.wire = wire;
    settings.quotas = std::move(quotas);
    parts_ = std::make_shared<server::api::eci::service>(executor, std::move(settings), clock,
                                                         groups, supervisor);
    face_ = std::make_shared<server::api::eci::face>(parts_, no_log);
    auto handle = [face = face_](net::http_request request) {
        return face->handle(std::move(request));
    };
    http_ =
        std::make_unique<net::http_server>(executor, net::http_server_options(), std::move(handle));
    parts_->settings.authority = "127.0.0.1:" + std::to_string(http_->port());
    supervisor->run_sweeps();
    http_->run();
}

eci::config service::config(const std::string& host) const {
    return eci::config()
        .endpoint("http://" + host + ":" + std::to_string(http_->port()))
        .access_key(key_id, secret(key_secret))
        .allow_plain_http();
}

asio::awaitable<void> service::stop() {
    co_await http_->stop();
    co_await parts_->supervisor->stop();
}

}  // namespace ecisbx::sim
