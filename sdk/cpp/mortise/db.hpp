// db: PostgreSQL for a handler. Db waits, AsyncDb is awaited; both have the same five functions.
//
//   db.all<Note>("SELECT id, title FROM notes WHERE owner_id = $1", owner)     std::vector<Note>
//   db.optional<Note>({"note_find", "SELECT ... WHERE id = $1"}, id)           std::optional<Note>
//   db.one<Note>(sql, ...)     exactly one row      db.scalar<std::int64_t>(sql, ...)     its one cell
//   db.execute(sql, ...)       rows changed
//
// The host owns the transaction: the first statement begins it, the host commits when the handler returned, before the answer
// is sent, and rolls back when it threw. In GET and HEAD requests statements run one by one outside a transaction (statement
// mode), and what begins with SELECT may be sent again by the host after a lost connection: call a function that writes with
// execute(). db.inTransaction() asks for the transaction there too. AsyncDb only knows statement mode. Parameters are $1, $2,
// ...; see db_text.hpp for their types and db_rows.hpp for rows. Unqualified tables are those of the plugin's own schema.
#pragma once

#include <coroutine>
#include <cstdint>
#include <string>
#include <string_view>

#include "mortise/db.h"
#include "mortise/db_rows.hpp"
#include "mortise/db_text.hpp"
#include "mortise/host.hpp"

namespace mortise {

/// A statement and, optionally, its name for metrics, traces and the slow log (`noun_verb`). A view: make it of literals.
struct Sql {
    std::string_view text;
    std::string_view name;

    constexpr Sql(const char* sql) : text(sql) {}
    constexpr Sql(std::string_view sql) : text(sql) {}
    Sql(const std::string& sql) : text(sql) {}
    constexpr Sql(std::string_view statement_name, std::string_view sql)
        : text(sql), name(statement_name) {}
};

/// A constraint refused a write; constraint() is its name in the database. The transaction is over for writing: throw
/// what the client should read, for example ConflictError.
class ConstraintViolation : public HostError {
public:
    ConstraintViolation(std::string code, const std::string& constraint)
        : HostError(MORTISE_CONFLICT, std::move(code), constraint) {}
    std::string_view constraint() const noexcept { return what(); }
};
class UniqueViolation final : public ConstraintViolation {
    using ConstraintViolation::ConstraintViolation;
};
class ForeignKeyViolation final : public ConstraintViolation {
    using ConstraintViolation::ConstraintViolation;
};
class CheckViolation final : public ConstraintViolation {
    using ConstraintViolation::ConstraintViolation;
};
class NotNullViolation final : public ConstraintViolation {
    using ConstraintViolation::ConstraintViolation;
};
/// The transaction lost against another one and may be run again as a whole.
class SerializationFailure final : public HostError {
    using HostError::HostError;
};

namespace detail {

[[noreturn]] inline void raiseDb(mortise_status status, const mortise_error& error) {
    const std::string_view code = error.code;
    if (code == "UNIQUE_VIOLATION") {
        throw UniqueViolation(error.code, error.message);
    }
    if (code == "FOREIGN_KEY_VIOLATION") {
        throw ForeignKeyViolation(error.code, error.message);
    }
    if (code == "CHECK_VIOLATION") {
        throw CheckViolation(error.code, error.message);
    }
    if (code == "NOT_NULL_VIOLATION") {
        throw NotNullViolation(error.code, error.message);
    }
    if (status == MORTISE_RETRY) {
        throw SerializationFailure(status, error.code, error.message);
    }
    raise(status, error);
}

/// Whether `sql` contains `word` (in lower case) as a word, in either case.
constexpr bool containsWord(std::string_view sql, std::string_view word) noexcept {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    const auto is_part = [&](std::size_t at) {
        const char c = at < sql.size() ? lower(sql[at]) : ' ';
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (std::size_t at = 0; at + word.size() <= sql.size(); ++at) {
        std::size_t same = 0;
        while (same < word.size() && lower(sql[at + same]) == word[same]) {
            ++same;
        }
        if (same == word.size() && !is_part(at + same) && (at == 0 || !is_part(at - 1))) {
            return true;
        }
    }
    return false;
}

/// Whether a statement surely changes nothing, so that the host may send it again. Says no when in doubt.
constexpr bool isPlainRead(std::string_view sql) noexcept {
    const std::size_t begin = sql.find_first_not_of(" \t\r\n(");
    if (begin == std::string_view::npos || !containsWord(sql.substr(begin, 7), "select")) {
        return false;
    }
    // Locks, new tables and sequences: they write although the statement begins with SELECT.
    return !containsWord(sql, "update") && !containsWord(sql, "share") &&
           !containsWord(sql, "into") && !containsWord(sql, "nextval");
}

inline mortise_statement rawStatement(const Sql& sql, sqltext::Parameters& parameters,
                                      std::uint32_t flags) noexcept {
    mortise_statement statement{};
    statement.struct_size = sizeof statement;
    statement.flags = flags;
    statement.sql = str(sql.text);
    statement.name = str(sql.name);
    const std::span<const mortise_value> values = parameters.resolve();
    statement.params = values.data();
    statement.param_count = static_cast<std::uint32_t>(values.size());
    return statement;
}

/// A result, given back at the end.
class LentResult {
public:
    explicit LentResult(const Host& host, const mortise_result* result = nullptr) noexcept
        : host_(host), result_(result) {}
    LentResult(const LentResult&) = delete;
    LentResult& operator=(const LentResult&) = delete;
    ~LentResult() {
        if (result_ != nullptr) {
            host_.tables().db->release(host_.raw(), result_);
        }
    }
    const mortise_result** out() noexcept { return &result_; }
    const mortise_result& operator*() const noexcept { return *result_; }

private:
    const Host& host_;
    const mortise_result* result_;
};

/// Waits for one asynchronous statement. Lives in the frame of the coroutine that awaits it.
template <class Read>
class StatementAwaiter {
public:
    template <class... Args>
    StatementAwaiter(const Unit& unit, const Sql& sql, std::uint32_t flags, const Args&... args)
        : unit_(unit),
          sql_(sql),
          flags_(flags),
          parameters_(sqltext::Parameters::Texts::Copy, args...) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        const mortise_statement statement = rawStatement(sql_, parameters_, flags_);
        status_ = need(unit_.host->tables().db, MORTISE_DB_INTERFACE)
                      .execute_async(unit_.context, &statement, &done, this, failure_.out());
        return status_ == MORTISE_OK;
    }
    typename Read::Value await_resume() {
        const LentResult result(*unit_.host, result_);
        if (status_ != MORTISE_OK) {
            raiseDb(status_, failure_);
        }
        return Read::read(*result);
    }

private:
    static void done(void* self, mortise_status status, const mortise_result* result,
                     const mortise_error* error) {
        auto& awaiter = *static_cast<StatementAwaiter*>(self);
        awaiter.status_ = status;
        awaiter.result_ = result;
        copyFailure(awaiter.failure_, error);
        awaiter.waiter_.resume();
    }

    Unit unit_;
    Sql sql_;
    std::uint32_t flags_;
    sqltext::Parameters parameters_;
    const mortise_result* result_ = nullptr;
    mortise_status status_ = MORTISE_INTERNAL;
    Failure failure_;
    std::coroutine_handle<> waiter_;
};

}  // namespace detail

/// Statements that wait. For blocking handlers, operations and jobs.
class Db {
public:
    explicit Db(const Unit& unit) : unit_(unit), single_(unit.reads_only) {}

    template <class Row, class... Args>
    std::vector<Row> all(const Sql& sql, const Args&... args) const {
        return run<sqltext::ReadAll<Row>>(sql, args...);
    }
    template <class Row, class... Args>
    std::optional<Row> optional(const Sql& sql, const Args&... args) const {
        return run<sqltext::ReadOptional<Row>>(sql, args...);
    }
    /// No row, or more than one, is a bug and throws std::logic_error.
    template <class Row, class... Args>
    Row one(const Sql& sql, const Args&... args) const {
        return run<sqltext::ReadOne<Row>>(sql, args...);
    }
    template <class T, class... Args>
    T scalar(const Sql& sql, const Args&... args) const {
        return run<sqltext::ReadOne<T>>(sql, args...);
    }
    /// Number of rows inserted, updated or deleted.
    template <class... Args>
    std::uint64_t execute(const Sql& sql, const Args&... args) const {
        return run<sqltext::ReadAffected>(sql, args...);
    }

    /// Commits what was written so far, whatever becomes of the request, and gives the connection back.
    void commitNow() const {
        detail::Failure failure;
        const mortise_status status = table().commit_now(unit_.context, failure.out());
        if (status != MORTISE_OK) {
            detail::raiseDb(status, failure);
        }
    }

    /// From now on statements of this Db run in the transaction, in GET and HEAD requests too.
    Db& inTransaction() noexcept {
        single_ = false;
        return *this;
    }

private:
    const mortise_db& table() const {
        return detail::need(unit_.host->tables().db, MORTISE_DB_INTERFACE);
    }

    template <class Read, class... Args>
    typename Read::Value run(const Sql& sql, const Args&... args) const {
        detail::refuseOnReactor(unit_, "Db");
        sqltext::Parameters parameters(sqltext::Parameters::Texts::Borrow, args...);
        std::uint32_t flags = single_ ? MORTISE_STATEMENT_SINGLE : 0U;
        if (single_ && Read::kReadsRows && detail::isPlainRead(sql.text)) {
            flags |= MORTISE_STATEMENT_READ_ONLY;
        }
        const mortise_statement statement = detail::rawStatement(sql, parameters, flags);
        detail::LentResult result(*unit_.host);
        detail::Failure failure;
        const mortise_status status =
            table().execute(unit_.context, &statement, result.out(), failure.out());
        if (status != MORTISE_OK) {
            detail::raiseDb(status, failure);
        }
        return Read::read(*result);
    }

    Unit unit_;
    bool single_;
};

/// Statements to be awaited, each on its own outside a transaction. For coroutines.
class AsyncDb {
public:
    explicit AsyncDb(const Unit& unit) : unit_(unit) {}

    template <class Row, class... Args>
    auto all(const Sql& sql, const Args&... args) const {
        return start<sqltext::ReadAll<Row>>(sql, args...);
    }
    template <class Row, class... Args>
    auto optional(const Sql& sql, const Args&... args) const {
        return start<sqltext::ReadOptional<Row>>(sql, args...);
    }
    template <class Row, class... Args>
    auto one(const Sql& sql, const Args&... args) const {
        return start<sqltext::ReadOne<Row>>(sql, args...);
    }
    template <class T, class... Args>
    auto scalar(const Sql& sql, const Args&... args) const {
        return start<sqltext::ReadOne<T>>(sql, args...);
    }
    template <class... Args>
    auto execute(const Sql& sql, const Args&... args) const {
        return start<sqltext::ReadAffected>(sql, args...);
    }

private:
    template <class Read, class... Args>
    detail::StatementAwaiter<Read> start(const Sql& sql, const Args&... args) const {
        const bool is_read = Read::kReadsRows && detail::isPlainRead(sql.text);
        const std::uint32_t read_only = is_read ? MORTISE_STATEMENT_READ_ONLY : 0U;
        return detail::StatementAwaiter<Read>(unit_, sql, MORTISE_STATEMENT_SINGLE | read_only,
                                              args...);
    }

    Unit unit_;
};

}  // namespace mortise
