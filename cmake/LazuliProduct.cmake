# The product: all layers in one static library, lazuli::lazuli, fit for programs and for shared objects, and
# its installation: lib/liblazuli.a, include/lazuli/, lib/cmake/lazuli/, lib/pkgconfig/lazuli.pc.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

function(lazuli_product)
  get_property(objects GLOBAL PROPERTY LAZULI_OBJECTS)
  get_property(headers GLOBAL PROPERTY LAZULI_HEADERS)
  get_property(libraries GLOBAL PROPERTY LAZULI_LIBRARIES)
  list(REMOVE_DUPLICATES libraries)
  # Headers only, and in none that is installed.
  list(REMOVE_ITEM libraries xbyak::xbyak nlohmann_json::nlohmann_json)

  add_library(lazuli STATIC ${objects})
  add_library(lazuli::lazuli ALIAS lazuli)
  set_target_properties(lazuli PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(lazuli INTERFACE cxx_std_20)
  list(REMOVE_ITEM libraries fmt::fmt)
  target_link_libraries(lazuli PUBLIC fmt::fmt PRIVATE ${libraries})  # headers include {fmt} alone
  # The file set brings the include directories; its headers are checked where they are declared.
  target_sources(lazuli PUBLIC FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR}/src ${LAZULI_GENERATED} FILES ${headers})
  set_target_properties(lazuli PROPERTIES VERIFY_INTERFACE_HEADER_SETS OFF)

  set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lazuli)
  install(TARGETS lazuli EXPORT lazuli ARCHIVE FILE_SET HEADERS)
  install(EXPORT lazuli NAMESPACE lazuli:: FILE lazuliTargets.cmake DESTINATION ${package})
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/lazuliConfig.cmake.in ${PROJECT_BINARY_DIR}/lazuliConfig.cmake
    INSTALL_DESTINATION ${package})
  write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/lazuliConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES
    ${PROJECT_BINARY_DIR}/lazuliConfig.cmake ${PROJECT_BINARY_DIR}/lazuliConfigVersion.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindLibZip.cmake ${PROJECT_SOURCE_DIR}/cmake/FindOneDNN.cmake
    ${PROJECT_SOURCE_DIR}/cmake/FindOpenBLAS.cmake
    DESTINATION ${package})

  set(pkgconfig ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX}/${pkgconfig}
    OUTPUT_VARIABLE LAZULI_PC_TO_PREFIX)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/lazuli.pc.in ${PROJECT_BINARY_DIR}/lazuli.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/lazuli.pc DESTINATION ${pkgconfig})
endfunction()
