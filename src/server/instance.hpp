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

    const options& settings() const { return settings_; }
    const std::string& ca_file() const { return ca_file_; }
    std::uint16_t port() const { return http_->port(); }
    std::string endpoint() const;
    const boost::asio::any_io_executor& executor() const { return executor_; }
    lifecycle::supervisor& supervisor() { return *service_->supervisor; }
    store::memory& groups() { return *service_->groups; }

private:
    std::shared_ptr<net::tls_server_context> make_tls();
    std::string authority() const;

    boost::asio::any_io_executor executor_;
    const options settings_;
    std::string ca_file_;
    bool owns_ca_file_ = false;
    api::eci::service_ptr service_;
    std::shared_ptr<api::eci::face> face_;
    std::unique_ptr<net::http_server> http_;
    bool stopping_ = false, stopped_ = false;
    net::notifier ended_;
};

}  // namespace ecisbx::server

#endif
