#include "security/exec_tokens.hpp"

#include <string>

namespace ecisbx::security {

namespace {

using request = wire_request;
using have = const exec_tokens&;

void with(request& r, const std::string& token) {
    r.target = "/exec/?s=" + token;
}

const token_attempt rows[] = {
    {"no query", [](request& r, have) { r.target = "/exec/"; }, 403},
    {"no token", [](request& r, have) { r.target = "/exec/?t=1"; }, 403},
    {"an empty token", [](request& r, have) { with(r, ""); }, 403},
    {"a token of zeros", [](request& r, have) { with(r, std::string(32, '0')); }, 403},
    {"a truncated token", [](request& r, have h) { with(r, h.good.substr(0, 31)); }, 403},
    {"a longer token", [](request& r, have h) { with(r, h.good + "0"); }, 403},
    {"one bit changed",
     [](request& r, have h) {
         auto t = h.good;
         t[0] = static_cast<char>(t[0] ^ 1);
         with(r, t);
     },
     403},
    {"one bit changed at the end",
     [](request& r, have h) {
         auto t = h.good;
         t[31] = static_cast<char>(t[31] ^ 1);
         with(r, t);
     },
     403},
    {"in upper case",
     [](request& r, have h) {
         auto t = h.good + "\n";
         t.pop_back();
         bool letter = false;
         for (char& c : t)
             if (c >= 'a') {
                 c = static_cast<char>(c - 32);
                 letter = true;
             }
         with(r, letter ? t : "X");
     },
     403},
    {"a space behind it", [](request& r, have h) { with(r, h.good + "%20"); }, 403},
    {"a plus behind it", [](request& r, have h) { with(r, h.good + "+"); }, 403},
    {"a NUL behind it", [](request& r, have h) { with(r, h.good + "%00"); }, 403},
    {"a line break behind it", [](request& r, have h) { with(r, h.good + "%0d%0a"); }, 403},
    {"encoded twice", [](request& r, have h) { with(r, "%25" + h.good); }, 403},
    {"a bad escape", [](request& r, have h) { with(r, h.good + "&x=%"); }, 403},
    {"a full-width digit", [](request& r, have h) { with(r, "%EF%BC%90" + h.good.substr(1)); },
     403},
    {"a wildcard", [](request& r, have) { with(r, "*"); }, 403},
    {"a quote", [](request& r, have) { with(r, "'%20OR%20'1'='1"); }, 403},
    {"50 KB", [](request& r, have) { with(r, std::string(50'000, 'a')); }, 403},
    {"a used token", [](request& r, have h) { with(r, h.used); }, 403},
    {"an expired token", [](request& r, have h) { with(r, h.expired); }, 403},
    {"the token of the terminal's page", [](request& r, have h) { with(r, h.terminal); }, 403},
    {"the token of a sandbox that has gone", [](request& r, have h) { with(r, h.foreign); }, 404},
    {"two tokens, the good one first", [](request& r, have h) { with(r, h.good + "&s=x"); }, 403},
    {"two tokens, the good one last", [](request& r, have h) { with(r, "x&s=" + h.good); }, 403},
    {"two tokens, an empty one first", [](request& r, have h) { with(r, "&s=" + h.good); }, 403},
    {"two tokens, an empty one last", [](request& r, have h) { with(r, h.good + "&s="); }, 403},
    {"the good token twice", [](request& r, have h) { with(r, h.good + "&s=" + h.good); }, 403},
    {"the name in upper case", [](request& r, have h) { r.target = "/exec/?S=" + h.good; }, 403},
    {"the name of an array", [](request& r, have h) { r.target = "/exec/?s%5B%5D=" + h.good; },
     403},
    {"a semicolon before it", [](request& r, have h) { r.target = "/exec/?x=1;s=" + h.good; }, 403},
    {"in the fragment", [](request& r, have h) { r.target = "/exec/#?s=" + h.good; }, 404},
    {"in a header",
     [](request& r, have h) {
         r.target = "/exec/";
         r.add("Authorization", "Bearer " + h.good);
     },
     403},
    {"in a cookie",
     [](request& r, have h) {
         r.target = "/exec/";
         r.add("Cookie", "s=" + h.good);
     },
     403},
    {"as a subprotocol",
     [](request& r, have h) {
         r.target = "/exec/";
         r.add("Sec-WebSocket-Protocol", h.good);
     },
     403},

    {"path with another sandbox",
     [](request& r, have h) { r.target = "/exec/" + h.sandbox + "/?s=" + h.good; }, 404},
    {"path /exec/..", [](request& r, have h) { r.target = "/exec/../exec/?s=" + h.good; }, 404},
    {"path /x/../exec", [](request& r, have h) { r.target = "/x/../exec/?s=" + h.good; }, 404},
    {"path with %2e%2e", [](request& r, have h) { r.target = "/x/%2e%2e/exec/?s=" + h.good; }, 404},
    {"path /./exec", [](request& r, have h) { r.target = "/./exec/?s=" + h.good; }, 404},
    {"path //exec", [](request& r, have h) { r.target = "//exec/?s=" + h.good; }, 404},
    {"path /exec//", [](request& r, have h) { r.target = "/exec//?s=" + h.good; }, 404},
    {"path /exec%2f", [](request& r, have h) { r.target = "/exec%2f?s=" + h.good; }, 404},
    {"path with an encoded letter", [](request& r, have h) { r.target = "/%65xec/?s=" + h.good; },
     404},
    {"path in upper case", [](request& r, have h) { r.target = "/EXEC/?s=" + h.good; }, 404},
    {"path with a parameter", [](request& r, have h) { r.target = "/exec/;a=b?s=" + h.good; }, 404},
    {"path with a backslash", [](request& r, have h) { r.target = "/exec\\?s=" + h.good; }, 404},
    {"path with a NUL", [](request& r, have h) { r.target = "/exec/%00?s=" + h.good; }, 404},
    {"the question mark encoded", [](request& r, have h) { r.target = "/exec/%3Fs=" + h.good; },
     404},
    {"the terminal's path", [](request& r, have h) { r.target = "/terminal?param=" + h.good; },
     404},
    {"the terminal's path with its own name",
     [](request& r, have h) { r.target = "/terminal?s=" + h.good; }, 404},
    {"the API's path", [](request& r, have h) { r.target = "/?s=" + h.good; }, 400},

    {"no Upgrade", [](request& r, have) { r.drop("Upgrade"); }, 426},
    {"no Connection", [](request& r, have) { r.drop("Connection"); }, 426},
    {"an upgrade to something else", [](request& r, have) { r.header("Upgrade") = "h2c"; }, 426},
    {"another version of WebSocket",
     [](request& r, have) { r.header("Sec-WebSocket-Version") = "8"; }, 426},
    {"no key", [](request& r, have) { r.drop("Sec-WebSocket-Key"); }, 426},
    {"a short key", [](request& r, have) { r.header("Sec-WebSocket-Key") = "AAAA"; }, 426},
    {"two keys",
     [](request& r, have) { r.add("Sec-WebSocket-Key", r.header("Sec-WebSocket-Key")); }, 426},
    {"POST", [](request& r, have) { r.method = "POST"; }, 426},
    {"a GET in lower case", [](request& r, have) { r.method = "get"; }, 426},
    {"a method tunnelled in a header",
     [](request& r, have) {
         r.method = "POST";
         r.add("X-HTTP-Method-Override", "GET");
     },
     426},
    {"a body", [](request& r, have) { r.body = "x"; }, 426},
    {"HTTP/1.0", [](request& r, have) { r.version = "HTTP/1.0"; }, 400, true},
};

}  // namespace

wire_request handshake(const exec_tokens& tokens) {
    wire_request r;
    r.target = "/exec/?s=" + tokens.good;
    r.close = false;
    r.add("Host", "127.0.0.1");
    r.add("Upgrade", "websocket");
    r.add("Connection", "Upgrade");
    r.add("Sec-WebSocket-Version", "13");
    r.add("Sec-WebSocket-Key", "MDEyMzQ1Njc4OWFiY2RlZg==");
    return r;
}

std::span<const token_attempt> token_attempts() {
    return rows;
}

}  // namespace ecisbx::security
