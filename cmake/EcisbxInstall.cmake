# What `cmake --install` puts where. Components: client, prometheus, server (libraries with their
# headers), program. Nothing that is installed knows the prefix, so that it may be moved.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ecisbx)
set(pc_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH ECISBX_PREFIX_FROM_PC /${pc_dir} /)
string(REGEX REPLACE "/$" "" ECISBX_PREFIX_FROM_PC "${ECISBX_PREFIX_FROM_PC}")

# A shared library brings what is behind it; whoever links an archive must name that too.
if(NOT BUILD_SHARED_LIBS)
  set(ECISBX_PC_CFLAGS " -DECISBX_STATIC_DEFINE")
  set(ECISBX_PC_CLIENT_REQUIRES "openssl >= 3")
  set(ECISBX_PC_CLIENT_LIBS " -lboost_url -lboost_container -pthread")
  set(ECISBX_PC_PROMETHEUS_REQUIRES ", prometheus-cpp-core >= 1.0")
  set(ECISBX_PC_SERVER_REQUIRES ", ecisbx-prometheus = ${PROJECT_VERSION}, libseccomp")
endif()

# ecisbx_install(TARGET COMPONENT PC_FILE)
function(ecisbx_install target component pc)
  install(TARGETS ${target} EXPORT ecisbx_${component}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${component}
    INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  install(EXPORT ecisbx_${component} FILE ecisbx_${component}.cmake NAMESPACE ecisbx::
    DESTINATION ${cmake_dir} COMPONENT ${component})
  configure_file(packaging/pkgconfig/${pc}.pc.in ${PROJECT_BINARY_DIR}/${pc}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${pc}.pc DESTINATION ${pc_dir} COMPONENT ${component})
endfunction()

# Both libraries below find libecisbx beside them.
if(BUILD_SHARED_LIBS)
  foreach(target ecisbx_prometheus ecisbx_server)
    if(TARGET ${target})
      set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN")
    endif()
  endforeach()
endif()

ecisbx_install(ecisbx client ecisbx)
install(DIRECTORY include/ecisbx DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT client
  FILES_MATCHING PATTERN *.hpp PATTERN server EXCLUDE PATTERN prometheus.hpp EXCLUDE
  PATTERN server.hpp EXCLUDE)
if(ECISBX_WITH_PROMETHEUS)
  ecisbx_install(ecisbx_prometheus prometheus ecisbx-prometheus)
  install(FILES include/ecisbx/prometheus.hpp COMPONENT prometheus
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ecisbx)
endif()
if(ECISBX_WITH_SERVER)
  ecisbx_install(ecisbx_server server ecisbx-server)
  install(FILES include/ecisbx/server.hpp COMPONENT server
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ecisbx)
  install(DIRECTORY include/ecisbx/server COMPONENT server
    DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/ecisbx)
endif()

configure_package_config_file(cmake/ecisbxConfig.cmake.in ${PROJECT_BINARY_DIR}/ecisbxConfig.cmake
  INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/ecisbxConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/ecisbxConfig.cmake
  ${PROJECT_BINARY_DIR}/ecisbxConfigVersion.cmake DESTINATION ${cmake_dir} COMPONENT client)

if(ECISBX_BUILD_PROGRAM)
  install(TARGETS ecisbx_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
  if(TARGET ecisbx_program_texts)
    set(texts ${PROJECT_BINARY_DIR}/src/cli/texts)
    install(FILES ${texts}/ecisbx.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
    install(FILES ${texts}/ecisbx COMPONENT program
      DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
    install(FILES ${texts}/_ecisbx COMPONENT program
      DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
  endif()
endif()
