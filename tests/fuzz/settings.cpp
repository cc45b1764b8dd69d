// What people and their tools write: `.env` files, endpoints and proxies, durations, ports and
// quotas on a command line.
#include "fuzz/fuzz.hpp"

#include "cli/arguments.hpp"
#include "cli/quota_text.hpp"
#include "core/ascii.hpp"
#include "core/dotenv.hpp"
#include "core/url.hpp"
#include "net/proxy.hpp"

#include <ecisbx/server.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace ecisbx;
using fuzz::check;

namespace {

void read_dotenv(fuzz::input in) {
    const std::string text(in.rest());
    fuzz::accepted({errc::invalid_argument}, [&] {
        std::size_t line = 0;
        for (const auto& entry : core::parse_dotenv(text, "file")) {
            check(!entry.name.empty() && entry.line > line);
            line = entry.line;
            check(entry.value.reveal().find('\0') == std::string_view::npos);
            check(entry.value.size() <= text.size());
        }
    });
}

// Any value but NUL can be written, in double quotes, and comes back.
void dotenv_round_trip(fuzz::input in) {
    std::vector<std::pair<std::string, std::string>> wanted;
    std::string file;
    while (!in.empty()) {
        std::string value;
        for (char c : in.bytes(1 + in.below(20)))
            if (c != '\0') value += c;
        std::string quoted;
        for (char c : value) {
            if (c == '\\' || c == '"' || c == '$' || c == '`') quoted += '\\';
            // A CR before a LF would be a part of the line's end.
            if (c == '\r')
                quoted += "\\r";
            else
                quoted += c;
        }
        const auto name = "N" + std::to_string(wanted.size());
        file += (in.flag() ? "export " : "") + name + (in.flag() ? " = \"" : "=\"") + quoted + '"' +
                (in.flag() ? " # why" : "") + (in.flag() ? "\r\n" : "\n");
        wanted.emplace_back(name, value);
    }
    const auto read = core::parse_dotenv(file, "file");
    check(read.size() == wanted.size());
    for (std::size_t i = 0; i < read.size(); ++i)
        check(read[i].name == wanted[i].first && read[i].value.reveal() == wanted[i].second);
}

void endpoints(fuzz::input in) {
    const std::string text(in.rest());
    const bool good = fuzz::accepted({errc::invalid_argument}, [&] {
        const auto url = core::parse_endpoint(text);
        check(!url.host.empty() && url.port != 0);
        check(core::ascii_lower(url.host) == url.host);
        for (char c : url.host) check(c > ' ' && c < 0x7f && c != '/' && c != '@' && c != '?');
        // Written again it is the same.
        const bool v6 = url.host.find(':') != std::string::npos;
        const auto again = (url.tls ? "https://" : "http://") +
                           (v6 ? '[' + url.host + ']' : url.host) + ':' + std::to_string(url.port);
        check(core::parse_endpoint(again) == url);
    });
    if (good || text.size() < 8) return;
    try {
        core::parse_endpoint(text);
    } catch (const error& e) {
        // What people paste may have a password in it.
        check(text.find('@') == std::string::npos ||
              e.info().message.find('@') == std::string::npos);
    }
}

void proxies(fuzz::input in) {
    const std::string url(in.line()), bypass(in.line()), host(in.line());
    const auto port = static_cast<std::uint16_t>(in.word());
    fuzz::accepted({errc::invalid_argument}, [&] {
        const auto settings = net::proxy_settings::parse(secret(url), bypass);
        const bool applies = settings.applies_to(host, port);
        check(!applies || !settings.host.empty());
        check(!applies || !core::is_loopback_host(host));
        const auto value = settings.authorization.reveal();
        check(value.empty() || value.starts_with("Basic "));
        for (char c : value) check(c >= ' ' && c < 0x7f);
        check(settings.host.empty() || settings.port != 0);
    });
}

void arguments(fuzz::input in) {
    const auto which = in.below(4);
    const std::string text(in.rest());
    fuzz::accepted({errc::invalid_argument}, [&] {
        if (which == 0) {
            const auto length = cli::parse_duration(text).count();
            check(length >= 1 && length <= 1'000'000'000'000);
        } else if (which == 1) {
            const auto [name, value] = cli::parse_pair(text, "it");
            check(!name.empty() && name + '=' + value == text);
        } else if (which == 2) {
            const auto [port, protocol] = cli::parse_port(text);
            check(port >= 1 && port <= 65535 && (protocol == "TCP" || protocol == "UDP"));
        } else {
            const auto quota = cli::parse_quota(text);
            check(!quota.action().empty() && quota.calls() > 0 && quota.period().count() > 0);
        }
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    switch (in.below(5)) {
        case 0: read_dotenv(in); break;
        case 1: dotenv_round_trip(in); break;
        case 2: endpoints(in); break;
        case 3: proxies(in); break;
        default: arguments(in); break;
    }
    return 0;
}
