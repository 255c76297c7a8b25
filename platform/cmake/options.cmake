# indaba_options: what every C++ target of this project is compiled with. It reaches them through indaba_shared.

set(INDABA_SANITIZE "" CACHE STRING "Sanitizers, as -fsanitize= takes them (presets asan, tsan, fuzz)")
option(INDABA_FUZZ "Instrument for libFuzzer (preset fuzz)" OFF)
option(INDABA_COVERAGE "Count the lines that run (preset coverage)" OFF)
option(INDABA_WERROR "A warning is an error" OFF)

add_library(indaba_warnings INTERFACE)
target_compile_options(indaba_warnings INTERFACE -Wall -Wextra -Wpedantic -Wnon-virtual-dtor)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(indaba_warnings INTERFACE -Wshadow=local)
else()
    # libstdc++ uses what it deprecates.
    target_compile_options(indaba_warnings INTERFACE -Wshadow -Wno-deprecated-declarations)
endif()
if(INDABA_WERROR)
    target_compile_options(indaba_warnings INTERFACE -Werror)
endif()

add_library(indaba_hardening INTERFACE)
target_compile_definitions(indaba_hardening INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(indaba_hardening INTERFACE -fstack-protector-strong -fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)
target_link_options(indaba_hardening INTERFACE LINKER:-z,relro,-z,now)
if(NOT INDABA_SANITIZE)
    target_compile_definitions(indaba_hardening INTERFACE _FORTIFY_SOURCE=2)
endif()

add_library(indaba_sanitizers INTERFACE)
if(INDABA_SANITIZE)
    target_compile_options(indaba_sanitizers INTERFACE
        -fsanitize=${INDABA_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer
        -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/sanitizers.ignore)
    target_link_options(indaba_sanitizers INTERFACE -fsanitize=${INDABA_SANITIZE})
endif()
if(INDABA_FUZZ)
    target_compile_options(indaba_sanitizers INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(INDABA_COVERAGE)
    target_compile_options(indaba_sanitizers INTERFACE -fprofile-instr-generate -fcoverage-mapping)
    target_link_options(indaba_sanitizers INTERFACE -fprofile-instr-generate)
endif()

add_library(indaba_options INTERFACE)
target_compile_features(indaba_options INTERFACE cxx_std_20)
target_include_directories(indaba_options INTERFACE ${CMAKE_SOURCE_DIR})
target_link_libraries(indaba_options INTERFACE indaba_warnings indaba_hardening indaba_sanitizers)
