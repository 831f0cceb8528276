// sluggish: a plugin whose only peculiarity is its slow migration.
#include <mortise/plugin.hpp>

namespace sluggish {

using namespace mortise;

struct State {
    bool is_up = true;

    static constexpr auto schema() { return object<State>("State").field("is_up", &State::is_up); }
};

class Sluggish final : public Plugin {
public:
    void declare(Router& router) override {
        const auto routes = router.group("/sluggish").tag("sluggish").publicAccess();
        routes.get("/", &Sluggish::state).summary("Tell that it serves");
    }

private:
    State state() const { return {}; }
};

}  // namespace sluggish

MORTISE_PLUGIN(sluggish::Sluggish)
