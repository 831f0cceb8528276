#include "db/engine/exchange.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <utility>

namespace mortise::db {

namespace {

// A statement and its scope are prepared in one exchange; neither may push the other out.
constexpr std::size_t kPreparedCountMin = 2;

bool isSuccess(ExecStatusType status) noexcept {
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_EMPTY_QUERY;
}

bool isCopy(ExecStatusType status) noexcept {
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

}  // namespace

void Exchange::Clear::operator()(pg_result* result) const noexcept {
    PQclear(result);
}

Exchange::Exchange(const ConnectionSettings& settings)
    : prepared_count_max_(std::max(settings.prepared_count_max, kPreparedCountMin)),
      prepares_(settings.prepared_statements),
      names_(prepared_count_max_) {}

void Exchange::clear() {
    steps_.clear();
    place_ = 0;
    expects_end_ = pipelined_ = wants_write_ = broken_ = plan_stale_ = false;
    failure_.reset();
    last_.reset();
}

void Exchange::reset() {
    clear();
    names_ = PreparedNames(prepared_count_max_);
}

void Exchange::addQuery(std::string sql) {
    steps_.push_back({.kind = StepKind::Query, .sql = std::move(sql)});
}

void Exchange::addScript(std::string sql) {
    steps_.push_back({.kind = StepKind::Script, .role = Role::Statement, .sql = std::move(sql)});
}

void Exchange::addStatement(Role role, std::string_view plugin, std::string_view sql,
                            const wire::Params& params) {
    if (!prepares_) {
        steps_.push_back(
            {.kind = StepKind::Query, .role = role, .sql = std::string(sql), .params = &params});
        return;
    }
    PreparedNames::Lookup lookup = names_.find(plugin, sql);
    if (!lookup.evicted.empty()) {
        addQuery("DEALLOCATE " + lookup.evicted);
    }
    if (!lookup.is_prepared) {
        steps_.push_back({.kind = StepKind::Prepare,
                          .role = role,
                          .name = lookup.name,
                          .sql = std::string(sql),
                          .key_plugin = plugin,
                          .key_sql = sql});
    }
    steps_.push_back({.kind = StepKind::Execute,
                      .role = role,
                      .name = std::move(lookup.name),
                      .params = &params,
                      .key_plugin = plugin,
                      .key_sql = sql,
                      .was_prepared = lookup.is_prepared});
}

void Exchange::addSync() {
    steps_.push_back({.kind = StepKind::Sync});
}

bool Exchange::send(pg_conn* connection) {
    pipelined_ = steps_.size() > 1;
    bool sent = true;
    if (pipelined_) {
        addSync();
        sent = PQenterPipelineMode(connection) == 1;
    }
    for (const Step& step : steps_) {
        sent = sent && sendStep(connection, step);
    }
    if (!sent) {
        breakWith(wire::lostFailure(connection));
    }
    return sent;
}

bool Exchange::sendStep(pg_conn* connection, const Step& step) {
    switch (step.kind) {
        case StepKind::Script:
            return PQsendQuery(connection, step.sql.c_str()) == 1;
        case StepKind::Query:
            return PQsendQueryParams(connection, step.sql.c_str(),
                                     step.params == nullptr ? 0 : step.params->count(), nullptr,
                                     step.params == nullptr ? nullptr : step.params->data(),
                                     nullptr, nullptr, 0) == 1;
        case StepKind::Prepare:
            return PQsendPrepare(connection, step.name.c_str(), step.sql.c_str(), 0, nullptr) == 1;
        case StepKind::Execute:
            return PQsendQueryPrepared(connection, step.name.c_str(), step.params->count(),
                                       step.params->data(), nullptr, nullptr, 0) == 1;
        case StepKind::Sync:
            return PQpipelineSync(connection) == 1;
    }
    return false;
}

bool Exchange::advance(pg_conn* connection) {
    // A failed flush is no outcome: the server may have said why before it closed, and the results
    // below tell.
    wants_write_ = PQflush(connection) == 1;
    while (!broken_ && place_ < steps_.size()) {
        if (PQisBusy(connection) == 1) {
            return false;
        }
        std::unique_ptr<pg_result, Clear> result(PQgetResult(connection));
        const Step& step = steps_[place_];
        if (expects_end_ && result == nullptr) {
            expects_end_ = false;
            ++place_;
            continue;
        }
        note(connection, step, result.get());
        if (step.kind == StepKind::Sync) {
            ++place_;  // A sync is one result without an end.
        } else {
            expects_end_ = true;
            last_ = std::move(result);  // A script has many; the last one counts.
        }
    }
    if (!broken_ && pipelined_ && PQexitPipelineMode(connection) == 0) {
        breakWith(wire::lostFailure(connection));
    }
    return true;
}

void Exchange::note(pg_conn* connection, const Step& step, const pg_result* result) {
    const ExecStatusType status = PQresultStatus(result);
    if (result != nullptr && (isSuccess(status) || status == PGRES_PIPELINE_SYNC)) {
        if (step.kind == StepKind::Prepare) {
            names_.confirm(step.key_plugin, step.key_sql);
        }
        return;
    }
    if (step.kind == StepKind::Prepare) {
        names_.forget(step.key_plugin, step.key_sql);
    }
    if (result != nullptr && status == PGRES_PIPELINE_ABORTED) {
        return;
    }
    if (result != nullptr && isCopy(status)) {
        breakWith(Failure::fromServer("0A000", "", "COPY is not possible here"));
        return;
    }
    const Failure failure = wire::failureOf(result, connection);
    if (failure.isConnectionLost() || result == nullptr) {
        breakWith(failure);
        return;
    }
    const bool is_statement = step.role == Role::Statement;
    if (is_statement && step.was_prepared && wire::isStalePlan(failure)) {
        names_.forget(step.key_plugin, step.key_sql);
        plan_stale_ = true;
    }
    broken_ = broken_ || (!is_statement && step.kind != StepKind::Query);
    if (!failure_) {
        failure_ = failure;
    }
}

void Exchange::breakWith(const Failure& failure) {
    broken_ = true;
    if (!failure_ || failure.isConnectionLost()) {
        failure_ = failure;
    }
}

Result Exchange::takeResult() {
    return last_ == nullptr ? Result() : Result(last_.release());
}

}  // namespace mortise::db
