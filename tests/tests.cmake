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
    if(INDABA_SANITIZE STREQUAL thread)
        set_tests_properties(${arg_NAME} PROPERTIES
            ENVIRONMENT TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/platform/cmake/tsan.suppressions)
    endif()
endfunction()

# indaba_fuzz(NAME codec_fuzz SOURCES codec_fuzz.cpp LIBRARIES indaba_sync CORPUS golden [corpus/codec …])
# A source that defines LLVMFuzzerTestOneInput. Under the fuzz preset libFuzzer searches from the files of CORPUS for
# INDABA_FUZZ_SECONDS; everywhere else the same files, cut, damaged and changed, are a test of seconds. ROUNDS (2000) is
# how often each is: less for a target that takes milliseconds an input.
set(INDABA_FUZZ_SECONDS 60 CACHE STRING "How long each fuzz target runs under the fuzz preset")

function(indaba_fuzz)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;ROUNDS" "SOURCES;LIBRARIES;CORPUS")
    if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES OR NOT arg_CORPUS)
        message(FATAL_ERROR "indaba_fuzz: cannot use '${ARGN}'")
    endif()
    list(TRANSFORM arg_CORPUS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    add_executable(${arg_NAME} ${arg_SOURCES})
    target_link_libraries(${arg_NAME} PRIVATE ${arg_LIBRARIES} indaba_options)
    if(INDABA_FUZZ)
        target_link_options(${arg_NAME} PRIVATE -fsanitize=fuzzer)
        set(found ${CMAKE_CURRENT_BINARY_DIR}/${arg_NAME}.found)
        file(MAKE_DIRECTORY ${found})
        add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} ${found} ${arg_CORPUS} -max_total_time=${INDABA_FUZZ_SECONDS}
            -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 -print_final_stats=1 -artifact_prefix=${found}.)
        math(EXPR timeout "${INDABA_FUZZ_SECONDS} + 120")
    else()
        target_sources(${arg_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests/fuzz_replay.cpp)
        if(NOT arg_ROUNDS)
            set(arg_ROUNDS 2000)
        endif()
        add_test(NAME ${arg_NAME} COMMAND ${arg_NAME} -rounds=${arg_ROUNDS} ${arg_CORPUS})
        set(timeout 120)
    endif()
    set_tests_properties(${arg_NAME} PROPERTIES TIMEOUT ${timeout} LABELS "fuzz;quick")
endfunction()
