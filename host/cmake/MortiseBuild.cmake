# Compiler options of everything in this repository, and mortise_add_host_library().

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Precompiled headers and ccache only go together with these two.
    set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

add_library(mortise_options INTERFACE)
# Optimised, g++ takes the value of an empty std::optional for one that is read (GCC bug 80635); the sanitizers look for
# real ones.
target_compile_options(mortise_options INTERFACE
    -Wall -Wextra -Wshadow -Werror
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>
    $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wnon-virtual-dtor>
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    $<$<CONFIG:Debug>:-Og>)
# g++ 12 sees overlaps and overflows in std::string that are not there once it optimises (fixed in 13).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(mortise_options INTERFACE
        $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds>)
endif()
if(MORTISE_SANITIZE STREQUAL "address")
    target_compile_options(mortise_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
    target_link_options(mortise_options INTERFACE -fsanitize=address,undefined)
elseif(MORTISE_SANITIZE STREQUAL "thread")
    # libstdc++'s own fences are invisible to the thread sanitizer; ours are written as atomic operations.
    target_compile_options(mortise_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
    target_link_options(mortise_options INTERFACE -fsanitize=thread)
endif()
if(MORTISE_COVERAGE)
    target_compile_options(mortise_options INTERFACE --coverage -fprofile-update=atomic)
    target_link_options(mortise_options INTERFACE --coverage)
endif()

# One precompiled header for the whole host; it holds the standard library only, so that touching a heavy header of a
# library does not rebuild everything.
file(WRITE ${CMAKE_BINARY_DIR}/host_pch.cpp "\n")
add_library(mortise_pch OBJECT ${CMAKE_BINARY_DIR}/host_pch.cpp)
target_link_libraries(mortise_pch PRIVATE mortise_options)
target_precompile_headers(mortise_pch PRIVATE
    <algorithm> <array> <atomic> <chrono> <condition_variable> <cstdint> <filesystem> <functional> <map> <memory> <mutex>
    <optional> <span> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>)

# mortise_add_host_library(<folder> [LINK <targets>...])
#   The static library mortise_<folder> of host/<folder>/*.cpp, alias mortise::<folder>.
function(mortise_add_host_library folder)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_library(mortise_${folder} STATIC ${sources})
    add_library(mortise::${folder} ALIAS mortise_${folder})
    target_include_directories(mortise_${folder} PUBLIC ${PROJECT_SOURCE_DIR}/host)
    target_link_libraries(mortise_${folder} PUBLIC ${ARG_LINK} PRIVATE mortise_options)
    target_precompile_headers(mortise_${folder} REUSE_FROM mortise_pch)
endfunction()
