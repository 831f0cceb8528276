# What clients of a release rely on: docs/openapi.json against the plugins as they are.
add_test(NAME openapi_release COMMAND ${CMAKE_CURRENT_LIST_DIR}/openapi_release.sh $<TARGET_FILE:mortise> ${CMAKE_BINARY_DIR}/plugins)
set_tests_properties(openapi_release PROPERTIES LABELS fast TIMEOUT 120)

# The table of docs/comparison.md against the two files it counts.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME comparison COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/comparison.py)
set_tests_properties(comparison PROPERTIES LABELS fast)

# Blocks of the pages that are parts of real plugins. The others (handlers.md, schemas.md) are source files of their own.
add_test(NAME docs_cookbook_verbatim COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/verbatim.py
    ${PROJECT_SOURCE_DIR}/docs/cookbook.md ${PROJECT_SOURCE_DIR}/sdk/examples/cookbook)
add_test(NAME docs_plugins_verbatim COMMAND Python3::Interpreter ${CMAKE_CURRENT_LIST_DIR}/verbatim.py
    ${PROJECT_SOURCE_DIR}/docs/plugins.md ${PROJECT_SOURCE_DIR}/sdk/examples ${PROJECT_SOURCE_DIR}/plugins)
set_tests_properties(docs_cookbook_verbatim docs_plugins_verbatim PROPERTIES LABELS fast)
add_test(NAME cookbook_check COMMAND mortise plugin check $<TARGET_FILE:plugin_cookbook> $<TARGET_FILE:plugin_users>)
set_tests_properties(cookbook_check PROPERTIES LABELS fast TIMEOUT 60)

# Tests of what readers are told to type. Included by CMakeLists.txt of this folder.
#
# Not under the thread sanitizer: both build a plugin outside of this tree, which would be the one part without its checks
# and make it report races that are none.
if(NOT MORTISE_SANITIZE STREQUAL thread)
    foreach(name readme_walk tutorial_walk new_plugin installed)
        add_test(NAME ${name} COMMAND ${CMAKE_CURRENT_LIST_DIR}/${name}.sh $<TARGET_FILE:mortise> ${CMAKE_BINARY_DIR}/plugins ${CMAKE_BINARY_DIR})
        set_tests_properties(${name} PROPERTIES LABELS "system;slow" TIMEOUT 600)
    endforeach()
endif()
