// The last bytes of a container's output.
#ifndef ECISBX_SERVER_LIFECYCLE_LOG_RING_HPP
#define ECISBX_SERVER_LIFECYCLE_LOG_RING_HPP

#include <cstddef>
#include <string>
#include <string_view>

namespace ecisbx::server::lifecycle {

class log_ring {
public:
    static constexpr std::size_t capacity = 64 * 1024;

    void append(std::string_view bytes) {
        text_ += bytes;
        if (text_.size() >= 2 * capacity) text_.erase(0, text_.size() - capacity);
    }
    /// At most `capacity` bytes.
    std::string_view text() const {
        std::string_view all = text_;
        return all.size() > capacity ? all.substr(all.size() - capacity) : all;
    }

private:
    std::string text_;  // up to twice the capacity, so that old bytes are moved away rarely
};

}  // namespace ecisbx::server::lifecycle

#endif
