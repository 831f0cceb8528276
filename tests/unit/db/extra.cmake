target_sources(unit_db PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/../support/postgres.cpp)
target_link_libraries(unit_db PRIVATE PkgConfig::PQ)
set_tests_properties(unit_db PROPERTIES TIMEOUT 300)
