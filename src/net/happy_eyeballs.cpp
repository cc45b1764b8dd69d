#include "net/happy_eyeballs.hpp"

#include <algorithm>

namespace ecisbx::net {
namespace ip = boost::asio::ip;

std::vector<ip::address> interleave_families(const std::vector<ip::address>& addresses) {
    if (addresses.empty()) return {};
    std::vector<ip::address> first, second;
    for (const auto& a : addresses)
        (a.is_v6() == addresses.front().is_v6() ? first : second).push_back(a);
    std::vector<ip::address> mixed;
    for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
        if (i < first.size()) mixed.push_back(first[i]);
        if (i < second.size()) mixed.push_back(second[i]);
    }
    return mixed;
}

std::optional<std::size_t> happy_eyeballs::start_next(core::clock::time_point now) {
    if (started_ == attempts_ || now < due_) return std::nullopt;
    due_ = now + stagger_;
    return started_++;
}

void happy_eyeballs::failed() {
    ++failures_;
    due_ = core::clock::time_point::min();
}

core::deadline happy_eyeballs::next_due() const {
    return started_ == attempts_ ? core::deadline::never() : core::deadline(due_);
}

}  // namespace ecisbx::net
