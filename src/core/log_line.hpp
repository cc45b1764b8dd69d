// A line of `key=value` pairs (logfmt) that no value can break out of.
#ifndef ECISBX_CORE_LOG_LINE_HPP
#define ECISBX_CORE_LOG_LINE_HPP

#include <chrono>
#include <concepts>
#include <string>
#include <string_view>

namespace ecisbx::core {

class log_line {
public:
    explicit log_line(std::string_view event) { add("event", event); }

    /// `key` is a literal. The value is quoted and escaped where it has anything but harmless
    /// printable ASCII.
    log_line& add(std::string_view key, std::string_view value);
    log_line& add(std::string_view key, std::integral auto value) {
        return put(key, std::to_string(value));
    }
    log_line& add(std::string_view key, bool value) { return put(key, value ? "true" : "false"); }
    /// So that a literal is not taken for a bool.
    log_line& add(std::string_view key, const char* value) {
        return add(key, std::string_view(value));
    }
    /// As milliseconds with three decimals.
    log_line& add(std::string_view key, std::chrono::microseconds length);
    /// Nothing for an empty value.
    log_line& add_if(std::string_view key, std::string_view value) {
        return value.empty() ? *this : add(key, value);
    }

    const std::string& text() const { return text_; }

private:
    log_line& put(std::string_view key, std::string_view text);

    std::string text_;
};

}  // namespace ecisbx::core

#endif
