#include "server/runtime/counted.hpp"

#include <optional>
#include <utility>

namespace ecisbx::server::runtime {
namespace {

namespace asio = boost::asio;
using metrics_ptr = std::shared_ptr<server_metrics>;

/// One unit of a gauge, given back once. Shared with the coroutine that waits for the end, which
/// may see it after the process or box was dropped.
class unit {
public:
    unit(metrics_ptr into, metrics::Gauge& of) : into_(std::move(into)), of_(of) {
        of_.Increment();
    }
    unit(const unit&) = delete;
    unit& operator=(const unit&) = delete;
    ~unit() { give_back(); }
    void give_back() {
        if (std::exchange(given_back_, true)) return;
        of_.Decrement();
    }

private:
    metrics_ptr into_;
    metrics::Gauge& of_;
    bool given_back_ = false;
};

class counted_process : public process {
public:
    counted_process(std::unique_ptr<process> inner, metrics_ptr into)
        : inner_(std::move(inner)), unit_(std::make_shared<unit>(into, into->processes)) {
        into->processes_total.Increment();
    }
    asio::awaitable<std::size_t> read_out(asio::mutable_buffer into) override {
        return inner_->read_out(into);
    }
    asio::awaitable<std::size_t> read_err(asio::mutable_buffer into) override {
        return inner_->read_err(into);
    }
    asio::awaitable<void> write(asio::const_buffer bytes) override { return inner_->write(bytes); }
    void close_stdin() override { inner_->close_stdin(); }
    void resize(unsigned rows, unsigned columns) override { inner_->resize(rows, columns); }
    void kill(int signal) override { inner_->kill(signal); }
    asio::awaitable<exit_info> wait() override {
        auto counted_as = unit_;
        exit_info end = co_await inner_->wait();
        counted_as->give_back();
        co_return end;
    }

private:
    std::unique_ptr<process> inner_;
    std::shared_ptr<unit> unit_;
};

class counted_box : public box {
public:
    counted_box(std::shared_ptr<box> inner, metrics_ptr into)
        : inner_(std::move(inner)), into_(into), unit_(std::make_shared<unit>(into, into->boxes)) {}
    asio::awaitable<std::unique_ptr<process>> start(process_spec spec) override {
        auto into = into_;
        auto started = co_await inner_->start(std::move(spec));
        co_return std::make_unique<counted_process>(std::move(started), std::move(into));
    }
    asio::awaitable<void> stop(std::chrono::milliseconds grace) override {
        auto counted_as = unit_;
        co_await inner_->stop(grace);
        counted_as->give_back();
    }
    std::optional<box_usage> usage() override { return inner_->usage(); }

private:
    std::shared_ptr<box> inner_;
    metrics_ptr into_;
    std::shared_ptr<unit> unit_;
};

class counted_runtime : public runtime {
public:
    counted_runtime(std::unique_ptr<runtime> inner, metrics_ptr into)
        : inner_(std::move(inner)), into_(std::move(into)) {}
    asio::awaitable<std::shared_ptr<box>> create(box_spec spec) override {
        auto into = into_;
        auto made = co_await inner_->create(std::move(spec));
        co_return std::make_shared<counted_box>(std::move(made), std::move(into));
    }
    volume_support volumes() const override { return inner_->volumes(); }
    void drop_volumes(const std::string& group) override { inner_->drop_volumes(group); }
    std::vector<std::string> notes() const override { return inner_->notes(); }

private:
    std::unique_ptr<runtime> inner_;
    metrics_ptr into_;
};

}  // namespace

std::unique_ptr<runtime> counted(std::unique_ptr<runtime> inner, metrics_ptr into) {
    return std::make_unique<counted_runtime>(std::move(inner), std::move(into));
}

}  // namespace ecisbx::server::runtime
