// cache_flight: what lies under Cache: the shape of a type, a value on its way out of the host, a claim. Included by cache.hpp.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/cache.h"
#include "mortise/host.hpp"
#include "mortise/host_json.hpp"
#include "mortise/schema.hpp"

namespace mortise::detail {

/// FNV-1a, 64 bits (draft-eastlake-fnv): stable over compilers and releases, which std::hash is not.
class ShapeHash {
public:
    void add(std::string_view text) noexcept {
        for (const char c : text) {
            hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
        }
        hash_ = (hash_ ^ 0xFFU) * 0x100000001b3U;  // No text of JSON has this byte.
    }
    std::uint64_t value() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325U;
};

/// The shape of T's JSON form.
template <class T>
std::uint64_t cacheShape() {
    static const std::uint64_t shape = [] {
        SchemaCollector collector;
        ShapeHash hash;
        hash.add(schemaUse<T>(collector));
        for (const SchemaCollector::Entry& entry : collector.entries()) {
            hash.add(entry.name);
            hash.add(entry.json);
        }
        return hash.value();
    }();
    return shape;
}

/// Takes a value out of the host's hands.
struct CacheFound {
    std::string text;
    bool is_complete = false;

    static void take(void* raw, mortise_bytes value) noexcept {
        auto& found = *static_cast<CacheFound*>(raw);
        try {
            found.text.assign(reinterpret_cast<const char*>(value.data),
                              static_cast<std::size_t>(value.size));
            found.is_complete = true;
        } catch (const std::bad_alloc&) {
            found.is_complete = false;  // Like a miss: the value is computed again.
        }
    }

    /// Nothing when it is not what T accepts, for example because its own rules refuse what was put.
    template <class T>
    std::optional<T> read(const Host& host) const {
        if (!is_complete) {
            return std::nullopt;
        }
        try {
            const LentDocument document(host, text);
            Violations violations("value");
            violations.takeReadOnly();
            T value = fromJson<T>(JsonValue::root(&*document), violations);
            return violations.empty() ? std::optional<T>(std::move(value)) : std::nullopt;
        } catch (const HostError&) {
            return std::
                nullopt;  // Beyond the host's bounds for JSON; what was put so cannot be read.
        }
    }
};

using CacheTags = std::vector<std::string>;

/// Puts; false when it was not kept.
inline bool keepInCache(const Host& host, mortise_cache_entry entry, const std::string& json,
                        std::chrono::milliseconds ttl, const CacheTags& tags) {
    std::vector<mortise_str> raw_tags;
    raw_tags.reserve(tags.size());
    for (const std::string& tag : tags) {
        raw_tags.push_back(str(tag));
    }
    entry.struct_size = static_cast<std::uint32_t>(sizeof entry);
    entry.value = {reinterpret_cast<const std::uint8_t*>(json.data()), json.size()};
    entry.tags = raw_tags.data();
    entry.tag_count = static_cast<std::uint32_t>(raw_tags.size());
    entry.ttl_ms = static_cast<std::uint64_t>(ttl.count());
    Failure failure;
    const mortise_status status =
        need(host.tables().cache, MORTISE_CACHE_INTERFACE).put(host.raw(), &entry, failure.out());
    if (status == MORTISE_EXHAUSTED || status == MORTISE_STALE) {
        return false;
    }
    check(status, failure);
    return true;
}

/// One getOrCompute(): the claim, from asking for it to the value or to giving it up.
class CacheFlight {
public:
    CacheFlight(const Unit& unit, std::string key, std::uint64_t shape)
        : unit_(unit), key_(std::move(key)), shape_(shape) {
        if (unit.context == nullptr) {
            throw std::logic_error(
                "getOrCompute() needs the Cache of a handler or of a WorkUnit: its waits have "
                "the deadline of a unit of work");
        }
    }
    CacheFlight(const CacheFlight&) = delete;
    CacheFlight& operator=(const CacheFlight&) = delete;
    ~CacheFlight() {
        if (claim_ != 0) {
            table().abandon(unit_.host->raw(), str(key_), shape_, claim_);
        }
    }

    const Host& host() const noexcept { return *unit_.host; }

    mortise_status claim() {
        return table().claim(unit_.context, str(key_), shape_, &CacheFound::take, &found_, &claim_,
                             failure_.out());
    }
    mortise_status wait() {
        return table().wait(unit_.context, str(key_), shape_, &CacheFound::take, &found_, &claim_,
                            failure_.out());
    }
    mortise_status waitAsync(mortise_cache_done done, void* done_context) {
        return table().wait_async(unit_.context, str(key_), shape_, done, done_context,
                                  failure_.out());
    }
    /// What wait_async() ended with.
    void arrived(mortise_status status, mortise_bytes value, mortise_handle claim) noexcept {
        claim_ = claim;
        if (status == MORTISE_OK) {
            CacheFound::take(&found_, value);
        } else if (status != MORTISE_NOT_FOUND) {
            fail(failure_.out(), status, "INTERRUPTED",
                 "the value was not computed before the unit of work was over");
        }
    }

    /// The value, or nothing when the caller computes it.
    template <class T>
    std::optional<T> result(mortise_status status) const {
        if (status == MORTISE_NOT_FOUND) {
            return std::nullopt;
        }
        check(status, failure_);
        return found_.template read<T>(host());
    }

    void keep(const std::string& json, std::chrono::milliseconds ttl, const CacheTags& tags) {
        mortise_cache_entry entry{};
        entry.key = str(key_);
        entry.shape = shape_;
        entry.claim = claim_;
        keepInCache(host(), entry, json, ttl, tags);
        claim_ = 0;
    }

private:
    const mortise_cache& table() const {
        return need(unit_.host->tables().cache, MORTISE_CACHE_INTERFACE);
    }

    Unit unit_;
    std::string key_;
    std::uint64_t shape_;
    mortise_handle claim_ = 0;
    CacheFound found_;
    Failure failure_;
};

/// Waits on the reactor for somebody else's value, or for the turn to compute it.
class CacheAwaiter {
public:
    explicit CacheAwaiter(CacheFlight& flight) : flight_(flight) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        status_ = flight_.waitAsync(&CacheAwaiter::done, this);
        return status_ == MORTISE_OK;
    }
    mortise_status await_resume() const noexcept { return status_; }

private:
    static void done(void* self, mortise_status status, mortise_bytes value, mortise_handle claim) {
        auto& awaiter = *static_cast<CacheAwaiter*>(self);
        awaiter.status_ = status;
        awaiter.flight_.arrived(status, value, claim);
        awaiter.waiter_.resume();
    }

    CacheFlight& flight_;
    mortise_status status_ = MORTISE_INTERNAL;
    std::coroutine_handle<> waiter_;
};

}  // namespace mortise::detail
