/// @file
/// The portable API and the ECI client.
#ifndef ECISBX_ECI_HPP
#define ECISBX_ECI_HPP

#include <ecisbx/eci/client.hpp>
#include <ecisbx/ecisbx.hpp>

#endif
