// What is checked of an exec before anything is sent.
#ifndef ECISBX_SANDBOX_EXEC_CHECKS_HPP
#define ECISBX_SANDBOX_EXEC_CHECKS_HPP

#include "proto/exec_script.hpp"
#include "sandbox/running_exec.hpp"

namespace ecisbx::detail {

/// Throws `invalid_argument` that names the option.
void check_options(const exec_options& options, exec_job::use kind);

/// What `proto::plan_exec` is asked for; id and nonce are new.
proto::exec_wish wish_of(const exec_job& job);

}  // namespace ecisbx::detail

#endif
