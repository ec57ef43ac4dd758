# Declares one layer: the folder src/lazuli/<name>. Its CMakeLists.txt is this call and nothing else:
#
#   lazuli_layer(trace
#     DEPENDS base core runtime op               # folders on lower lines of cmake/layers.txt; public
#     HEADERS tape.h trie.h                      # what other folders may include, and what is installed
#     SOURCES tape.cpp trie.cpp
#     TESTS tape_test.cpp trie_test.cpp          # GoogleTest, beside the sources
#     LIBRARIES fmt::fmt)                        # third parties; private to this folder
#
# Two more lists, for the folders that need them:
#
#     GENERATED kinds.gen.h kinds.gen.cpp        # written by lazuli-gen into <generated>/lazuli/<name>/
#     TEST_DEPENDS interpret                     # lower folders that only the tests include
#
# It makes the library lazuli_<name> ('/' becomes '_': lazuli_backends_cpu_jit) and the test program
# <name>_test, which runs as `ctest -R <name>_test` or bin/<name>_test --gtest_filter=....
# Headers are included as "lazuli/<name>/x.h". Third parties come by target: fmt::fmt, ZLIB::ZLIB,
# OpenMP::OpenMP_CXX, OpenBLAS::OpenBLAS, OneDNN::OneDNN, xbyak::xbyak.

# The lines of layers.txt, bottom to top; each is a list of folders that don't see each other.
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/layers.txt LAZULI_LAYER_LINES)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/layers.txt)

# Sets `out` to the line number of a folder in layers.txt; an unknown folder is an error.
function(lazuli_layer_line name out)
  set(number 0)
  foreach(line IN LISTS LAZULI_LAYER_LINES)
    string(REPLACE " " ";" folders "${line}")
    if(name IN_LIST folders)
      set(${out} ${number} PARENT_SCOPE)
      return()
    endif()
    math(EXPR number "${number} + 1")
  endforeach()
  message(FATAL_ERROR "lazuli: layers.txt has no folder '${name}'")
endfunction()

# Turns folder names into target names.
function(lazuli_layer_targets out)
  set(targets)
  foreach(name IN LISTS ARGN)
    string(REPLACE "/" "_" target "lazuli_${name}")
    list(APPEND targets ${target})
  endforeach()
  set(${out} ${targets} PARENT_SCOPE)
endfunction()

function(lazuli_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" ""
    "DEPENDS;HEADERS;SOURCES;TESTS;LIBRARIES;GENERATED;TEST_DEPENDS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "lazuli: ${name}: unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  lazuli_layer_targets(target ${name})
  lazuli_layer_targets(depends ${arg_DEPENDS})
  lazuli_layer_targets(test_depends ${arg_TEST_DEPENDS})

  lazuli_layer_line(${name} own_line)
  foreach(lower IN LISTS arg_DEPENDS arg_TEST_DEPENDS)
    lazuli_layer_line(${lower} line)
    if(NOT line LESS own_line)
      message(FATAL_ERROR "lazuli: ${name} may not depend on ${lower}, which is not lower")
    endif()
  endforeach()
  list(TRANSFORM arg_GENERATED PREPEND ${LAZULI_GENERATED}/lazuli/${name}/)
  list(TRANSFORM arg_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(generated_headers ${arg_GENERATED})
  list(FILTER generated_headers INCLUDE REGEX "\\.h$")
  list(APPEND arg_HEADERS ${generated_headers})
  set(generated_sources ${arg_GENERATED})
  list(FILTER generated_sources INCLUDE REGEX "\\.cpp$")
  list(APPEND arg_SOURCES ${generated_sources})

  if(arg_SOURCES)
    add_library(${target} STATIC ${arg_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE ${arg_LIBRARIES})
    set_property(GLOBAL APPEND PROPERTY LAZULI_OBJECTS $<TARGET_OBJECTS:${target}>)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} ${depends})
  target_include_directories(${target} ${scope} ${PROJECT_SOURCE_DIR}/src ${LAZULI_GENERATED})
  target_sources(${target} ${scope} FILE_SET HEADERS
    BASE_DIRS ${PROJECT_SOURCE_DIR}/src ${LAZULI_GENERATED} FILES ${arg_HEADERS})
  set_property(GLOBAL APPEND PROPERTY LAZULI_HEADERS ${arg_HEADERS})
  set_property(GLOBAL APPEND PROPERTY LAZULI_LIBRARIES ${arg_LIBRARIES})
  if(arg_GENERATED)
    lazuli_generate(${target} ${arg_GENERATED})
  endif()

  if(arg_TESTS)
    string(REPLACE "/" "_" test ${name}_test)
    lazuli_test(${test} SOURCES ${arg_TESTS} LIBRARIES ${target} ${test_depends} ${arg_LIBRARIES})
  endif()
endfunction()
