#include "cli/env_file.hpp"
#include "cli/terminal.hpp"

#include <ecisbx/error.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ecisbx::cli {

void write_env_file(const std::string& path, const eci::config& settings) {
    std::string text =
        "ECI_SANDBOX_ENDPOINT=" + settings.endpoint() + "\n" +
        "ECI_SANDBOX_REGION_ID=" + settings.region() + "\n" +
        "ECI_SANDBOX_ACCESS_KEY_ID=" + settings.access_key_id() + "\n" +
        "ECI_SANDBOX_ACCESS_KEY_SECRET=" + std::string(settings.access_key_secret().reveal()) +
        "\n";
    if (!settings.ca_file().empty()) text += "ECI_SANDBOX_CA_FILE=" + settings.ca_file() + "\n";

    std::string beside = path + ".new";
    ::unlink(beside.c_str());
    int fd = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        throw error(errc::invalid_argument,
                    "--env-file " + path + " can not be written: " + std::strerror(errno));
    write_all(fd, text);
    ::close(fd);
    if (std::rename(beside.c_str(), path.c_str()) != 0)
        throw error(errc::invalid_argument,
                    "--env-file " + path + " can not be written: " + std::strerror(errno));
}

}  // namespace ecisbx::cli
