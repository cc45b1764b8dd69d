// Reads a proxy's answer to CONNECT, without I/O.
#ifndef ECISBX_NET_PROXY_ANSWER_HPP
#define ECISBX_NET_PROXY_ANSWER_HPP

#include <string>
#include <string_view>

namespace ecisbx::net {

class proxy_answer {
public:
    /// `had_credentials`: the request had them; for the message of a 407.
    explicit proxy_answer(bool had_credentials) : had_credentials_(had_credentials) {}

    /// Throws as `proxy_connect`, for a cut the caller does. After a throw it is of no more use.
    void feed(std::string_view bytes);
    /// The tunnel is there.
    bool done() const { return done_; }

private:
    bool had_credentials_;
    bool done_ = false;
    std::string head_;
};

}  // namespace ecisbx::net

#endif
