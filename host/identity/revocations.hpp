// Revocations: which tokens, sessions and subjects are refused although their signature is right.
//
// Kept in this process and bounded. An entry is forgotten when the tokens it refuses have expired
// anyway; a full list refuses new entries instead of forgetting live ones, and the caller learns
// it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "limits.hpp"

namespace mortise::identity {

struct Principal;

class Revocations {
public:
    explicit Revocations(std::size_t count_max = limits::kRevocationCountMax,
                         const Clock& clock = systemClock());

    /// False when the list is full. `until_s` in seconds since 1970: when the entry may be
    /// forgotten. Any thread.
    [[nodiscard]] bool revokeToken(std::string_view token_id, std::int64_t until_s);
    [[nodiscard]] bool revokeSession(std::string_view session_id, std::int64_t until_s);
    /// Refuses what was issued up to and including the current second.
    [[nodiscard]] bool revokeSubject(std::string_view subject, std::int64_t until_s);

    bool isRevoked(const Principal& principal) const;

    /// The time a new token of `subject` must carry: now, or one second on right after a
    /// revocation. Without it a login in the same second as "sign out everywhere" would be refused.
    std::int64_t issueTime(std::string_view subject) const;

    std::size_t count() const;

private:
    struct Entry {
        std::int64_t until_s = 0;
        std::int64_t not_before_s =
            0;  // Subjects only: tokens issued up to this second are refused.
    };
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    using Entries = std::unordered_map<std::string, Entry, Hash, std::equal_to<>>;

    bool insert(Entries& entries, std::string_view name, Entry entry);
    std::size_t sizeOfAll() const noexcept {
        return tokens_.size() + sessions_.size() + subjects_.size();
    }
    void forgetExpired(std::int64_t now_s);

    const std::size_t count_max_;
    const Clock& clock_;
    mutable std::shared_mutex mutex_;  // Guards all below; requests only read.
    Entries tokens_;
    Entries sessions_;
    Entries subjects_;
    std::int64_t forgotten_at_s_ = 0;
    // Lets requests pass without the lock while nothing is revoked; release/acquire with the insert
    // before it.
    std::atomic<std::size_t> entry_count_{0};
};

}  // namespace mortise::identity
