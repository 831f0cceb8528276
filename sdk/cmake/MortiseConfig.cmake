# find_package(Mortise): the targets mortise::sdk and, where there is a host, mortise::testing, with mortise_add_plugin() and
# mortise_add_plugin_test(), for plugins outside of the Mortise repository.
# Works from an installed SDK and from the source tree (Mortise_DIR=<clone>/sdk/cmake).

if(NOT TARGET mortise::sdk)
    find_path(MORTISE_INCLUDE_DIR mortise/abi.h NO_DEFAULT_PATH
        PATHS ${CMAKE_CURRENT_LIST_DIR}/../include ${CMAKE_CURRENT_LIST_DIR}/../../../include
              ${CMAKE_CURRENT_LIST_DIR}/../../../../include)
    find_path(MORTISE_CPP_INCLUDE_DIR mortise/plugin.hpp NO_DEFAULT_PATH
        PATHS ${CMAKE_CURRENT_LIST_DIR}/../cpp ${MORTISE_INCLUDE_DIR})
    mark_as_advanced(MORTISE_INCLUDE_DIR MORTISE_CPP_INCLUDE_DIR)
    if(NOT MORTISE_INCLUDE_DIR OR NOT MORTISE_CPP_INCLUDE_DIR)
        set(Mortise_FOUND FALSE)
        set(Mortise_NOT_FOUND_MESSAGE "the headers of the Mortise SDK are not beside its CMake files")
        return()
    endif()
    add_library(mortise::sdk INTERFACE IMPORTED)
    target_include_directories(mortise::sdk INTERFACE ${MORTISE_INCLUDE_DIR} ${MORTISE_CPP_INCLUDE_DIR})
endif()

# The testing kit is a library and belongs to an installed host; in a source tree MORTISE_TESTING_LIBRARY names a built one.
if(NOT TARGET mortise::testing)
    find_library(MORTISE_TESTING_LIBRARY mortise-testing NO_DEFAULT_PATH PATHS ${CMAKE_CURRENT_LIST_DIR}/../../../lib/mortise)
    mark_as_advanced(MORTISE_TESTING_LIBRARY)
    if(MORTISE_TESTING_LIBRARY)
        add_library(mortise::testing SHARED IMPORTED)
        set_target_properties(mortise::testing PROPERTIES IMPORTED_LOCATION ${MORTISE_TESTING_LIBRARY})
        target_link_libraries(mortise::testing INTERFACE mortise::sdk)
    endif()
endif()

include(${CMAKE_CURRENT_LIST_DIR}/MortisePlugin.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/MortisePluginTest.cmake)
