/// @file
/// Configuration of the ECI client.
#ifndef ECISBX_ECI_CONFIG_HPP
#define ECISBX_ECI_CONFIG_HPP

#include <ecisbx/eci/credentials.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/observer.hpp>
#include <ecisbx/secret.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Where and as whom to call the service. What a setter sets wins over what `from_env` found.
class ECISBX_API config {
public:
    using milliseconds = std::chrono::milliseconds;
    config() = default;

    /// Reads, first match wins: `ECI_SANDBOX_*`, `ALIBABA_CLOUD_*`, then the same names in a
    /// `.env` file, searched from the working folder upward (it never overrides the environment).
    /// Names under both prefixes: `_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET`, `_SECURITY_TOKEN`,
    /// `_REGION_ID`, `_ENDPOINT`, `_VPC_ENDPOINT_ENABLED`; only `ECI_SANDBOX_`: `_TIMEOUT_MS`,
    /// `_CA_FILE`, `_EXEC_HOSTS` (comma list). `HTTPS_PROXY` (for an `http://` endpoint
    /// `HTTP_PROXY`) and `NO_PROXY`, where the lower-case spelling wins. A variable that is set but
    /// empty counts as unset. Key id, secret and token are taken together, from one prefix and one
    /// place. Without a key the `credential_chain` is on; its own variables are read now, from the
    /// same places, and everything else (files, processes, the network) is asked at the first call.
    /// `env_file`: read this file instead of searching; it must exist.
    /// Errors: `invalid_argument` that names the variable or the file and line;
    /// `unauthenticated` for a key id without its secret, or the reverse.
    static config from_env(const std::string& env_file = {});

    /// Region id. Default `cn-shanghai`.
    config& region(std::string id) & { return region_ = std::move(id), *this; }
    /// This key. Of `access_key`, `credential_chain`, `profile` and `credentials_provider` the one
    /// that was called last decides.
    config& access_key(std::string id, secret key) & {
        key_id_ = std::move(id), key_secret_ = std::move(key), origin_ = key_origin::access_key;
        return *this;
    }
    /// Token of temporary (STS) credentials, beside `access_key`.
    config& security_token(secret token) & { return token_ = std::move(token), *this; }
    /// The vendor's default chain, first success wins and is remembered: the environment
    /// (`ALIBABA_CLOUD_ACCESS_KEY_ID` ...), OIDC (`ALIBABA_CLOUD_ROLE_ARN` ...),
    /// `~/.aliyun/config.json`, `~/.alibabacloud/credentials.ini`, the metadata service of ECS and
    /// ECI, `ALIBABA_CLOUD_CREDENTIALS_URI`. docs/credentials.md has all names and switches.
    /// Temporary credentials are refreshed ahead of their expiry, once for all callers. Errors, at
    /// the first call: `unauthenticated` with a line for each source on why it gave nothing.
    config& credential_chain() & { return origin_ = key_origin::chain, *this; }
    /// The profile of this name: of `~/.aliyun/config.json`, else of the INI file. Errors: as
    /// `credential_chain`.
    config& profile(std::string name) & {
        profile_ = std::move(name), origin_ = key_origin::profile;
        return *this;
    }
    /// A source of your own; see `credentials_function`. On GCC 12 make the function a named
    /// variable and the config before any `co_await`: a lambda with captures that is a temporary
    /// of a `co_await` expression is destroyed twice there.
    config& credentials_provider(credentials_function from) & {
        provider_ = std::move(from), origin_ = key_origin::provider;
        return *this;
    }
    /// Calls the service as this RAM role: what the setters above give is used to get temporary
    /// credentials for it (STS AssumeRole, 1 h). `session` (2 to 64 of `[A-Za-z0-9.@_-]`) names the
    /// session in the vendor's logs, by default `ecisbx-` and a random part; `external_id` is
    /// what the role may ask for. An empty `arn` takes it back.
    config& assume_role(std::string arn, std::string session = {}, std::string external_id = {}) & {
        role_arn_ = std::move(arn), role_session_ = std::move(session);
        role_external_id_ = std::move(external_id);
        return *this;
    }
    /// `host`, `host:port` or `http(s)://host[:port]`; no path. Default: the region's own endpoint
    /// over https, whenever the region is set. One that is set here is never replaced.
    config& endpoint(std::string url) & { return endpoint_ = std::move(url), *this; }
    /// Use the region's endpoints inside the vendor's network, `eci-vpc.REGION.aliyuncs.com` and
    /// `sts-vpc.REGION.aliyuncs.com`, where no endpoint is set. Default: the public ones.
    config& vpc_endpoint(bool on = true) & { return vpc_ = on, *this; }
    /// Extra PEM file of trusted CAs, beside the system's.
    config& ca_file(std::string path) & { return ca_file_ = std::move(path), *this; }
    /// One more host that exec URLs may point to, beside the endpoint's own and the vendor's
    /// domains (`aliyuncs.com`, `aliyun.com`). A host with a leading dot allows its subdomains.
    config& exec_host(std::string host) & { return exec_hosts_.push_back(std::move(host)), *this; }
    /// Total time of one API call, attempts and pauses included. Default 60 s.
    config& timeout(milliseconds length) & { return timeout_ = length, *this; }
    /// Proxy URL for https and wss (`http://[user:pass@]host:port`), reached by CONNECT.
    config& proxy(secret url) & { return proxy_ = std::move(url), *this; }
    /// Hosts reached without the proxy: comma list of names, `.suffix`, addresses, `*`.
    config& no_proxy(std::string list) & { return no_proxy_ = std::move(list), *this; }
    /// Permit http and ws to hosts other than loopback. Default: refused.
    config& allow_plain_http(bool on = true) & { return allow_plain_ = on, *this; }
    /// Connections to the endpoint at once. Default 64, at least 1.
    config& max_connections(unsigned count) & { return max_connections_ = count, *this; }
    /// Connections that are being made at once (name, TCP and TLS handshakes), those of exec
    /// channels included. Further ones wait in the order they came; one whose turn has not come by
    /// its deadline fails with `timeout` and says so. Default 64, at least 1.
    config& max_dials(unsigned count) & { return max_dials_ = count, *this; }
    /// Attempts of one call, the first included. Default 4, at least 1. Those that the service
    /// throttled did nothing there: while the client paces its calls (see `quota`) they do not
    /// count, and the call is sent again until its deadline; but 1 means once, whatever comes.
    config& max_attempts(unsigned count) & { return max_attempts_ = count, *this; }
    /// At most so many calls of this action (as in `ExecContainerCommand`) in any minute, attempts
    /// included: further ones are held back, the sandboxes in turn, and those that can not be sent
    /// before their deadline fail at once with `throttled`. Throttling answers of the service slow
    /// the action down further, for a while. One client keeps to it; several that share an account
    /// do not know of each other.
    /// Default: the limits that the vendor publishes (500 for ExecContainerCommand, 1,000 for
    /// CreateContainerGroup, 2,000 for DescribeContainerGroups); for other actions, and for
    /// endpoints on loopback, none until the service throttles the action. Errors, when the
    /// client is made: `invalid_argument` for 0 and for a name that is not of [A-Za-z0-9].
    config& quota(std::string action, unsigned calls_per_minute) & {
        quotas_[std::move(action)] = calls_per_minute, paced_ = true;
        return *this;
    }
    /// Sends every call at once, and forgets what `quota` set. A throttled attempt counts as one of
    /// `max_attempts` then, and is repeated after a pause of its own.
    config& no_quota() & { return quotas_.clear(), paced_ = false, *this; }
    /// Tells one more observer what the client does; see <ecisbx/observer.hpp>. A null one is
    /// ignored. Default: nobody.
    config& observe(std::shared_ptr<observer> who) & {
        return observers_.push_back(std::move(who)), *this;
    }
    /// Offer `v5.channel.k8s.io` and `v4.channel.k8s.io` in the exec handshake, which give a
    /// trustworthy exit record where the peer knows them. A peer that refuses whatever offers any
    /// is found out by the first exec, which takes five more exec URLs. Default on.
    config& offer_subprotocols(bool on) & { return offer_subprotocols_ = on, *this; }

    config&& region(std::string id) && { return std::move(region(std::move(id))); }
    config&& access_key(std::string id, secret key) && {
        return std::move(access_key(std::move(id), std::move(key)));
    }
    config&& security_token(secret token) && { return std::move(security_token(std::move(token))); }
    config&& credential_chain() && { return std::move(credential_chain()); }
    config&& profile(std::string name) && { return std::move(profile(std::move(name))); }
    config&& credentials_provider(credentials_function from) && {
        return std::move(credentials_provider(std::move(from)));
    }
    config&& assume_role(std::string arn, std::string session = {},
                         std::string external_id = {}) && {
        return std::move(assume_role(std::move(arn), std::move(session), std::move(external_id)));
    }
    config&& endpoint(std::string url) && { return std::move(endpoint(std::move(url))); }
    config&& vpc_endpoint(bool on = true) && { return std::move(vpc_endpoint(on)); }
    config&& ca_file(std::string path) && { return std::move(ca_file(std::move(path))); }
    config&& exec_host(std::string host) && { return std::move(exec_host(std::move(host))); }
    config&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    config&& proxy(secret url) && { return std::move(proxy(std::move(url))); }
    config&& no_proxy(std::string list) && { return std::move(no_proxy(std::move(list))); }
    config&& allow_plain_http(bool on = true) && { return std::move(allow_plain_http(on)); }
    config&& max_connections(unsigned count) && { return std::move(max_connections(count)); }
    config&& max_dials(unsigned count) && { return std::move(max_dials(count)); }
    config&& max_attempts(unsigned count) && { return std::move(max_attempts(count)); }
    config&& quota(std::string action, unsigned calls_per_minute) && {
        return std::move(quota(std::move(action), calls_per_minute));
    }
    config&& no_quota() && { return std::move(no_quota()); }
    config&& observe(std::shared_ptr<observer> who) && {
        return std::move(observe(std::move(who)));
    }
    config&& offer_subprotocols(bool on) && { return std::move(offer_subprotocols(on)); }

    const std::string& region() const noexcept { return region_; }
    key_origin credentials_from() const noexcept { return origin_; }
    const std::string& profile() const noexcept { return profile_; }
    const credentials_function& credentials_provider() const noexcept { return provider_; }
    /// Empty: none.
    const std::string& role_arn() const noexcept { return role_arn_; }
    const std::string& role_session() const noexcept { return role_session_; }
    const std::string& role_external_id() const noexcept { return role_external_id_; }
    /// Of `access_key`; empty with other origins.
    const std::string& access_key_id() const noexcept { return key_id_; }
    const secret& access_key_secret() const noexcept { return key_secret_; }
    const secret& security_token() const noexcept { return token_; }
    /// As set; empty: the region's own endpoint.
    const std::string& endpoint() const noexcept { return endpoint_; }
    bool uses_vpc_endpoint() const noexcept { return vpc_; }
    const std::string& ca_file() const noexcept { return ca_file_; }
    const std::vector<std::string>& exec_hosts() const noexcept { return exec_hosts_; }
    milliseconds timeout() const noexcept { return timeout_; }
    const secret& proxy() const noexcept { return proxy_; }
    const std::string& no_proxy() const noexcept { return no_proxy_; }
    bool plain_http_allowed() const noexcept { return allow_plain_; }
    unsigned max_connections() const noexcept { return max_connections_; }
    unsigned max_dials() const noexcept { return max_dials_; }
    unsigned max_attempts() const noexcept { return max_attempts_; }
    /// As set, calls a minute by action.
    const std::map<std::string, unsigned>& quotas() const noexcept { return quotas_; }
    bool is_paced() const noexcept { return paced_; }
    const std::vector<std::shared_ptr<observer>>& observers() const noexcept { return observers_; }
    bool subprotocols_offered() const noexcept { return offer_subprotocols_; }
    /// Where `from_env` found each setting, one line each, no secret in it: for `doctor`.
    const std::vector<std::string>& sources() const noexcept { return sources_; }

private:
    friend struct config_access;

    std::string region_ = "cn-shanghai";
    key_origin origin_ = key_origin::none;
    std::string profile_;
    credentials_function provider_;
    std::string role_arn_;
    std::string role_session_;
    std::string role_external_id_;
    bool vpc_ = false;
    // The variables of the chain as `from_env` found them; empty values are unset ones.
    std::map<std::string, secret> chain_variables_;
    bool chain_variables_read_ = false;
    std::string key_id_;
    secret key_secret_;
    secret token_;
    std::string endpoint_;
    std::string ca_file_;
    std::vector<std::string> exec_hosts_;
    milliseconds timeout_ = std::chrono::seconds(60);
    secret proxy_;
    std::string no_proxy_;
    bool allow_plain_ = false;
    unsigned max_connections_ = 64;
    unsigned max_dials_ = 64;
    unsigned max_attempts_ = 4;
    std::map<std::string, unsigned> quotas_;
    bool paced_ = true;
    bool offer_subprotocols_ = true;
    std::vector<std::shared_ptr<observer>> observers_;
    std::vector<std::string> sources_;
};

}  // namespace ecisbx::eci

#endif
