// The users plugin as another build of the same sources, with the route GET /api/v1/users/edition.
// In the original "edition" is no user id, so its answer is 422: a test can tell which of the two
// served a request.
#include <mortise/plugin.hpp>

#pragma push_macro("MORTISE_PLUGIN")
#undef MORTISE_PLUGIN
#define MORTISE_PLUGIN(Class)
#include "plugin.cpp"
#pragma pop_macro("MORTISE_PLUGIN")

namespace users {

struct Edition {
    std::string version;

    static constexpr auto schema() {
        return mortise::object<Edition>("Edition").field("version", &Edition::version);
    }
};

class SecondEdition final : public mortise::Plugin {
public:
    void configure(const mortise::Config& config) override { first_.configure(config); }
    void declare(mortise::Router& router) override {
        first_.declare(router);
        router.group("/users")
            .tag("users")
            .publicAccess()
            .get("/edition", &SecondEdition::edition)
            .summary("Tell which build answers");
    }
    void prepare(mortise::Host& host, mortise::Deadline deadline) override {
        first_.prepare(host, deadline);
    }
    void activate() noexcept override { first_.activate(); }
    void quiesce() override { first_.quiesce(); }
    void resume() noexcept override { first_.resume(); }
    void stop(mortise::Deadline deadline) override { first_.stop(deadline); }

private:
    Edition edition() const { return {MORTISE_PLUGIN_VERSION}; }

    Users first_;
};

}  // namespace users

MORTISE_PLUGIN(users::SecondEdition)
