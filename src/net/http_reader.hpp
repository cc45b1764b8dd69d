// Reads one HTTP/1.1 message, without I/O. Strict, so that no two readers disagree about where a
// message ends: one Content-Length or `Transfer-Encoding: chunked`, never both; CRLF only. (Beast's
// parser is not used: an assertion in it stops a debug build when "0\r\n\r" arrives apart.)
#ifndef ECISBX_NET_HTTP_READER_HPP
#define ECISBX_NET_HTTP_READER_HPP

#include "net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace ecisbx::net {

class http_reader {
public:
    enum class kind { request, response, response_to_head };

    http_reader(kind what, http_limits limits) : kind_(what), limits_(limits) {}

    /// Takes bytes in the order they come and returns how many it used: all, unless the message
    /// ended within them or was refused.
    std::size_t feed(std::string_view bytes);
    /// The stream has ended: completes a body that goes to the end, refuses any other.
    void feed_end();

    bool begun() const { return begun_; }  ///< there was a byte
    bool head_done() const { return state_ >= state::body_sized && !refused(); }
    bool done() const { return state_ == state::done && !refused(); }

    /// Not 0: the message is malformed, or more than we take. The status a server answers with.
    int refused() const { return refusal_; }
    const char* why() const { return why_; }  ///< static text, nothing of the peer's
    bool cut() const { return cut_; }         ///< refused because the stream ended in the message

    /// The head of a final answer is here, whatever became of its body.
    bool status_known() const { return final_head_; }

    /// These three are right from `head_done()` on.
    bool keep_alive() const { return keep_alive_; }
    bool is_http_1_1() const { return minor_ == 1; }
    bool expects_continue() const { return expects_continue_; }

    /// Precondition: `done()`, or `status_known()` where a cut body will do.
    http_request take_request();
    http_response take_response();

private:
    enum class state {
        start_line,
        fields,  // of the head
        body_sized,
        body_to_end,
        chunk_size,
        chunk_data,
        chunk_end,
        trailers,  // of the body
        done,
    };

    std::size_t feed_line(std::string_view bytes);
    std::size_t feed_body(std::string_view bytes);
    void on_line(std::string_view line);
    void on_request_line(std::string_view line);
    void on_status_line(std::string_view line);
    bool on_version(std::string_view text);
    void on_field(std::string_view line);
    void on_head_end();
    void on_request_head();
    void choose_body();
    void choose_sized_body(std::string_view length);
    void on_chunk_size(std::string_view line);
    void expect_body(std::uint64_t more);
    void restart_after_interim();
    void refuse(int status, const char* why);
    bool is_response() const { return kind_ != kind::request; }

    kind kind_;
    http_limits limits_;
    state state_ = state::start_line;
    std::string line_;            // start of a line whose end has not come
    std::size_t head_bytes_ = 0;  // all lines but those of chunks
    std::uint64_t body_left_ = 0;
    int refusal_ = 0;
    const char* why_ = "";
    bool begun_ = false, cut_ = false, final_head_ = false, keep_alive_ = true,
         expects_continue_ = false;
    int minor_ = 1;
    unsigned interim_ = 0;  // 1xx answers skipped

    std::string method_, target_;
    int status_ = 0;
    http_headers headers_;
    std::string body_;
};

}  // namespace ecisbx::net

#endif
