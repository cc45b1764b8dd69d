// HTTP/1.1: an API answer's head and body, a chunked body, a request's head.
#include "net/http_reader.hpp"
#include "net/http_writer.hpp"

#include <benchmark/benchmark.h>

#include <charconv>
#include <cstdint>
#include <string>

namespace {

using namespace ecisbx;

const std::string head =
    "HTTP/1.1 200 OK\r\nDate: Sat, 01 Jan 2022 00:00:00 GMT\r\n"
    "Content-Type: application/json;charset=utf-8\r\nConnection: keep-alive\r\n"
    "Access-Control-Allow-Origin: *\r\nAccess-Control-Expose-Headers: *\r\n"
    "x-acs-request-id: 00000000-0000-0000-0000-000000000000\r\n"
    "x-acs-trace-id: 00000000000000000000000000000000\r\nETag: 1abcdefgh\r\n";

std::string sized(std::size_t body) {
    return head + "Content-Length: " + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
}

std::string chunked(std::size_t body, std::size_t chunk) {
    char size[16];
    auto end = std::to_chars(size, size + sizeof size, chunk, 16).ptr;
    std::string text = head + "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t sent = 0; sent < body; sent += chunk)
        text += std::string(size, end) + "\r\n" + std::string(chunk, 'x') + "\r\n";
    return text + "0\r\n\r\n";
}

void read(benchmark::State& state, const std::string& message, std::size_t body) {
    for (auto _ : state) {
        net::http_reader reader(net::http_reader::kind::response, {});
        reader.feed(message);
        if (!reader.done() || reader.take_response().body.size() != body)
            return state.SkipWithError("not the answer that was sent");
    }
    state.SetItemsProcessed(state.iterations());
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(message.size()));
}

void http_read_response(benchmark::State& state) {
    const auto body = static_cast<std::size_t>(state.range(0));
    read(state, sized(body), body);
}
BENCHMARK(http_read_response)->Arg(0)->Arg(512);

void http_read_chunked(benchmark::State& state) {
    const auto chunk = static_cast<std::size_t>(state.range(0));
    const std::size_t body = 256 * 1024;
    read(state, chunked(body, chunk), body);
}
BENCHMARK(http_read_chunked)->Arg(64)->Arg(8192);

void http_write_request(benchmark::State& state) {
    net::http_request request;
    request.method = "POST";
    request.target = "/?Action=ExecContainerCommand&RegionId=cn-shanghai";
    for (const char* name : {"Host", "Accept", "Authorization", "x-acs-action", "x-acs-version",
                             "x-acs-date", "x-acs-signature-nonce", "x-acs-content-sha256"})
        request.headers.add(name, "some value of a usual length, 40 bytes");
    for (auto _ : state) benchmark::DoNotOptimize(net::write_request_head(request));
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK(http_write_request);

}  // namespace
