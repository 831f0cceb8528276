#include "db/failure.hpp"

#include <array>
#include <utility>

namespace mortise::db {

namespace {

struct KindName {
    FailureKind kind;
    std::string_view code;
    int http_status;
};

constexpr std::array<KindName, 10> kKinds{{
    {FailureKind::UniqueViolation, "UNIQUE_VIOLATION", 409},
    {FailureKind::ForeignKeyViolation, "FOREIGN_KEY_VIOLATION", 409},
    {FailureKind::CheckViolation, "CHECK_VIOLATION", 409},
    {FailureKind::NotNullViolation, "NOT_NULL_VIOLATION", 409},
    {FailureKind::SerializationFailure, "SERIALIZATION_FAILURE", 503},
    {FailureKind::DatabaseUnavailable, "DATABASE_UNAVAILABLE", 503},
    {FailureKind::PoolTimeout, "POOL_TIMEOUT", 503},
    {FailureKind::StatementTimeout, "STATEMENT_TIMEOUT", 503},
    {FailureKind::SqlError, "SQL_ERROR", 500},
    {FailureKind::Cancelled, "CANCELLED", 503},
}};

const KindName& nameOf(FailureKind kind) noexcept {
    for (const KindName& name : kKinds) {
        if (name.kind == kind) {
            return name;
        }
    }
    return kKinds[8];
}

// Codes: PostgreSQL documentation, appendix A.
FailureKind kindOf(std::string_view sqlstate) noexcept {
    if (sqlstate == "23505" || sqlstate == "23P01") {
        return FailureKind::UniqueViolation;
    }
    if (sqlstate == "23503" || sqlstate == "23001") {
        return FailureKind::ForeignKeyViolation;
    }
    if (sqlstate == "23514") {
        return FailureKind::CheckViolation;
    }
    if (sqlstate == "23502") {
        return FailureKind::NotNullViolation;
    }
    if (sqlstate == "40001" || sqlstate == "40P01") {
        return FailureKind::SerializationFailure;
    }
    if (sqlstate == "57014") {
        return FailureKind::StatementTimeout;
    }
    // 57P05: an idle session ended by idle_session_timeout; 53300: no slot is free; 25P03: ended
    // inside an idle transaction.
    if (sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate == "53300" ||
        sqlstate == "25P03") {
        return FailureKind::DatabaseUnavailable;
    }
    return FailureKind::SqlError;
}

}  // namespace

Failure::Failure(FailureKind kind, std::string message)
    : kind_(kind), message_(std::move(message)), detail_(message_) {}

Failure Failure::fromServer(std::string_view sqlstate, std::string_view constraint,
                            std::string_view detail) {
    Failure failure(kindOf(sqlstate), std::string(constraint.empty() ? sqlstate : constraint));
    failure.sqlstate_ = sqlstate;
    failure.detail_ = detail;
    return failure;
}

std::string_view Failure::code() const noexcept {
    return nameOf(kind_).code;
}

int Failure::httpStatus() const noexcept {
    return nameOf(kind_).http_status;
}

}  // namespace mortise::db
