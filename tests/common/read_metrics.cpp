#include "common/read_metrics.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <optional>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace ecisbx::test {
namespace {

using labels = std::map<std::string, std::string>;

struct family {
    std::string name, type, help;
    std::set<std::string> label_names;
};

class reader {
public:
    metrics_text read(const std::string& text) {
        if (!text.empty() && text.back() != '\n') fail("no line break at the end");
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            line_ = line;
            if (line.starts_with("# HELP "))
                begin_family(line.substr(7));
            else if (line.starts_with("# TYPE "))
                set_type(line.substr(7));
            else
                sample(line);
        }
        finish_family();
        return std::move(result_);
    }

private:
    [[noreturn]] void fail(const std::string& why) const {
        throw std::runtime_error("metrics: " + why + ": '" + line_ + "'");
    }
    void require(bool good, const char* why) const {
        if (!good) fail(why);
    }
    static bool is_name(const std::string& text) {
        return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
               std::all_of(text.begin(), text.end(), [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_';
               });
    }

    void begin_family(const std::string& rest) {
        finish_family();
        now_.emplace();
        auto space = rest.find(' ');
        require(space != rest.npos, "HELP without a text");
        now_->name = rest.substr(0, space);
        now_->help = rest.substr(space + 1);
        require(is_name(now_->name), "not a name");
        require(known_.insert(now_->name).second, "a family twice");
    }
    void set_type(const std::string& rest) {
        require(now_ && now_->type.empty(), "TYPE without HELP");
        require(rest.starts_with(now_->name + ' '), "TYPE of another family");
        now_->type = rest.substr(now_->name.size() + 1);
        require(now_->type == "counter" || now_->type == "gauge" || now_->type == "histogram",
                "not a type");
    }

    void sample(const std::string& line) {
        require(now_ && !now_->type.empty(), "a sample before its TYPE");
        auto end = line.find_first_of("{ ");
        require(end != line.npos, "no value");
        auto name = line.substr(0, end);
        labels with;
        if (line[end] == '{') end = read_labels(line, end + 1, with);
        require(end < line.size() && line[end] == ' ', "no space before the value");
        auto value = number(line.substr(end + 1));
        if (now_->type == "histogram") {
            check_histogram(name, with);
        } else {
            require(name == now_->name, "a sample of another family");
        }
        require(now_->type != "counter" || value >= 0, "a counter below 0");
        for (const auto& [label, text] : with)
            if (label != "le") now_->label_names.insert(label);
        require(result_.samples.emplace(series(name, with), value).second, "a series twice");
    }
    void check_histogram(const std::string& name, const labels& with) const {
        bool bucket = name == now_->name + "_bucket";
        require(bucket || name == now_->name + "_sum" || name == now_->name + "_count",
                "not a histogram's sample");
        require(bucket == with.contains("le"), "le is for buckets");
    }
    std::size_t read_labels(const std::string& line, std::size_t at, labels& into) const {
        while (at < line.size() && line[at] != '}') {
            auto equals = line.find("=\"", at);
            require(equals != line.npos, "a label without a value");
            auto name = line.substr(at, equals - at);
            require(is_name(name), "not a label's name");
            std::string value;
            for (at = equals + 2; at < line.size() && line[at] != '"'; ++at) {
                if (line[at] == '\\') {
                    ++at;
                    require(at < line.size() &&
                                (line[at] == '\\' || line[at] == '"' || line[at] == 'n'),
                            "not an escape");
                }
                value += line[at];
            }
            require(at < line.size(), "a label's value without an end");
            require(into.emplace(name, value).second, "a label twice");
            ++at;
            if (at < line.size() && line[at] == ',') ++at;
        }
        require(at < line.size(), "labels without an end");
        return at + 1;
    }
    double number(const std::string& text) const {
        if (text == "+Inf") return std::numeric_limits<double>::infinity();
        double value = 0;
        auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
        require(ec == std::errc() && end == text.data() + text.size(), "not a number");
        return value;
    }
    static std::string series(const std::string& name, const labels& with) {
        std::string text = name;
        for (const auto& [label, value] : with)
            text += (text == name ? "{" : ",") + label + "=\"" + value + "\"";
        return with.empty() ? text : text + "}";
    }

    void finish_family() {
        if (!now_) return;
        require(!now_->type.empty(), "a family without a TYPE");
        if (now_->type == "counter")
            require(now_->name.ends_with("_total"), "a counter's name ends with _total");
        std::string names;
        for (const auto& label : now_->label_names) names += (names.empty() ? "" : ",") + label;
        result_.families.push_back(now_->name + '|' + now_->type + '|' + names + '|' + now_->help);
        now_.reset();
    }

    metrics_text result_;
    std::optional<family> now_;
    std::set<std::string> known_;
    std::string line_;
};

}  // namespace

metrics_text read_metrics(const std::string& text) {
    return reader().read(text);
}

std::vector<std::string> golden_lines(const std::string& prefix, bool with_prefix) {
    std::ifstream file("tests/golden/metrics.txt");
    if (!file) throw std::runtime_error("tests/golden/metrics.txt can not be read");
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.starts_with('#')) continue;
        if (line.starts_with(prefix) == with_prefix) lines.push_back(line);
    }
    return lines;
}

}  // namespace ecisbx::test
