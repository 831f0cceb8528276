// "mortise.cache/1".
#include <algorithm>
#include <array>

#include "bridge/cache_waits.hpp"
#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/text.hpp"
#include "bridge/thread_tags.hpp"
#include "cache/cache.hpp"
#include "limits.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

mortise_status refuse(mortise_error* error, std::string_view reason) noexcept {
    return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", reason);
}

/// Finds the plugin's cache and checks the key (or the tag), or says what is wrong.
mortise_status admit(const HostInstance& instance, mortise_str text, std::size_t size_max,
                     mortise_error* error) noexcept {
    if (instance.cache() == nullptr) {
        return fail(error, MORTISE_UNAVAILABLE, "UNAVAILABLE", "there is no cache here");
    }
    if (text.size == 0 || text.size > size_max) {
        return refuse(error, size_max == limits::kCacheKeySizeMax
                                 ? "a key of the cache has 1 to 512 bytes"
                                 : "a tag of the cache has 1 to 128 bytes");
    }
    return MORTISE_OK;
}

mortise_status admitKey(const HostInstance& instance, mortise_str key,
                        mortise_error* error) noexcept {
    return admit(instance, key, limits::kCacheKeySizeMax, error);
}

/// Hands an answer over; NOT_FOUND with the claim, CONFLICT when it is somebody else's.
mortise_status tell(const cache::Answer& answer, mortise_cache_found found, void* found_context,
                    mortise_handle* claim, mortise_error* error) noexcept {
    switch (answer.state) {
        case cache::Answer::State::Hit:
            found(found_context, bytesOf(*answer.value));
            return MORTISE_OK;
        case cache::Answer::State::Claimed:
            *claim = answer.claim;
            return fail(error, MORTISE_NOT_FOUND, "NOT_FOUND", "nothing is kept under this key");
        case cache::Answer::State::Busy:
            break;
    }
    return fail(error, MORTISE_CONFLICT, "CONFLICT", "somebody else computes the value");
}

mortise_status get(const mortise_host* host, mortise_str key, std::uint64_t shape,
                   mortise_cache_found found, void* found_context, mortise_error* error) {
    return guarded(error, [&] {
        const HostInstance& instance = HostInstance::of(host);
        if (const mortise_status status = admitKey(instance, key, error); status != MORTISE_OK) {
            return status;
        }
        const cache::Value value = instance.cache()->get({viewOf(key), shape});
        if (!value) {
            return fail(error, MORTISE_NOT_FOUND, "NOT_FOUND", "nothing is kept under this key");
        }
        found(found_context, bytesOf(*value));
        return MORTISE_OK;
    });
}

mortise_status checkEntry(const HostInstance& instance, const mortise_cache_entry* entry,
                          mortise_error* error) noexcept {
    if (entry == nullptr || entry->struct_size < sizeof(mortise_cache_entry)) {
        return refuse(error, "no entry given");
    }
    if (const mortise_status status = admitKey(instance, entry->key, error); status != MORTISE_OK) {
        return status;
    }
    if (entry->ttl_ms == 0 ||
        entry->ttl_ms > static_cast<std::uint64_t>(limits::kCacheTtlMax.count())) {
        return refuse(error, "an entry is kept from 1 ms to 7 days");
    }
    if (entry->tag_count > limits::kCacheTagCountMax) {
        return refuse(error, "an entry has at most 16 tags");
    }
    for (std::uint32_t i = 0; i < entry->tag_count; ++i) {
        if (const mortise_status status =
                admit(instance, entry->tags[i], limits::kCacheTagSizeMax, error);
            status != MORTISE_OK) {
            return status;
        }
    }
    return MORTISE_OK;
}

mortise_status put(const mortise_host* host, const mortise_cache_entry* entry,
                   mortise_error* error) {
    return guarded(error, [&] {
        const HostInstance& instance = HostInstance::of(host);
        if (const mortise_status status = checkEntry(instance, entry, error);
            status != MORTISE_OK) {
            return status;
        }
        const cache::Key key{viewOf(entry->key), entry->shape};
        cache::Kept kept = cache::Kept::TooLarge;
        if (entry->value.size <= limits::kCacheValueSizeMax) {
            std::array<std::string_view, limits::kCacheTagCountMax> tags;
            std::transform(entry->tags, entry->tags + entry->tag_count, tags.begin(),
                           [](mortise_str tag) { return viewOf(tag); });
            kept = instance.cache()->put({key,
                                          viewOf(entry->value),
                                          {tags.data(), entry->tag_count},
                                          std::chrono::milliseconds(entry->ttl_ms),
                                          entry->claim});
        } else {
            instance.cache()->abandon(key, entry->claim);
        }
        switch (kept) {
            case cache::Kept::Stored:
                return mortise_status{MORTISE_OK};
            case cache::Kept::TooLarge:
                return fail(error, MORTISE_EXHAUSTED, "EXHAUSTED",
                            "the value is too large for the cache, or the cache is off");
            case cache::Kept::Stale:
                break;
        }
        return fail(error, MORTISE_STALE, "STALE", "the claim is void");
    });
}

mortise_status remove(const mortise_host* host, mortise_str key, mortise_error* error) {
    return guarded(error, [&] {
        const HostInstance& instance = HostInstance::of(host);
        const mortise_status status = admitKey(instance, key, error);
        if (status == MORTISE_OK) {
            instance.cache()->remove(viewOf(key));
        }
        return status;
    });
}

mortise_status removeTag(const mortise_host* host, mortise_str tag, mortise_error* error) {
    return guarded(error, [&] {
        const HostInstance& instance = HostInstance::of(host);
        const mortise_status status = admit(instance, tag, limits::kCacheTagSizeMax, error);
        if (status == MORTISE_OK) {
            instance.cache()->removeTag(viewOf(tag));
        }
        return status;
    });
}

mortise_status claim(mortise_context* raw, mortise_str key, std::uint64_t shape,
                     mortise_cache_found found, void* found_context, mortise_handle* claim,
                     mortise_error* error) {
    return guarded(error, [&] {
        const Context& caller = Context::of(raw);
        HostInstance& instance = caller.instance();
        if (const mortise_status status = admitKey(instance, key, error); status != MORTISE_OK) {
            return status;
        }
        const cache::Answer answer = instance.cache()->claim(
            {viewOf(key), shape}, caller.deadlineOr(instance.services().request_deadline));
        return tell(answer, found, found_context, claim, error);
    });
}

mortise_status wait(mortise_context* raw, mortise_str key, std::uint64_t shape,
                    mortise_cache_found found, void* found_context, mortise_handle* claim,
                    mortise_error* error) {
    return guarded(error, [&] {
        const Context& caller = Context::of(raw);
        HostInstance& instance = caller.instance();
        if (const mortise_status status = admitKey(instance, key, error); status != MORTISE_OK) {
            return status;
        }
        if (run::Reactor::current() != nullptr) {
            return refuse(error, "wait() would block the reactor");
        }
        const CacheOutcome outcome =
            waitForCache(instance, {viewOf(key), shape},
                         caller.deadlineOr(instance.services().request_deadline));
        if (outcome.status != MORTISE_OK) {
            return fail(error, outcome.status, "INTERRUPTED",
                        "the value was not computed before the unit of work was over");
        }
        return tell(outcome.answer, found, found_context, claim, error);
    });
}

mortise_status waitAsync(mortise_context* raw, mortise_str key, std::uint64_t shape,
                         mortise_cache_done done, void* done_context, mortise_error* error) {
    return guarded(error, [&] {
        const Context& caller = Context::of(raw);
        HostInstance& instance = caller.instance();
        if (const mortise_status status = admitKey(instance, key, error); status != MORTISE_OK) {
            return status;
        }
        if (run::Reactor::current() == nullptr) {
            return refuse(error, "wait_async() is for coroutines on a reactor");
        }
        if (!waitForCache(instance, {viewOf(key), shape},
                          caller.deadlineOr(instance.services().request_deadline), done,
                          done_context)) {
            return fail(error, MORTISE_STALE, "STALE", "the plugin stops");
        }
        return mortise_status{MORTISE_OK};
    });
}

void abandon(const mortise_host* host, mortise_str key, std::uint64_t shape, mortise_handle claim) {
    const HostInstance& instance = HostInstance::of(host);
    if (instance.cache() == nullptr || claim == 0) {
        return;
    }
    static_cast<void>(guarded(nullptr, [&] {
        instance.cache()->abandon({viewOf(key), shape}, claim);
        return MORTISE_OK;
    }));
}

}  // namespace

const mortise_cache& cacheTable() noexcept {
    static constexpr mortise_cache kTable{
        sizeof(mortise_cache),
        0,
        get,
        put,
        remove,
        removeTag,
        kOnThread<"mortise_cache.claim", ThreadTag::RequestOrReactor, claim>,
        kOnThread<"mortise_cache.wait", ThreadTag::Request, wait>,
        kOnThread<"mortise_cache.wait_async", ThreadTag::Reactor, waitAsync>,
        abandon};
    return kTable;
}

}  // namespace mortise::bridge
