#include "tests/support/accounts.hpp"

#include <atomic>
#include <stdexcept>

#include "tests/support/server.hpp"

namespace mortise::test {

namespace {

Account accountOf(const Answer& answer) {
    if (answer.status != 201) {
        throw std::runtime_error("no account: " + answer.body);
    }
    const Json data = answer.json().at("data");
    return {data.integer("user.id"), data.text("user.email"), data.text("access_token"),
            data.text("refresh_token")};
}

}  // namespace

std::string newEmail() {
    static std::atomic<int> number{0};
    return "user" + std::to_string(++number) + "@example.com";
}

std::string registrationBody(const std::string& email) {
    return R"({"email":")" + email + R"(","full_name":"Ada Lovelace","password":")" + kPassword +
           "\"}";
}

std::string loginBody(const std::string& email, const std::string& password) {
    return R"({"email":")" + email + R"(","password":")" + password + "\"}";
}

Account registerAccount(HttpClient& client) {
    return accountOf(client.post("/api/v1/auth/register", registrationBody(newEmail())));
}

Account logIn(HttpClient& client, const std::string& email, const std::string& password) {
    return accountOf(client.post("/api/v1/auth/login", loginBody(email, password)));
}

Account logInAdmin(HttpClient& client) {
    return logIn(client, kAdminEmail, kAdminPassword);
}

}  // namespace mortise::test
