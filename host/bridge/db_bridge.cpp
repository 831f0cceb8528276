// "mortise.db/1": statements of a unit of work, blocking on its session or asynchronous on its reactor.
#include <memory>
#include <vector>

#include "bridge/context.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/pending_span.hpp"
#include "bridge/session_failure.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "db/async_connections.hpp"
#include "db/session.hpp"
#include "limits.hpp"
#include "log/log.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

// Values and columns have one layout on both sides, so a result of the database is lent as it is.
static_assert(sizeof(db::Value) == sizeof(mortise_value) &&
              offsetof(db::Value, size) == offsetof(mortise_value, size));
static_assert(sizeof(db::Result::Column) == sizeof(mortise_str) &&
              offsetof(db::Result::Column, size) == offsetof(mortise_str, size));

/// What the plugin holds is the view in front; the rows behind it own the memory.
struct LentResult : mortise_result {
    explicit LentResult(db::Result result) : mortise_result{}, rows(std::move(result)) {
        struct_size = sizeof(mortise_result);
        column_count = static_cast<std::uint32_t>(rows.columnCount());
        row_count = rows.rowCount();
        affected_count = rows.affectedCount();
        columns = reinterpret_cast<const mortise_str*>(rows.columns().data());
        cells = reinterpret_cast<const mortise_value*>(rows.cells().data());
    }
    db::Result rows;
};

/// Why a statement is refused before anything is asked, nullptr when it is fine.
const char* faultOf(const mortise_statement* statement) {
    if (statement == nullptr || !MORTISE_HAS(statement, param_count) || statement->sql.size == 0) {
        return "no statement given";
    }
    if (statement->param_count > limits::kStatementParamCountMax) {
        return "too many parameters";
    }
    return nullptr;
}

db::Statement statementOf(const mortise_statement& statement) noexcept {
    return {viewOf(statement.sql),
            {reinterpret_cast<const db::Value*>(statement.params), statement.param_count},
            (statement.flags & MORTISE_STATEMENT_SINGLE) != 0 ? db::Mode::Single
                                                              : db::Mode::Transaction,
            (statement.flags & MORTISE_STATEMENT_READ_ONLY) != 0 ? db::Access::ReadOnly
                                                                 : db::Access::ReadWrite,
            viewOf(statement.name)};
}

/// Why a unit of work may not use the database now, OK when it may.
mortise_status admit(const Context& context, bool on_reactor, mortise_error* error) {
    if (!context.instance().isServing()) {
        return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "there is no database here");
    }
    if ((run::Reactor::current() != nullptr) != on_reactor) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                    on_reactor ? "execute_async() is for coroutines on a reactor"
                               : "execute() would block the reactor");
    }
    const mortise_status status = context.interrupted();
    return status == MORTISE_OK ? status
                                : fail(error, status, "INTERRUPTED", "the unit of work is over");
}

/// Parameters are left out on purpose: they are people's data.
void echo(const Context& context, const mortise_statement& statement) {
    if (!context.instance().services().echoes_statements) {
        return;
    }
    const log::Context log_context = context.logContext();
    const log::Field fields[] = {{"name", viewOf(statement.name)}, {"sql", viewOf(statement.sql)}};
    context.instance().services().log.write(log::Level::Info, "db.statement", fields, &log_context);
}

/// Named after the statement, or its first word; neither text nor parameters.
PendingSpan spanOf(const Context& context, const mortise_statement& statement) {
    const std::string_view sql = viewOf(statement.sql);
    const std::string_view name =
        statement.name.size != 0 ? viewOf(statement.name) : sql.substr(0, sql.find_first_of(" \n"));
    PendingSpan span = PendingSpan::partOf(context, name, trace::Kind::Client);
    span.with("db.system.name", "postgresql").with("db.query.summary", name);
    return span;
}

void failSpan(PendingSpan& span, const db::Failure& failure) {
    span.with("db.response.status_code", failure.sqlstate()).fail(failure.code());
}

db::Result executeTraced(Context& context, const mortise_statement& statement) {
    PendingSpan span = spanOf(context, statement);
    try {
        db::Result result = context.session().execute(statementOf(statement));
        span.end();
        return result;
    } catch (const db::Failure& failure) {
        failSpan(span, failure);
        throw;
    }
}

mortise_status execute(mortise_context* raw, const mortise_statement* statement,
                       const mortise_result** result, mortise_error* error) {
    Context& context = Context::of(raw);
    return databaseGuarded(context, error, [&] {
        if (const char* fault = faultOf(statement)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", fault);
        }
        if (const mortise_status status = admit(context, false, error); status != MORTISE_OK) {
            return status;
        }
        if ((statement->flags & MORTISE_STATEMENT_SINGLE) != 0 && context.hasLease()) {
            return fail(error, MORTISE_LEASE_NESTED, "LEASE_NESTED",
                        "a single statement while the unit of work has a transaction open");
        }
        echo(context, *statement);
        auto lent = std::make_unique<LentResult>(executeTraced(context, *statement));
        *result = lent.release();
        return MORTISE_OK;
    });
}

/// Carries the outcome of an asynchronous statement back into the plugin.
class PluginCompletion final : public db::Completion {
public:
    PluginCompletion(Context& context, PendingSpan span, mortise_db_done done, void* done_context)
        : context_(context),
          span_(std::move(span)),
          instance_(context.instance()),
          done_(done),
          done_context_(done_context) {}

    void onResult(db::Result result) noexcept override {
        const std::unique_ptr<PluginCompletion> self(this);
        span_.end();
        mortise_error error = blankError();
        std::unique_ptr<LentResult> lent(new (std::nothrow) LentResult(std::move(result)));
        if (!lent) {
            answer(fail(&error, MORTISE_EXHAUSTED, "EXHAUSTED", "out of memory"), nullptr, error);
            return;
        }
        answer(MORTISE_OK, lent.release(), error);
    }

    void onFailure(const db::Failure& failure) noexcept override {
        const std::unique_ptr<PluginCompletion> self(this);
        failSpan(span_, failure);
        mortise_error error = blankError();
        const mortise_status status = failWithDatabase(context_, &error, failure);
        answer(status, nullptr, error);
    }

private:
    void answer(mortise_status status, const mortise_result* result, mortise_error& error) {
        // The continuation may end the unit of work, so nothing of it is touched afterwards.
        const std::string request_id = context_.request_id;
        const std::string user_id = context_.user_id;
        const std::string method = context_.method;
        const std::string path = context_.path;
        const log::Context log_context{
            request_id, user_id, method, path, instance_.pluginName(), context_.trace.ids};
        const log::ScopedContext scope(log_context);
        callPlugin(error, [&] {
            done_(done_context_, status, result, &error);
            return MORTISE_OK;
        });
    }

    Context& context_;
    PendingSpan span_;
    HostInstance& instance_;
    mortise_db_done done_;
    void* done_context_;
};

mortise_status executeAsync(mortise_context* raw, const mortise_statement* statement,
                            mortise_db_done done, void* done_context, mortise_error* error) {
    Context& context = Context::of(raw);
    return databaseGuarded(context, error, [&] {
        if (const char* fault = faultOf(statement)) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", fault);
        }
        if (const mortise_status status = admit(context, true, error); status != MORTISE_OK) {
            return status;
        }
        db::AsyncConnections* connections = context.instance().asyncDb();
        if (connections == nullptr) {
            return fail(error, MORTISE_CANCELLED, "CANCELLED", "the plugin is being stopped");
        }
        echo(context, *statement);
        auto completion = std::make_unique<PluginCompletion>(context, spanOf(context, *statement),
                                                             done, done_context);
        switch (connections->execute(
            statementOf(*statement),
            context.deadlineOr(context.instance().services().request_deadline), *completion)) {
            case db::AsyncConnections::Admission::Accepted:
                break;
            case db::AsyncConnections::Admission::QueueFull:
                return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED", "too many statements wait");
            case db::AsyncConnections::Admission::Stopped:
                return fail(error, MORTISE_CANCELLED, "CANCELLED", "the plugin is being stopped");
        }
        // It deletes itself when it is called.
        [[maybe_unused]] PluginCompletion* pending = completion.release();
        return MORTISE_OK;
    });
}

void release(const mortise_host*, const mortise_result* result) {
    delete static_cast<const LentResult*>(result);
}

mortise_status commitNow(mortise_context* raw, mortise_error* error) {
    Context& context = Context::of(raw);
    return databaseGuarded(context, error, [&] {
        // Asked whenever there was a statement: a transaction that lost its connection has no lease, and must not pass for
        // one that was committed.
        if (context.hasSession()) {
            context.session().commitNow();
        }
        return MORTISE_OK;
    });
}

bool isChannel(std::string_view name) noexcept {
    constexpr std::size_t kIdentifierSizeMax = 63;  // NAMEDATALEN - 1 of PostgreSQL.
    return !name.empty() && name.size() <= kIdentifierSizeMax &&
           name.find('\0') == std::string_view::npos;
}

mortise_status subscribe(const mortise_host* host, mortise_str channel, mortise_notification notify,
                         void* notification_context, mortise_handle* subscription,
                         mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(host);
        if (!isChannel(viewOf(channel)) || notify == nullptr || subscription == nullptr) {
            return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT",
                        "a channel is an SQL identifier of at most 63 bytes");
        }
        if (!instance.isServing()) {
            return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "there is no database here");
        }
        *subscription = instance.subscribe(viewOf(channel), notify, notification_context);
        return *subscription != 0 ? MORTISE_OK
                                  : fail(error, MORTISE_EXHAUSTED, "EXHAUSTED",
                                         "too many subscriptions, or the plugin is being stopped");
    });
}

mortise_status unsubscribe(const mortise_host* host, mortise_handle subscription,
                           mortise_error* error) {
    HostInstance& instance = HostInstance::of(host);
    return instance.isServing() && instance.unsubscribe(subscription)
               ? MORTISE_OK
               : fail(error, MORTISE_STALE, "STALE", "no such subscription");
}

}  // namespace

const mortise_db& dbTable() noexcept {
    static constexpr mortise_db kTable{
        sizeof(mortise_db),
        0,
        kOnThread<"mortise_db.execute", ThreadTag::Request, execute>,
        kOnThread<"mortise_db.execute_async", ThreadTag::Reactor, executeAsync>,
        release,
        kOnThread<"mortise_db.commit_now", ThreadTag::Request, commitNow>,
        kOnThread<"mortise_db.subscribe", ThreadTag::ControlOrRequest, subscribe>,
        kOnThread<"mortise_db.unsubscribe", ThreadTag::ControlOrRequest, unsubscribe>};
    return kTable;
}

}  // namespace mortise::bridge
