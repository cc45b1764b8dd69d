#include <ecisbx/server/server.hpp>

namespace ecisbx::server {

runtime_options bubblewrap() {
    return runtime_options(runtime_options::kind::bubblewrap);
}
runtime_options process() {
    return runtime_options(runtime_options::kind::process);
}
runtime_options synthetic() {
    return runtime_options(runtime_options::kind::synthetic);
}

}  // namespace ecisbx::server
