/// @file
/// All of the portable API, and the ECI client. Apart, since few need them: the local server
/// (`<ecisbx/server.hpp>`) and the observers that come with the library
/// (`<ecisbx/log_observer.hpp>`,
/// `<ecisbx/prometheus.hpp>`).
#ifndef ECISBX_ECISBX_HPP
#define ECISBX_ECISBX_HPP

#include <ecisbx/command.hpp>
#include <ecisbx/eci/client.hpp>
#include <ecisbx/error.hpp>
#include <ecisbx/exec.hpp>
#include <ecisbx/file.hpp>
#include <ecisbx/for_each.hpp>
#include <ecisbx/observer.hpp>
#include <ecisbx/process.hpp>
#include <ecisbx/result.hpp>
#include <ecisbx/sandbox.hpp>
#include <ecisbx/secret.hpp>
#include <ecisbx/tmux.hpp>

#endif
