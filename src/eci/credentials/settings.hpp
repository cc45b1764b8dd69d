// What the credential sources need to know, and what tests replace.
#ifndef ECISBX_ECI_CREDENTIALS_SETTINGS_HPP
#define ECISBX_ECI_CREDENTIALS_SETTINGS_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/secret.hpp>

#include "core/deadline.hpp"
#include "core/time.hpp"
#include "net/dial.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::eci {

struct credentials_settings {
    std::map<std::string, secret> variables;
    std::string home;    ///< folder of `.aliyun` and `.alibabacloud`; empty: not known
    std::string region;  ///< of the client
    bool vpc = false;
    bool allow_plain_http = false;  ///< for credential URIs beyond this machine

    std::shared_ptr<const net::dialer> how;  ///< to STS and credential URIs
    std::optional<net::origin> sts;          ///< instead of the vendor's hosts
    net::origin metadata{"100.100.100.200", 80, false};
    core::deadline::duration metadata_step = std::chrono::seconds(1);
    core::deadline::duration sts_limit = std::chrono::seconds(15);  ///< all attempts
    core::deadline::duration process_limit = std::chrono::seconds(60);
    std::function<core::utc_time()> now = core::utc_now;

    /// Empty when it is not set.
    std::string_view variable(const std::string& name) const;
    /// `true`, in any case of letters.
    bool is_on(const std::string& switch_name) const;
    /// Of an `enable_vpc` or of the environment or of the client.
    bool uses_vpc(bool asked) const { return asked || vpc; }
};
using credentials_settings_ptr = std::shared_ptr<const credentials_settings>;

/// The variables that the chain reads, by name, from the environment.
extern const std::string_view chain_variable_names[15];

credentials_settings_ptr credentials_settings_of(const config& settings,
                                                 std::shared_ptr<const net::dialer> how);

/// The inside of `config` that is nobody else's business.
struct config_access {
    static std::map<std::string, secret>& variables(config& c) { return c.chain_variables_; }
    static const std::map<std::string, secret>& variables(const config& c) {
        return c.chain_variables_;
    }
    static void mark_read(config& c) { c.chain_variables_read_ = true; }
    static bool were_read(const config& c) { return c.chain_variables_read_; }
};

}  // namespace ecisbx::eci

#endif
