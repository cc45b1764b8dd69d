// Where the caller of the API takes the key of each attempt from.
#ifndef ECISBX_ECI_CREDENTIALS_SOURCE_HPP
#define ECISBX_ECI_CREDENTIALS_SOURCE_HPP

#include <ecisbx/eci/config.hpp>

#include "core/deadline.hpp"
#include "eci/credentials/provider.hpp"
#include "net/dial.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ecisbx::eci {

/// Credentials, and who gave them.
class key_grant {
public:
    key_grant() = default;
    credentials keys;
    std::string source;
    std::uint64_t generation = 0;  ///< other ones have another number
};

/// Whether refused credentials were replaced.
class replacement {
public:
    replacement() = default;
    bool done = false;
    std::string why_not;
};

class credentials_source {
public:
    virtual ~credentials_source() = default;
    /// Throws `unauthenticated` (no source gives any, with a line for each), `timeout`, `canceled`.
    virtual boost::asio::awaitable<key_grant> current(core::deadline until) = 0;
    /// After the service refused those of `generation`: asks for others, once for all who ask.
    /// Throws `timeout`, `canceled`.
    virtual boost::asio::awaitable<replacement> replace(std::uint64_t generation,
                                                        core::deadline until) = 0;
    /// What each source said when they were asked last.
    virtual std::vector<source_report> reports() const = 0;
};

/// As the settings say. `how` reaches STS and credential URIs. No I/O; throws `invalid_argument`
/// for a role or session name that can not be right.
std::shared_ptr<credentials_source> make_credentials_source(boost::asio::any_io_executor executor,
                                                            const config& settings,
                                                            std::shared_ptr<const net::dialer> how);

}  // namespace ecisbx::eci

#endif
