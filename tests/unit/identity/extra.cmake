target_link_libraries(unit_identity PRIVATE OpenSSL::Crypto crypt)
