#include "net/websocket_upgrade.hpp"

#include "core/ascii.hpp"
#include "core/percent.hpp"
#include "core/utf8.hpp"
#include "net/http_text.hpp"
#include "net/http_writer.hpp"
#include "proto/ws_handshake.hpp"

#include <ecisbx/error.hpp>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

namespace ecisbx::net {
namespace {

constexpr std::size_t longest_excerpt = 200;

errc condition_of(int status) {
    if (status == 401 || status == 403) return errc::forbidden;
    if (status == 404 || status == 410) return errc::not_found;
    return status >= 500 ? errc::unavailable : errc::protocol;
}

// So many characters in a row of what may be a secret tell too much of it.
constexpr std::size_t telling = 6;

bool repeats(std::string_view text, std::string_view secret) {
    for (std::size_t i = 0; i + telling <= secret.size(); ++i)
        if (text.find(secret.substr(i, telling)) != text.npos) return true;
    return false;
}

// Pieces of the target that could be a secret must not come back out of a server's error page, not
// even where the page has cut them.
bool repeats_target(std::string_view text, std::string_view target) {
    while (!target.empty()) {
        const auto end = std::min(target.find_first_of("/?&="), target.size());
        const auto piece = target.substr(0, end);
        target.remove_prefix(std::min(end + 1, target.size()));
        if (piece.size() < telling) continue;
        const auto decoded = core::percent_decode(piece);
        if (!decoded || repeats(text, piece) || repeats(text, *decoded)) return true;
    }
    return false;
}

std::string excerpt(const std::string& body, const std::string& target) {
    std::string line = core::to_valid_utf8(std::string_view(body).substr(0, longest_excerpt));
    if (line.empty() || repeats_target(line, target)) return {};
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

void check_agreement(const http_response& answer, const std::string& key,
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

}  // namespace

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

void check_upgrade_answer(const http_response& answer, const std::string& key,
                          const websocket::request& what) {
    if (answer.status != 101) throw_refused(answer.status, excerpt(answer.body, what.target));
    check_agreement(answer, key, what.subprotocols);
}

bool websocket::is_upgrade(const http_request& head) {
    const auto& fields = head.headers;
    return head.method == "GET" && head.body.empty() &&
           list_has(fields.joined("upgrade"), "websocket") &&
           list_has(fields.joined("connection"), "upgrade") &&
           fields.joined("sec-websocket-version") == "13" &&
           proto::ws_is_key(fields.joined("sec-websocket-key"));
}

}  // namespace ecisbx::net
