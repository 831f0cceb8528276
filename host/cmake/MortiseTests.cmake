# mortise_add_test() and what all tests share: Catch2 with its main, one precompiled header.

find_package(Catch2 REQUIRED)
add_library(test_main STATIC ${PROJECT_SOURCE_DIR}/tests/support/catch_main.cpp)
target_link_libraries(test_main PUBLIC Catch2::Catch2 PRIVATE mortise_options)
if(TARGET Catch2::Catch2WithMain)
    target_link_libraries(test_main PUBLIC Catch2::Catch2WithMain)
endif()
target_include_directories(test_main PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/host)

# One precompiled header with Catch2 for all tests.
file(WRITE ${CMAKE_BINARY_DIR}/test_pch.cpp "\n")
add_library(test_pch OBJECT ${CMAKE_BINARY_DIR}/test_pch.cpp)
target_link_libraries(test_pch PRIVATE mortise_options test_main)
target_precompile_headers(test_pch PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/catch.hpp
    <chrono> <filesystem> <functional> <map> <memory> <string> <string_view> <thread> <vector>)

# mortise_add_test(<name> SOURCES <files> [LINK <targets>] [LABELS <labels>] [TIMEOUT <s>] [DEFINE <definitions>] [DEPENDS <targets>])
function(mortise_add_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS;DEFINE;DEPENDS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE test_main mortise_options ${ARG_LINK})
    # As the precompiled header, which an executable's own -fPIE would refuse.
    target_compile_options(${name} PRIVATE -fPIC)
    target_precompile_headers(${name} REUSE_FROM test_pch)
    target_compile_definitions(${name} PRIVATE ${ARG_DEFINE})
    if(ARG_DEPENDS)
        add_dependencies(${name} ${ARG_DEPENDS})
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_test(NAME ${name} COMMAND ${name} --order rand --rng-seed time)
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()
