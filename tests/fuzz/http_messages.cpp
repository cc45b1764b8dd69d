// HTTP heads and bodies, of requests and answers, sized and chunked, whole and in pieces; the
// WebSocket handshake that is made of them, and a proxy's answer to CONNECT.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/utf8.hpp"
#include "net/http_reader.hpp"
#include "net/http_text.hpp"
#include "net/http_writer.hpp"
#include "net/proxy_answer.hpp"
#include "net/websocket_upgrade.hpp"
#include "proto/ws_handshake.hpp"
#include "server/api/eci/exec_wire.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace ecisbx;
using fuzz::check;
using reading = net::http_reader::kind;

namespace {

constexpr net::http_limits limits{600, 400};

/// All that a reader knows at the end, as text.
std::string facts_of(net::http_reader& reader, reading what, std::size_t used) {
    std::string facts = std::to_string(used) + ' ' + std::to_string(reader.refused()) + ' ' +
                        reader.why() + (reader.cut() ? " cut" : "") +
                        (reader.keep_alive() ? " keep" : "") +
                        (reader.expects_continue() ? " continue" : "") +
                        (reader.done() ? " done" : "") + (reader.head_done() ? " head" : "");
    if (!reader.done()) return facts;
    auto put = [&](const net::http_headers& headers, const std::string& body) {
        for (const auto& [name, value] : headers) {
            check(net::is_token(name) && net::is_field_value(value));
            check(core::trimmed(value) == value);
            facts += '\n' + name + ':' + value;
        }
        check(body.size() <= limits.body);
        facts += '\n' + body;
    };
    if (what == reading::request) {
        const auto request = reader.take_request();
        check(net::is_token(request.method) && net::is_target(request.target));
        check(request.target.front() == '/' || request.target == "*");
        facts += '\n' + request.method + ' ' + request.target;
        put(request.headers, request.body);
        if (net::websocket::is_upgrade(request))
            server::api::eci::split_subprotocols(request.headers.joined("Sec-WebSocket-Protocol"));
    } else {
        const auto response = reader.take_response();
        check(response.status >= 100 && response.status <= 999);
        check(response.status >= 200 || response.status == 101);
        facts += '\n' + std::to_string(response.status);
        put(response.headers, response.body);
    }
    return facts;
}

void read_anything(fuzz::input in) {
    constexpr reading kinds[] = {reading::request, reading::response, reading::response_to_head};
    const auto what = kinds[in.below(3)];
    const bool ends = in.flag();
    const auto seed = in.word();
    const auto bytes = in.rest();
    net::http_reader whole(what, limits), pieces(what, limits);
    const std::size_t used = whole.feed(bytes);
    std::size_t used_pieces = 0;
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        if (!pieces.done() && !pieces.refused()) used_pieces += pieces.feed(piece);
    });
    if (ends) {
        whole.feed_end();
        pieces.feed_end();
    }
    check(used <= bytes.size());
    if (whole.refused()) {
        // Where in a line it is found out that it is too long depends on the pieces.
        check(pieces.refused() == whole.refused() && whole.refused() >= 400);
        check(*whole.why() != '\0' && !whole.done() && !whole.keep_alive());
        return;
    }
    check(whole.done() || used == bytes.size());
    check(facts_of(whole, what, used) == facts_of(pieces, what, used_pieces));
}

// No two readers may disagree about where a message ends: what is left behind a request is read as
// the next one, and all of them together are the bytes.
void read_many(fuzz::input in) {
    auto bytes = in.rest();
    for (int count = 0; count < 20 && !bytes.empty(); ++count) {
        net::http_reader reader(reading::request, limits);
        const auto used = reader.feed(bytes);
        check(used > 0 && used <= bytes.size());
        if (!reader.done()) return;
        bytes.remove_prefix(used);
    }
}

std::string chunked(fuzz::input& in, std::string_view body) {
    std::string wire;
    while (!body.empty()) {
        const auto piece = body.substr(0, 1 + in.below(60));
        body.remove_prefix(piece.size());
        char size[20];
        std::snprintf(size, sizeof size, in.flag() ? "%zx" : "%zX", piece.size());
        wire +=
            std::string(size) + (in.flag() ? ";a=b" : "") + "\r\n" + std::string(piece) + "\r\n";
    }
    return wire + "0\r\n" + (in.flag() ? "T: v\r\n" : "") + "\r\n";
}

void write_and_read(fuzz::input in) {
    net::http_request request;
    request.method = in.flag() ? "POST" : std::string(in.line());
    request.target = std::string(in.line());
    request.headers.add("Host", "h");
    for (auto count = in.below(4); count > 0; --count) {
        std::string name(in.line());
        request.headers.add(std::move(name), std::string(in.line()));
    }
    const bool chunks = in.flag();
    auto source = in;
    const std::string body(in.rest().substr(0, 200));
    if (!chunks) request.body = body;
    std::string wire;
    if (!fuzz::accepted({errc::invalid_argument}, [&] { wire = net::write_request_head(request); }))
        return;
    check(wire.ends_with("\r\n\r\n") && wire.find("\r\n\r\n") == wire.size() - 4);
    if (chunks && wire.find("Content-Length") == wire.npos) {
        wire.insert(wire.size() - 2, "Transfer-Encoding: chunked\r\n");
        wire += chunked(source, body);
    } else {
        wire += request.body;
    }
    net::http_reader reader(reading::request, {64 * 1024, 1024});
    const auto used = reader.feed(wire + "behind");
    if (reader.refused()) {
        // What a client may write and a server need not take: its own limits and methods.
        check(request.method.size() > 32 || request.method == "CONNECT" ||
              request.target.front() != '/' || reader.refused() == 417 ||
              request.headers.joined("host") != "h");
        return;
    }
    check(reader.done() && used == wire.size());
    const auto read = reader.take_request();
    check(read.method == request.method && read.headers.size() >= request.headers.size());
    if (request.target.starts_with('/')) check(read.target == request.target);
    check(read.body ==
              (request.body.empty() && wire.find("chunked") != wire.npos ? body : request.body) ||
          !chunks);
    for (const auto& [name, value] : request.headers)
        check(read.headers.joined(name).find(core::trimmed(value)) != std::string::npos);
}

void upgrade_answers(fuzz::input in) {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    net::websocket::request what;
    what.authority = "h";
    what.target = "/exec/?s=very-secret-token";
    what.subprotocols = {"v5.channel.k8s.io", "v4.channel.k8s.io"};
    std::string answer;
    for (char c : in.rest())
        if (c == '%')
            answer += proto::ws_accept_for(key);
        else
            answer += c;
    net::http_reader reader(reading::response, {32 * 1024, 16 * 1024});
    reader.feed(answer);
    reader.feed_end();
    if (!reader.status_known()) return;
    const auto response = reader.take_response();
    try {
        net::check_upgrade_answer(response, key, what);
        check(response.status == 101);
        const auto agreed = response.headers.joined("sec-websocket-protocol");
        check(agreed.empty() || agreed == what.subprotocols[0] || agreed == what.subprotocols[1]);
    } catch (const error& e) {
        const std::string text = e.what();
        check(text.find("very-secret") == text.npos && text.size() < 2000);
        check(core::is_valid_utf8(text));
        for (char c : text) check(!core::is_ascii_control(c));
    }
}

void upgrade_requests(fuzz::input in) {
    const std::string key = "dGhlIHNhbXBsZSBub25jZQ==";
    net::websocket::request what;
    what.authority = std::string(in.line());
    what.target = std::string(in.line());
    for (auto count = in.below(3); count > 0; --count) what.subprotocols.emplace_back(in.line());
    std::string wire;
    if (!fuzz::accepted({errc::invalid_argument},
                        [&] { wire = net::write_upgrade_request(what, key); }))
        return;
    net::http_reader reader(reading::request, {64 * 1024, 1024});
    const auto used = reader.feed(wire);
    if (reader.refused()) return check(what.target.front() != '/');
    check(used == wire.size() && reader.done() &&
          net::websocket::is_upgrade(reader.take_request()));
}

// The verdict on a proxy's answer does not depend on how it comes, but that what is behind the
// answer may come too late to be noticed.
void proxy_answers(fuzz::input in) {
    const bool had = in.flag();
    const auto seed = in.word();
    const std::string bytes(in.rest());
    auto verdict = [&](auto feed_all) {
        net::proxy_answer answer(had);
        int status = -1;
        const bool good = fuzz::accepted(
            {errc::protocol, errc::connection, errc::unauthenticated, errc::too_large}, [&] {
                try {
                    feed_all(answer);
                } catch (const error& e) {
                    status = e.info().http_status;
                    throw;
                }
            });
        return std::tuple(good, answer.done(), status);
    };
    const auto whole = verdict([&](net::proxy_answer& answer) { answer.feed(bytes); });
    const auto pieces = verdict([&](net::proxy_answer& answer) {
        fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
            if (!answer.done()) answer.feed(piece);
        });
    });
    const auto end = bytes.find("\r\n\r\n");
    if (end == bytes.npos || end + 4 == bytes.size()) check(whole == pieces);
    if (std::get<1>(whole)) check(end + 4 == bytes.size() && bytes.starts_with("HTTP/1."));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(6)) {
        case 0: read_anything(in); break;
        case 1: read_many(in); break;
        case 2: write_and_read(in); break;
        case 3: upgrade_answers(in); break;
        case 4: upgrade_requests(in); break;
        default: proxy_answers(in); break;
    }
    return 0;
}
