// PqxxConnection: libpqxx, for work that may take its time (migrations).
//
// The only place that knows libpqxx. Debian 12 has 6.4 and Debian 13 has 7.10; they differ in how
// parameters are passed and in that 6.4 reconnects by itself, which would silently lose an advisory
// lock and is turned off.
//
// Its calls wait as long as PostgreSQL takes. Requests use Connection, whose waits end at a
// deadline.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "db/failure.hpp"
#include "db/settings.hpp"

namespace mortise::db {

/// All member functions throw Failure.
class PqxxConnection {
public:
    using Row = std::vector<std::string>;  ///< Text of the cells, empty for NULL.

    explicit PqxxConnection(const ConnectionSettings& settings);
    ~PqxxConnection();
    PqxxConnection(const PqxxConnection&) = delete;
    PqxxConnection& operator=(const PqxxConnection&) = delete;

    /// Opens a transaction; what is not committed when rollback() or the destructor comes is
    /// undone.
    void begin();
    void commit();
    void rollback() noexcept;

    /// Runs SQL without parameters, several statements too, in the open transaction or else on its
    /// own.
    void script(const std::string& sql);
    /// Runs one statement, in the open transaction or else on its own.
    std::vector<Row> query(const std::string& sql, const std::vector<std::string>& params = {});

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::db
