// The ECI face over the fake runtime, called with signed requests, under a clock that tests move.
#ifndef ECISBX_TESTS_UNIT_SERVER_ECI_FIXTURE_HPP
#define ECISBX_TESTS_UNIT_SERVER_ECI_FIXTURE_HPP

#include "proto/sign_v3.hpp"
#include "server/api/eci/face.hpp"
#include "unit/server/fake_runtime.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace eci_test {

namespace json = boost::json;
using ecisbx::proto::parameter_list;

struct answer {
    int status = 0;
    json::object body;
    ecisbx::net::http_headers headers;
    /// `ok`, or the code of the error.
    std::string code() const;
    std::string text(const char* name) const;
};

class fixture {
public:
    explicit fixture(ecisbx::server::wire wire = ecisbx::server::wire::kubelet);
    ~fixture();

    /// Runs what is ready, and goes on until `done` (fails after 20 s).
    void until(const std::function<bool()>& done);
    /// Runs a coroutine to its end and throws what it throws.
    void run(boost::asio::awaitable<void> work);
    void poll();

    answer call(const std::string& action, parameter_list parameters);
    ecisbx::net::http_request request(const std::string& action, parameter_list parameters);
    answer send(ecisbx::net::http_request request);
    ecisbx::net::http_response get(const std::string& target);

    /// `base`, with `more` added, or in place of what has the same name.
    static parameter_list merged(parameter_list base, parameter_list more);
    /// Smallest good parameters of a create; `more` is added, or replaces what has the same name.
    static parameter_list creation(parameter_list more = {});
    /// The id of a new group.
    std::string create(parameter_list more = {});
    /// A new group that is Running.
    std::string running(parameter_list more = {});
    json::object describe(const std::string& id);
    std::string status(const std::string& id);
    std::string status_of_container(const std::string& id, std::size_t index = 0);
    bool has_event(const std::string& id, const std::string& reason);

    boost::asio::io_context ctx{1};
    std::chrono::system_clock::time_point now;
    std::shared_ptr<fake::world> world = std::make_shared<fake::world>();
    ecisbx::server::api::eci::service_ptr service;
    std::shared_ptr<ecisbx::server::api::eci::face> face;
    std::vector<std::string> log;
};

}  // namespace eci_test

#endif
