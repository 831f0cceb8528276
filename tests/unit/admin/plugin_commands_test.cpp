#include "admin/plugin_commands.hpp"

#include <future>
#include <thread>

#include "base/error.hpp"
#include "base/json_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise;
using namespace mortise::plugin::test;
using namespace std::chrono_literals;

namespace {

/// The commands of a host, with the hook of an apply in the hands of the test.
struct Commands {
    explicit Commands(std::function<void(const std::filesystem::path&)> before_apply) {
        admin::CommandHooks hooks;
        hooks.before_apply = [this, before_apply](const std::filesystem::path& file) {
            hook_files.push_back(file);
            if (before_apply) {
                before_apply(file);
            }
        };
        commands.emplace(*host.registry, host.log, std::move(hooks));
        commands->use(host.swap.get());
    }

    std::string apply(const std::string& name, const std::string& more = {}) {
        return commands->handle(R"({"command":"plugin.apply","file":)" +
                                jsonString(rogue(name).string()) + more + '}');
    }

    Host host;
    std::vector<std::filesystem::path> hook_files;
    std::optional<admin::PluginCommands> commands;
};

bool holds(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("nothing is migrated for a change made for another revision") {
    Commands commands(nullptr);
    CHECK_THROWS_AS(commands.apply("well_behaved", R"(,"revision":7)"), Error);
    CHECK(commands.hook_files.empty());
}

TEST_CASE("nothing is migrated for a file that is refused before any of its code runs here") {
    Commands commands(nullptr);
    commands.apply("well_behaved");
    commands.hook_files.clear();
    for (const char* name : {"no_entry", "extra_export", "probe_crashes", "clashing_route"}) {
        const std::string answer = commands.apply(name);
        CAPTURE(name, answer);
        CHECK(holds(answer, R"("ok":false)"));
        CHECK(commands.hook_files.empty());
    }
    CHECK(holds(commands.apply("well_behaved_2", R"(,"dry_run":true)"), R"("ok":true)"));
    CHECK(commands.hook_files.empty());
}

TEST_CASE("what is migrated is the file that was judged, whatever becomes of the operator's") {
    Commands commands([](const std::filesystem::path& file) { CHECK(exists(file)); });
    const std::string answer = commands.apply("well_behaved");
    CAPTURE(answer);
    CHECK(holds(answer, R"("ok":true)"));
    REQUIRE(commands.hook_files.size() == 1);
    CHECK(commands.hook_files[0].string().starts_with(commands.host.directory.path().string()));
}

TEST_CASE("a migration that fails refuses the change, and what served serves on") {
    Commands commands([](const std::filesystem::path&) {
        throw Error(409, "MIGRATION_FAILED", "a table is in the way");
    });
    CHECK(commands.host.apply("well_behaved").ok());
    const std::string answer = commands.apply("well_behaved_2");
    CAPTURE(answer);
    CHECK(holds(answer, R"("outcome":"refused","code":"MIGRATION_FAILED")"));
    CHECK(commands.host.ask() == "1.0.0 call 1");
}

TEST_CASE("an apply whose migration still runs does not go live after the shutdown") {
    std::promise<void> has_begun;
    std::promise<void> may_end;
    Commands commands([&](const std::filesystem::path&) {
        has_begun.set_value();
        may_end.get_future().wait();
    });
    std::string answer;
    std::thread control([&] { answer = commands.apply("well_behaved"); });
    has_begun.get_future().wait();
    commands.host.swap->shutdown(std::chrono::steady_clock::now() + 50ms);
    const int publish_count = commands.host.publisher.publish_count;
    may_end.set_value();
    control.join();
    CAPTURE(answer);
    CHECK(holds(answer, R"("ok":false)"));
    CHECK(commands.host.ask().empty());
    CHECK(commands.host.publisher.publish_count == publish_count);
    CHECK(commands.host.mappedCount() == 0);
}
