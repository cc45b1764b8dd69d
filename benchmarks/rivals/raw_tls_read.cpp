// The floor of "receive" over one TLS stream: a blocking socket, SSL_read into one buffer, nothing
// parsed, every byte compared. What OpenSSL and the kernel cost is in it, and nothing else.
#include "load/measure.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

namespace {

void require(bool fine, const char* what) {
    if (!fine) throw std::runtime_error(what);
}

int connect_to(std::uint16_t port) {
    int fd = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    require(::connect(fd, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0, "connect");
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

void write_all(SSL* tls, const std::string& text) {
    require(SSL_write(tls, text.data(), static_cast<int>(text.size())) > 0, "write");
}

/// A masked text frame; a mask of zero leaves the payload as it is.
std::string frame(const std::string& text) {
    std::string out = "\x81";
    out += static_cast<char>(0x80 | text.size());
    out.append(4, '\0');
    return out + text;
}

// The clients compare every byte with what was sent, so this does, too. `cycle`: one frame's bytes,
// twice, so that any read of at most a frame can be compared from the place in it where it begins.
void read_frames(SSL* tls, std::vector<char>& buffer, const std::string& cycle,
                 std::size_t messages) {
    const std::size_t frame_size = cycle.size() / 2;
    std::size_t place = 0;
    for (std::size_t left = messages * frame_size; left > 0;) {
        int got = SSL_read(tls, buffer.data(), static_cast<int>(std::min(buffer.size(), left)));
        require(got > 0, "read");
        auto size = static_cast<std::size_t>(got);
        require(size <= frame_size, "a record above the size of a frame");
        require(std::memcmp(buffer.data(), cycle.data() + place, size) == 0,
                "other bytes than sent");
        place = (place + size) % frame_size;
        left -= size;
    }
}

void run(const bench::arguments& a) {
    auto* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_read_ahead(context, 1);
    // As the client of this repository asks: a floor with a dearer cipher would be none.
    require(SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1, "cipher");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    require(SSL_CTX_load_verify_locations(context, a.text("ca").c_str(), nullptr) == 1, "CA");
    auto* tls = SSL_new(context);
    SSL_set_fd(tls, connect_to(static_cast<std::uint16_t>(a.number("port", 0))));
    require(SSL_connect(tls) == 1, "handshake");
    write_all(tls,
              "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
    std::vector<char> buffer(256 * 1024);
    require(SSL_read(tls, buffer.data(), static_cast<int>(buffer.size())) > 0, "upgrade");

    std::size_t size = a.number("size", 32768), messages = a.number("messages", 10000);
    require(size >= 16384 && size < 65536, "--size of 16384 to 65535");
    std::string cycle{'\x82', 126, static_cast<char>(size >> 8), static_cast<char>(size & 0xff)};
    cycle.append(size, 'x');
    cycle += cycle;
    auto ask = frame("send " + std::to_string(size) + " " + std::to_string(messages) + " " +
                     std::to_string(a.number("batch", 4)));
    bench::report out;
    for (bool measured : {false, true}) {
        double cpu = bench::process_cpu_us(), wall = bench::wall_us();
        write_all(tls, ask);
        read_frames(tls, buffer, cycle, messages);
        cpu = bench::process_cpu_us() - cpu;
        wall = bench::wall_us() - wall;
        if (!measured) continue;
        auto count = static_cast<double>(messages), bytes = count * static_cast<double>(size);
        out.add("streams", 1);
        out.add("cpu_us_per_message", cpu / count);
        out.add("messages_per_s", count / wall * 1e6);
        out.add("busy_share", cpu / wall);
        out.add("cpu_s_per_gb", cpu / 1e6 / (bytes / 1e9));
        out.add("gb_per_s", bytes / 1e3 / wall);
    }
    out.print();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(bench::arguments(argc, argv));
    } catch (const std::exception& e) {
        std::cerr << argv[0] << ": " << e.what() << '\n';
        return 1;
    }
}
