#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "net/http_io.hpp"
#include "net/http_text.hpp"
#include "net/http_writer.hpp"
#include "net/websocket_impl.hpp"
#include "proto/ws_handshake.hpp"

#include <algorithm>
#include <utility>

namespace ecisbx::net {

namespace asio = boost::asio;
using core::deadline;

namespace {

constexpr http_limits answer_limits{32 * 1024, 16 * 1024};
constexpr std::size_t longest_excerpt = 200;

std::string write_upgrade_request(const websocket::request& what, const std::string& key) {
    http_request request;
    request.target = what.target;
    request.headers.add("Host", what.authority);
    request.headers.add("Upgrade", "websocket");
    request.headers.add("Sec-WebSocket-Version", "13");
    request.headers.add("Sec-WebSocket-Key", key);
    std::string offered;
    for (const auto& name : what.subprotocols) offered += (offered.empty() ? "" : ", ") + name;
    if (!offered.empty()) request.headers.add("Sec-WebSocket-Protocol", offered);
    for (const auto& [name, value] : what.headers) request.headers.add(name, value);
    std::string head = write_request_head(request);
    head.resize(head.size() - 2);  // the empty line: one field is still to come
    append_field(head, "Connection", "Upgrade");
    return head + "\r\n";
}

errc condition_of(int status) {
    if (status == 401 || status == 403) return errc::forbidden;
    if (status == 404 || status == 410) return errc::not_found;
    return status >= 500 ? errc::unavailable : errc::protocol;
}

// Pieces of the target that could be a secret must not come back out of a server's error page.
bool repeats_target(const std::string& text, std::string_view target) {
    while (!target.empty()) {
        const auto end = std::min(target.find_first_of("/?&="), target.size());
        const auto piece = target.substr(0, end);
        target.remove_prefix(std::min(end + 1, target.size()));
        if (piece.size() < 6) continue;
        if (text.find(piece) != std::string::npos) return true;
        const auto decoded = core::percent_decode(piece);
        if (!decoded || text.find(*decoded) != std::string::npos) return true;
    }
    return false;
}

std::string excerpt(const std::string& body, const std::string& target) {
    if (body.empty() || repeats_target(body, target)) return {};
    std::string line = body.substr(0, longest_excerpt);
    for (char& c : line)
        if (core::is_ascii_control(c)) c = ' ';
    return ": " + line;
}

[[noreturn]] void throw_refused(int status, const std::string& detail) {
    error_info info(condition_of(status), "the server did not agree to a WebSocket: HTTP " +
                                              std::to_string(status) + ' ' +
                                              std::string(reason_phrase(status)) + detail);
    info.http_status = status;
    throw error(std::move(info));
}

[[noreturn]] void throw_protocol(const char* what) {
    throw error(errc::protocol, std::string("malformed WebSocket handshake: ") + what);
}

void check_answer(const http_response& answer, const std::string& key,
                  const std::vector<std::string>& offered) {
    const auto& fields = answer.headers;
    if (!list_has(fields.joined("upgrade"), "websocket"))
        throw_protocol("the answer has no Upgrade field");
    if (!list_has(fields.joined("connection"), "upgrade"))
        throw_protocol("the answer's Connection field does not say upgrade");
    if (fields.joined("sec-websocket-accept") != proto::ws_accept_for(key))
        throw_protocol("the answer's key is wrong");
    if (fields.has("sec-websocket-extensions"))
        throw_protocol("the answer has an extension that was not offered");
    if (fields.has("sec-websocket-protocol") &&
        std::ranges::find(offered, fields.joined("sec-websocket-protocol")) == offered.end())
        throw_protocol("the answer has a subprotocol that was not offered");
}

// A refusal's body is only a help: one that is cut or too long does not hide the status.
asio::awaitable<http_response> read_answer(stream& on, read_buffer& buffer, deadline until) {
    http_reader reader(http_reader::kind::response, answer_limits);
    try {
        co_await read_response(on, reader, buffer, until, until);
    } catch (const error& e) {
        if (e.code() == errc::canceled || !reader.status_known()) throw;
    }
    co_return reader.take_response();
}

}  // namespace

asio::awaitable<websocket> websocket::connect(stream over, request what, websocket_options options,
                                              deadline until) {
    const std::string key = proto::ws_make_key();
    const std::string head = write_upgrade_request(what, key);
    co_await over.write(asio::buffer(head), until);
    read_buffer buffer;
    const http_response answer = co_await read_answer(over, buffer, until);
    if (answer.status != 101) throw_refused(answer.status, excerpt(answer.body, what.target));
    check_answer(answer, key, what.subprotocols);

    websocket session;
    session.impl_ = std::make_shared<impl>(std::move(over), proto::ws_role::client, options);
    session.impl_->subprotocol = answer.headers.joined("sec-websocket-protocol");
    session.impl_->in.append(buffer.text());
    co_return session;
}

bool websocket::is_upgrade(const http_request& head) {
    const auto& fields = head.headers;
    return head.method == "GET" && head.body.empty() &&
           list_has(fields.joined("upgrade"), "websocket") &&
           list_has(fields.joined("connection"), "upgrade") &&
           fields.joined("sec-websocket-version") == "13" &&
           proto::ws_is_key(fields.joined("sec-websocket-key"));
}

asio::awaitable<websocket> websocket::accept(stream over, const http_request& head,
                                             std::string rest, std::string subprotocol,
                                             websocket_options options, deadline until) {
    std::string answer = "HTTP/1.1 101 Switching Protocols\r\n";
    append_field(answer, "Upgrade", "websocket");
    append_field(answer, "Connection", "Upgrade");
    append_field(answer, "Sec-WebSocket-Accept",
                 proto::ws_accept_for(head.headers.joined("sec-websocket-key")));
    if (!subprotocol.empty()) append_field(answer, "Sec-WebSocket-Protocol", subprotocol);
    answer += "\r\n";
    co_await over.write(asio::buffer(answer), until);

    websocket session;
    session.impl_ = std::make_shared<impl>(std::move(over), proto::ws_role::server, options);
    session.impl_->subprotocol = std::move(subprotocol);
    session.impl_->in.append(rest);
    co_return session;
}

}  // namespace ecisbx::net
