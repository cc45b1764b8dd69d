// The local server over models: the real face, store and HTTP server, a modelled runtime.
#ifndef ECISBX_TESTS_SIMULATION_SERVICE_HPP
#define ECISBX_TESTS_SIMULATION_SERVICE_HPP

#include "server/api/eci/face.hpp"
#include "simulation/machine.hpp"

#include <ecisbx/eci/config.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::sim {

class service {
public:
    service(machine& in, server::wire wire, std::vector<server::call_quota> quotas);

    /// For a client of it. `host`: 127.0.0.1, or localhost, which has two addresses of which one
    /// does not answer.
    eci::config config(const std::string& host = "127.0.0.1") const;
    server::store::memory& groups() const { return *parts_->groups; }
    std::size_t connections() const { return http_->connections(); }
    asio::awaitable<void> stop();

private:
    server::api::eci::service_ptr parts_;
    std::shared_ptr<server::api::eci::face> face_;
    std::unique_ptr<net::http_server> http_;
};

}  // namespace ecisbx::sim

#endif
