// hoard: everything a plugin does with the cache. Built a second time with HOARD_WEIGHS, as a version whose values have a member
// more.
#include <atomic>
#include <chrono>
#include <thread>

#include <mortise/plugin.hpp>

namespace hoard {

using namespace mortise;
using namespace std::chrono_literals;

inline constexpr ErrorCode HOARD_EMPTY{"HOARD_EMPTY", 409, "There is nothing to count"};

struct Treasure {
    std::int64_t number = 0;  // Which of the computations of this generation made it.
    std::string note;
#ifdef HOARD_WEIGHS
    double weight = 1;
#endif

    static constexpr auto schema() {
        return object<Treasure>("Treasure")
            .field("number", &Treasure::number, readOnly())
            .field("note", &Treasure::note)
#ifdef HOARD_WEIGHS
            .field("weight", &Treasure::weight)
#endif
            ;
    }
};

/// `company`: computing takes until so many have asked; `failures`: so many computations fail.
struct Wish {
    std::string key;
    std::int64_t company = 1;
    std::int64_t failures = 0;

    static constexpr auto schema() {
        return object<Wish>("Wish")
            .field("key", &Wish::key, minLength(1))
            .field("company", &Wish::company, defaultValue(1))
            .field("failures", &Wish::failures, defaultValue(0));
    }
};

constexpr Sql kOne{"hoard_one", "SELECT 1"};

class Hoard final : public Plugin {
public:
    void declare(Router& router) override {
        const auto routes = router.group("/hoard").tag("hoard").publicAccess();
        routes.get("/blocking", &Hoard::blocking).summary("Compute or get").errors(HOARD_EMPTY);
        routes.get("/awaited", &Hoard::awaited).summary("Compute or get").errors(HOARD_EMPTY);
        routes.get("/kept", &Hoard::kept).summary("Get what is kept").inlined();
        routes.post("/put", &Hoard::put).summary("Keep a value").inlined();
        routes.post("/remove", &Hoard::remove).summary("Remove a key").inlined();
        routes.post("/tag-removal", &Hoard::removeTag).summary("Remove a tag").inlined();
        routes.get("/refused", &Hoard::refused).summary("Wait where nobody may").inlined();
    }

private:
    Treasure blocking(Query<Wish> wish, Cache& cache) {
        ++asked_count_;
        return cache.getOrCompute(
            wish->key, 1min,
            [&] {
                while (asked_count_ < wish->company) {
                    std::this_thread::yield();
                }
                return make(*wish);
            },
            "all", "blocking");
    }

    Task<Treasure> awaited(Query<Wish> wish, AsyncDb& db, Cache& cache) {
        ++asked_count_;
        co_return co_await cache.getOrCompute(
            wish->key, 1min, [&] { return makeSlowly(*wish, db); }, "all");
    }

    Treasure kept(Query<Wish> wish, Cache& cache) {
        if (auto treasure = cache.get<Treasure>(wish->key)) {
            return *treasure;
        }
        throw NotFoundError();
    }

    NoContent put(Query<Wish> wish, Cache& cache) {
        Treasure treasure;
        treasure.number = -1;
        treasure.note = wish->key;
        cache.put(wish->key, treasure, 1min, "all", std::string("put"));
        return {};
    }

    NoContent remove(Query<Wish> wish, Cache& cache) {
        cache.remove(wish->key);
        return {};
    }
    NoContent removeTag(Query<Wish> wish, Cache& cache) {
        cache.removeTag(wish->key);
        return {};
    }

    Treasure refused(Query<Wish> wish, Cache& cache) {
        return cache.getOrCompute(wish->key, 1min, [&] { return make(*wish); });
    }

    Task<Treasure> makeSlowly(const Wish& wish, AsyncDb& db) {
        while (asked_count_ < wish.company) {
            co_await db.scalar<std::int64_t>(kOne);
        }
        co_return make(wish);
    }

    Treasure make(const Wish& wish) {
        Treasure treasure;
        treasure.number = ++made_count_;
        treasure.note = wish.key;
        if (treasure.number <= wish.failures) {
            throw ConflictError(HOARD_EMPTY);
        }
        return treasure;
    }

    std::atomic<std::int64_t> asked_count_{0};
    std::atomic<std::int64_t> made_count_{0};
};

}  // namespace hoard

MORTISE_PLUGIN(hoard::Hoard)
