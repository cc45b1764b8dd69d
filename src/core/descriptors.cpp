#include "core/descriptors.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <string>

namespace ecisbx::core {
namespace {

std::string number(rlim_t limit) {
    return limit == RLIM_INFINITY ? "unlimited" : std::to_string(limit);
}

std::string of_the_process() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return "this process has all the open files it may have: RLIMIT_NOFILE is " +
           number(limit.rlim_cur) + " (hard limit " + number(limit.rlim_max) +
           "), and every connection is one; raise it with `ulimit -n`, LimitNOFILE= of a systemd "
           "unit, --ulimit nofile= of a container, or setrlimit";
}

}  // namespace

error_info no_descriptors(const boost::system::error_code& cause) {
    const bool of_the_machine = cause.value() == ENFILE;
    error_info info(errc::no_descriptors,
                    of_the_machine ? "this machine has all the open files it may have: raise "
                                     "`sysctl fs.file-max`"
                                   : of_the_process());
    info.cause = cause;
    return info;
}

}  // namespace ecisbx::core
