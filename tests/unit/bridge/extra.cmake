target_sources(unit_bridge PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/../support/postgres.cpp)
target_link_libraries(unit_bridge PRIVATE PkgConfig::PQ)
set_tests_properties(unit_bridge PROPERTIES TIMEOUT 300)
