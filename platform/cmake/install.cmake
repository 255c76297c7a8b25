# What `cmake --install` lays down: the two programs, and the client core as the package "indaba" for whoever embeds
# it (tests/embed shows how): find_package(indaba REQUIRED), link indaba::client, include "client/core.hpp".

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/indaba)
set(header_dir ${CMAKE_INSTALL_INCLUDEDIR}/indaba)

set(rooms shared sync store platform sqlite3 client)
foreach(room IN LISTS rooms)
    set_target_properties(indaba_${room} PROPERTIES EXPORT_NAME ${room})
    install(TARGETS indaba_${room} EXPORT indaba ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
endforeach()
target_include_directories(indaba_shared INTERFACE $<INSTALL_INTERFACE:${header_dir}>)
target_compile_features(indaba_shared PUBLIC cxx_std_20)

# What an embedder may include: client/README.md, "To embed it". Whole, because tests/embed compiles each of them alone;
# what is not here may change with any version.
set(public_headers
    client/core.hpp client/csv.hpp client/drafts.hpp client/enrolment.hpp client/home.hpp client/home_keys.hpp
    client/json.hpp client/protection.hpp client/records.hpp client/sync_report.hpp client/table_export.hpp
    client/table_import.hpp
    platform/crypto.hpp platform/files.hpp platform/net_address.hpp platform/passphrase.hpp platform/secret.hpp
    platform/sqlite.hpp platform/sqlite_statement.hpp platform/system.hpp platform/tls.hpp
    shared/archive.hpp shared/byte_reader.hpp shared/bytes.hpp shared/catalogue.hpp shared/ids.hpp shared/limits.hpp
    shared/name_index.hpp shared/pattern.hpp shared/ports.hpp shared/result.hpp shared/value.hpp)
foreach(header IN LISTS public_headers)
    cmake_path(GET header PARENT_PATH room)
    install(FILES ${header} DESTINATION ${header_dir}/${room})
endforeach()
install(TARGETS indaba indaba-server RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT indaba NAMESPACE indaba:: DESTINATION ${package_dir} FILE indaba-targets.cmake)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/indaba-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_LIST_DIR}/indaba-config.cmake ${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake
    ${PROJECT_BINARY_DIR}/indaba-config-version.cmake DESTINATION ${package_dir})
