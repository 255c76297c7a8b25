# The installed package: finds what the client core stands on, then its targets.
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/indaba-targets.cmake)
