// What the users plugin speaks: bodies and queries of its routes, inputs and outputs of its operations.
//
// Input and output are different types, so a password cannot get into an answer. UserResponse and the texts of its fields
// are part of the API; the operations are part of the contract with other plugins and follow its versions.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <mortise/schema.hpp>
#include <mortise/types.hpp>

namespace users {

/// Lower-case letter first, then letters, digits, '-' and '_'; at most 32.
constexpr bool isRoleName(std::string_view name) {
    const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= 32 && is_lower(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
               return is_lower(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
           });
}

constexpr auto roleName() {
    return mortise::matching(isRoleName,
                             "Must be a lower-case word of at most 32 letters, digits, '-' or '_'");
}

struct UserCreate {
    std::string email;
    std::string full_name;
    mortise::Secret<> password;
    std::vector<std::string> roles;

    static constexpr auto schema() {
        using namespace mortise;
        return object<UserCreate>("UserCreate")
            .field("email", &UserCreate::email, maxLength(255), mortise::email(),
                   example("ada@example.com"))
            .field("full_name", &UserCreate::full_name, minLength(1), maxLength(255), notBlank(),
                   example("Ada Lovelace"))
            .field("password", &UserCreate::password, minLength(8), maxLength(128),
                   example("correct horse battery"))
            .field("roles", &UserCreate::roles, notRequired(), maxItems(16), roleName(),
                   exampleJson(R"(["user"])"));
    }
};

struct UserUpdate {
    mortise::Patch<std::string> email;
    mortise::Patch<std::string> full_name;
    mortise::Patch<bool> is_active;
    mortise::Patch<std::vector<std::string>> roles;

    static constexpr auto schema() {
        using namespace mortise;
        return object<UserUpdate>("UserUpdate")
            .field("email", &UserUpdate::email, notNull(), maxLength(255), mortise::email(),
                   example("ada@example.com"))
            .field("full_name", &UserUpdate::full_name, notNull(), minLength(1), maxLength(255),
                   notBlank(), example("Ada King"))
            .field("is_active", &UserUpdate::is_active, notNull(),
                   description("Administrators only"))
            .field("roles", &UserUpdate::roles, notNull(), maxItems(16), roleName(),
                   description("Administrators only"));
    }
};

struct UserResponse {
    std::int64_t id = 0;
    std::string email;
    std::string full_name;
    bool is_active = true;
    std::vector<std::string> roles;
    mortise::Timestamp created_at;
    std::optional<mortise::Timestamp> updated_at;

    static constexpr auto schema() {
        using namespace mortise;
        return object<UserResponse>("UserResponse")
            .field("id", &UserResponse::id, example(1))
            .field("email", &UserResponse::email, example("ada@example.com"))
            .field("full_name", &UserResponse::full_name, example("Ada Lovelace"))
            .field("is_active", &UserResponse::is_active)
            .field("roles", &UserResponse::roles, exampleJson(R"(["user"])"))
            .field("created_at", &UserResponse::created_at)
            .field("updated_at", &UserResponse::updated_at);
    }
};

/// `data` of the routes that answer one account.
struct UserData {
    UserResponse user;

    static constexpr auto schema() {
        return mortise::object<UserData>("UserData").field("user", &UserData::user);
    }
};

/// Filters of the listing; paging is a parameter of its own.
struct UserListQuery {
    std::optional<std::string> email;
    std::optional<bool> is_active;
    std::optional<std::string> role;
    std::optional<std::string> q;
    std::string sort_by;

    static constexpr auto schema() {
        using namespace mortise;
        return object<UserListQuery>("UserListQuery")
            .field("email", &UserListQuery::email, maxLength(255),
                   description("The account with this address"))
            .field("is_active", &UserListQuery::is_active)
            .field("role", &UserListQuery::role, roleName())
            .field("q", &UserListQuery::q, minLength(1), maxLength(100),
                   description("Part of the address or the name"))
            .field("sort_by", &UserListQuery::sort_by, defaultValue("id"),
                   oneOf("id", "-id", "email", "-email", "full_name", "-full_name", "created_at",
                         "-created_at"));
    }
};

/// Input of `users.create`.
struct CreateUser {
    std::string email;
    std::string full_name;
    mortise::Secret<> password;

    static constexpr auto schema() {
        using namespace mortise;
        return object<CreateUser>("CreateUser")
            .field("email", &CreateUser::email, maxLength(255), mortise::email())
            .field("full_name", &CreateUser::full_name, minLength(1), maxLength(255), notBlank())
            .field("password", &CreateUser::password, minLength(8), maxLength(128));
    }
};

/// Input of `users.verify_credentials`. Anything may be wrong about credentials, so nothing but the size is checked.
struct VerifyCredentials {
    std::string email;
    mortise::Secret<> password;
    /// Where the login comes from: failures are counted per address and client.
    std::string client_address;

    static constexpr auto schema() {
        using namespace mortise;
        return object<VerifyCredentials>("VerifyCredentials")
            .field("email", &VerifyCredentials::email, maxLength(255))
            .field("password", &VerifyCredentials::password, maxLength(1024))
            .field("client_address", &VerifyCredentials::client_address, defaultValue(""),
                   maxLength(64));
    }
};

/// Output of `users.verify_credentials`: the account, or why not. A refusal is an answer and no error, because the failure it
/// counts must be committed and because an error could not carry the time left of a lock.
struct CredentialsVerdict {
    std::optional<UserResponse> user;
    /// Empty, INVALID_CREDENTIALS, ACCOUNT_INACTIVE or ACCOUNT_LOCKED.
    std::string refusal;
    /// A sentence for the client, when there is one beyond the standard text.
    std::string message;
    std::int64_t retry_after_s = 0;

    static constexpr auto schema() {
        return mortise::object<CredentialsVerdict>("CredentialsVerdict")
            .field("user", &CredentialsVerdict::user)
            .field("refusal", &CredentialsVerdict::refusal)
            .field("message", &CredentialsVerdict::message)
            .field("retry_after_s", &CredentialsVerdict::retry_after_s);
    }
};

/// Input of `users.get`. Unknown ids are USER_NOT_FOUND.
struct GetUser {
    std::int64_t user_id = 0;

    static constexpr auto schema() {
        return mortise::object<GetUser>("GetUser").field("user_id", &GetUser::user_id);
    }
};

}  // namespace users
