// UTF-8: checks, and decoding of text that arrives in pieces.
#ifndef ECISBX_CORE_UTF8_HPP
#define ECISBX_CORE_UTF8_HPP

#include <string>
#include <string_view>

namespace ecisbx::core {

/// Well-formed by table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing
/// above U+10FFFF. NUL is a character like any other.
bool is_valid_utf8(std::string_view bytes) noexcept;

/// Turns pieces of a byte stream into well-formed text. A character that a piece cuts is held
/// (at most 3 bytes) until the rest comes; each maximal ill-formed part becomes one U+FFFD, as
/// browsers do. The result does not depend on where the pieces were cut.
class utf8_decoder {
public:
    /// The whole characters now known.
    std::string feed(std::string_view bytes);
    /// No more bytes come: a held start of a character becomes U+FFFD. Ready for a new stream then.
    std::string finish();

private:
    std::string held_;
};

/// All of `bytes` as well-formed text, U+FFFD for what is not.
std::string to_valid_utf8(std::string_view bytes);

}  // namespace ecisbx::core

#endif
