target_sources(unit_http PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/../support/peer_server.cpp)
