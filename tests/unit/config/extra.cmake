target_compile_definitions(unit_config PRIVATE MORTISE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
