# The broken plugins and the child that probes them, as for unit_plugin.
add_dependencies(unit_admin rogues unit_plugin_probe)
target_compile_definitions(unit_admin PRIVATE MORTISE_ROGUE_DIR="${CMAKE_BINARY_DIR}/rogue"
    MORTISE_PROBE_CHILD="$<TARGET_FILE:unit_plugin_probe>")
