#include "core/time.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace ecisbx::core {
namespace {

namespace chr = std::chrono;

constexpr std::array<std::string_view, 7> weekdays = {"Sun", "Mon", "Tue", "Wed",
                                                      "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct parts {
    chr::year_month_day date;
    chr::weekday weekday;
    unsigned hour, minute, second;
};

parts split(utc_time at) {
    constexpr utc_time first = chr::sys_days(chr::year(0) / 1 / 1);
    constexpr utc_time last = chr::sys_days(chr::year(10000) / 1 / 1) - chr::seconds(1);
    at = std::clamp(at, first, last);
    auto day = chr::floor<chr::days>(at);
    chr::hh_mm_ss<chr::seconds> clock(at - day);
    return {chr::year_month_day(day), chr::weekday(day),
            static_cast<unsigned>(clock.hours().count()),
            static_cast<unsigned>(clock.minutes().count()),
            static_cast<unsigned>(clock.seconds().count())};
}

/// Reads fixed text and numbers from the front of a date; after the first mismatch it is `bad`.
class reader {
public:
    explicit reader(std::string_view text) : left_(text) {}

    unsigned number(std::size_t digits) {
        unsigned value = 0;
        for (char c : take(digits)) {
            if (c < '0' || c > '9') bad_ = true;
            value = value * 10 + static_cast<unsigned>(c - '0');
        }
        return value;
    }
    void literal(std::string_view expected) {
        if (take(expected.size()) != expected) bad_ = true;
    }
    template <std::size_t N>
    unsigned one_of(const std::array<std::string_view, N>& names) {
        auto found = std::find(names.begin(), names.end(), take(3));
        if (found == names.end()) bad_ = true;
        return static_cast<unsigned>(found - names.begin());
    }
    bool ended_well() const { return !bad_ && left_.empty(); }

private:
    std::string_view take(std::size_t count) {
        if (left_.size() < count) bad_ = true;
        auto piece = left_.substr(0, count);
        left_.remove_prefix(piece.size());
        return piece;
    }
    std::string_view left_;
    bool bad_ = false;
};

std::optional<utc_time> join(chr::year_month_day date, unsigned hour, unsigned minute,
                             unsigned second, unsigned last_second) {
    if (!date.ok() || hour > 23 || minute > 59 || second > last_second) return std::nullopt;
    return chr::sys_days(date) + chr::hours(hour) + chr::minutes(minute) + chr::seconds(second);
}

chr::year_month_day date_of(unsigned year, unsigned month, unsigned day) {
    return {chr::year(static_cast<int>(year)), chr::month(month), chr::day(day)};
}

}  // namespace

utc_time utc_now() {
    return chr::floor<chr::seconds>(chr::system_clock::now());
}

std::string format_rfc3339(utc_time at) {
    auto p = split(at);
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02u:%02u:%02uZ", int(p.date.year()),
                  unsigned(p.date.month()), unsigned(p.date.day()), p.hour, p.minute, p.second);
    return text;
}

std::optional<utc_time> parse_rfc3339(std::string_view text) {
    reader r(text);
    auto year = r.number(4);
    r.literal("-");
    auto month = r.number(2);
    r.literal("-");
    auto day = r.number(2);
    r.literal("T");
    auto hour = r.number(2);
    r.literal(":");
    auto minute = r.number(2);
    r.literal(":");
    auto second = r.number(2);
    r.literal("Z");
    if (!r.ended_well()) return std::nullopt;
    return join(date_of(year, month, day), hour, minute, second, 59);
}

std::string format_http_date(utc_time at) {
    auto p = split(at);
    char text[40];
    std::snprintf(text, sizeof text, "%.3s, %02u %.3s %04d %02u:%02u:%02u GMT",
                  weekdays[p.weekday.c_encoding()].data(), unsigned(p.date.day()),
                  months[unsigned(p.date.month()) - 1].data(), int(p.date.year()), p.hour, p.minute,
                  p.second);
    return text;
}

std::optional<utc_time> parse_http_date(std::string_view text) {
    reader r(text);
    auto weekday = r.one_of(weekdays);
    r.literal(", ");
    auto day = r.number(2);
    r.literal(" ");
    auto month = r.one_of(months) + 1;
    r.literal(" ");
    auto year = r.number(4);
    r.literal(" ");
    auto hour = r.number(2);
    r.literal(":");
    auto minute = r.number(2);
    r.literal(":");
    auto second = r.number(2);
    r.literal(" GMT");
    if (!r.ended_well()) return std::nullopt;
    auto at = join(date_of(year, month, day), hour, minute, second, 60);
    if (!at || chr::weekday(chr::sys_days(date_of(year, month, day))) != chr::weekday(weekday))
        return std::nullopt;
    return at;
}

}  // namespace ecisbx::core
