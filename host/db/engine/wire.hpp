// wire: what the blocking and the asynchronous engine both need from libpq.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "db/failure.hpp"
#include "db/settings.hpp"
#include "db/statement.hpp"

struct pg_conn;
struct pg_result;

namespace mortise::db::wire {

struct Finish {
    void operator()(pg_conn* connection) const noexcept;
};
using Handle = std::unique_ptr<pg_conn, Finish>;

/// Begins a non-blocking connect (PQconnectPoll goes on). Throws Failure DATABASE_UNAVAILABLE when
/// it fails at once. Looking up a host name blocks: libpq offers nothing else.
Handle startConnect(const ConnectionSettings& settings);

/// After a complete connect: non-blocking mode, no notices on stderr.
void tame(pg_conn* connection) noexcept;

/// Why a connect failed, with what libpq says. Keeps the SQLSTATE where the server sent one libpq
/// understands.
Failure connectFailure(pg_conn* connection);
/// The connection died.
Failure lostFailure(pg_conn* connection);
/// Why `result` is no success; `connection` tells whether it died.
Failure failureOf(const pg_result* result, pg_conn* connection);
/// Whether a re-prepare may help: the server forgot the statement or its tables changed.
bool isStalePlan(const Failure& failure) noexcept;
/// Whether the server took the connection as one too many.
bool isTooManyConnections(const Failure& failure) noexcept;

/// Sets where unqualified names are looked up and how long a statement may take.
inline constexpr std::string_view kSetSession =
    "SELECT set_config('search_path', $1, false), set_config('statement_timeout', $2, false)";
/// `"users", mortise, public`
std::string searchPathOf(std::string_view plugin);
/// Double-quoted identifier.
std::string quoteIdentifier(std::string_view name);

/// Parameters as libpq wants them: terminated texts. Reused, so that its memory is allocated once
/// per connection.
class Params {
public:
    /// Copies. Throws Failure SQL_ERROR: 22021 for a zero byte (a text would be cut there), 54023
    /// for too many.
    void assign(std::span<const Value> values);
    int count() const noexcept { return static_cast<int>(pointers_.size()); }
    const char* const* data() const noexcept { return pointers_.data(); }

private:
    std::string text_;
    std::vector<const char*> pointers_;
};

}  // namespace mortise::db::wire
