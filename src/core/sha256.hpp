// Digests and comparison for signatures. Digests are raw bytes unless the name says hex.
#ifndef ECISBX_CORE_SHA256_HPP
#define ECISBX_CORE_SHA256_HPP

#include <memory>
#include <string>
#include <string_view>

namespace ecisbx::core {

/// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// The same of bytes that come in pieces.
class sha256_stream {
public:
    sha256_stream();
    ~sha256_stream();
    sha256_stream(sha256_stream&&) noexcept;
    sha256_stream& operator=(sha256_stream&&) noexcept;

    void update(std::string_view bytes);
    /// Of all bytes so far; more may follow.
    std::string hex() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

/// 20 bytes. For signatures of the first generation only.
std::string hmac_sha1(std::string_view key, std::string_view bytes);

/// Takes time that depends on the lengths only.
bool constant_time_equal(std::string_view a, std::string_view b) noexcept;

}  // namespace ecisbx::core

#endif
