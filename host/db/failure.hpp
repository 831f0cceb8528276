// Failure: why a statement did not do what was asked.
//
// The outcome of a statement is an ordinary one (a taken e-mail address is no defect), so it is a
// small value: blocking calls throw it, asynchronous calls hand it over. `kind()` is what the
// contract in sdk/include/mortise/db.h promises to plugins; `detail()` is PostgreSQL's own text and
// goes to the log only, because it may quote rows and names of the schema.
//
//   kind                                        code                      message
//   Unique-, ForeignKey-, Check-, NotNull...    UNIQUE_VIOLATION, ...     name of the constraint
//                                                                         (NOT NULL: the column)
//   SerializationFailure                        SERIALIZATION_FAILURE     SQLSTATE
//   DatabaseUnavailable                         DATABASE_UNAVAILABLE      reason
//   PoolTimeout                                 POOL_TIMEOUT              reason
//   StatementTimeout                            STATEMENT_TIMEOUT         reason
//   SqlError                                    SQL_ERROR                 SQLSTATE
//   Cancelled                                   CANCELLED                 reason
#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace mortise::db {

enum class FailureKind {
    UniqueViolation,
    ForeignKeyViolation,
    CheckViolation,
    NotNullViolation,
    SerializationFailure,
    DatabaseUnavailable,
    PoolTimeout,
    StatementTimeout,
    SqlError,
    Cancelled,
};

class Failure final : public std::exception {
public:
    /// A failure that PostgreSQL did not report itself; `message` is lower case with the reason.
    Failure(FailureKind kind, std::string message);
    /// What PostgreSQL reported. `sqlstate` has five characters; `constraint` may be empty;
    /// `detail` is for the log.
    static Failure fromServer(std::string_view sqlstate, std::string_view constraint,
                              std::string_view detail);

    FailureKind kind() const noexcept { return kind_; }
    /// The stable code of the contract, for example "UNIQUE_VIOLATION".
    std::string_view code() const noexcept;
    /// What stands in mortise_error.message.
    const std::string& message() const noexcept { return message_; }
    /// What a client sees when nobody handles it: 409, 503 or 500.
    int httpStatus() const noexcept;
    /// Five characters, empty when PostgreSQL was not asked or did not answer.
    const std::string& sqlstate() const noexcept { return sqlstate_; }
    /// Text for the log, never for a client.
    const std::string& detail() const noexcept { return detail_; }
    const char* what() const noexcept override { return detail_.c_str(); }

    /// True when the connection is gone, or the server is going; the statement may have been
    /// executed or not.
    bool isConnectionLost() const noexcept { return kind_ == FailureKind::DatabaseUnavailable; }

private:
    FailureKind kind_;
    std::string message_;
    std::string sqlstate_;
    std::string detail_;
};

}  // namespace mortise::db
