// Unguessable bytes and names, all from OpenSSL's generator.
#ifndef ECISBX_CORE_RANDOM_HPP
#define ECISBX_CORE_RANDOM_HPP

#include <cstddef>
#include <functional>
#include <string>

namespace ecisbx::core {

/// `count` random bytes. This and all below throw `errc::unavailable` in the case, not seen in
/// practice, that the system gives no randomness: never a weaker answer.
std::string random_bytes(std::size_t count);

/// `2 * bytes` lower-case hexadecimal digits; `random_hex(16)` is a nonce of 128 bits.
std::string random_hex(std::size_t bytes);

/// `count` characters of `[a-z0-9]`, uniform: about 5.17 bits each.
std::string random_alnum(std::size_t count);

/// Version 4 UUID, `xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx`.
std::string uuid();
std::string uuid_upper();

/// Gives numbers in [0, 1). Injected wherever a decision is random, so that tests choose.
using random_source = std::function<double()>;

/// The real one.
random_source system_random();

}  // namespace ecisbx::core

#endif
