// Configuration of the ECI client.
#ifndef ECISBX_ECI_CONFIG_HPP
#define ECISBX_ECI_CONFIG_HPP

#include <ecisbx/secret.hpp>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace ecisbx::eci {

/// Where and as whom to call the service. What a setter sets wins over what `from_env` found.
class config {
public:
    using milliseconds = std::chrono::milliseconds;
    config() = default;

    /// Reads, first match wins: `ECI_SANDBOX_*`, `ALIBABA_CLOUD_*`, then the same names in a
    /// `.env` file, searched from the working folder upward (it never overrides the environment).
    /// Names under both prefixes: `_ACCESS_KEY_ID`, `_ACCESS_KEY_SECRET`, `_SECURITY_TOKEN`,
    /// `_REGION_ID`, `_ENDPOINT`; only `ECI_SANDBOX_`: `_TIMEOUT_MS`, `_CA_FILE`, `_EXEC_HOSTS`
    /// (comma list). `HTTPS_PROXY` (for an `http://` endpoint `HTTP_PROXY`) and `NO_PROXY`, where
    /// the lower-case spelling wins. A variable that is set but empty counts as unset.
    /// Key id, secret and token are taken together, from one prefix and one place.
    /// `env_file`: read this file instead of searching; it must exist.
    /// Errors: `invalid_argument` that names the variable or the file and line;
    /// `unauthenticated` for a key id without its secret, or the reverse.
    static config from_env(const std::string& env_file = {});

    /// Region id. Default `cn-shanghai`.
    config& region(std::string id) & { return region_ = std::move(id), *this; }
    config& access_key(std::string id, secret key) & {
        return key_id_ = std::move(id), key_secret_ = std::move(key), *this;
    }
    /// Token of temporary (STS) credentials.
    config& security_token(secret token) & { return token_ = std::move(token), *this; }
    /// `host`, `host:port` or `http(s)://host[:port]`; no path. Default: the region's public
    /// endpoint over https.
    config& endpoint(std::string url) & { return endpoint_ = std::move(url), *this; }
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
    /// Attempts of one call, the first included. Default 4, at least 1.
    config& max_attempts(unsigned count) & { return max_attempts_ = count, *this; }
    /// Offer `v5.channel.k8s.io` and `v4.channel.k8s.io` in the exec handshake, which give a
    /// trustworthy exit record where the peer knows them. Default on.
    config& offer_subprotocols(bool on) & { return offer_subprotocols_ = on, *this; }

    config&& region(std::string id) && { return std::move(region(std::move(id))); }
    config&& access_key(std::string id, secret key) && {
        return std::move(access_key(std::move(id), std::move(key)));
    }
    config&& security_token(secret token) && { return std::move(security_token(std::move(token))); }
    config&& endpoint(std::string url) && { return std::move(endpoint(std::move(url))); }
    config&& ca_file(std::string path) && { return std::move(ca_file(std::move(path))); }
    config&& exec_host(std::string host) && { return std::move(exec_host(std::move(host))); }
    config&& timeout(milliseconds length) && { return std::move(timeout(length)); }
    config&& proxy(secret url) && { return std::move(proxy(std::move(url))); }
    config&& no_proxy(std::string list) && { return std::move(no_proxy(std::move(list))); }
    config&& allow_plain_http(bool on = true) && { return std::move(allow_plain_http(on)); }
    config&& max_connections(unsigned count) && { return std::move(max_connections(count)); }
    config&& max_attempts(unsigned count) && { return std::move(max_attempts(count)); }
    config&& offer_subprotocols(bool on) && { return std::move(offer_subprotocols(on)); }

    const std::string& region() const noexcept { return region_; }
    const std::string& access_key_id() const noexcept { return key_id_; }
    const secret& access_key_secret() const noexcept { return key_secret_; }
    const secret& security_token() const noexcept { return token_; }
    /// As set; empty: the region's public endpoint.
    const std::string& endpoint() const noexcept { return endpoint_; }
    const std::string& ca_file() const noexcept { return ca_file_; }
    const std::vector<std::string>& exec_hosts() const noexcept { return exec_hosts_; }
    milliseconds timeout() const noexcept { return timeout_; }
    const secret& proxy() const noexcept { return proxy_; }
    const std::string& no_proxy() const noexcept { return no_proxy_; }
    bool plain_http_allowed() const noexcept { return allow_plain_; }
    unsigned max_connections() const noexcept { return max_connections_; }
    unsigned max_attempts() const noexcept { return max_attempts_; }
    bool subprotocols_offered() const noexcept { return offer_subprotocols_; }
    /// Where `from_env` found each setting, one line each, no secret in it: for `doctor`.
    const std::vector<std::string>& sources() const noexcept { return sources_; }

private:
    std::string region_ = "cn-shanghai";
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
    unsigned max_attempts_ = 4;
    bool offer_subprotocols_ = true;
    std::vector<std::string> sources_;
};

}  // namespace ecisbx::eci

#endif
