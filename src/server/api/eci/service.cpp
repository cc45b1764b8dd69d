#include "server/api/eci/service.hpp"

#include "core/random.hpp"

namespace ecisbx::server::api::eci {
namespace {

// Room for ten times the vendor's quota of 1,000 creates a minute over the promised day would be
// 14 million entries; a local server keeps fewer and forgets the oldest early.
constexpr std::size_t max_client_tokens = 500'000;
constexpr std::size_t max_channels = 100'000;
// Few callers ever look at one, and each call of an exec brings one: not as many are kept.
constexpr std::size_t max_pages = 10'000;
constexpr std::chrono::seconds url_lifetime(30);

}  // namespace

void service_settings::replace_credentials(std::string id, secret key, secret token) {
    constexpr std::size_t most_retired = 16;
    retired.push_back(
        {std::move(access_key_id), std::move(access_key_secret), std::move(security_token)});
    if (retired.size() > most_retired) retired.erase(retired.begin());
    access_key_id = std::move(id);
    access_key_secret = std::move(key);
    security_token = std::move(token);
}

service::service(boost::asio::any_io_executor executor_, service_settings settings_,
                 clock_function clock_, std::shared_ptr<store::memory> groups_,
                 std::shared_ptr<lifecycle::supervisor> supervisor_)
    : executor(std::move(executor_)),
      settings(std::move(settings_)),
      clock(clock_),
      groups(std::move(groups_)),
      supervisor(std::move(supervisor_)),
      nonces(settings.clock_window),
      client_tokens(clock_, std::chrono::hours(24), max_client_tokens),
      channels(clock_, url_lifetime, max_channels),
      pages(clock_, url_lifetime, max_pages),
      quotas(settings.quotas),
      page_key(core::random_bytes(32)) {}

}  // namespace ecisbx::server::api::eci
