// What a warden keeps: the surroundings in which the processes of one box run.
#ifndef ECISBX_SERVER_RUNTIME_WORLD_HPP
#define ECISBX_SERVER_RUNTIME_WORLD_HPP

#include "server/runtime/runtime.hpp"

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace ecisbx::server::runtime {

class world {
public:
    virtual ~world() = default;

    /// Makes it. May take milliseconds; gives up when `watch`, the server's socket, ends. Throws
    /// `ecisbx::error`.
    virtual void open(int watch) = 0;
    /// Beneath what the box and the process say: PATH, HOME.
    virtual environment defaults() const = 0;
    /// The folder in the world for one that was asked for; empty: the box's own.
    virtual std::string folder(const std::string& wished) const = 0;

    /// In a forked child, in this order, each 0 or errno. `enter`: limits and namespaces; then,
    /// when `forks_again`, a further fork, which a pid namespace needs; `become_user`; `confine`:
    /// the rest, after which nothing privileged can be done.
    virtual int enter(const int* stdio, int count) const = 0;
    virtual bool forks_again() const = 0;
    virtual int become_user() const = 0;
    virtual int confine() const = 0;

    /// Processes of the box that were killed for want of memory, so far.
    virtual std::uint64_t out_of_memory_kills() const = 0;
    /// To every process of the box.
    virtual void signal_all(int signal) = 0;
    /// No process left but what the world itself needs. `running`: started ones not yet reaped.
    virtual bool empty(bool running) const = 0;
    /// SIGKILL to all. Again until `gone`.
    virtual void kill_all() = 0;
    /// A child of ours that was reaped and was not started by us through `enter`.
    virtual void reaped(pid_t child) = 0;
    /// True when it has ended, by itself too, and no process is left.
    virtual bool gone() = 0;
    /// After `gone`: control group, folders. False: not yet, again later.
    virtual bool cleanup() = 0;
};

}  // namespace ecisbx::server::runtime

#endif
