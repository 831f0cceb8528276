#include "identity/revocations.hpp"

#include <algorithm>
#include <mutex>

#include "identity/principal.hpp"

namespace mortise::identity {

Revocations::Revocations(std::size_t count_max, const Clock& clock)
    : count_max_(count_max), clock_(clock) {}

bool Revocations::revokeToken(std::string_view token_id, std::int64_t until_s) {
    return insert(tokens_, token_id, {until_s, 0});
}

bool Revocations::revokeSession(std::string_view session_id, std::int64_t until_s) {
    return insert(sessions_, session_id, {until_s, 0});
}

bool Revocations::revokeSubject(std::string_view subject, std::int64_t until_s) {
    return insert(subjects_, subject, {until_s, clock_.unixSeconds()});
}

bool Revocations::insert(Entries& entries, std::string_view name, Entry entry) {
    const std::int64_t now_s = clock_.unixSeconds();
    if (entry.until_s < now_s) {
        return true;  // What it would refuse has expired.
    }
    const std::unique_lock lock(mutex_);
    if (const auto found = entries.find(name); found != entries.end()) {
        found->second.until_s = std::max(found->second.until_s, entry.until_s);
        found->second.not_before_s = std::max(found->second.not_before_s, entry.not_before_s);
        return true;
    }
    if (sizeOfAll() >= count_max_) {
        forgetExpired(now_s);
    }
    if (sizeOfAll() >= count_max_) {
        return false;
    }
    entries.emplace(name, entry);
    entry_count_.store(sizeOfAll(), std::memory_order_release);
    return true;
}

// Walks everything, so at most once a second however hard a full list is knocked at.
void Revocations::forgetExpired(std::int64_t now_s) {
    if (forgotten_at_s_ == now_s) {
        return;
    }
    forgotten_at_s_ = now_s;
    for (Entries* entries : {&tokens_, &sessions_, &subjects_}) {
        std::erase_if(*entries, [&](const auto& entry) { return entry.second.until_s < now_s; });
    }
    entry_count_.store(sizeOfAll(), std::memory_order_release);
}

bool Revocations::isRevoked(const Principal& principal) const {
    if (entry_count_.load(std::memory_order_acquire) == 0) {
        return false;
    }
    const std::shared_lock lock(mutex_);
    if (tokens_.find(principal.token_id) != tokens_.end()) {
        return true;
    }
    if (!principal.session_id.empty() && sessions_.find(principal.session_id) != sessions_.end()) {
        return true;
    }
    const auto subject = subjects_.find(principal.subject);
    return subject != subjects_.end() && principal.issued_at_s <= subject->second.not_before_s;
}

std::int64_t Revocations::issueTime(std::string_view subject) const {
    const std::int64_t now_s = clock_.unixSeconds();
    const std::shared_lock lock(mutex_);
    const auto found = subjects_.find(subject);
    return found == subjects_.end() ? now_s : std::max(now_s, found->second.not_before_s + 1);
}

std::size_t Revocations::count() const {
    return entry_count_.load(std::memory_order_acquire);
}

}  // namespace mortise::identity
