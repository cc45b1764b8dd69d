#include "sweep/headers.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace ecisbx::sweep {
namespace {

namespace fs = std::filesystem;

std::string without_comments(const fs::path& file) {
    std::ifstream in(file);
    std::string all, line;
    while (std::getline(in, line)) all += line.substr(0, line.find("//")) + '\n';
    return all;
}

/// The position behind the `>` that closes the `<` before `at`.
std::size_t behind_arguments(const std::string& text, std::size_t at) {
    for (int open = 1; at < text.size() && open > 0; ++at)
        open += text[at] == '<' ? 1 : text[at] == '>' ? -1 : 0;
    return at;
}

/// The name of the function whose result type ends at `at`; empty: it is no function's.
std::string function_at(const std::string& text, std::size_t at) {
    while (at < text.size() && std::isspace(static_cast<unsigned char>(text[at])) != 0) ++at;
    std::string name;
    while (at < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '_'))
        name += text[at++];
    return at < text.size() && text[at] == '(' ? name : std::string();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> declared_operations(const std::string& folder) {
    constexpr std::string_view type = "awaitable<";
    std::vector<std::pair<std::string, std::string>> found;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        auto name = fs::relative(entry.path(), folder).string();
        if (entry.path().extension() != ".hpp" || name.starts_with("detail/")) continue;
        auto text = without_comments(entry.path());
        for (auto at = text.find(type); at != text.npos; at = text.find(type, at + 1)) {
            auto function = function_at(text, behind_arguments(text, at + type.size()));
            if (!function.empty()) found.emplace_back(name, function);
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace ecisbx::sweep
