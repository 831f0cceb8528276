target_compile_definitions(unit_log PRIVATE MORTISE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
