# mortise_add_plugin_test(): a test program of a plugin, with Catch2 and, where it is there, the testing kit.
#
#   mortise_add_plugin_test(<name> PLUGIN <plugin> SOURCES <file>...
#       [LINK <target>...]       what the tests use besides
#       [WITH <plugin>...]       targets of plugins the tests load, too
#       [LABELS <label>...])
#
# The program gets the plugin's file as MORTISE_PLUGIN_FILE, those of WITH as MORTISE_<NAME>_FILE, finds the headers beside the
# CMakeLists.txt, and is registered with CTest. Tests of rules that need no host are built with their sources in the same way.
# Nothing is added when Catch2 is missing, or without mortise::testing; a message says so.

function(mortise_add_plugin_test name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PLUGIN" "SOURCES;LINK;WITH;LABELS")
    if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES OR NOT ARG_PLUGIN)
        message(FATAL_ERROR "mortise_add_plugin_test(${name}): PLUGIN and SOURCES are needed, and nothing else may be left: "
            "${ARG_UNPARSED_ARGUMENTS}")
    endif()
    find_package(Catch2 QUIET)
    if(NOT Catch2_FOUND OR NOT TARGET mortise::testing)
        message(STATUS "${name} is left out: it needs Catch2 and the testing kit of an installed Mortise")
        return()
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE mortise::testing ${ARG_LINK})
    _mortise_link_catch(${name})
    target_compile_definitions(${name} PRIVATE MORTISE_PLUGIN_FILE="$<TARGET_FILE:plugin_${ARG_PLUGIN}>")
    add_dependencies(${name} plugin_${ARG_PLUGIN})
    foreach(other ${ARG_WITH})
        string(TOUPPER ${other} upper)
        target_compile_definitions(${name} PRIVATE MORTISE_${upper}_FILE="$<TARGET_FILE:plugin_${other}>")
        add_dependencies(${name} plugin_${other})
    endforeach()
    if(TARGET mortise_options)
        target_link_libraries(${name} PRIVATE mortise_options)  # warnings, sanitizers and coverage of this repository
    endif()
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120)
endfunction()

# Catch2 3 brings its main() as a library, version 2 in its header.
function(_mortise_link_catch target)
    if(TARGET Catch2::Catch2WithMain)
        target_link_libraries(${target} PRIVATE Catch2::Catch2WithMain)
        return()
    endif()
    set(main ${CMAKE_CURRENT_BINARY_DIR}/${target}_main.cpp)
    _mortise_write_if_changed(${main} "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
    target_sources(${target} PRIVATE ${main})
    target_link_libraries(${target} PRIVATE Catch2::Catch2)
endfunction()
