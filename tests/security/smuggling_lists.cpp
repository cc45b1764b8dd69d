#include "security/smuggling.hpp"

#include <string>
#include <vector>

namespace ecisbx::security {

using namespace std::string_literals;

const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";

namespace {

std::string post(const std::string& fields, const std::string& body = "") {
    return "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + "\r\n" + body;
}

std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

std::string get(const std::string& fields) {
    return "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields + "\r\n";
}

std::string repeated(std::size_t count, const std::string& text) {
    std::string all;
    all.reserve(count * text.size());
    for (std::size_t i = 0; i < count; ++i) all += text;
    return all;
}

const std::vector<smuggling> rows = {
    // Two lengths
    {"CL.TE", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    {"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"), 400},
    {"two lengths, different", post("Content-Length: 0\r\nContent-Length: 33\r\n"), 400},
    {"two lengths, equal", post("Content-Length: 0\r\nContent-Length: 0\r\n"), 400},
    {"a list of lengths", post("Content-Length: 0, 33\r\n"), 400},
    {"an empty length", post("Content-Length: \r\n"), 400},
    {"a length with a plus", post("Content-Length: +0\r\n"), 400},
    {"a length below 0", post("Content-Length: -1\r\n"), 400},
    {"a length in hexadecimal digits", post("Content-Length: 0x0\r\n"), 400},
    {"a length with a fraction", post("Content-Length: 0.0\r\n"), 400},
    {"a length with a blank inside", post("Content-Length: 0 0\r\n"), 400},
    {"a length beyond 64 bits", post("Content-Length: 18446744073709551616\r\n"), 400},
    {"a length with a NUL", post("Content-Length: 0\0\r\n"s), 400},
    {"a length with a vertical tab", post("Content-Length: \v0\r\n"), 400},
    {"a length in full-width digits", post("Content-Length: \xef\xbc\x90\r\n"), 400},
    // Transfer codings
    {"two codings", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
    {"chunked twice",
     post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 501},
    {"chunked and identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"), 501},
    {"identity", post("Transfer-Encoding: identity\r\n"), 501},
    {"an unknown coding", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
    {"a coding in quotes", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"), 501},
    {"an empty coding", post("Transfer-Encoding: \r\n"), 501},
    {"a coding with a parameter", post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n"), 501},
    {"a coding behind a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
    {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    {"a coding with a space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
     400},
    {"a coding with a tab before the colon", post("Transfer-Encoding\t: chunked\r\n", "0\r\n\r\n"),
     400},
    {"a coding in a folded line", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
    {"a coding behind a bare CR", post("X: y\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
    // Chunks
    {"a chunk size that is none", chunked("x\r\n"), 400},
    {"no chunk size", chunked("\r\n"), 400},
    {"a chunk size with 0x", chunked("0x0\r\n\r\n"), 400},
    {"a chunk size with a sign", chunked("-1\r\n\r\n"), 400},
    {"a chunk size with a plus", chunked("+0\r\n\r\n"), 400},
    {"a chunk size with a blank before", chunked(" 0\r\n\r\n"), 400},
    {"a chunk size beyond 64 bits", chunked("10000000000000000\r\n"), 400},
    {"a chunk size of 2^60 - 1", chunked("fffffffffffffff\r\n"), 413},
    {"a chunk longer than its size", chunked("1\r\nab\r\n0\r\n\r\n"), 400},
    {"a chunk without its end", chunked("1\r\na0\r\n\r\n"), 400},
    {"a chunk size with a bare LF", chunked("0\n\n"), 400},
    {"a chunk's end with a bare LF", chunked("1\r\na\n0\r\n\r\n"), 400},
    {"a chunk's end with a bare CR", chunked("1\r\na\r0\r\n\r\n"), 400},
    {"a chunk extension with a NUL", chunked("0;\0\r\n\r\n"s), 400},
    {"a chunk extension with a line break", chunked("0;a\nb\r\n\r\n"), 400},
    {"a trailer with a NUL", chunked("0\r\nX: \0\r\n\r\n"s), 400},
    {"a trailer with a bare LF", chunked("0\r\nX: y\n\r\n"), 400},
    // Lines
    {"a bare LF behind the request line", "GET / HTTP/1.1\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n", 400},
    {"a bare LF at the end of the head", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\n", 400},
    {"a bare CR in a field", get("X: a\rb\r\n"), 400},
    {"a CR before the CRLF", get("X: a\r\r\n"), 400},
    {"a folded field", get("X: a\r\n b\r\n"), 400},
    {"a first field that is folded", "GET / HTTP/1.1\r\n Host: 127.0.0.1\r\n\r\n", 400},
    {"a field without a colon", get("X\r\n"), 400},
    {"a field without a name", get(": x\r\n"), 400},
    {"a space before a colon", get("X : a\r\n"), 400},
    {"a NUL in a name", get("X\0: a\r\n"s), 400},
    {"a NUL in a value", get("X: \0\r\n"s), 400},
    {"a name in other letters", get("H\xc3\xb6st: a\r\n"), 400},
    {"an escape character in a value", get("X: \x1b[2J\r\n"), 400},
    // Request line
    {"two blanks in the request line", "GET  /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a tab in the request line", "GET\t/healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a blank in the target", "GET /healthz x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a NUL in the target", "GET /healthz\0 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"s, 400},
    {"other letters in the target", "GET /h\xc3\xa9 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a target without a slash", "GET healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"no version", "GET /healthz\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a version in lower case", "GET /healthz http/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"HTTP/1.10", "GET /healthz HTTP/1.10\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"HTTP/0.9", "GET /healthz HTTP/0.9\r\nHost: 127.0.0.1\r\n\r\n", 505},
    {"HTTP/2.0", "GET /healthz HTTP/2.0\r\nHost: 127.0.0.1\r\n\r\n", 505},
    {"the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
    {"a blank behind the version", "GET /healthz HTTP/1.1 \r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"a method that is no token", "G(T /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"empty lines before the request", "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
     400},
    {"an asterisk", "GET * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400},
    {"CONNECT", "CONNECT 169.254.169.254:80 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 501},
    // Host
    {"no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400},
    {"two Hosts", get("Host: b\r\n"), 400},
    {"an unknown expectation", get("Expect: 200-ok\r\n"), 417},
    // A TLS hello on a plain port
    {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\r\n"s, 400},
};

const std::vector<bomb> too_much = {
    {"257 header fields", get(repeated(256, "X: y\r\n")), 431},
    {"20,000 header fields", get(repeated(20'000, "X: y\r\n")), 431},
    {"one header field of 256 KB", get("X: " + std::string(256 * 1024, 'a') + "\r\n"), 431},
    {"a name of 256 KB", get(std::string(256 * 1024, 'a') + ": x\r\n"), 431},
    {"a line without an end", std::string(256 * 1024, 'G'), 431},
    {"a target of 256 KB",
     "GET /" + std::string(256 * 1024, 'a') + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 431},
    {"a method of 33 letters", std::string(33, 'G') + " / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
     400},
    {"a body declared to be 1 MiB and 1 byte", post("Content-Length: 1048577\r\n"), 413},
    {"a body declared to be 10^17 bytes", post("Content-Length: 100000000000000000\r\n"), 413},
    {"a chunk declared to be 4 GiB", chunked("ffffffff\r\n"), 413},
    {"chunks without an end", chunked(repeated(40, "8000\r\n" + std::string(0x8000, 'a') + "\r\n")),
     413},
    {"a million chunks of one byte", chunked(repeated(1'100'000, "1\r\na\r\n")), 413},
    {"a chunk line of 5,000 bytes", chunked("0;" + std::string(5000, 'a') + "\r\n\r\n"), 400},
    {"a chunk line without an end", chunked(std::string(5000, '0')), 400},
    {"a trailer of 256 KB", chunked("0\r\nX: " + std::string(256 * 1024, 'a') + "\r\n\r\n"), 431},
    {"20,000 trailers", chunked("0\r\n" + repeated(20'000, "X: aaaaaaaa\r\n") + "\r\n"), 431},
};

constexpr path_trick paths[] = {
    {"/healthz", 200, 200},
    {"/metrics", 404, 200},
    {"/healthz?", 200, 200},
    {"/metrics?x=../..", 404, 200},
    {"/", 400, 404},
    {"//", 404, 404},
    {"/.", 404, 404},
    {"/..", 404, 404},
    {"/../healthz", 404, 404},
    {"/./healthz", 404, 404},
    {"//healthz", 404, 404},
    {"/healthz/", 404, 404},
    {"/healthz/.", 404, 404},
    {"/healthz/..", 404, 404},
    {"/healthz%00", 404, 404},
    {"/healthz%2f", 404, 404},
    {"/healthz;x", 404, 404},
    {"/healthz#x", 404, 404},
    {"/%68ealthz", 404, 404},
    {"/HEALTHZ", 404, 404},
    {"/metrics/", 404, 404},
    {"//metrics", 404, 404},
    {"/exec/../metrics", 404, 404},
    {"/metrics/../metrics", 404, 404},
    {"/%2e%2e/metrics", 404, 404},
    {"/%6detrics", 404, 404},
    {"/metrics%3f", 404, 404},
    {"/metrics\\", 404, 404},
    {"/../../../../etc/passwd", 404, 404},
    {"/%2e%2e/%2e%2e/etc/passwd", 404, 404},
    {"/..%2f..%2fetc%2fpasswd", 404, 404},
    {"/%c0%ae%c0%ae/etc/passwd", 404, 404},
    {"/..%5c..%5cetc", 404, 404},
    {"/file:///etc/passwd", 404, 404},
    {"/exec", 426, 404},
    {"/exec/", 426, 404},
    {"/exec/x", 404, 404},
    {"/exec/.", 404, 404},
    {"/exec/..", 404, 404},
    {"/exec/%2e", 404, 404},
    {"/exec%2f", 404, 404},
    {"/terminal", 404, 404},
    {"/terminal/", 404, 404},
    {"/terminal?param=", 404, 404},
    {"/terminal?param=x&param=y", 404, 404},
    {"/debug/pprof", 404, 404},
    {"/server-status", 404, 404},
    {"/.git/config", 404, 404},
    {"/.env", 404, 404},
    {"http://other.example/healthz", 200, 200},
    {"http://other.example", 400, 404},
    {"http://other.example?x=/healthz", 400, 404},
};

constexpr host_trick hosts[] = {
    {"localhost", 200},
    {"127.0.0.1", 200},
    {"127.0.0.1:9", 200},
    {"[::1]", 200},
    {"[::1]:9", 200},
    {"LOCALHOST", 200},
    {"evil.example", 403},
    {"localhost.evil.example", 403},
    {"127.0.0.1.evil.example", 403},
    {"evil.example:80", 403},
    {"[::1].evil.example", 403},
    {"[::1]evil.example", 403},
    {"localhost:80.evil.example", 403},
    {"127.0.0.1:80@evil.example", 403},
    {"user@127.0.0.1", 403},
    {"127.0.0.1/", 403},
    {"127.0.0.1,evil.example", 403},
    {"0.0.0.0", 403},
    {"[::]", 403},
    {"127.1", 403},
    {"2130706433", 403},
    {"0x7f.0.0.1", 403},
    {"", 403},
    {":9", 403},
    {"[::1", 403},
};

}  // namespace

std::span<const smuggling> smugglings() {
    return rows;
}
std::span<const bomb> bombs() {
    return too_much;
}
std::span<const path_trick> path_tricks() {
    return paths;
}
std::span<const host_trick> host_tricks() {
    return hosts;
}

}  // namespace ecisbx::security
