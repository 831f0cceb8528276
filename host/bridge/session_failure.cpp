#include "bridge/session_failure.hpp"

#include "bridge/context.hpp"
#include "bridge/host_instance.hpp"
#include "log/log.hpp"

namespace mortise::bridge {
namespace {

mortise_status statusOf(db::FailureKind kind) noexcept {
    switch (kind) {
        case db::FailureKind::UniqueViolation:
        case db::FailureKind::ForeignKeyViolation:
        case db::FailureKind::CheckViolation:
        case db::FailureKind::NotNullViolation:
            return MORTISE_CONFLICT;
        case db::FailureKind::SerializationFailure:
            return MORTISE_RETRY;
        case db::FailureKind::DatabaseUnavailable:
        case db::FailureKind::PoolTimeout:
            return MORTISE_UNAVAILABLE;
        case db::FailureKind::StatementTimeout:
            return MORTISE_DEADLINE_EXCEEDED;
        case db::FailureKind::Cancelled:
            return MORTISE_CANCELLED;
        case db::FailureKind::SqlError:
            break;
    }
    return MORTISE_INTERNAL;
}

}  // namespace

mortise_status failWithDatabase(const Context& context, mortise_error* error,
                                const db::Failure& failure) noexcept {
    if (failure.kind() == db::FailureKind::SqlError) {
        const log::Context log_context = context.logContext();
        const log::Field fields[] = {{"sqlstate", failure.sqlstate()},
                                     {"reason", failure.detail()}};
        context.instance().services().log.write(log::Level::Error, "db.statement_failed", fields,
                                                &log_context);
    }
    return fail(error, statusOf(failure.kind()), failure.code(), failure.message(),
                failure.httpStatus());
}

}  // namespace mortise::bridge
