// One running server: what `server::local` shares.
#ifndef ECISBX_SERVER_INSTANCE_HPP
#define ECISBX_SERVER_INSTANCE_HPP

#include "net/http_server.hpp"
#include "net/wait.hpp"
#include "server/api/eci/face.hpp"
#include "server/pki.hpp"

#include <ecisbx/server/server.hpp>

#include <memory>
#include <string>

namespace ecisbx::server {

class instance : public std::enable_shared_from_this<instance> {
public:
    /// Binds, but does not accept yet. Throws as `server::start`.
    instance(boost::asio::any_io_executor executor, options settings);
    ~instance();
    instance(const instance&) = delete;
    instance& operator=(const instance&) = delete;

    void run();
    boost::asio::awaitable<void> stop();
    bool stopping() const { return stopping_; }
    /// As `local::set_credentials`.
    void set_credentials(std::string id, secret key, secret token);

    const options& settings() const { return settings_; }
    const std::string& ca_file() const { return ca_file_; }
    std::uint16_t port() const { return http_->port(); }
    /// 0: there is no admin listener.
    std::uint16_t admin_port() const { return admin_ ? admin_->port() : std::uint16_t(0); }
    std::string endpoint() const;
    const boost::asio::any_io_executor& executor() const { return executor_; }
    lifecycle::supervisor& supervisor() { return *service_->supervisor; }
    store::memory& groups() { return *service_->groups; }
    api::eci::call_counts& calls() { return service_->calls; }

private:
    std::shared_ptr<net::tls_server_context> make_tls();
    std::string authority() const;
    void open_admin();
    std::string metrics_text() const;

    boost::asio::any_io_executor executor_;
    options settings_;
    std::string ca_file_;
    bool owns_ca_file_ = false;
    api::eci::service_ptr service_;
    std::shared_ptr<api::eci::face> face_;
    std::unique_ptr<net::http_server> http_;
    std::unique_ptr<net::http_server> admin_;
    bool stopping_ = false, stopped_ = false;
    net::notifier ended_;
};

}  // namespace ecisbx::server

#endif
