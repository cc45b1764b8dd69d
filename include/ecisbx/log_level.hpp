// How much a log line matters.
#ifndef ECISBX_LOG_LEVEL_HPP
#define ECISBX_LOG_LEVEL_HPP

namespace ecisbx {

enum class log_level { debug, info, warning, error };

}  // namespace ecisbx

#endif
