#include "journal.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace json = boost::json;

journal::journal(const std::string& path) {
    std::uintmax_t whole = 0;  // bytes of complete lines
    {
        std::ifstream in(path, std::ios::binary);
        for (std::string line; std::getline(in, line) && !in.eof();) {
            boost::system::error_code broken;
            auto value = json::parse(line, broken);
            const auto* object = broken ? nullptr : value.if_object();
            const auto* task = object ? object->if_contains("task") : nullptr;
            if (!task || !task->is_int64())
                throw std::runtime_error(
                    path +
                    ": expected {\"task\": N, ...} in each line, found: " + line.substr(0, 80));
            done_.insert(static_cast<int>(task->get_int64()));
            whole += line.size() + 1;
        }
    }
    if (std::filesystem::exists(path)) std::filesystem::resize_file(path, whole);
    file_.reset(std::fopen(path.c_str(), "ab"));
    if (!file_) throw std::runtime_error(path + ": can not be written");
}

void journal::add(const rollout& r) {
    json::object line{{"task", r.task},
                      {"reward", r.reward},
                      {"exit_code", r.exit_code},
                      {"end", r.end},
                      {"ms", r.milliseconds}};
    auto text = json::serialize(line) + "\n";
    if (std::fwrite(text.data(), 1, text.size(), file_.get()) != text.size() ||
        std::fflush(file_.get()) != 0)
        throw std::runtime_error("the results can not be written");
    done_.insert(r.task);
}
