// Accounts: users of the API under test.
#pragma once

#include <string>

#include "tests/support/http_client.hpp"

namespace mortise::test {

inline constexpr const char* kPassword = "only for this test";

struct Account {
    std::int64_t id = 0;
    std::string email;
    std::string access_token;
    std::string refresh_token;
};

/// An address nobody else in this process has.
std::string newEmail();

std::string registrationBody(const std::string& email);
std::string loginBody(const std::string& email, const std::string& password = kPassword);

/// Registers somebody new. Throws when that fails.
Account registerAccount(HttpClient& client);
/// Logs in. Throws when that fails.
Account logIn(HttpClient& client, const std::string& email,
              const std::string& password = kPassword);
Account logInAdmin(HttpClient& client);

}  // namespace mortise::test
