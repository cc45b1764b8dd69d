# A room of the house is a folder below src/ that is compiled to objects; ecisbx and
# ecisbx_server are made of rooms, and a unit test links only the rooms it needs.

add_library(ecisbx_build_flags INTERFACE)
target_compile_options(ecisbx_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${ECISBX_WARNINGS_AS_ERRORS}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns falsely about coroutine frames and inlined strings.
  target_compile_options(ecisbx_build_flags INTERFACE
    -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer -Wno-mismatched-new-delete)
endif()
target_compile_definitions(ecisbx_build_flags INTERFACE
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_DISABLE_BOOST_COROUTINE)
target_include_directories(ecisbx_build_flags INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_include_directories(ecisbx_build_flags SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
if(ECISBX_SANITIZE)
  set(flags -fsanitize=${ECISBX_SANITIZE} -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # These three double the compile time of coroutine files on g++ 12.
    list(APPEND flags -fno-sanitize=vptr,null,alignment)
  endif()
  add_compile_options(${flags})
  add_link_options(${flags})
endif()

find_program(ECISBX_MOLD mold)
if(ECISBX_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# ecisbx_unity(NAME): with ECISBX_UNITY, several sources are one. Then g++ takes each for a header,
# where names without linkage would be a mistake.
function(ecisbx_unity name)
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${ECISBX_UNITY} UNITY_BUILD_BATCH_SIZE 6)
  if(ECISBX_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${name} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# ecisbx_room(NAME FOLDER [RECURSE]): objects of all .cpp files of a folder.
function(ecisbx_room name folder)
  if("RECURSE" IN_LIST ARGN)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  endif()
  add_library(${name} OBJECT ${sources})
  target_link_libraries(${name} PUBLIC Boost::headers Boost::json Boost::url OpenSSL::SSL
                        OpenSSL::Crypto Threads::Threads PRIVATE ecisbx_build_flags)
  target_include_directories(${name} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>)
  ecisbx_unity(${name})
  if(NOT BUILD_SHARED_LIBS)
    target_compile_definitions(${name} PUBLIC ECISBX_STATIC_DEFINE)
  endif()
  if(name STREQUAL "ecisbx_core")
    target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src/pch.hpp)
  else()
    target_precompile_headers(${name} REUSE_FROM ecisbx_core)
  endif()
endfunction()

# ecisbx_use_pch(EXECUTABLE): the rooms' precompiled header. Its -fPIC must not become -fPIE.
function(ecisbx_use_pch name)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_link_libraries(${name} PRIVATE Boost::url)  # its definitions are in the header
  target_precompile_headers(${name} REUSE_FROM ecisbx_core)
endfunction()
