// One place that credentials may come from.
#ifndef ECISBX_ECI_CREDENTIALS_PROVIDER_HPP
#define ECISBX_ECI_CREDENTIALS_PROVIDER_HPP

#include <ecisbx/eci/credentials.hpp>

#include "core/deadline.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::eci {

enum class source_state { gave, not_set, disabled, failed, not_asked };

/// For people: no secret in it.
struct source_report {
    std::string source;
    source_state state = source_state::not_asked;
    std::string text;  ///< which of its parts gave them, or why it gave none
};

/// One line: `name: not set: why`.
std::string to_line(const source_report& report);

/// What a provider answers when it did not fail.
class provider_answer {
public:
    static provider_answer given(credentials keys, std::string text) {
        return {source_state::gave, std::move(keys), std::move(text)};
    }
    static provider_answer not_set(std::string why) {
        return {source_state::not_set, credentials(), std::move(why)};
    }
    static provider_answer disabled(std::string why) {
        return {source_state::disabled, credentials(), std::move(why)};
    }

    source_state state;
    credentials keys;
    std::string text;

private:
    provider_answer(source_state s, credentials k, std::string t)
        : state(s), keys(std::move(k)), text(std::move(t)) {}
};

/// Single-threaded. One `ask` at a time; the object outlives it.
class credentials_provider {
public:
    virtual ~credentials_provider() = default;
    virtual std::string name() const = 0;
    /// The same for observers: one word, always the same.
    virtual std::string_view id() const = 0;
    /// Throws `ecisbx::error` when it is set up but gives nothing: its message has no secret.
    virtual boost::asio::awaitable<provider_answer> ask(core::deadline until) = 0;
    /// Of its parts, when it has some; else nothing.
    virtual std::vector<source_report> reports() const { return {}; }
};
using provider_ptr = std::shared_ptr<credentials_provider>;

}  // namespace ecisbx::eci

#endif
