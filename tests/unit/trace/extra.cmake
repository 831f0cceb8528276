# A collector with a real socket.
target_sources(unit_trace PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/collector.cpp ${PROJECT_SOURCE_DIR}/tests/support/json.cpp)
target_link_libraries(unit_trace PRIVATE Poco::Net Poco::JSON)
