#include "db/engine/wire.hpp"

#include <libpq-fe.h>

#include <array>
#include <cstring>

namespace mortise::db::wire {

namespace {

// libpq ends its texts with a line feed and may hold several lines.
std::string messageOf(const char* text) {
    std::string message(text == nullptr ? "" : text);
    while (!message.empty() && (message.back() == '\n' || message.back() == ' ')) {
        message.pop_back();
    }
    for (char& c : message) {
        c = c == '\n' ? ' ' : c;
    }
    return message;
}

std::string_view fieldOf(const pg_result* result, int code) noexcept {
    const char* text = PQresultErrorField(result, code);
    return text == nullptr ? std::string_view() : std::string_view(text);
}

void ignoreNotice(void*, const PGresult*) {}

}  // namespace

void Finish::operator()(pg_conn* connection) const noexcept {
    PQfinish(connection);
}

Handle startConnect(const ConnectionSettings& settings) {
    // What stands in the URL comes last and wins. Keepalives notice a peer that vanished without a
    // word.
    constexpr std::array kKeys{"application_name",
                               "client_encoding",
                               "keepalives",
                               "keepalives_idle",
                               "keepalives_interval",
                               "keepalives_count",
                               "tcp_user_timeout",
                               "dbname",
                               static_cast<const char*>(nullptr)};
    const std::array values{settings.application_name.c_str(),
                            "UTF8",
                            "1",
                            "30",
                            "5",
                            "3",
                            "30000",
                            settings.url.c_str(),
                            static_cast<const char*>(nullptr)};
    Handle handle(PQconnectStartParams(kKeys.data(), values.data(), 1));
    if (handle == nullptr) {
        throw std::bad_alloc();
    }
    if (PQstatus(handle.get()) == CONNECTION_BAD) {
        throw connectFailure(handle.get());
    }
    return handle;
}

void tame(pg_conn* connection) noexcept {
    PQsetNoticeReceiver(connection, ignoreNotice, nullptr);
    PQsetnonblocking(connection, 1);
}

Failure connectFailure(pg_conn* connection) {
    const std::string text = messageOf(PQerrorMessage(connection));
    // libpq keeps no SQLSTATE of a refused connect; the one case that calls for patience instead of
    // alarm is told by its text, which servers with lc_messages other than English may word
    // differently: then it counts as an outage.
    if (text.find("too many clients") != std::string::npos ||
        text.find("remaining connection slots") != std::string::npos ||
        text.find("too many connections") != std::string::npos) {
        return Failure::fromServer("53300", "no connection slot is free", text);
    }
    return Failure(FailureKind::DatabaseUnavailable, "could not connect to the database: " + text);
}

Failure lostFailure(pg_conn* connection) {
    return Failure(FailureKind::DatabaseUnavailable,
                   "the database connection was lost: " + messageOf(PQerrorMessage(connection)));
}

Failure failureOf(const pg_result* result, pg_conn* connection) {
    const std::string_view sqlstate = fieldOf(result, PG_DIAG_SQLSTATE);
    if (result == nullptr || sqlstate.empty()) {
        if (PQstatus(connection) == CONNECTION_BAD) {
            return lostFailure(connection);
        }
        return Failure(FailureKind::SqlError, messageOf(PQerrorMessage(connection)));
    }
    std::string_view constraint = fieldOf(result, PG_DIAG_CONSTRAINT_NAME);
    if (sqlstate == "23502" && constraint.empty()) {
        constraint = fieldOf(result, PG_DIAG_COLUMN_NAME);
    }
    return Failure::fromServer(sqlstate, constraint, fieldOf(result, PG_DIAG_MESSAGE_PRIMARY));
}

bool isStalePlan(const Failure& failure) noexcept {
    return failure.sqlstate() == "26000" || failure.sqlstate() == "0A000";
}

bool isTooManyConnections(const Failure& failure) noexcept {
    return failure.sqlstate() == "53300";
}

std::string quoteIdentifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        quoted += c;
        if (c == '"') {
            quoted += c;
        }
    }
    return quoted + '"';
}

std::string searchPathOf(std::string_view plugin) {
    return quoteIdentifier(plugin) + ", mortise, public";
}

void Params::assign(std::span<const Value> values) {
    if (values.size() > limits::kStatementParamCountMax) {
        throw Failure::fromServer("54023", "", "too many statement parameters");
    }
    std::size_t size = 0;
    for (const Value& value : values) {
        size += value.isNull() ? 0 : value.text().size() + 1;
    }
    text_.resize(size);
    pointers_.clear();
    char* place = text_.data();
    for (const Value& value : values) {
        if (value.isNull()) {
            pointers_.push_back(nullptr);
            continue;
        }
        const std::string_view text = value.text();
        if (text.find('\0') != std::string_view::npos) {
            throw Failure::fromServer("22021", "", "a statement parameter holds a zero byte");
        }
        pointers_.push_back(place);
        place += text.copy(place, text.size());
        *place++ = '\0';
    }
}

}  // namespace mortise::db::wire
