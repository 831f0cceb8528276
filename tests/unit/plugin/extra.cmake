# The broken plugins, and the child that probes them: the tests' own executable cannot be started as one.
add_executable(unit_plugin_probe ${CMAKE_CURRENT_SOURCE_DIR}/plugin/probe_child.cpp)
target_link_libraries(unit_plugin_probe PRIVATE mortise::plugin mortise_options)
target_include_directories(unit_plugin_probe PRIVATE ${PROJECT_SOURCE_DIR})
add_dependencies(unit_plugin rogues unit_plugin_probe)
target_compile_definitions(unit_plugin PRIVATE MORTISE_ROGUE_DIR="${CMAKE_BINARY_DIR}/rogue"
    MORTISE_PROBE_CHILD="$<TARGET_FILE:unit_plugin_probe>")
