// What doctor found, for people and as JSON.
#ifndef ECISBX_CLI_DOCTOR_HPP
#define ECISBX_CLI_DOCTOR_HPP

#include <string>
#include <string_view>
#include <vector>

namespace ecisbx::cli {

class report {
public:
    void info(std::string name, std::string text);
    /// `advice` is shown for what is not good.
    void add(std::string name, bool good, std::string text, std::string advice);
    bool failed(std::string_view name) const;
    bool healthy() const;
    void print(bool json) const;

private:
    enum class verdict { none, good, bad };
    struct entry {
        std::string name, text, advice;
        verdict found;
    };
    std::vector<entry> lines_;
};

}  // namespace ecisbx::cli

#endif
