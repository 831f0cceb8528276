// The tables of the auth plugin: every SQL statement of it stands in store.cpp.
#pragma once

#include <mortise/db.hpp>

#include "service.hpp"

namespace auth {

class SessionStore final : public SessionRepository {
public:
    explicit SessionStore(const mortise::Db& db) : db_(db) {}

    mortise::Uuid create(std::int64_t user_id, const Client& client,
                         const Settings& settings) override;
    void addToken(const mortise::Uuid& session_id, const std::string& digest,
                  std::chrono::seconds lifetime) override;
    std::optional<StoredToken> find(const std::string& digest) override;
    std::optional<StoredToken> findForUpdate(const std::string& digest) override;
    void markRotated(const std::string& digest, const mortise::Uuid& session_id,
                     std::chrono::seconds lifetime) override;
    bool end(const mortise::Uuid& session_id, std::int64_t user_id) override;
    int endAll(std::int64_t user_id) override;
    std::vector<Session> list(std::int64_t user_id) override;
    void commit() override { db_.commitNow(); }

private:
    const mortise::Db& db_;
};

}  // namespace auth
