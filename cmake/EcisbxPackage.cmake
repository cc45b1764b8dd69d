# `cpack -G DEB` in the build tree: the program as a Debian package.
if(NOT ECISBX_BUILD_PROGRAM)
  return()
endif()
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME ecisbx)
set(CPACK_PACKAGE_VENDOR "ecisbx")
set(CPACK_PACKAGE_CONTACT "The ecisbx authors <ecisbx@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "run code sandboxes on Alibaba Cloud ECI or on a local server")
set(CPACK_PACKAGE_DESCRIPTION "ecisbx creates sandboxes, runs commands in them with true exit codes,
 moves files and keeps long jobs in tmux, on Alibaba Cloud ECI or on the local
 server that it brings, which isolates sandboxes with bubblewrap.
 .
 The service ecisbx.service runs that server; it is not started by default.")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_ALL program service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)

set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "bubblewrap")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "tmux")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(debian ${PROJECT_SOURCE_DIR}/packaging/debian)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${debian}/conffiles ${debian}/postinst ${debian}/prerm ${debian}/postrm)

# The service exists in the Debian package only: its paths are those of that package.
install(FILES packaging/systemd/ecisbx.service DESTINATION lib/systemd/system COMPONENT service
  EXCLUDE_FROM_ALL)
install(PROGRAMS packaging/systemd/serve DESTINATION libexec/ecisbx COMPONENT service
  EXCLUDE_FROM_ALL)
install(FILES packaging/debian/ecisbx.default DESTINATION /etc/default RENAME ecisbx
  COMPONENT service EXCLUDE_FROM_ALL)
install(FILES packaging/debian/copyright DESTINATION share/doc/ecisbx COMPONENT service
  EXCLUDE_FROM_ALL)
include(CPack)
