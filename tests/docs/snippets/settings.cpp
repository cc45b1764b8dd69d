// Snippets of docs/guide/security.md and docs/credentials.md.
#include "snippets.hpp"

#include <boost/json/value.hpp>

#include <map>
#include <sstream>

namespace {

//! [config]
ecisbx::eci::config settings() {
    auto found = ecisbx::eci::config::from_env();  // environment, then .env, then the chain
    return found.region("cn-shanghai").timeout(20s);
}
//! [config]

//! [role]
ecisbx::eci::config as_a_role(std::string arn) {
    return ecisbx::eci::config()
        .credential_chain()            // OIDC, profiles, the RAM role of the instance, ...
        .assume_role(std::move(arn));  // and with that, this role
}
//! [role]

//! [secret]
void keys_stay_hidden(const ecisbx::eci::config& settings) {
    std::cout << settings.access_key_secret() << '\n';   // ***
    auto bytes = settings.access_key_secret().reveal();  // the one way to see it
    if (bytes.empty()) std::cout << "no key\n";
}
//! [secret]

//! [urls]
asio::awaitable<void> only_the_urls(ecisbx::eci::client client, std::string id) {
    auto urls = co_await client.exec_urls(id, ecisbx::command("true"));
    std::cout << urls.websocket << '\n';  // ***: whoever has the URL runs the command
}
//! [urls]

//! [any]
asio::awaitable<void> any_action(ecisbx::eci::client client) {
    std::map<std::string, std::string> parameters{{"Limit", "5"}};
    auto answer = co_await client.call("DescribeImageCaches", std::move(parameters));
}
//! [any]

asio::awaitable<void> calls(ecisbx::test::world& w) {
    auto box = co_await ecisbx::test::ready_box(w.client);
    co_await only_the_urls(w.client, box.id());
    co_await any_action(w.client);
    keys_stay_hidden(w.local.eci_config());
    std::ostringstream text;
    text << w.local.eci_config().access_key_secret();
    CHECK(text.str() == "***");
    co_await box.remove(ecisbx::remove_options().force());
}

}  // namespace

TEST_CASE("guide: settings and secrets") {
    CHECK(settings().region() == "cn-shanghai");
    CHECK(as_a_role("acs:ram::1:role/r").role_arn() == "acs:ram::1:role/r");
    ecisbx::test::in_world(snippets::isolated(), calls);
}
