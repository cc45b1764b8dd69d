// A CI runner: the jobs of a matrix at once, each in a sandbox of its own; logs as they come, a
// deadline for each job, artifacts downloaded, and the worst status as its own.
// Usage: ci_runner PROJECT_FOLDER ARTIFACT_FOLDER
#include <ecisbx/ecisbx.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// The steps of every job. `set -e`: the first one that fails ends the job.
const std::string steps = R"(
set -e
cd /tmp/project
echo "building $MODE"
sh ./build.sh "$MODE" 2>&1
mkdir -p out
echo "testing $MODE"
sh ./test.sh "$MODE" >out/report.txt 2>&1 || { tail -n 5 out/report.txt; exit 1; }
)";

class runner {
public:
    runner(ecisbx::eci::client c, std::string from, std::string to)
        : client(std::move(c)), project(std::move(from)), artifacts(std::move(to)) {}
    ecisbx::eci::client client;
    std::string project;
    std::string artifacts;
    int failed = 0;
};
using shared = std::shared_ptr<runner>;

/// One cell of the matrix.
class job {
public:
    job(shared all_, std::string image_, std::string mode_)
        : all(std::move(all_)), image(std::move(image_)), mode(std::move(mode_)) {}
    shared all;
    std::string image, mode;
    std::string name() const { return ecisbx::eci::create_options::clean_name(image) + "-" + mode; }
};

/// Prints whole lines, each with the job's name, so that jobs do not mix within a line.
class line_printer {
public:
    explicit line_printer(std::string name) : name_(std::move(name)) {}
    void add(const std::string& bytes) {
        pending_ += bytes;
        for (std::size_t end; (end = pending_.find('\n')) != std::string::npos;) {
            std::cout << name_ << " | " << pending_.substr(0, end) << '\n';
            pending_.erase(0, end + 1);
        }
        std::cout << std::flush;
    }
    void finish() {
        if (!pending_.empty()) add("\n");
    }

private:
    std::string name_;
    std::string pending_;
};

asio::awaitable<void> in_box(job j, ecisbx::sandbox box) {
    co_await box.wait_ready();
    co_await box.upload(j.all->project, "/tmp/project");

    auto run =
        co_await box.start_bash(steps, ecisbx::exec_options().env("MODE", j.mode).timeout(10min));
    line_printer log(j.name());
    while (auto piece = co_await run.read()) log.add(piece->bytes);
    log.finish();
    auto result = co_await run.wait();

    // Also of a job that failed: the report tells why. It may have failed before there was one.
    auto kept = co_await ecisbx::as_result(
        box.download("/tmp/project/out", j.all->artifacts + "/" + j.name()));
    if (!kept && kept.error().code != ecisbx::errc::not_found) throw ecisbx::error(kept.error());
    std::cout << j.name() << " = " << result.status << (kept ? ", artifacts kept\n" : "\n");
    if (!result.ok()) ++j.all->failed;
}

asio::awaitable<void> one_job(job j) {
    auto box = co_await j.all->client.create(
        ecisbx::eci::create_options(j.image).tag("app", "ci").tag("job", j.name()));
    auto done = co_await ecisbx::as_result(in_box(j, box));
    // From here on it can not be cancelled any more, or the clean-up would be.
    co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await box.remove(ecisbx::remove_options().force());
    if (done) co_return;
    ++j.all->failed;
    std::cout << j.name() << " = " << done.error() << '\n';
}

asio::awaitable<void> matrix(std::string project, std::string artifacts) {
    ecisbx::eci::client client(co_await asio::this_coro::executor, ecisbx::eci::config::from_env());
    auto all = std::make_shared<runner>(client, project, artifacts);
    std::filesystem::create_directories(artifacts);
    std::vector<job> jobs;
    for (const char* image : {"debian:12", "gcc:12"})
        for (const char* mode : {"debug", "release"}) jobs.emplace_back(all, image, mode);
    auto count = jobs.size();
    co_await ecisbx::for_each(std::move(jobs), ecisbx::concurrency(20), one_job);
    std::cout << count << " jobs, " << all->failed << " failed\n";
    if (all->failed != 0) throw std::runtime_error("the build is red");
}

int main(int argc, char** argv) {
    if (argc != 3) {
        std::cerr << "usage: ci_runner PROJECT_FOLDER ARTIFACT_FOLDER\n";
        return 2;
    }
    asio::io_context context;
    int status = 0;
    asio::co_spawn(context, matrix(argv[1], argv[2]), [&](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& e) {
            std::cerr << e.what() << '\n';
            status = 1;
        }
    });
    context.run();
    return status;
}
