/// @file
/// How a container's health is asked for, and what runs at its start and before its end.
#ifndef ECISBX_ECI_PROBE_HPP
#define ECISBX_ECI_PROBE_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/eci/option_node.hpp>
#include <ecisbx/export.hpp>

#include <chrono>
#include <string>
#include <utility>

namespace ecisbx::eci {

/// A liveness or readiness probe, of exactly one of three kinds.
class ECISBX_API probe {
public:
    /// Healthy when the answer's status is 200 to 399. `scheme`: `HTTP` or `HTTPS`.
    static probe http(int port, std::string path = "/", std::string scheme = "HTTP");
    /// Healthy when the command exits with 0. At most 20 elements.
    static probe exec(ecisbx::command argv);
    /// Healthy when the port takes a connection.
    static probe tcp(int port);

    /// Before the first one. Default 0; at least 0.
    probe& initial_delay(std::chrono::seconds v) & { return put("InitialDelaySeconds", v.count()); }
    probe&& initial_delay(std::chrono::seconds v) && { return std::move(initial_delay(v)); }
    /// From one to the next. Default 10; at least 1.
    probe& period(std::chrono::seconds v) & { return put("PeriodSeconds", v.count()); }
    probe&& period(std::chrono::seconds v) && { return std::move(period(v)); }
    /// For one. Default 1; at least 1.
    probe& timeout(std::chrono::seconds v) & { return put("TimeoutSeconds", v.count()); }
    probe&& timeout(std::chrono::seconds v) && { return std::move(timeout(v)); }
    /// In a row, to count as healthy. Default 1; at least 1, for liveness exactly 1.
    probe& successes(int v) & { return put("SuccessThreshold", v); }
    probe&& successes(int v) && { return std::move(successes(v)); }
    /// In a row, to count as ill. Default 3; at least 1.
    probe& failures(int v) & { return put("FailureThreshold", v); }
    probe&& failures(int v) && { return std::move(failures(v)); }

    const option_node& node() const noexcept { return node_; }

private:
    probe() = default;
    probe& put(const char* name, std::int64_t v) { return node_.put(name, v), *this; }
    option_node node_;
};

/// What a container does after its start or before its end: exactly one of three kinds.
class ECISBX_API lifecycle_handler {
public:
    /// At most 20 elements.
    static lifecycle_handler exec(ecisbx::command argv);
    /// A GET. `scheme`: `HTTP` or `HTTPS`.
    static lifecycle_handler http(int port, std::string path = "/", std::string scheme = "HTTP");
    /// Opens a connection to the port.
    static lifecycle_handler tcp(int port);

    /// Of `http` and `tcp`. Default: the group's own address.
    lifecycle_handler& host(std::string v) &;
    lifecycle_handler&& host(std::string v) && { return std::move(host(std::move(v))); }
    /// Of `http`: one more header.
    lifecycle_handler& header(std::string name, std::string value) &;
    lifecycle_handler&& header(std::string name, std::string value) && {
        return std::move(header(std::move(name), std::move(value)));
    }

    const option_node& node() const noexcept { return node_; }

private:
    lifecycle_handler() = default;
    option_node node_;
};

}  // namespace ecisbx::eci

#endif
