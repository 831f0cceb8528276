// cache: values the host keeps in memory for a while, computed once however many ask.
//
//   Report report(Query<Month> month, Db& db, Cache& cache) {
//       return cache.getOrCompute("report:" + month->name, 10min, [&] { return makeReport(db, month); }, "reports");
//   }
//   Task<Report> report(Query<Month> month, AsyncDb& db, Cache& cache) {
//       co_return co_await cache.getOrCompute("report:" + month->name, 10min, [&] { return loadReport(db, month); });
//   }
//
// Values are whatever has a JSON form: structs with a schema, lists, numbers. Keys are the plugin's own, on this host. Entries
// outlive a swap, and a type is part of the key: the schema of T is hashed, so a version whose struct changed in any way that
// a reader of JSON could notice finds nothing, instead of old values in a new shape. Of a type with a Codec of your own only its
// SchemaText counts. An entry may be gone at any time. Whoever writes to the data removes the key or the tag after the commit
// (db.commitNow(), or a short time to live does it); a value that is being computed meanwhile is not kept.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "mortise/cache.h"
#include "mortise/cache_flight.hpp"
#include "mortise/host.hpp"
#include "mortise/schema.hpp"
#include "mortise/task.hpp"

namespace mortise {

namespace detail {

template <class T, class Function>
Task<T> computeOnce(Unit unit, std::string key, std::chrono::milliseconds ttl, Function function,
                    CacheTags tags) {
    CacheFlight flight(unit, std::move(key), cacheShape<T>());
    mortise_status status = flight.claim();
    if (status == MORTISE_CONFLICT) {
        CacheAwaiter turn(flight);
        status = co_await turn;
    }
    if (std::optional<T> kept = flight.result<T>(status)) {
        co_return std::move(*kept);
    }
    T value = co_await std::invoke(function);
    flight.keep(toPluginJson(value), ttl, tags);
    co_return std::move(value);
}

}  // namespace detail

/// A value; copy it freely. Any thread; nothing waits but getOrCompute().
class Cache {
public:
    explicit Cache(const Unit& unit) : unit_(unit) {}
    explicit Cache(const Host& host) : unit_{&host, nullptr, false, false} {}

    /// The value, or nothing: never put, expired, evicted, removed, or put as another type.
    template <class T>
    std::optional<T> get(std::string_view key) const {
        detail::CacheFound found;
        detail::Failure failure;
        const mortise_status status =
            table().get(unit_.host->raw(), detail::str(key), detail::cacheShape<T>(),
                        &detail::CacheFound::take, &found, failure.out());
        if (status == MORTISE_NOT_FOUND) {
            return std::nullopt;
        }
        detail::check(status, failure);
        return found.read<T>(*unit_.host);
    }

    /// Keeps a value from 1 ms to 7 days, under texts by which removeTag() finds it. False: it is too large, or the cache is
    /// off, which is no reason to fail.
    template <class T, std::convertible_to<std::string_view>... Tags>
    bool put(std::string_view key, const T& value, std::chrono::milliseconds ttl,
             const Tags&... tags) const {
        mortise_cache_entry entry{};
        entry.key = detail::str(key);
        entry.shape = detail::cacheShape<T>();
        return detail::keepInCache(*unit_.host, entry, toPluginJson(value), ttl, textsOf(tags...));
    }

    /// Removes the key, whatever type it was put as, by whichever version.
    void remove(std::string_view key) const {
        detail::Failure failure;
        detail::check(table().remove(unit_.host->raw(), detail::str(key), failure.out()), failure);
    }
    void removeTag(std::string_view tag) const {
        detail::Failure failure;
        detail::check(table().remove_tag(unit_.host->raw(), detail::str(tag), failure.out()),
                      failure);
    }

    /// The kept value, or what `function` returns, kept from then on. Of those who ask at the same time one computes and the
    /// others wait, until their own deadline at most; when it throws, the next of them computes. `function` returns T in
    /// blocking handlers; in coroutines it returns Task<T>, and the result is awaited. It must not ask for its own key.
    template <class Function, std::convertible_to<std::string_view>... Tags>
    auto getOrCompute(std::string_view key, std::chrono::milliseconds ttl, Function function,
                      const Tags&... tags) const {
        using Result = std::invoke_result_t<Function&>;
        if constexpr (detail::kIsTask<Result>) {
            using T = typename Result::value_type;
            return detail::computeOnce<T>(unit_, std::string(key), ttl, std::move(function),
                                          textsOf(tags...));
        } else {
            return computeHere<std::remove_cvref_t<Result>>(key, ttl, function, textsOf(tags...));
        }
    }

private:
    template <class... Tags>
    static detail::CacheTags textsOf(const Tags&... tags) {
        detail::CacheTags texts;
        texts.reserve(sizeof...(tags));
        (texts.emplace_back(std::string_view(tags)), ...);
        return texts;
    }

    template <class T, class Function>
    T computeHere(std::string_view key, std::chrono::milliseconds ttl, Function& function,
                  const detail::CacheTags& tags) const {
        detail::refuseOnReactor(unit_, "Cache::getOrCompute() of a plain function");
        detail::CacheFlight flight(unit_, std::string(key), detail::cacheShape<T>());
        mortise_status status = flight.claim();
        if (status == MORTISE_CONFLICT) {
            status = flight.wait();
        }
        if (std::optional<T> kept = flight.result<T>(status)) {
            return std::move(*kept);
        }
        T value = std::invoke(function);
        flight.keep(toPluginJson(value), ttl, tags);
        return value;
    }

    const mortise_cache& table() const {
        return detail::need(unit_.host->tables().cache, MORTISE_CACHE_INTERFACE);
    }

    Unit unit_;
};

inline Cache Host::cache() const {
    return Cache(*this);
}

}  // namespace mortise
