# Installs what was built and builds tests/embed against it. Not for instrumented builds: the package does not carry
# the sanitizers' flags.

if(TARGET indaba_client AND TARGET indaba-server AND NOT INDABA_SANITIZE AND NOT INDABA_COVERAGE)
    set(prefix ${CMAKE_CURRENT_BINARY_DIR}/embed/prefix)
    set(build ${CMAKE_CURRENT_BINARY_DIR}/embed/build)
    # What an earlier version installed would still be found.
    add_test(NAME embed_clean COMMAND ${CMAKE_COMMAND} -E rm -rf ${prefix} ${build})
    add_test(NAME embed_install COMMAND ${CMAKE_COMMAND} --install ${CMAKE_BINARY_DIR} --prefix ${prefix})
    add_test(NAME embed COMMAND ${CMAKE_CTEST_COMMAND}
        --build-and-test ${CMAKE_CURRENT_SOURCE_DIR}/embed ${build}
        --build-generator ${CMAKE_GENERATOR}
        --build-options -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}
            -DCMAKE_CXX_COMPILER_LAUNCHER=${CMAKE_CXX_COMPILER_LAUNCHER}
        --test-command ${CMAKE_CURRENT_SOURCE_DIR}/embed/with_centre ${prefix}/${CMAKE_INSTALL_BINDIR}/indaba-server
            ${build}/embed)
    set_tests_properties(embed_clean PROPERTIES FIXTURES_SETUP embed_prefix TIMEOUT 60)
    set_tests_properties(embed_install PROPERTIES FIXTURES_REQUIRED embed_prefix FIXTURES_SETUP embed TIMEOUT 60)
    set_tests_properties(embed PROPERTIES FIXTURES_REQUIRED embed TIMEOUT 300)
endif()
