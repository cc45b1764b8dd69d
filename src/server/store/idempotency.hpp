// Memory of client tokens: the same call again gives the first result again.
#ifndef ECISBX_SERVER_STORE_IDEMPOTENCY_HPP
#define ECISBX_SERVER_STORE_IDEMPOTENCY_HPP

#include "server/clock.hpp"

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>

namespace ecisbx::server::store {

class idempotency {
public:
    idempotency(clock_function clock, std::chrono::seconds lifetime, std::size_t capacity);

    struct answer {
        enum class kind { fresh, repeated, mismatch };
        kind what = kind::fresh;
        std::string result;  ///< repeated: that of the first call
    };
    /// `fingerprint`: of everything that must be equal in a repetition.
    answer look_up(const std::string& action, const std::string& token,
                   const std::string& fingerprint);
    /// When full, the oldest is forgotten before its time.
    void remember(const std::string& action, const std::string& token, std::string fingerprint,
                  std::string result);
    std::size_t size() const { return entries_.size(); }

private:
    struct entry {
        std::string fingerprint, result;
    };
    void purge();

    clock_function clock_;
    std::chrono::seconds lifetime_;
    std::size_t capacity_;
    std::unordered_map<std::string, entry> entries_;
    std::deque<std::pair<time_point, std::string>> order_;
};

}  // namespace ecisbx::server::store

#endif
