// What tmux does in a simulated sandbox, as far as the texts of proto::tmux_script ask for it.
#ifndef ECISBX_TESTS_SIMULATION_TMUX_MODEL_HPP
#define ECISBX_TESTS_SIMULATION_TMUX_MODEL_HPP

#include "proto/tmux_script.hpp"
#include "simulation/program.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ecisbx::sim {

class tmux_model {
public:
    using time = std::chrono::steady_clock::time_point;

    /// A text of `proto::tmux_look_text`, read back. Nothing for any other.
    static std::optional<proto::tmux_look> read_look(const std::string& text);
    /// The name in a text that starts a session.
    static std::optional<std::string> read_start(const std::string& text);

    std::string start(const std::string& name, const std::string& input);
    /// When the job ends; nothing where there is none or it has ended.
    std::optional<time> end_of(const std::string& name) const;
    std::string look(const proto::tmux_look& what) const;
    /// The answer to any other text; nothing for one that is not known.
    std::optional<std::string> other(const std::string& text);

    unsigned starts(const std::string& name) const;
    void restart() { sessions_.clear(); }

private:
    struct session {
        program job;
        time began;
    };
    std::map<std::string, session> sessions_;
    std::map<std::string, unsigned> starts_;
};

}  // namespace ecisbx::sim

#endif
