// The HTTP and operation boundary of the users plugin: reads what came, asks the service, shapes the answer.
#pragma once

#include <mortise/plugin.hpp>

#include "schemas.hpp"
#include "service.hpp"
#include "settings.hpp"

namespace users {

class UserRoutes {
public:
    explicit UserRoutes(const Settings& settings) : settings_(settings) {}

    using UserId = mortise::Path<"user_id", std::int64_t>;
    /// The version the client has seen; whoever changes another one is told (412).
    using IfMatch = mortise::Header<"if-match", std::optional<std::string>>;

    mortise::Listing<UserResponse> list(mortise::Query<UserListQuery> filter,
                                        mortise::Query<mortise::PageQuery> page, mortise::Db& db,
                                        mortise::Identity& identity);
    mortise::Created<UserData> create(mortise::Body<UserCreate> body, mortise::Db& db,
                                      mortise::Identity& identity, mortise::Log& log);
    mortise::Reply<UserData> show(UserId id, const mortise::Principal& principal, mortise::Db& db,
                                  mortise::Identity& identity);
    mortise::Reply<UserData> update(UserId id, mortise::Body<UserUpdate> body, IfMatch version,
                                    const mortise::Principal& principal, mortise::Db& db,
                                    mortise::Identity& identity, mortise::Log& log);
    mortise::NoContent remove(UserId id, IfMatch version, const mortise::Principal& principal,
                              mortise::Db& db, mortise::Identity& identity, mortise::Log& log);

    UserResponse createUser(const CreateUser& input, mortise::Db& db, mortise::Identity& identity,
                            mortise::Log& log);
    CredentialsVerdict verifyCredentials(const VerifyCredentials& input, mortise::Db& db,
                                         mortise::Identity& identity, mortise::Log& log);
    UserResponse getUser(const GetUser& input, mortise::Db& db, mortise::Identity& identity);

private:
    const Settings& settings_;
};

/// Creates the administrator of the configuration unless the account exists. Opens a unit of work of its own.
void bootstrapAdmin(const mortise::Host& host, const Settings& settings);

}  // namespace users
