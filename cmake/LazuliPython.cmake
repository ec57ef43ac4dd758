# The Python module: python/CMakeLists.txt calls this once, with the layers that its sources include, as
# tools/check_layers reads them. It is left out where Python's headers or nanobind are missing.
#
#   lazuli_python(DEPENDS base core functions SOURCES module.cpp GENERATED functions.gen.cpp)
#
# The package lies in <build>/python/lazuli, so that PYTHONPATH=<build>/python finds it.

set(LAZULI_VENV ${PROJECT_SOURCE_DIR}/build/venv)  # `make` puts nanobind there

# Finds Python, the one of the virtual environment first.
macro(lazuli_find_python)
  if(NOT Python_EXECUTABLE AND EXISTS ${LAZULI_VENV}/bin/python)
    set(Python_EXECUTABLE ${LAZULI_VENV}/bin/python)
  endif()
  find_package(Python 3.11 COMPONENTS Interpreter Development.Module)
  if(Python_FOUND)
    set(LAZULI_PYTHON_EXECUTABLE ${Python_EXECUTABLE} CACHE INTERNAL "The modules' Python")
  endif()
endmacro()

# Finds nanobind by asking Python.
macro(lazuli_find_nanobind)
  lazuli_find_python()
  if(Python_FOUND)
    execute_process(COMMAND ${Python_EXECUTABLE} -m nanobind --cmake_dir
      OUTPUT_VARIABLE nanobind_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    find_package(nanobind CONFIG QUIET)
  endif()
endmacro()

function(lazuli_python)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "DEPENDS;SOURCES;GENERATED")
  lazuli_layer_line(python own_line)
  foreach(lower IN LISTS arg_DEPENDS)
    lazuli_layer_line(${lower} line)
    if(NOT line LESS own_line)
      message(FATAL_ERROR "lazuli: python may not depend on ${lower}, which is not lower")
    endif()
  endforeach()
  list(TRANSFORM arg_GENERATED PREPEND ${LAZULI_GENERATED}/python/)
  set(sources ${arg_SOURCES} ${arg_GENERATED})
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  set(package ${PROJECT_BINARY_DIR}/python/lazuli)

  nanobind_add_module(lazuli_python NB_STATIC NOMINSIZE ${sources})
  set_target_properties(lazuli_python PROPERTIES
    OUTPUT_NAME _lazuli LIBRARY_OUTPUT_DIRECTORY ${package} CXX_VISIBILITY_PRESET hidden)
  target_include_directories(lazuli_python PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(lazuli_python PRIVATE lazuli::lazuli)
  target_compile_definitions(lazuli_python PRIVATE LAZULI_VERSION="${PROJECT_VERSION}")
  lazuli_generate(lazuli_python ${arg_GENERATED})

  # The package around it: names, types, and the mark that types are there.
  set(parts ${CMAKE_CURRENT_SOURCE_DIR}/stub.pyi
    ${LAZULI_GENERATED}/python/dtypes.gen.pyi ${LAZULI_GENERATED}/python/functions.gen.pyi
    ${LAZULI_GENERATED}/python/methods.gen.pyi)
  add_custom_command(
    OUTPUT ${package}/__init__.py ${package}/__init__.pyi ${package}/py.typed
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/lazuli/__init__.py ${package}
    COMMAND ${CMAKE_COMMAND} -E touch ${package}/py.typed
    COMMAND ${Python_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/make_stub ${parts} ${package}/__init__.pyi
    DEPENDS ${parts} lazuli/__init__.py make_stub lazuli_generated
    VERBATIM)
  add_custom_target(lazuli_python_package ALL
    DEPENDS ${package}/__init__.py ${package}/__init__.pyi ${package}/py.typed)
  add_dependencies(lazuli_python_package lazuli_python)

  install(TARGETS lazuli_python DESTINATION lazuli COMPONENT python EXCLUDE_FROM_ALL)
  install(FILES ${package}/__init__.py ${package}/__init__.pyi ${package}/py.typed
    DESTINATION lazuli COMPONENT python EXCLUDE_FROM_ALL)
endfunction()
