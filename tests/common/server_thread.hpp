// A local server on a thread of its own: the client's io_context holds nothing but the client.
#ifndef ECISBX_TESTS_COMMON_SERVER_THREAD_HPP
#define ECISBX_TESTS_COMMON_SERVER_THREAD_HPP

#include <ecisbx/server.hpp>

#include <boost/asio/io_context.hpp>

#include <thread>

namespace ecisbx::test {

class server_thread {
public:
    explicit server_thread(server::options settings);
    ~server_thread();
    const eci::config& config() const { return config_; }

private:
    boost::asio::io_context context_{1};
    std::shared_ptr<server::local> local_;
    eci::config config_;
    std::thread thread_;
};

}  // namespace ecisbx::test

#endif
