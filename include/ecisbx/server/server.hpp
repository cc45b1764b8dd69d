/// @file
/// The local server, to embed: the wire protocols of the services over an embedded runtime.
#ifndef ECISBX_SERVER_SERVER_HPP
#define ECISBX_SERVER_SERVER_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/export.hpp>
#include <ecisbx/log_level.hpp>
#include <ecisbx/secret.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server {

/// What runs the sandboxes' processes; made by `bubblewrap()`, `process()` or `synthetic()`.
class runtime_options {
public:
    /// Which runtime.
    enum class kind {
        bubblewrap,  ///< isolated processes
        process,     ///< processes without isolation
        synthetic,   ///< answers from memory
    };
    /// With the defaults of its kind.
    explicit runtime_options(kind k) : kind_(k) {}
    /// bubblewrap: root file system, read-only in the sandbox. Default: the host's.
    runtime_options& rootfs(std::string dir) & { return rootfs_ = std::move(dir), *this; }
    /// bubblewrap: share the host's network. Default: none but a loopback of its own.
    runtime_options& host_network(bool on = true) & { return host_network_ = on, *this; }
    runtime_options&& rootfs(std::string dir) && { return std::move(rootfs(std::move(dir))); }
    runtime_options&& host_network(bool on = true) && { return std::move(host_network(on)); }
    kind which() const noexcept { return kind_; }
    const std::string& rootfs() const noexcept { return rootfs_; }
    bool shares_host_network() const noexcept { return host_network_; }

private:
    kind kind_;
    std::string rootfs_;
    bool host_network_ = false;
};

/// One long-lived bubblewrap per container: own user, pid, mount, ipc, uts, cgroup and network
/// namespaces, no capabilities, a seccomp filter, limits by cgroup where the machine lets us.
ECISBX_API runtime_options bubblewrap();
/// Plain child processes, for machines that forbid namespaces. NO ISOLATION.
ECISBX_API runtime_options process();
/// Answers from memory, without any process: for load tests. Knows `true`, `false`, `echo`,
/// `cat`, `exit N`, `sleep S` and `yes N` (N bytes).
ECISBX_API runtime_options synthetic();

/// How the exec channel speaks; see docs/decisions. `kubelet`, the default, honours the
/// subprotocol that the client offers and without one behaves like the kubelet.
enum class wire {
    kubelet,  ///< the first offered subprotocol that it knows, else none
    v4,       ///< `v4.channel.k8s.io`, offered or not: a status record at the end
    v5,       ///< `v5.channel.k8s.io`, offered or not: also half-closes of stdin
    silent,   ///< frames with a channel byte, and nothing but the close at the end
    raw,      ///< bytes of both streams as they come, in binary messages
    text,     ///< the same in text messages, invalid UTF-8 replaced
};

using ecisbx::log_level;

/// How often an action may be called, over all clients of the server: they share one account.
class call_quota {
public:
    /// `calls` in each `period`, counted from the first call of a window.
    call_quota(std::string action, std::size_t calls, std::chrono::milliseconds period)
        : action_(std::move(action)), calls_(calls), period_(period) {}
    const std::string& action() const noexcept { return action_; }
    std::size_t calls() const noexcept { return calls_; }
    std::chrono::milliseconds period() const noexcept { return period_; }

private:
    std::string action_;
    std::size_t calls_;
    std::chrono::milliseconds period_;
};

/// The quotas that the service publishes, calls a minute: ExecContainerCommand 500,
/// CreateContainerGroup 1,000 and so on; see docs/local-server.md.
ECISBX_API std::vector<call_quota> vendor_quotas();

/// Settings of `start`.
class ECISBX_API options {
public:
    options() = default;
    /// Address and port; port 0 takes a free one. Default 127.0.0.1, 0.
    options& listen(std::string address, std::uint16_t port) & {
        return address_ = std::move(address), port_ = port, *this;
    }
    /// Serve https and wss. A CA and a certificate for localhost, 127.0.0.1, ::1 and the listen
    /// address are made under `state_dir` (in memory without one) and kept for the next start.
    options& tls(bool on = true) & { return tls_ = on, *this; }
    /// Folder of the server's own files, made with mode 0700. Default: none.
    options& state_dir(std::string dir) & { return state_dir_ = std::move(dir), *this; }
    /// What runs the processes. Default `bubblewrap()`.
    options& runtime(runtime_options r) & { return runtime_ = std::move(r), *this; }
    /// How exec channels speak. Default `wire::kubelet`.
    options& wire(server::wire w) & { return wire_ = w, *this; }
    /// The accepted access key. Default: a random one.
    options& access_key(std::string id, secret key) & {
        return key_id_ = std::move(id), key_secret_ = std::move(key), *this;
    }
    /// Requires this STS token with the access key. Default: none.
    options& security_token(secret token) & { return token_ = std::move(token), *this; }
    /// The region it plays. Default cn-shanghai.
    options& region(std::string id) & { return region_ = std::move(id), *this; }
    /// How far a request's time may be off. Default 15 min, as the service.
    options& clock_window(std::chrono::seconds length) & { return window_ = length, *this; }
    /// How far the server's own idea of the time is off: for tests of clients. Default 0.
    options& clock_offset(std::chrono::seconds offset) & { return offset_ = offset, *this; }
    /// Connections at once; more are refused. Default 20,000.
    options& max_connections(std::size_t count) & { return max_connections_ = count, *this; }
    /// A second listener, plain http and without authentication, for those who watch the server:
    /// `/metrics` (Prometheus text, docs/metrics.md) and `/healthz`. Port 0 takes a free one; see
    /// `local::admin_port`. Default: off. `start` refuses an address that is not loopback unless
    /// `allow_remote_admin` says that it is meant.
    options& admin(std::string address, std::uint16_t port) & {
        return admin_address_ = std::move(address), admin_port_ = port, *this;
    }
    /// Lets `admin` listen where other machines reach it. Default off.
    options& allow_remote_admin(bool on = true) & { return remote_admin_ = on, *this; }
    /// Calls of `action` beyond `calls` within `period`, counted from the first one of a window,
    /// are answered as the service does: 400 `Throttling.User`, with the time until the window's
    /// end in `x-acs-retry-after` (ms) and `x-ratelimit-user-api`. Again for the same action:
    /// replaces it. `start` refuses an action that is not served, 0 calls and a period that is not
    /// above 0 with `invalid_argument`. Default: no quota.
    options& quota(std::string action, std::size_t calls,
                   std::chrono::milliseconds period = std::chrono::minutes(1)) &;
    /// All of `vendor_quotas()`.
    options& use_vendor_quotas() &;
    /// Receives log lines, which hold no secret. Default: silent.
    options& log(std::function<void(log_level, std::string_view)> f) & {
        return log_ = std::move(f), *this;
    }

    options&& listen(std::string a, std::uint16_t p) && {
        return std::move(listen(std::move(a), p));
    }
    options&& tls(bool on = true) && { return std::move(tls(on)); }
    options&& state_dir(std::string dir) && { return std::move(state_dir(std::move(dir))); }
    options&& runtime(runtime_options r) && { return std::move(runtime(std::move(r))); }
    options&& wire(server::wire w) && { return std::move(wire(w)); }
    options&& access_key(std::string id, secret key) && {
        return std::move(access_key(std::move(id), std::move(key)));
    }
    options&& security_token(secret t) && { return std::move(security_token(std::move(t))); }
    options&& region(std::string id) && { return std::move(region(std::move(id))); }
    options&& clock_window(std::chrono::seconds l) && { return std::move(clock_window(l)); }
    options&& clock_offset(std::chrono::seconds o) && { return std::move(clock_offset(o)); }
    options&& max_connections(std::size_t n) && { return std::move(max_connections(n)); }
    options&& admin(std::string a, std::uint16_t p) && { return std::move(admin(std::move(a), p)); }
    options&& allow_remote_admin(bool on = true) && { return std::move(allow_remote_admin(on)); }
    options&& quota(std::string action, std::size_t calls,
                    std::chrono::milliseconds period = std::chrono::minutes(1)) && {
        return std::move(quota(std::move(action), calls, period));
    }
    options&& use_vendor_quotas() && { return std::move(use_vendor_quotas()); }
    options&& log(std::function<void(log_level, std::string_view)> f) && {
        return std::move(log(std::move(f)));
    }

    const std::string& address() const noexcept { return address_; }
    std::uint16_t port() const noexcept { return port_; }
    bool uses_tls() const noexcept { return tls_; }
    const std::string& state_dir() const noexcept { return state_dir_; }
    const runtime_options& runtime() const noexcept { return runtime_; }
    server::wire wire() const noexcept { return wire_; }
    const std::string& access_key_id() const noexcept { return key_id_; }
    const secret& access_key_secret() const noexcept { return key_secret_; }
    const secret& security_token() const noexcept { return token_; }
    const std::string& region() const noexcept { return region_; }
    std::chrono::seconds clock_window() const noexcept { return window_; }
    std::chrono::seconds clock_offset() const noexcept { return offset_; }
    std::size_t max_connections() const noexcept { return max_connections_; }
    /// Empty: no admin listener.
    const std::string& admin_address() const noexcept { return admin_address_; }
    std::uint16_t admin_port() const noexcept { return admin_port_; }
    bool remote_admin_allowed() const noexcept { return remote_admin_; }
    const std::vector<call_quota>& quotas() const noexcept { return quotas_; }
    const std::function<void(log_level, std::string_view)>& log() const noexcept { return log_; }

private:
    std::string address_ = "127.0.0.1";
    std::uint16_t port_ = 0;
    bool tls_ = false;
    std::string state_dir_;
    runtime_options runtime_ = runtime_options(runtime_options::kind::bubblewrap);
    server::wire wire_ = server::wire::kubelet;
    std::string key_id_;
    secret key_secret_;
    secret token_;
    std::string region_ = "cn-shanghai";
    std::chrono::seconds window_{900};
    std::chrono::seconds offset_{0};
    std::size_t max_connections_ = 20000;
    std::string admin_address_;
    std::uint16_t admin_port_ = 0;
    bool remote_admin_ = false;
    std::vector<call_quota> quotas_;
    std::function<void(log_level, std::string_view)> log_;
};

/// A running server. Copies share it; when the last one is dropped it stops at once, as by
/// `stop`, but without waiting.
/// Thread safety: none; use it on its executor.
class ECISBX_API local {
public:
    /// Settings of a client that reaches this server: endpoint, credentials and CA.
    eci::config eci_config() const;
    /// `http(s)://address:port`.
    std::string endpoint() const;
    std::uint16_t port() const;
    /// Of the admin listener; 0 when it is off.
    std::uint16_t admin_port() const;
    /// PEM file of the CA, empty without TLS.
    std::string ca_file() const;
    const std::string& access_key_id() const;
    const secret& access_key_secret() const;
    /// What the runtime isolates and what it can not here, one statement a line.
    std::vector<std::string> notes() const;

    /// Puts a group into a status that the service would decide on (`Failed`, `ScheduleFailed`,
    /// `Expired`, `Pending`, ...) with a Warning event of this reason: for tests of clients.
    /// Errors: `not_found`.
    void force_status(const std::string& group_id, const std::string& status,
                      const std::string& reason, const std::string& message);

    /// From now on only these credentials are accepted; a request with those accepted before is
    /// answered `InvalidSecurityToken.Expired`. Without `token` they are permanent ones. Open exec
    /// channels go on. For tests of clients whose credentials expire.
    /// Errors: `invalid_argument` for an empty id or secret.
    void set_credentials(std::string id, secret key, secret token = {});

    /// API calls by action since the start, or since `reset_calls`: every call with good
    /// credentials, whatever it was answered (a refusal, a throttling). For tests that bound how
    /// many calls a client makes. Opened exec channels are counted as `(exec channel)`.
    std::map<std::string, std::uint64_t> calls() const;
    /// Counts from 0 again.
    void reset_calls();

    /// Accepts no more, ends connections, sandboxes and their processes, and returns when all of
    /// them are gone. May be called again. Errors: none.
    /// Cancellation: none; it goes through with it.
    boost::asio::awaitable<void> stop();

    class ECISBX_INTERNAL impl;
    /// For the library; users get one from `start`.
    explicit local(std::shared_ptr<impl> p) : impl_(std::move(p)) {}

private:
    std::shared_ptr<impl> impl_;
};

/// Starts a server on `executor`; returns when it listens.
/// Errors: `invalid_argument`, `connection` (address in use), `unsupported` (the runtime can not
/// work here; the message says what is missing).
/// Cancellation: none, it does not wait. Thread safety: use the result on `executor`, which runs
/// on one thread.
ECISBX_API boost::asio::awaitable<local> start(boost::asio::any_io_executor executor,
                                               options settings = options());

}  // namespace ecisbx::server

#endif
