// sampler: routes that let a test look at the host from inside of a plugin.
#include <atomic>
#include <thread>

#include <mortise/plugin.hpp>

namespace sampler {

using namespace mortise;

struct Count {
    std::string version;
    std::int64_t call_count = 0;

    static constexpr auto schema() {
        return object<Count>("Count")
            .field("version", &Count::version)
            .field("call_count", &Count::call_count);
    }
};

struct Pause {
    std::int64_t ms = 0;

    static constexpr auto schema() {
        return object<Pause>("Pause").field("ms", &Pause::ms, ge(0), le(10'000));
    }
};

struct Strict {
    std::string name;
    std::int64_t quantity = 0;

    static constexpr auto schema() {
        return object<Strict>("Strict")
            .field("name", &Strict::name, minLength(1))
            .field("quantity", &Strict::quantity, defaultValue(0), ge(0))
            .forbidUnknown();
    }
};

class Sampler final : public Plugin {
public:
    void declare(Router& router) override {
        const auto routes = router.group("/sampler").tag("sampler").publicAccess();
        routes.get("/count", &Sampler::count).summary("Count the calls of this generation");
        routes.get("/pause", &Sampler::pause).summary("Answer after a while");
        routes.get("/until-interrupted", &Sampler::untilInterrupted)
            .summary("Answer when the host wants the work to end");
        routes.post("/strict", &Sampler::strict).summary("Take known fields only");
    }

private:
    // Statics of a function are what a library that was never unmapped would bring back with their
    // old values.
    Count count() const {
        static std::atomic<std::int64_t> call_count{0};
        return {MORTISE_PLUGIN_VERSION, ++call_count};
    }

    Pause pause(Query<Pause> query) const {
        std::this_thread::sleep_for(std::chrono::milliseconds(query->ms));
        return *query;
    }

    Pause untilInterrupted(Tasks& tasks) const {
        Pause waited;
        while (!tasks.isInterrupted()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
            waited.ms += 5;
        }
        return waited;
    }

    Strict strict(Body<Strict> body) const { return *body; }
};

}  // namespace sampler

MORTISE_PLUGIN(sampler::Sampler)
