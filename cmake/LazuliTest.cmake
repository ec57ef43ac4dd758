# Declares one GoogleTest program, bin/<name>, and one test of the same name that runs all of it: a process a
# case would cost more than the cases. Suites under tests/ call it directly and link the whole product:
#
#   lazuli_test(op_suite SOURCES elementwise_test.cpp reduction_test.cpp LIBRARIES lazuli::lazuli)
#
# GENERATED names sources that lazuli-gen writes, below <generated>.
function(lazuli_test name)
  if(NOT LAZULI_TESTS)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;GENERATED;LIBRARIES")
  list(TRANSFORM arg_GENERATED PREPEND ${LAZULI_GENERATED}/)
  add_executable(${name} ${arg_SOURCES} ${arg_GENERATED})
  target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} GTest::gtest_main)
  if(arg_GENERATED)
    lazuli_generate(${name} ${arg_GENERATED})
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  # Several programs run at a time: threads that wait leave the processors to the others.
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 ENVIRONMENT OMP_WAIT_POLICY=PASSIVE)
endfunction()
