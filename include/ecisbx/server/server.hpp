// The local server, to embed: the wire protocols of the services over an embedded runtime.
#ifndef ECISBX_SERVER_SERVER_HPP
#define ECISBX_SERVER_SERVER_HPP

#include <ecisbx/eci/config.hpp>
#include <ecisbx/secret.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::server {

/// What runs the sandboxes' processes; made by `bubblewrap()`, `process()` or `synthetic()`.
class runtime_options {
public:
    enum class kind { bubblewrap, process, synthetic };
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
runtime_options bubblewrap();
/// Plain child processes, for machines that forbid namespaces. NO ISOLATION.
runtime_options process();
/// Answers from memory, without any process: for load tests. Knows `true`, `false`, `echo`,
/// `cat`, `exit N`, `sleep S` and `yes N` (N bytes).
runtime_options synthetic();

/// How the exec channel speaks; see docs/decisions. `kubelet`, the default, honours the
/// subprotocol that the client offers and without one behaves like the kubelet.
enum class wire { kubelet, v4, v5, silent, raw, text };

enum class log_level { debug, info, warning, error };

class options {
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
    options& runtime(runtime_options r) & { return runtime_ = std::move(r), *this; }
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
    std::function<void(log_level, std::string_view)> log_;
};

/// A running server. Copies share it; when the last one is dropped it stops at once, as by
/// `stop`, but without waiting.
/// Thread safety: none; use it on its executor.
class local {
public:
    /// Settings of a client that reaches this server: endpoint, credentials and CA.
    eci::config eci_config() const;
    /// `http(s)://address:port`.
    std::string endpoint() const;
    std::uint16_t port() const;
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

    /// Accepts no more, ends connections, sandboxes and their processes, and returns when all of
    /// them are gone.
    boost::asio::awaitable<void> stop();

    class impl;
    explicit local(std::shared_ptr<impl> p) : impl_(std::move(p)) {}

private:
    std::shared_ptr<impl> impl_;
};

/// Starts a server on `executor`; returns when it listens.
/// Errors: `invalid_argument`, `connection` (address in use), `unsupported` (the runtime can not
/// work here; the message says what is missing).
boost::asio::awaitable<local> start(boost::asio::any_io_executor executor,
                                    options settings = options());

}  // namespace ecisbx::server

#endif
