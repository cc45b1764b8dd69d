// The URL of an exec, which a hostile service could send anywhere: what is accepted is judged again
// here, by simpler means.
#include "fuzz/fuzz.hpp"

#include "core/ascii.hpp"
#include "core/url.hpp"
#include "proto/exec_url.hpp"

#include <string>

using namespace ecisbx;
using fuzz::check;

namespace {

bool is_at_or_below(const std::string& host, const std::string& domain) {
    return host == domain || host.ends_with('.' + domain);
}

void judge(const proto::exec_target& target, const proto::exec_url_rules& rules) {
    check(!target.host.empty() && target.port != 0);
    for (char c : target.host)
        check((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
              c == ':' || c == '_');
    check(target.host == rules.endpoint_host || is_at_or_below(target.host, "aliyuncs.com") ||
          is_at_or_below(target.host, "aliyun.com") || target.host == "exec.example" ||
          (target.host.ends_with(".inner.example") && target.host.size() > 14));
    check(target.tls || !rules.endpoint_tls);
    check(target.tls || rules.plain_allowed || core::is_loopback_host(target.host));
    check(target.target.starts_with('/'));
    for (char c : target.target) check(c > ' ' && c < 0x7f && c != '#');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::input in(data, size);
    const auto options = in.byte();
    proto::exec_url_rules rules;
    rules.endpoint_tls = (options & 1) != 0;
    rules.plain_allowed = (options & 2) != 0;
    rules.endpoint_host = (options & 4) != 0 ? "127.0.0.1" : "eci.cn-shanghai.aliyuncs.com";
    if ((options & 8) != 0) rules.endpoint_host = "::1";
    if ((options & 16) != 0) rules.allowed_hosts = {"exec.example", ".inner.example", ""};
    const std::string url((options & 32) != 0 ? "wss://eci.aliyuncs.com" + std::string(in.rest())
                                              : std::string(in.rest()));
    proto::exec_target target;
    try {
        target = proto::check_exec_url(url, rules);
    } catch (const error& e) {
        check(e.code() == errc::protocol);
        const auto& message = e.info().message;
        check(message.size() < 600);
        // Path and query hold a token.
        const auto path = url.find('/', std::min(url.find("//") + 2, url.size()));
        if (path != url.npos && url.size() - path > 12)
            check(message.find(url.substr(path)) == message.npos);
        return 0;
    }
    judge(target, rules);
    // Written again it leads to the same place.
    const bool v6 = target.host.find(':') != target.host.npos;
    const auto again = (target.tls ? "wss://" : "ws://") +
                       (v6 ? '[' + target.host + ']' : target.host) + ':' +
                       std::to_string(target.port) + target.target;
    if (again.size() > 8192) return 0;
    const auto same = proto::check_exec_url(again, rules);
    check(same.host == target.host && same.port == target.port && same.tls == target.tls &&
          same.target == target.target);
    return 0;
}
