#include "eci/exec_opener.hpp"

#include <ecisbx/error.hpp>

#include "eci/exec_channel.hpp"
#include "eci/fields.hpp"
#include "eci/user_agent.hpp"
#include "net/wait.hpp"
#include "proto/flatten.hpp"

#include <optional>
#include <utility>

namespace ecisbx::eci {
namespace {

namespace asio = boost::asio;
using detail::exec_channel;
using detail::exec_request;

proto::parameter_list exec_parameters(const std::string& id, const exec_request& request) {
    proto::parameter_list parameters;
    proto::flattener out(parameters);
    out.add("ContainerGroupId", id).add("ContainerName", request.container);
    out.add("Command", proto::json_list(request.argv));
    out.add("Stdin", request.open_stdin).add("TTY", request.tty).add("Sync", false);
    return parameters;
}

exec_urls read_urls(const boost::json::object& body) {
    fields from(body);
    exec_urls urls;
    urls.websocket = secret(from.text("WebSocketUri"));
    urls.http = secret(from.text("HttpUrl"));
    return urls;
}

proto::exec_target checked(const exec_urls& urls, const proto::exec_url_rules& rules) {
    try {
        return proto::check_exec_url(urls.websocket.reveal(), rules);
    } catch (const error& e) {
        error_info info = e.info();
        info.doing = "ExecContainerCommand";
        info.request_id = urls.request_id;
        throw error(std::move(info));
    }
}

// So many offers in a row have to be refused before it is taken for the peer's nature.
constexpr int enough_refusals = 3;

void note_start(const exec_request& request, bool may_have_started) {
    if (request.may_have_started) *request.may_have_started = may_have_started;
}

}  // namespace

/// How far one attempt came.
struct exec_opener::attempt {
    std::unique_ptr<exec_channel> channel;  // the goal; else ...
    error_info failure;
    bool upgrade_sent = false;

    void fail(const error& e, const exec_urls& urls) {
        failure = e.info();
        failure.request_id = urls.request_id;
    }
    bool canceled() const { return failure.code == errc::canceled; }
    bool refused() const { return failure.http_status >= 200; }
    /// By who did not look at the request.
    bool turned_away() const {
        return failure.http_status == 408 || failure.http_status == 429 ||
               failure.http_status == 503;
    }
    bool refused_by_client_error() const {
        return failure.http_status >= 400 && failure.http_status < 500 && !turned_away();
    }
    bool may_have_started() const { return upgrade_sent && !turned_away(); }
    proto::attempt_outcome outcome() const {
        proto::attempt_outcome result;
        result.http_status = failure.http_status;
        if (!refused() && failure.code.category() == error_category())
            result.failure = static_cast<errc>(failure.code.value());
        return result;
    }
};

exec_opener::exec_opener(asio::any_io_executor executor, caller& calls, const config& settings,
                         std::shared_ptr<const net::dialer> how, core::deadline::duration url_life)
    : executor_(std::move(executor)),
      calls_(calls),
      how_(std::move(how)),
      offer_(settings.subprotocols_offered()),
      url_life_(url_life),
      learned_(executor_) {
    rules_.endpoint_tls = calls.endpoint().tls;
    rules_.endpoint_host = calls.endpoint().host;
    rules_.plain_allowed = settings.plain_http_allowed();
    rules_.allowed_hosts = settings.exec_hosts();
}

asio::awaitable<exec_urls> exec_opener::ask(std::string id, exec_request request,
                                            core::deadline until) {
    auto parameters = exec_parameters(id, request);
    auto answer = co_await calls_.call("ExecContainerCommand", std::move(parameters),
                                       repeating::harmless, until);
    auto urls = answer.parsed(read_urls);
    urls.request_id = answer.request_id;
    co_return urls;
}

net::websocket::request exec_opener::upgrade_request(const net::origin& where,
                                                     const std::string& target, bool offer) const {
    net::websocket::request what;
    what.authority = where.authority();
    what.target = target;
    if (offer)
        for (auto name : {proto::exec_subprotocols[0], proto::exec_subprotocols[1]})
            what.subprotocols.emplace_back(name);
    what.headers.add("user-agent", std::string(user_agent()));
    return what;
}

asio::awaitable<exec_opener::attempt> exec_opener::try_once(std::string id, exec_request request,
                                                            bool offer, core::deadline until) {
    auto urls = co_await ask(id, request, until);
    const auto asked = core::clock::now();
    auto target = checked(urls, rules_);
    const net::origin where{target.host, target.port, target.tls};
    net::websocket_options options;
    options.idle = request.idle;
    attempt result;
    std::optional<net::stream> over;
    try {
        over = co_await net::dial(executor_, how_, where, until, events::connection_kind::exec);
    } catch (const error& e) {
        result.fail(e, urls);
        co_return result;
    }
    if (core::clock::now() - asked > url_life_) {
        urls = co_await ask(id, request, until);
        target = checked(urls, rules_);
        if (net::origin{target.host, target.port, target.tls} != where) {
            result.fail(error(errc::connection, "the exec URL became too old"), urls);
            co_return result;
        }
    }
    try {
        auto what = upgrade_request(where, target.target, offer);
        result.upgrade_sent = true;
        note_start(request, true);
        auto socket =
            co_await net::websocket::connect(std::move(*over), std::move(what), options, until);
        result.channel = std::make_unique<websocket_channel>(std::move(socket), urls.request_id);
    } catch (const error& e) {
        result.fail(e, urls);
    }
    co_return result;
}

struct exec_opener::lesson {
    explicit lesson(exec_opener& of) : opener(of) { opener.learning_ = true; }
    ~lesson() {
        opener.learning_ = false;
        opener.learned_.notify_all();
    }
    void taught() { ++opener.lessons_; }
    lesson(const lesson&) = delete;
    lesson& operator=(const lesson&) = delete;
    exec_opener& opener;
};

asio::awaitable<bool> exec_opener::accepted(std::string id, std::string container, bool offer,
                                            core::deadline until) {
    exec_request harmless;
    harmless.argv.emplace_back("true");
    harmless.container = std::move(container);
    auto one = co_await try_once(std::move(id), std::move(harmless), offer, until);
    if (!one.channel && !one.refused_by_client_error()) throw error(std::move(one.failure));
    co_return one.channel != nullptr;
}

asio::awaitable<void> exec_opener::learn(std::string id, std::string container,
                                         core::deadline until) {
    lesson running(*this);
    for (int i = 0; i < enough_refusals; ++i) {
        bool fine = co_await accepted(id, container, true, until);
        if (fine) co_return running.taught();
    }
    bool fine_without = co_await accepted(std::move(id), std::move(container), false, until);
    if (fine_without) offer_ = false;
    running.taught();
}

asio::awaitable<bool> exec_opener::refuses_offers(std::string id, std::string container,
                                                  core::deadline until) {
    try {
        const auto before = lessons_;
        while (learning_) co_await learned_.wait(until);
        if (offer_ && lessons_ == before)
            co_await learn(std::move(id), std::move(container), until);
    } catch (const error& e) {
        if (e.code() == errc::canceled) throw;  // anything else tells nothing of the peer
    }
    co_return !offer_;
}

void exec_opener::tell_retry(const error_info& why, unsigned number,
                             std::chrono::milliseconds pause) const {
    const auto& observed = calls_.observed();
    if (!observed) return;
    events::api_retry event;
    event.action = "ExecContainerCommand";
    event.attempt = number;
    event.failure = core::failure_in(why.code);
    event.pause = pause;
    observed.tell(&observer::on_retry, event);
}

asio::awaitable<std::unique_ptr<exec_channel>> exec_opener::open(std::string id,
                                                                 exec_request request,
                                                                 core::deadline until) {
    auto attempts = calls_.new_retrier(repeating::harmless);
    while (true) {
        const bool offer = offer_;
        attempt one = co_await try_once(id, request, offer, until);
        if (one.channel) {
            attempts.succeeded();
            co_return std::move(one.channel);
        }
        if (one.canceled()) throw error(std::move(one.failure));
        note_start(request, one.may_have_started());
        if (offer && one.refused_by_client_error()) {
            bool by_nature = co_await refuses_offers(id, request.container, until);
            if (by_nature) {
                note_start(request, false);
                continue;
            }
        }
        auto verdict = attempts.failed(one.outcome(), until.remaining());
        if (one.may_have_started()) verdict.reason = "the command may have started";
        if (one.may_have_started() || verdict.action != proto::retry_action::retry) {
            // Not found is this URL, not the sandbox.
            if (one.failure.code == errc::not_found)
                one.failure.code = make_error_code(errc::protocol);
            one.failure.doing = one.upgrade_sent ? "exec handshake" : "exec connection";
            one.failure.message += "; " + verdict.reason;
            one.failure.attempts = static_cast<int>(attempts.attempts());
            throw error(std::move(one.failure));
        }
        tell_retry(one.failure, attempts.attempts(), verdict.pause);
        if (verdict.pause.count() > 0) co_await net::sleep_for(verdict.pause, until);
    }
}

}  // namespace ecisbx::eci
