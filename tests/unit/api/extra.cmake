target_link_libraries(unit_api PRIVATE Poco::JSON)  # The tests read the document back with Poco's own parser.
