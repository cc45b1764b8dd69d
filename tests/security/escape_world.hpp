// A server of real boxes, what its host has to hide, and the scripts that look for it.
#ifndef ECISBX_TESTS_SECURITY_ESCAPE_WORLD_HPP
#define ECISBX_TESTS_SECURITY_ESCAPE_WORLD_HPP

#include "common/world.hpp"

#include <ecisbx/secret.hpp>

#include <map>
#include <string>
#include <vector>

namespace ecisbx::security {

/// One of tests/security/escapes.
struct escape_script {
    std::string name;
    std::string text;  ///< with the prelude
    bool seen_escaping =
        false;  ///< harmless without isolation too, and must report an escape there
};
std::vector<escape_script> escape_scripts();

/// The host's side of it, made in the constructor and removed again.
class host_to_hide {
public:
    host_to_hide();
    ~host_to_hide();
    host_to_hide(const host_to_hide&) = delete;
    host_to_hide& operator=(const host_to_hide&) = delete;

    const std::string& folder() const { return folder_; }
    const secret& key() const { return key_; }
    std::string state_dir() const { return folder_ + "/state"; }
    /// Bubblewrap or plain processes, with the marked key, TLS state and an admin listener.
    server::options options(server::runtime_options runtime) const;
    /// What the scripts are told. Secrets are reversed, so that telling them is not the leak.
    std::map<std::string, std::string> environment(test::world& w, const sandbox& neighbour) const;

private:
    std::string folder_, open_file_;
    secret key_;
};

/// Counts of lines that a script printed.
struct escape_report {
    std::size_t held = 0;
    std::vector<std::string> escaped;
    std::string output;  ///< all of it
    bool finished = false;
};
boost::asio::awaitable<escape_report> run_escape(sandbox box, std::string script,
                                                 std::map<std::string, std::string> environment);

boost::asio::awaitable<sandbox> small_box(eci::client client, const char* name);
/// A box with a process that others look for; with files, shared memory and a message queue too
/// where those are its own and not the host's.
boost::asio::awaitable<sandbox> neighbour_box(eci::client client, bool isolated = true);

/// Of the keeper that this process started.
int keeper_pid();

}  // namespace ecisbx::security

#endif
