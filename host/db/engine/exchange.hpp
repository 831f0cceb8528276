// Exchange: what is sent together in one round trip, and the results that come back for it.
//
// Steps are added, sent at once (in libpq's pipeline mode when there are several) and answered in
// their order. advance() never waits, so the same code serves a thread that polls and a reactor
// that is called. A step that fails makes the server skip the rest up to the next sync.
//
//   scope:      [ set search path and timeout | Sync ] [ BEGIN | SET LOCAL statement_timeout ]
//   statement:  [ DEALLOCATE ] [ Prepare ] Execute [ | Sync ]
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/engine/prepared_names.hpp"
#include "db/engine/wire.hpp"
#include "db/result.hpp"
#include "db/settings.hpp"

namespace mortise::db {

class Exchange {
public:
    enum class Role {
        Scope,      ///< Prepares the ground; when it fails, the state of the session is unknown.
        Statement,  ///< What the caller asked for.
    };

    explicit Exchange(const ConnectionSettings& settings);

    /// Forgets the steps and the outcome; what is prepared stays known.
    void clear();
    /// Forgets what is prepared too, for a new connection.
    void reset();
    /// SQL without parameters.
    void addQuery(std::string sql);
    /// Several statements without parameters, in one implicit transaction; the only step of its
    /// exchange. Its result is that of the last statement.
    void addScript(std::string sql);
    /// Prepares `sql` when need be. All arguments live until the last result arrived.
    void addStatement(Role role, std::string_view plugin, std::string_view sql,
                      const wire::Params& params);
    /// What follows is not undone by, and does not undo, what came before.
    void addSync();

    /// Hands everything to libpq. False when the connection died; then the outcome is known.
    bool send(pg_conn* connection);
    /// Takes what arrived; true when the outcome is known. Call it after PQconsumeInput().
    bool advance(pg_conn* connection);
    /// True while something waits for room in the socket.
    bool wantsWrite() const noexcept { return wants_write_; }

    /// The outcome: the failure, or the result of the last statement.
    const std::optional<Failure>& failure() const noexcept { return failure_; }
    Result takeResult();
    /// The connection must not be used any more.
    bool isBroken() const noexcept { return broken_; }
    /// The plan was prepared earlier and the server does not accept it any more; the statement had
    /// no effect and works when it is sent again.
    bool isPlanStale() const noexcept { return plan_stale_; }

private:
    enum class StepKind { Script, Query, Prepare, Execute, Sync };
    struct Step {
        StepKind kind;
        Role role = Role::Scope;
        std::string name = {};  // Of the prepared statement.
        std::string sql = {};   // Script, Query and Prepare.
        const wire::Params* params = nullptr;
        std::string_view key_plugin = {};  // Key in names_, for Prepare and Execute.
        std::string_view key_sql = {};
        bool was_prepared = false;
    };
    struct Clear {
        void operator()(pg_result* result) const noexcept;
    };

    static bool sendStep(pg_conn* connection, const Step& step);
    void note(pg_conn* connection, const Step& step, const pg_result* result);
    void breakWith(const Failure& failure);

    std::size_t prepared_count_max_;
    bool prepares_;
    PreparedNames names_;
    std::vector<Step> steps_;
    std::size_t place_ = 0;     // The step whose result is next.
    bool expects_end_ = false;  // The empty result that ends a step is next.
    bool pipelined_ = false;
    bool wants_write_ = false;
    bool broken_ = false;
    bool plan_stale_ = false;
    std::optional<Failure> failure_;
    std::unique_ptr<pg_result, Clear> last_;
};

}  // namespace mortise::db
