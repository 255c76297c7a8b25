# Brings the amalgamation of SQLite3 Multiple Ciphers here, once for all build directories, and sets
# indaba_sqlite3_dir to where sqlite3.c and sqlite3.h are. The package is pinned by version and by hash.

set(package better-sqlite3-multiple-ciphers)
set(version 12.11.1)  # SQLite 3.53.2
string(CONCAT sha512
    a46ef6fb7564522a67998c782f042aa0e5cd1b6089d479660eb96faa0afbc501
    e0b04f9ccf9ac064489a2479d42931da19f1a27e0800fc2d12bfda99954adfa3)

set(INDABA_SQLITE3_CACHE ${CMAKE_SOURCE_DIR}/build/_sqlite3 CACHE PATH "Where the SQLite amalgamation is kept")
set(archive ${INDABA_SQLITE3_CACHE}/${package}-${version}.tgz)
set(unpacked ${INDABA_SQLITE3_CACHE}/${version})
set(indaba_sqlite3_dir ${unpacked}/package/deps/sqlite3)

function(indaba_fetch_sqlite3)
    file(MAKE_DIRECTORY ${INDABA_SQLITE3_CACHE})
    file(LOCK ${INDABA_SQLITE3_CACHE}/lock GUARD FUNCTION TIMEOUT 300)
    set(found "")
    if(EXISTS ${archive})
        file(SHA512 ${archive} found)
    endif()
    if(NOT found STREQUAL sha512)
        find_program(INDABA_NPM npm)
        if(NOT INDABA_NPM)
            message(FATAL_ERROR "SQLite comes as an npm package, but npm is not here: run platform/install-packages")
        endif()
        message(STATUS "Fetching ${package} ${version}")
        file(REMOVE_RECURSE ${archive} ${unpacked})
        execute_process(COMMAND ${INDABA_NPM} pack --silent --ignore-scripts ${package}@${version}
            WORKING_DIRECTORY ${INDABA_SQLITE3_CACHE} RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE said)
        if(failed)
            message(FATAL_ERROR 
                "npm could not fetch ${package}@${version}: see that npm reaches its registry, then try again. ${said}")
        endif()
        file(SHA512 ${archive} found)
        if(NOT found STREQUAL sha512)
            file(REMOVE ${archive})
            message(FATAL_ERROR 
                "${package}@${version} does not have the pinned SHA-512 but ${found}: do not use it")
        endif()
    endif()
    if(NOT EXISTS ${unpacked}/repaired-2)
        file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${unpacked} PATTERNS package/deps/sqlite3/* package/LICENSE)
        indaba_repair_sqlite3()
        file(TOUCH ${unpacked}/repaired-2)
    endif()
endfunction()

# Two faults of this version are repaired; where the source reads differently, configuring stops.
function(indaba_repair_sqlite3)
    file(READ ${indaba_sqlite3_dir}/sqlite3.c source)
    # The ciphers' VFS forgets every failed read but a short one, and SQLite goes on with what happens to be in its
    # buffer: a -wal file whose first bytes cannot be read is taken for empty, and with it go commits that were
    # acknowledged. Upstream repairs it the same way (SQLite3MultipleCiphers, pull request 272, after 2.3.5).
    indaba_replace(2 "if (rc == SQLITE_IOERR_SHORT_READ)" "if (rc != SQLITE_OK)")
    # A page that is put together anew when its rows move to others, or come from there, keeps what stood between its
    # pointers and its rows, also with secure_delete: rows that are deleted where they are now stay readable there.
    # Whoever still needs a row from a page has copied it before, as with the rows that secure_delete clears itself.
    set(rebuilt "  /* The pPg->nFree field is now set incorrectly. The caller will fix it. */\n  assert( nCell <")
    set(cleared "  if( pPg->pBt->btsFlags & BTS_FAST_SECURE ) memset(pCellptr, 0, pData - pCellptr)")
    indaba_replace(1 "${rebuilt}" "${cleared};\n${rebuilt}")
    file(WRITE ${indaba_sqlite3_dir}/sqlite3.c "${source}")
endfunction()

# In the caller's `source`.
function(indaba_replace times from to)
    string(REPLACE "${from}" "" without "${source}")
    string(LENGTH "${source}" length)
    string(LENGTH "${without}" length_without)
    string(LENGTH "${from}" length_from)
    math(EXPR found "(${length} - ${length_without}) / ${length_from}")
    if(NOT found EQUAL ${times})
        message(FATAL_ERROR
            "${package} ${version} reads differently from what fetch.cmake repairs: see whether it still must")
    endif()
    string(REPLACE "${from}" "${to}" source "${source}")
    set(source "${source}" PARENT_SCOPE)
endfunction()

indaba_fetch_sqlite3()
