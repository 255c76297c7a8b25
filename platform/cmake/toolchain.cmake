# How this machine compiles: language, ccache and mold when they are there. No flag here changes what a program does.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    add_compile_options(-fno-semantic-interposition)  # or -fPIC keeps g++ from inlining; clang never minds
endif()
include(CheckPIESupported)
check_pie_supported(LANGUAGES C CXX)

if(PROJECT_IS_TOP_LEVEL)
    # Without the base directory, two build directories of one checkout would share nothing.
    find_program(INDABA_CCACHE ccache)
    find_program(INDABA_ENV env)
    mark_as_advanced(INDABA_CCACHE INDABA_ENV)
    if(INDABA_CCACHE AND INDABA_ENV AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
        set(launcher ${INDABA_ENV} CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${INDABA_CCACHE})
        set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
        set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    endif()

    include(CheckLinkerFlag)
    check_linker_flag(CXX -fuse-ld=mold INDABA_LINKS_WITH_MOLD)
    if(INDABA_LINKS_WITH_MOLD)
        add_link_options(-fuse-ld=mold)
    endif()
endif()
