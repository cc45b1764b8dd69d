/// @file
/// A string that must not be seen: keys, tokens, exec URLs.
#ifndef ECISBX_SECRET_HPP
#define ECISBX_SECRET_HPP

#include <ecisbx/export.hpp>

#include <iosfwd>
#include <string>
#include <string_view>

namespace ecisbx {

/// Owns secret bytes. Memory is overwritten with zeros before it is given back (also on
/// assignment and after a move); printing it prints `***` (or nothing when it is empty).
/// Thread safety: as a `std::string`.
class ECISBX_API secret {
public:
    secret() = default;
    /// Copies `text`; the copy that the caller has is the caller's to wipe.
    secret(std::string_view text);
    /// The same.
    secret(const std::string& text) : secret(std::string_view(text)) {}
    /// The same, of text that ends with NUL.
    secret(const char* text) : secret(std::string_view(text)) {}
    secret(const secret& other);
    secret(secret&& other) noexcept;
    secret& operator=(const secret& other);
    secret& operator=(secret&& other) noexcept;
    ~secret();

    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }

    /// The bytes themselves. The view ends with this object; whoever copies it owns the risk.
    std::string_view reveal() const noexcept { return {data_, size_}; }

    /// Compares in time that depends on the lengths only.
    ECISBX_API friend bool operator==(const secret& a, const secret& b) noexcept;

private:
    void wipe() noexcept;
    char* data_ = nullptr;  // not std::string: its small buffer is copied around by moves
    std::size_t size_ = 0;
};

/// `***`, or nothing when it is empty.
ECISBX_API std::ostream& operator<<(std::ostream& os, const secret& s);

}  // namespace ecisbx

#endif
