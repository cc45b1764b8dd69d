/// @file
/// How much a log line matters.
#ifndef ECISBX_LOG_LEVEL_HPP
#define ECISBX_LOG_LEVEL_HPP

namespace ecisbx {

/// From the least to the most.
enum class log_level {
    debug,    ///< what is ordinary
    info,     ///< what a person who looks may want to know
    warning,  ///< something failed
    error,    ///< the program can not do what it is there for
};

}  // namespace ecisbx

#endif
