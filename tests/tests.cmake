# indaba_test: one GoogleTest program, one ctest entry. indaba_fuzz: one fuzz target, see below.

find_package(GTest REQUIRED)

# indaba_test(NAME merge_test SOURCES merge_test.cpp LIBRARIES indaba_sync [LABELS quick] [TIMEOUT 120] [ARGUMENTS …])
function(indaba_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS;ARGUMENTS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
        message(FATAL_ERROR "indaba_test: cannot use '${ARGN}'")
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(${arg_NAME} ${arg_SOURCES})
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} indaba_options GTest::gmock GTest::gtest_main)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} --gtest_brief=1 ${arg_ARGUMENTS}
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT ${arg_TIMEOUT} LABELS "${arg_LABELS}")
endfunction()
