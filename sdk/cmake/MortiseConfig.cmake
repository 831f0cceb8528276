# find_package(Mortise): the target mortise::sdk and mortise_add_plugin(), for plugins outside of the Mortise repository.
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

include(${CMAKE_CURRENT_LIST_DIR}/MortisePlugin.cmake)
