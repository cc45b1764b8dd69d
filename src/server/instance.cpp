#include "server/instance.hpp"

#include "core/random.hpp"
#include "core/time.hpp"
#include "net/tls.hpp"
#include "server/admin.hpp"
#include "server/runtime/counted.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/this_coro.hpp>

#include <unistd.h>

#include <filesystem>

namespace ecisbx::server {

namespace asio = boost::asio;

namespace {

// Large creates travel in the request line: all parameters are in the query.
constexpr net::http_limits request_limits{128 * 1024, 1024 * 1024};

options completed(options settings) {
    bool has_id = !settings.access_key_id().empty();
    bool has_secret = !settings.access_key_secret().empty();
    if (has_id != has_secret)
        throw error(errc::invalid_argument, "server: an access key needs both id and secret");
    if (settings.clock_window().count() <= 0)
        throw error(errc::invalid_argument, "server: the clock window must be above 0");
    if (settings.region().empty())
        throw error(errc::invalid_argument, "server: the region must not be empty");
    api::eci::check_quotas(settings.quotas());
    if (!has_id)
        settings.access_key("LOCAL" + core::random_alnum(16), secret(core::random_alnum(32)));
    return settings;
}

// Where a client on this machine reaches it: a wildcard is no address to call.
std::string reachable(const std::string& listen_address) {
    boost::system::error_code ec;
    auto address = asio::ip::make_address(listen_address, ec);
    if (ec) return listen_address;
    if (address.is_unspecified()) return address.is_v6() ? "[::1]" : "127.0.0.1";
    return address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
}

api::eci::service_settings service_settings_of(const options& from) {
    api::eci::service_settings to;
    to.region = from.region();
    to.access_key_id = from.access_key_id();
    to.access_key_secret = from.access_key_secret();
    to.security_token = from.security_token();
    to.wire = from.wire();
    to.tls = from.uses_tls();
    to.clock_window = from.clock_window();
    to.quotas = from.quotas();
    return to;
}

}  // namespace

instance::instance(asio::any_io_executor executor, options settings)
    : executor_(executor), settings_(completed(std::move(settings))), ended_(executor) {
    if (!settings_.state_dir().empty()) make_private_dir(settings_.state_dir());
    auto clock = system_clock_with(settings_.clock_offset());
    auto groups = std::make_shared<store::memory>(clock);
    auto metrics = std::make_shared<server_metrics>();
    lifecycle::settings life;
    life.region = settings_.region();
    auto supervisor = std::make_shared<lifecycle::supervisor>(
        executor_,
        runtime::counted(runtime::make(executor_, settings_.runtime(), settings_.log()), metrics),
        groups, std::move(life), settings_.log());
    service_ = std::make_shared<api::eci::service>(executor_, service_settings_of(settings_), clock,
                                                   groups, supervisor);
    service_->metrics = metrics;
    face_ = std::make_shared<api::eci::face>(service_, settings_.log());

    net::http_server_options http;
    http.address = settings_.address();
    http.port = settings_.port();
    http.limits = request_limits;
    http.max_connections = settings_.max_connections();
    if (const auto& log = settings_.log())
        http.report = [log](const std::string& line) { log(log_level::error, line); };
    if (settings_.uses_tls()) http.tls = make_tls();
    auto handle = [face = face_](net::http_request request) {
        return face->handle(std::move(request));
    };
    http_ = std::make_unique<net::http_server>(executor_, std::move(http), std::move(handle));
    service_->settings.authority = authority();
}

void instance::open_admin() {
    admin_settings admin;
    admin.address = settings_.admin_address();
    admin.port = settings_.admin_port();
    admin.remote_allowed = settings_.remote_admin_allowed();
    // A connection may be served for a moment longer than this object lives.
    admin.metrics = [weak = weak_from_this()] {
        auto self = weak.lock();
        return self ? self->metrics_text() : std::string();
    };
    admin.healthy = [weak = weak_from_this()] {
        auto self = weak.lock();
        return self && !self->stopping_;
    };
    admin_ = make_admin(executor_, std::move(admin));
    admin_->run();
    if (settings_.log())
        settings_.log()(log_level::info, "admin listener at " + settings_.admin_address() +
                                             ", port " + std::to_string(admin_port()));
}

std::string instance::metrics_text() const {
    const auto& into = *service_->metrics;
    into.connections().Set(static_cast<double>(http_->connections()));
    for (int i = 0; i <= static_cast<int>(store::group_status::expired); ++i) {
        auto status = static_cast<store::group_status>(i);
        store::group_filter of_status;
        of_status.status = status;
        auto count = service_->groups->select(of_status, 0, 0).total;
        into.groups(store::to_string(status)).Set(static_cast<double>(count));
    }
    return into.all.text();
}

instance::~instance() {
    if (owns_ca_file_) ::unlink(ca_file_.c_str());
}

std::shared_ptr<net::tls_server_context> instance::make_tls() {
    // The machine's own clock, not the one the server plays with: clients check against it.
    auto identity = load_or_make_identity(settings_.state_dir(),
                                          certificate_names(settings_.address()), core::utc_now());
    ca_file_ = identity.ca_file;
    if (ca_file_.empty()) {
        auto folder = std::filesystem::temp_directory_path();
        ca_file_ = (folder / ("ecisbx-ca-" + core::random_hex(8) + ".pem")).string();
        write_private_file(ca_file_, identity.ca_certificate, 0600);
        owns_ca_file_ = true;
    }
    return net::tls_server_context::make(identity.leaf.certificate, identity.leaf.key);
}

std::string instance::authority() const {
    return reachable(settings_.address()) + ":" + std::to_string(port());
}

std::string instance::endpoint() const {
    return (settings_.uses_tls() ? "https://" : "http://") + authority();
}

void instance::run() {
    if (!settings_.admin_address().empty()) open_admin();
    service_->supervisor->run_sweeps();
    http_->run();
    if (settings_.log())
        settings_.log()(log_level::info,
                        "listening at " + endpoint() + ", region " + settings_.region());
}

void instance::set_credentials(std::string id, secret key, secret token) {
    if (id.empty() || key.empty())
        throw error(errc::invalid_argument, "server: an access key needs both id and secret");
    settings_.access_key(std::move(id), std::move(key)).security_token(std::move(token));
    service_->settings.replace_credentials(settings_.access_key_id(), settings_.access_key_secret(),
                                           settings_.security_token());
}

asio::awaitable<void> instance::stop() {
    auto self = shared_from_this();
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    if (stopping_) {
        while (!stopped_) co_await ended_.wait(core::deadline::never());
        co_return;
    }
    stopping_ = true;
    co_await http_->stop();
    co_await service_->supervisor->stop();
    if (admin_) co_await admin_->stop();
    stopped_ = true;
    ended_.notify_all();
}

}  // namespace ecisbx::server
