# mortise_add_plugin_test(): a test program of a plugin, with Catch2 and, when it names a plugin, the testing kit.
#
#   mortise_add_plugin_test(<name> SOURCES <file>...
#       [PLUGIN <plugin>]        tests of the plugin as it ships, through mortise/testing.hpp; without it, tests of rules that need no host
#       [WITH <plugin>...]       other plugins of this build that the tests load, too
#       [LINK <target>...]       what the tests use besides
#       [LABELS <label>...])
#
# The program gets the plugin's file as MORTISE_PLUGIN_FILE, those of WITH as MORTISE_<NAME>_FILE, finds the headers beside the
# CMakeLists.txt, has a main(), and is registered with CTest. Without Catch2, or without the kit where it is needed, nothing is added and
# a message says so.

function(mortise_add_plugin_test name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "" "PLUGIN" "SOURCES;LINK;WITH;LABELS")
    if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
        message(FATAL_ERROR "mortise_add_plugin_test(${name}): SOURCES are needed, and nothing else may be left: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    find_package(Catch2 QUIET)
    if(NOT Catch2_FOUND)
        message(STATUS "${name} is left out: Catch2 is not installed")
        return()
    elseif(ARG_PLUGIN AND NOT TARGET mortise::testing)
        message(STATUS "${name} is left out: there is no libmortise-testing; install Mortise or set MORTISE_TESTING_LIBRARY")
        return()
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_compile_features(${name} PRIVATE cxx_std_20)
    target_include_directories(${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${name} PRIVATE mortise::sdk ${ARG_LINK})
    if(TARGET mortise_options)
        target_link_libraries(${name} PRIVATE mortise_options)  # warnings, sanitizers and coverage of this repository
    endif()
    _mortise_link_catch(${name})
    if(ARG_PLUGIN)
        target_link_libraries(${name} PRIVATE mortise::testing)
        target_compile_definitions(${name} PRIVATE MORTISE_PLUGIN_FILE="$<TARGET_FILE:plugin_${ARG_PLUGIN}>")
        add_dependencies(${name} plugin_${ARG_PLUGIN})
    endif()
    foreach(other ${ARG_WITH})
        string(TOUPPER ${other} upper)
        target_compile_definitions(${name} PRIVATE MORTISE_${upper}_FILE="$<TARGET_FILE:plugin_${other}>")
        add_dependencies(${name} plugin_${other})
    endforeach()
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
