#include "net/resolve.hpp"

#include <ecisbx/error.hpp>

#include "core/descriptors.hpp"
#include "net/wait.hpp"

#include <boost/asio/execution_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <utility>

namespace ecisbx::net {
namespace asio = boost::asio;
namespace ip = asio::ip;

namespace {

using addresses = std::vector<ip::address>;

constexpr std::size_t max_remembered = 256;

// One question to the system. The pending handler keeps it alive, not those who wait.
struct lookup {
    explicit lookup(const asio::any_io_executor& executor) : resolver(executor), done(executor) {}
    ip::tcp::resolver resolver;
    notifier done;
    bool finished = false;
    boost::system::error_code failure;
    addresses found;
};

// Lookups under way and recent answers of one io_context.
class lookups final : public asio::execution_context::service {
public:
    using key_type = lookups;
    static asio::execution_context::id id;
    explicit lookups(asio::execution_context& context) : service(context) {}

    /// The finished, running or newly started lookup of this name.
    std::shared_ptr<lookup> ask(const asio::any_io_executor& executor, const std::string& host) {
        auto known = asked_.find(host);
        if (known != asked_.end() && !known->second.good_until.expired()) return known->second.what;
        if (asked_.size() >= max_remembered)
            std::erase_if(asked_, [](const auto& e) { return e.second.good_until.expired(); });
        auto started = std::make_shared<lookup>(executor);
        asked_.insert_or_assign(host, entry{started, core::deadline::never()});
        started->resolver.async_resolve(
            host, "", [this, started, host](const auto& failure, const auto& results) {
                finish(*started, failure, results);
                settle(host, started);
            });
        return started;
    }

private:
    struct entry {
        std::shared_ptr<lookup> what;
        core::deadline good_until;
    };

    static void finish(lookup& what, const boost::system::error_code& failure,
                       const ip::tcp::resolver::results_type& results) {
        what.finished = true;
        what.failure = failure;
        for (const auto& result : results) what.found.push_back(result.endpoint().address());
        if (!failure && what.found.empty()) what.failure = asio::error::host_not_found;
        what.done.notify_all();
    }

    void settle(const std::string& host, const std::shared_ptr<lookup>& what) {
        auto known = asked_.find(host);
        if (known == asked_.end() || known->second.what != what) return;
        if (what->failure)
            asked_.erase(known);
        else
            known->second.good_until = core::deadline::after(std::chrono::seconds(5));
    }

    void shutdown() override { asked_.clear(); }

    std::map<std::string, entry> asked_;
};

asio::execution_context::id lookups::id;

}  // namespace

asio::awaitable<addresses> resolve(asio::any_io_executor executor, std::string host,
                                   core::deadline until) {
    boost::system::error_code not_an_address;
    auto literal = ip::make_address(host, not_an_address);
    if (!not_an_address) co_return addresses(1, literal);
    if (host == "localhost") {
        addresses loopback(1, ip::address_v6::loopback());
        loopback.push_back(ip::address_v4::loopback());
        co_return loopback;
    }
    auto& known = asio::use_service<lookups>(asio::query(executor, asio::execution::context));
    auto answer = known.ask(executor, host);
    while (!answer->finished) co_await answer->done.wait(until);
    if (answer->failure == errc::no_descriptors) throw error(core::no_descriptors(answer->failure));
    if (answer->failure) {
        error_info info(errc::resolve,
                        "'" + host + "' could not be resolved: " + answer->failure.message());
        info.cause = answer->failure;
        throw error(std::move(info));
    }
    co_return answer->found;
}

}  // namespace ecisbx::net
