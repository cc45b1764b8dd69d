#include "simulation/program.hpp"

#include "simulation/random.hpp"

#include <sstream>

namespace ecisbx::sim {

std::vector<std::string> program::argv() const {
    return {"sim",
            std::to_string(key),
            std::to_string(out),
            std::to_string(err),
            std::to_string(pieces),
            std::to_string(sleep),
            cats ? "1" : "0",
            std::to_string(code)};
}

std::string program::script() const {
    std::string text;
    for (const auto& word : argv()) text += (text.empty() ? "" : " ") + word;
    return text + "\n";
}

std::optional<program> program::read(const std::vector<std::string>& argv) {
    std::string text;
    for (const auto& word : argv) text += word + ' ';
    return read(text);
}

std::optional<program> program::read(const std::string& script) {
    std::istringstream words(script);
    std::string name;
    program p;
    if (words >> name >> p.key >> p.out >> p.err >> p.pieces >> p.sleep >> p.cats >> p.code &&
        name == "sim" && p.pieces > 0)
        return p;
    return std::nullopt;
}

std::string program::bytes(char first, std::size_t count) const {
    std::string all(count, first);
    random from(key, static_cast<unsigned char>(first));
    for (char& c : all) c = static_cast<char>(first + static_cast<char>(from.below(26)));
    return all;
}

}  // namespace ecisbx::sim
