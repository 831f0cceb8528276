# system_support: what tests share that drive the real binary. Included by the folders with such tests.
include_guard(GLOBAL)

add_library(system_support STATIC)
foreach(name accounts artifacts collector envelope http_client json load postgres process server)
    target_sources(system_support PRIVATE ${CMAKE_CURRENT_LIST_DIR}/${name}.cpp)
endforeach()
target_link_libraries(system_support PUBLIC test_main mortise::db Poco::JSON PRIVATE Poco::Net PkgConfig::PQ mortise_options)
target_compile_options(system_support PRIVATE -fPIC)  # as the precompiled header
target_precompile_headers(system_support REUSE_FROM test_pch)
target_compile_definitions(system_support PRIVATE
    MORTISE_BINARY="$<TARGET_FILE:mortise>" MORTISE_BUILD_DIRECTORY="${CMAKE_BINARY_DIR}")

# mortise_add_system_test(<name> SOURCES <files> [LINK <targets>] [TIMEOUT <s>] [DEPENDS <targets>])
function(mortise_add_system_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;DEPENDS" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    mortise_add_test(${name} SOURCES ${ARG_SOURCES} LINK system_support ${ARG_LINK} LABELS system TIMEOUT ${ARG_TIMEOUT}
        DEPENDS mortise plugins ${ARG_DEPENDS})
endfunction()
