#include "db/engine/pqxx_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <utility>

namespace mortise::db {

namespace {

/// The settings as libpq's keyword string, with our defaults where the URL says nothing. libpqxx
/// takes no other form.
std::string connectionString(const ConnectionSettings& settings) {
    char* error = nullptr;
    const std::unique_ptr<PQconninfoOption, void (*)(PQconninfoOption*)> options(
        PQconninfoParse(settings.url.c_str(), &error), PQconninfoFree);
    const std::unique_ptr<char, void (*)(void*)> reason(error, PQfreemem);
    if (options == nullptr) {
        throw Failure(FailureKind::DatabaseUnavailable,
                      "the database URL is not valid: " + std::string(error ? error : "no reason"));
    }
    std::string text;
    const auto add = [&text](std::string_view key, std::string_view value) {
        text += key;
        text += "='";
        for (const char c : value) {
            text += c == '\'' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
        }
        text += "' ";
    };
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout).count();
    add("connect_timeout", std::to_string(seconds));
    add("application_name", settings.application_name);
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) {
            add(option->keyword, option->val);
        }
    }
    return text;
}

// Runs `function` and turns what libpqxx throws into Failures.
template <typename Function>
auto translated(Function function) {
    try {
        return function();
    } catch (const pqxx::sql_error& error) {
        const std::string& state = error.sqlstate();
        throw Failure::fromServer(state.empty() ? "XX000" : state, "", error.what());
    } catch (const pqxx::broken_connection& error) {
        throw Failure(FailureKind::DatabaseUnavailable, error.what());
    } catch (const pqxx::failure& error) {
        throw Failure(FailureKind::SqlError, error.what());
    }
}

pqxx::result run(pqxx::transaction_base& transaction, const std::string& sql,
                 const std::vector<std::string>& params) {
#if PQXX_VERSION_MAJOR >= 7
    pqxx::params list;
    for (const std::string& param : params) {
        list.append(param);
    }
    return transaction.exec(sql, list);
#else
    return transaction.exec_params(sql, pqxx::prepare::make_dynamic_params(params));
#endif
}

}  // namespace

struct PqxxConnection::State {
    explicit State(const std::string& text) : connection(text) {
        // By default notices, and the farewell of a server, go to stderr.
#if PQXX_VERSION_MAJOR >= 7
        connection.set_notice_handler([](pqxx::zview) noexcept {});
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        connection.inhibit_reactivation(true);
#pragma GCC diagnostic pop
#endif
    }

    pqxx::connection connection;
#if PQXX_VERSION_MAJOR < 7
    pqxx::quiet_errorhandler quiet{connection};
#endif
    std::unique_ptr<pqxx::work> transaction;  // Ends before the connection.
};

PqxxConnection::PqxxConnection(const ConnectionSettings& settings)
    : state_(translated([&] { return std::make_unique<State>(connectionString(settings)); })) {}

PqxxConnection::~PqxxConnection() {
    rollback();
}

void PqxxConnection::begin() {
    translated([this] { state_->transaction = std::make_unique<pqxx::work>(state_->connection); });
}

void PqxxConnection::commit() {
    translated([this] { state_->transaction->commit(); });
    state_->transaction.reset();
}

void PqxxConnection::rollback() noexcept {
    state_->transaction.reset();
}

void PqxxConnection::script(const std::string& sql) {
    translated([&] {
        if (state_->transaction != nullptr) {
            state_->transaction->exec(sql);
        } else {
            pqxx::nontransaction(state_->connection).exec(sql);
        }
    });
}

std::vector<PqxxConnection::Row> PqxxConnection::query(const std::string& sql,
                                                       const std::vector<std::string>& params) {
    return translated([&] {
        pqxx::result result;
        if (state_->transaction != nullptr) {
            result = run(*state_->transaction, sql, params);
        } else {
            pqxx::nontransaction alone(state_->connection);
            result = run(alone, sql, params);
        }
        std::vector<Row> rows;
        for (const auto& row : result) {
            Row texts;
            for (const auto& field : row) {
                texts.emplace_back(field.c_str());
            }
            rows.push_back(std::move(texts));
        }
        return rows;
    });
}

}  // namespace mortise::db
