# The device of PyTorch: torch/CMakeLists.txt calls these with what its sources include, as tools/check_layers reads it.
# It is left out where PyTorch's wheel is missing.
#
#   lazuli_torch(DEPENDS base functions SOURCES kernels.cpp BACKEND miniature.yaml)
#
# The package lies in <build>/torch/lazuli_torch, so that PYTHONPATH=<build>/torch finds it.

set(LAZULI_TORCH_WHEEL "" CACHE PATH "The folder `torch` of an installed wheel; asked of Python where it is empty")

# Sets lazuli_torch_wheel to the folder, empty where there is none, and finds Python's headers.
macro(lazuli_find_torch)
  lazuli_find_python()
  set(lazuli_torch_wheel ${LAZULI_TORCH_WHEEL})
  if(NOT lazuli_torch_wheel AND Python_FOUND)
    # Importing it would take seconds.
    execute_process(COMMAND ${Python_EXECUTABLE} -c
      "import importlib.util; print(importlib.util.find_spec('torch').submodule_search_locations[0])"
      OUTPUT_VARIABLE lazuli_torch_wheel OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  endif()
  if(NOT Python_FOUND OR NOT EXISTS "${lazuli_torch_wheel}/include/torch/library.h")
    set(lazuli_torch_wheel "")
  endif()
endmacro()

# How everything that includes PyTorch's headers is compiled and linked. By full paths: a search by name would take the
# libraries of another PyTorch that the system has.
function(lazuli_torch_target)
  add_library(lazuli_torch_wheel INTERFACE)
  set(libraries)
  foreach(library torch_python torch_cpu c10)
    list(APPEND libraries ${lazuli_torch_wheel}/lib/lib${library}.so)
  endforeach()
  target_include_directories(lazuli_torch_wheel SYSTEM INTERFACE
    ${lazuli_torch_wheel}/include ${lazuli_torch_wheel}/include/torch/csrc/api/include)
  target_link_libraries(lazuli_torch_wheel INTERFACE ${libraries} Python::Module)
endfunction()

function(lazuli_torch)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "BACKEND" "DEPENDS;SOURCES")
  lazuli_layer_line(torch own_line)
  foreach(lower IN LISTS arg_DEPENDS)
    lazuli_layer_line(${lower} line)
    if(NOT line LESS own_line)
      message(FATAL_ERROR "lazuli: torch may not depend on ${lower}, which is not lower")
    endif()
  endforeach()
  set(package ${PROJECT_BINARY_DIR}/torch/lazuli_torch)
  set(generated ${PROJECT_BINARY_DIR}/torch/generated)
  set(catalogue ${lazuli_torch_wheel}/../torchgen/packaged/ATen/native)
  set(backend ${CMAKE_CURRENT_SOURCE_DIR}/${arg_BACKEND})
  set(decompositions ${CMAKE_CURRENT_SOURCE_DIR}/decompositions.yaml)
  file(GLOB operators CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/ops/*.yaml)
  set(headers PrivateUse1NativeFunctions.h LazyIr.h)
  set(sources PrivateUse1NativeFunctions.cpp RegisterPrivateUse1.cpp LazyLowerings.cpp)
  list(TRANSFORM headers PREPEND ${generated}/)
  list(TRANSFORM sources PREPEND ${generated}/)
  add_custom_command(
    OUTPUT ${headers} ${sources}
    COMMAND lazuli-gen torch --native-functions ${catalogue}/native_functions.yaml
      --tags ${catalogue}/tags.yaml --backend-yaml ${backend} --output-dir ${generated}
      --per-operator-headers --forced-fallback --lowerings --catalogue ${PROJECT_SOURCE_DIR}/ops
      --decompositions ${decompositions}
    DEPENDS lazuli-gen ${backend} ${decompositions} ${operators}
    COMMENT "Generating the kernels of PyTorch's device"
    VERBATIM)

  lazuli_torch_target()
  add_library(lazuli_torch MODULE ${arg_SOURCES} ${sources} ${headers})
  set_target_properties(lazuli_torch PROPERTIES
    PREFIX "" OUTPUT_NAME _device LIBRARY_OUTPUT_DIRECTORY ${package}
    CXX_VISIBILITY_PRESET hidden SKIP_BUILD_RPATH ON)  # CMake's would warn of the wheel's libgomp
  target_include_directories(lazuli_torch PRIVATE ${PROJECT_SOURCE_DIR} ${generated})
  # Lazuli's own symbols stay inside, and its libraries are looked through before PyTorch's.
  target_link_options(lazuli_torch PRIVATE -Wl,--exclude-libs,ALL -Wl,-rpath,${lazuli_torch_wheel}/lib)
  target_link_libraries(lazuli_torch PRIVATE lazuli::lazuli OpenBLAS::OpenBLAS OneDNN::OneDNN
    lazuli_torch_wheel)
  configure_file(${CMAKE_CURRENT_SOURCE_DIR}/lazuli_torch/__init__.py ${package}/__init__.py COPYONLY)
  set(LAZULI_TORCH_SITE ${lazuli_torch_wheel}/.. CACHE INTERNAL "Where the wheel is installed")
endfunction()
