#include "server/runtime/runtime.hpp"

#include "server/runtime/kept_runtime.hpp"
#include "server/runtime/synthetic.hpp"

namespace ecisbx::server::runtime {

std::unique_ptr<runtime> make(boost::asio::any_io_executor executor, const runtime_options& options,
                              log_function log) {
    std::unique_ptr<runtime> result;
    switch (options.which()) {
        case runtime_options::kind::bubblewrap: result = make_bubblewrap(executor, options); break;
        case runtime_options::kind::process: result = make_plain(executor); break;
        case runtime_options::kind::synthetic: result = make_synthetic(executor); break;
    }
    for (const auto& note : result->notes()) {
        bool loud = note.starts_with("NO");  // NO ISOLATION, NOT isolated, NOT limited
        if (log) log(loud ? log_level::warning : log_level::info, note);
    }
    return result;
}

}  // namespace ecisbx::server::runtime
