#include "server/instance.hpp"

#include <ecisbx/error.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace ecisbx::server {

namespace asio = boost::asio;

namespace {

// By value: it is what keeps the instance alive from before the first step on.
asio::awaitable<void> stop_instance(std::shared_ptr<instance> running) {
    co_await running->stop();
}

}  // namespace

class local::impl {
public:
    explicit impl(std::shared_ptr<instance> running) : running_(std::move(running)) {}
    impl(const impl&) = delete;
    impl& operator=(const impl&) = delete;
    ~impl() {
        if (!running_->stopping())
            asio::co_spawn(running_->executor(), stop_instance(running_), asio::detached);
    }
    instance* operator->() const { return running_.get(); }
    const std::shared_ptr<instance>& running() const { return running_; }

private:
    std::shared_ptr<instance> running_;
};

eci::config local::eci_config() const {
    const auto& settings = (*impl_)->settings();
    eci::config config;
    config.endpoint(endpoint())
        .region(settings.region())
        .access_key(settings.access_key_id(), settings.access_key_secret())
        .ca_file(ca_file())
        .allow_plain_http(!settings.uses_tls());
    if (!settings.security_token().empty()) config.security_token(settings.security_token());
    return config;
}

std::string local::endpoint() const {
    return (*impl_)->endpoint();
}
std::uint16_t local::port() const {
    return (*impl_)->port();
}
std::uint16_t local::admin_port() const {
    return (*impl_)->admin_port();
}
std::string local::ca_file() const {
    return (*impl_)->ca_file();
}
const std::string& local::access_key_id() const {
    return (*impl_)->settings().access_key_id();
}
const secret& local::access_key_secret() const {
    return (*impl_)->settings().access_key_secret();
}
std::vector<std::string> local::notes() const {
    return (*impl_)->supervisor().notes();
}

void local::force_status(const std::string& group_id, const std::string& status,
                         const std::string& reason, const std::string& message) {
    auto g = (*impl_)->groups().find(group_id);
    if (!g) throw error(errc::not_found, "there is no container group " + group_id);
    auto parsed = store::parse_group_status(status);
    if (!parsed) throw error(errc::invalid_argument, "there is no status " + status);
    (*impl_)->supervisor().force(g, *parsed, reason, message);
}

void local::set_credentials(std::string id, secret key, secret token) {
    (*impl_)->set_credentials(std::move(id), std::move(key), std::move(token));
}

std::map<std::string, std::uint64_t> local::calls() const {
    return (*impl_)->calls();
}
void local::reset_calls() {
    (*impl_)->calls().clear();
}

asio::awaitable<void> local::stop() {
    return stop_instance(impl_->running());
}

asio::awaitable<local> start(asio::any_io_executor executor, options settings) {
    auto running = std::make_shared<instance>(executor, std::move(settings));
    running->run();
    co_return local(std::make_shared<local::impl>(running));
}

}  // namespace ecisbx::server
