// What is between the sockets: delays, pieces, cuts.
#include "simulation/network_parts.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace ecisbx::sim {
namespace {

constexpr std::size_t longest_request = 64 * 1024;

}  // namespace

moment network::delay() {
    return moment(random_.between(static_cast<std::uint64_t>(rules_.least_delay.count()),
                                  static_cast<std::uint64_t>(rules_.most_delay.count())));
}

void network::tell(const connection_ptr& c, int end) const {
    if (c->ends[end]) changed_(c->ends[end]->fd);
}

/// What is to become of a new connection.
void network::arrange(connection& c) {
    c.window = rules_.window;
    if (random_.chance(rules_.cut)) {
        c.fate = static_cast<fault>(random_.between(1, 4));
        c.fate_lane = static_cast<int>(random_.below(2));
        c.fate_after = random_.scaled(200'000);
    }
    c.loses_end = random_.chance(rules_.lost_end);
    c.repeats = random_.chance(rules_.duplicate);
}

void network::refuse(const std::weak_ptr<socket>& client, int code) {
    auto s = client.lock();
    if (!s || s->what != socket::kind::connecting) return;
    s->what = socket::kind::failed;
    s->error = code;
    trace_.note("refused", s->port);
    changed_(s->fd);
}

void network::establish(const std::weak_ptr<socket>& client, const connection_ptr& c) {
    auto s = client.lock();
    if (!s || s->what != socket::kind::connecting || !find(s->fd)) return;
    socket* listener = nullptr;
    for (auto& [fd, one] : sockets_)
        if (one->what == socket::kind::listening && one->port == c->port &&
            one->family == c->family)
            listener = one.get();
    if (!listener) return refuse(client, ECONNREFUSED);
    s->what = socket::kind::connected;
    s->over = c;
    c->ends[0] = s.get();
    listener->backlog.push_back(c);
    changed_(s->fd);
    changed_(listener->fd);
}

void network::enqueue(const connection_ptr& c, int lane_number, packet p) {
    lane& l = c->lanes[lane_number];
    if (p.what == packet::kind::end && lane_number == 1 && std::exchange(c->loses_end, false)) {
        auto lose = random_.scaled(400);
        trace_.note("the end is lost", c->number, lose);
        ++faults_;
        while (lose > 0 && !l.flying.empty()) {
            auto& bytes = l.flying.back().bytes;
            auto cut = std::min<std::size_t>(lose, bytes.size());
            bytes.resize(bytes.size() - cut);
            lose -= cut;
            l.in_flight -= cut;
            if (!bytes.empty()) break;
            l.flying.pop_back();
        }
        p.what = packet::kind::reset;
    }
    do {
        packet piece{p.what, {}};
        auto size = p.bytes.size();
        if (rules_.pieces && size > 1) size = random_.between(1, size);
        piece.bytes = p.bytes.substr(0, size);
        p.bytes.erase(0, size);
        l.in_flight += size;
        l.flying.push_back(std::move(piece));
        l.last = std::max(l.last, time_.now() + delay());
        time_.at(l.last, [this, c, lane_number] { deliver(c, lane_number); });
    } while (!p.bytes.empty());
}

/// How much of a piece arrives before the connection's fate comes.
std::size_t network::allowed(connection& c, int lane_number, std::size_t size) {
    lane& l = c.lanes[lane_number];
    bool comes = c.fate != fault::none && c.fate_lane == lane_number;
    auto count = comes ? std::min<std::uint64_t>(size, c.fate_after - l.passed) : size;
    l.passed += count;
    return static_cast<std::size_t>(count);
}

void network::deliver(const connection_ptr& c, int lane_number) {
    lane& l = c->lanes[lane_number];
    if (l.flying.empty() || c->silent) return;
    packet p = std::move(l.flying.front());
    l.flying.pop_front();
    int receiver = 1 - lane_number;
    if (l.dead) return;
    if (p.what != packet::kind::data)
        return end_lane(c, lane_number, p.what == packet::kind::reset);
    l.in_flight -= p.bytes.size();
    if (c->gone[receiver]) {
        if (!c->absorbs || receiver != 0) {
            trace_.note("nobody is there", c->number, static_cast<std::uint64_t>(receiver));
            end_lane(c, receiver, true);
        }
        return;
    }
    auto count = allowed(*c, lane_number, p.bytes.size());
    trace_.note(lane_number == 0 ? "up" : "down", c->number, count);
    bool lost = count < p.bytes.size() || (c->fate != fault::none && c->fate_lane == lane_number &&
                                           l.passed >= c->fate_after);
    p.bytes.resize(count);
    l.received += p.bytes;
    if (lane_number == 0 && c->repeats) remember_request(c, p.bytes);
    if (count > 0) tell(c, receiver);
    if (lost) take_effect(c, lane_number);
}

void network::take_effect(const connection_ptr& c, int lane_number) {
    auto fate = std::exchange(c->fate, fault::none);
    trace_.note("fault", c->number, static_cast<std::uint64_t>(fate));
    ++faults_;
    switch (fate) {
        case fault::finish:
        case fault::reset:
            end_lane(c, 0, fate == fault::reset);
            end_lane(c, 1, fate == fault::reset);
            break;
        case fault::half: end_lane(c, lane_number, false); break;
        case fault::silence: c->silent = true; break;
        case fault::none: break;
    }
}

/// The receiver of a lane learns that nothing more comes.
void network::end_lane(const connection_ptr& c, int lane_number, bool reset) {
    lane& l = c->lanes[lane_number];
    l.dead = true;
    l.in_flight = 0;
    if (reset) {
        l.reset_here = true;
        c->lanes[1 - lane_number].dead = true;
    } else {
        l.end_here = true;
    }
    tell(c, 1 - lane_number);
    if (std::exchange(l.full, false)) tell(c, lane_number);
}

void network::remember_request(const connection_ptr& c, const std::string& bytes) {
    c->request += bytes;
    auto end = c->request.find("\r\n\r\n");
    if (end == std::string::npos && c->request.size() < longest_request) return;
    c->repeats = false;
    c->request.resize(std::min(end, c->request.size() - 4) + 4);
    auto later = random_.scaled(2'000'000'000);
    time_.at(time_.now() + moment(later), [this, c] { repeat_request(c); });
}

/// As by a proxy that had no answer: the same request again; nobody reads what is answered.
void network::repeat_request(const connection_ptr& c) {
    for (auto& [fd, one] : sockets_) {
        if (one->what != socket::kind::listening || one->port != c->port ||
            one->family != c->family)
            continue;
        auto again = std::make_shared<connection>();
        again->number = ++connections_;
        again->window = 64 * 1024;
        again->gone[0] = again->absorbs = true;
        trace_.note("a request comes twice", c->number, again->number);
        ++faults_;
        one->backlog.push_back(again);
        changed_(fd);
        enqueue(again, 0, {packet::kind::data, std::move(c->request)});
        time_.at(time_.now() + moment(random_.scaled(5'000'000'000)), [this, again] {
            again->lanes[0].finished = true;
            enqueue(again, 0, {packet::kind::end, {}});
        });
        return;
    }
}

}  // namespace ecisbx::sim
