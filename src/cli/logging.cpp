#include "cli/logging.hpp"

#include <ecisbx/log_observer.hpp>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace ecisbx::cli {

void start_log(bool verbose) {
    auto logger = std::make_shared<spdlog::logger>(
        "ecisbx", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(verbose ? spdlog::level::debug : spdlog::level::info);
    spdlog::set_default_logger(logger);
}

void write_log(log_level level, std::string_view line) {
    switch (level) {
        case log_level::debug: return spdlog::debug("{}", line);
        case log_level::info: return spdlog::info("{}", line);
        case log_level::warning: return spdlog::warn("{}", line);
        case log_level::error: return spdlog::error("{}", line);
    }
}

std::shared_ptr<observer> logging_observer() {
    start_log(true);
    return std::make_shared<log_observer>(write_log);
}

}  // namespace ecisbx::cli
