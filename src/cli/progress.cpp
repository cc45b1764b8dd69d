#include "cli/progress.hpp"

#include <algorithm>
#include <cstddef>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <sstream>

namespace ecisbx::cli {
namespace {

constexpr std::size_t bar_width = 30;
constexpr auto between = std::chrono::milliseconds(200);
// Back to the first column, and whatever was longer is gone.
constexpr const char* clear_line = "\r\033[K";

const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

/// The unit in which `value` has at most four digits before the point.
std::size_t unit_of(double value) {
    std::size_t unit = 0;
    for (; value >= 1024 && unit + 1 < std::size(units); value /= 1024) ++unit;
    return unit;
}

std::string amount(double value, std::size_t unit) {
    for (std::size_t i = 0; i < unit; ++i) value /= 1024;
    std::ostringstream text;
    text << std::fixed << std::setprecision(unit == 0 ? 0 : 1) << value;
    return text.str();
}

}  // namespace

std::string progress_text(std::uint64_t bytes, std::optional<std::uint64_t> total,
                          std::chrono::milliseconds elapsed) {
    std::ostringstream text;
    auto moved = static_cast<double>(bytes);
    auto unit = unit_of(static_cast<double>(total.value_or(bytes)));
    if (total) {
        // A file that grows may have more than it was said to.
        auto share = *total == 0 ? 1.0 : std::min(1.0, moved / static_cast<double>(*total));
        auto filled = static_cast<std::size_t>(share * bar_width);
        text << '[' << std::string(filled, '#') << std::string(bar_width - filled, ' ') << "] "
             << std::setw(3) << static_cast<int>(share * 100) << "%  ";
    }
    text << amount(moved, unit);
    if (total) text << " of " << amount(static_cast<double>(*total), unit);
    text << ' ' << units[unit];
    if (elapsed.count() > 0) {
        auto rate = moved * 1000 / static_cast<double>(elapsed.count());
        text << "  " << amount(rate, unit_of(rate)) << ' ' << units[unit_of(rate)] << "/s";
    }
    return text.str();
}

void progress_line::show(std::uint64_t bytes, std::optional<std::uint64_t> total) {
    auto now = clock::now();
    if (bytes == 0) begun_ = now;  // a transfer that is begun again, too
    bool last = total && bytes >= *total;
    if (!last && now < next_) return;
    next_ = now + between;
    auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - begun_);
    std::cerr << clear_line << progress_text(bytes, total, elapsed) << std::flush;
    shown_ = true;
}

progress_line::~progress_line() {
    if (shown_) std::cerr << clear_line << std::flush;
}

}  // namespace ecisbx::cli
