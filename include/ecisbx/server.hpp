/// @file
/// Embedding the local server.
#ifndef ECISBX_SERVER_HPP
#define ECISBX_SERVER_HPP

#include <ecisbx/server/server.hpp>

#endif
