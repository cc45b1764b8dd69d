// TCP without a kernel: connections between sockets of this process, with delays and faults that a
// seed decides. Calls answer as the system's do: -1 and `errno`.
#ifndef ECISBX_TESTS_SIMULATION_NETWORK_HPP
#define ECISBX_TESTS_SIMULATION_NETWORK_HPP

#include "simulation/agenda.hpp"
#include "simulation/random.hpp"
#include "simulation/trace.hpp"

#include <sys/socket.h>
#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

namespace ecisbx::sim {

/// How a connection ends before its time.
enum class fault {
    none,
    finish,   ///< both ends see a proper end
    reset,    ///< both ends see a reset
    half,     ///< one end sees a proper end, the other direction goes on
    silence,  ///< nothing arrives any more, and nobody is told
};

/// What may happen. Probabilities are per connection.
struct network_rules {
    moment least_delay{0}, most_delay{0};  ///< of each piece
    std::size_t window = 64 * 1024;        ///< bytes that are sent and not read, at most
    bool pieces = false;                   ///< what was sent together arrives in random pieces
    double refused = 0;                    ///< connecting fails
    double unanswered = 0;                 ///< connecting gets no answer
    double cut = 0;                        ///< after some bytes, by one of `fault`
    double lost_end = 0;   ///< the last bytes before a proper end are lost, then a reset
    double duplicate = 0;  ///< a request arrives a second time, on a connection of its own
};

class network {
public:
    network(agenda& time, trace& notes, std::uint64_t seed, std::function<void(int)> changed);
    ~network();
    network(const network&) = delete;
    network& operator=(const network&) = delete;

    void rules(const network_rules& r) { rules_ = r; }

    int open();
    bool knows(int fd) const { return sockets_.count(fd) != 0; }
    int listen(int fd);
    int bind(int fd, const sockaddr* to, socklen_t size);
    int connect(int fd, const sockaddr* to, socklen_t size);
    int accept(int fd, sockaddr* peer, socklen_t* size);
    ssize_t send(int fd, const void* bytes, std::size_t size);
    ssize_t receive(int fd, void* into, std::size_t size, int flags);
    int shut(int fd);
    /// The placeholder that holds the number is the caller's to close.
    void close(int fd);
    int name(int fd, bool peer, sockaddr* into, socklen_t* size) const;
    int get_option(int fd, int level, int option, void* into, socklen_t* size);
    int set_option(int fd, int level, int option, const void* value, socklen_t size);
    /// What `poll` and `epoll` would tell of it.
    std::uint32_t state(int fd) const;

    std::size_t open_sockets() const { return sockets_.size(); }
    std::uint64_t faults() const { return faults_; }

    /// Steps of clients so far: connects, reads and writes that moved something.
    std::uint64_t steps() const { return steps_; }
    /// The step of this number fails, and its connection with it: by a reset, or by an end where
    /// that is possible. 0: none does.
    void fail_at(std::uint64_t step, fault how = fault::reset) {
        failing_step_ = step;
        failing_how_ = how;
    }
    bool has_failed() const { return failing_step_ > 0 && steps_ >= failing_step_; }

private:
    struct packet;
    struct lane;
    struct connection;
    struct socket;
    using socket_ptr = std::shared_ptr<socket>;
    using connection_ptr = std::shared_ptr<connection>;

    socket* find(int fd) const;
    int fail(int code) const;
    bool step_fails();
    ssize_t fail_step(const connection_ptr& c, bool sends, std::size_t size);
    moment delay();
    void arrange(connection& c);
    void establish(const std::weak_ptr<socket>& client, const connection_ptr& c);
    void refuse(const std::weak_ptr<socket>& client, int code);
    void enqueue(const connection_ptr& c, int lane_number, packet p);
    void deliver(const connection_ptr& c, int lane_number);
    std::size_t allowed(connection& c, int lane_number, std::size_t size);
    void take_effect(const connection_ptr& c, int lane_number);
    void remember_request(const connection_ptr& c, const std::string& bytes);
    void repeat_request(const connection_ptr& c);
    void end_lane(const connection_ptr& c, int lane_number, bool reset);
    void tell(const connection_ptr& c, int end) const;

    agenda& time_;
    trace& trace_;
    random random_;
    std::function<void(int)> changed_;
    network_rules rules_;
    std::unordered_map<int, socket_ptr> sockets_;
    std::uint16_t next_port_ = 20000;
    std::uint64_t connections_ = 0;
    std::uint64_t faults_ = 0;
    std::uint64_t steps_ = 0, failing_step_ = 0;
    fault failing_how_ = fault::reset;
};

}  // namespace ecisbx::sim

#endif
