/// @file
/// What a shared build of the library exports. Everything else in it is hidden.
#ifndef ECISBX_EXPORT_HPP
#define ECISBX_EXPORT_HPP

// Defined by the CMake targets, the pkg-config file and the Conan package of a static build: there
// the symbols are no business of the shared library that a program may link them into. A nested
// class would inherit the visibility of the class around it: ECISBX_INTERNAL keeps it inside.
#ifdef ECISBX_STATIC_DEFINE
#define ECISBX_API
#define ECISBX_INTERNAL
#else
#define ECISBX_API __attribute__((visibility("default")))
#define ECISBX_INTERNAL __attribute__((visibility("hidden")))
#endif

#endif
