#include "plugin/swap.hpp"

#include <fstream>
#include <map>
#include <thread>

#include "base/error.hpp"
#include "plugin/change_thread.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/plugin/swap_fixture.hpp"

using namespace mortise::plugin;
using namespace mortise::plugin::test;
using namespace std::chrono_literals;

namespace {

std::string describe(const ChangeReport& report) {
    return report.toJson();
}

template <typename Body>
std::string codeOf(Body body) {
    try {
        body();
        return {};
    } catch (const mortise::Error& failure) {
        return failure.code();
    }
}

}  // namespace

TEST_CASE("a plugin is applied, answers, and its counterpart replaces it") {
    Host host;
    const auto first = host.apply("well_behaved");
    CAPTURE(describe(first));
    REQUIRE(first.outcome == Outcome::Done);
    CHECK(first.previous.empty());
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.ask() == "1.0.0 call 2");
    const auto second = host.apply("well_behaved_2");
    CAPTURE(describe(second));
    REQUIRE(second.outcome == Outcome::Done);
    CHECK(second.version_before == "1.0.0");
    CHECK(second.version_after == "2.0.0");
    CHECK(second.previous == "parked");
    CHECK(host.ask() == "2.0.0 call 1");
    CHECK(host.registry->parked("rogue")->version() == "1.0.0");
    CHECK(host.mappedCount() == 2);
}

TEST_CASE("the same file applied again has fresh statics while the first is still parked") {
    Host host;
    host.apply("well_behaved");
    host.ask();
    host.ask();
    host.apply("well_behaved");
    CHECK(host.ask() == "1.0.0 call 1");
    REQUIRE(host.registry->parked("rogue"));
    CHECK(host.registry->parked("rogue")->number() != host.registry->serving("rogue")->number());
    CHECK(host.mappedCount() == 2);
}

TEST_CASE("a confirmed change unmaps the old generation at once, fifty times over") {
    Host host;
    host.apply("well_behaved");
    for (int i = 0; i < 50; ++i) {
        const auto report = host.apply(i % 2 == 0 ? "well_behaved_2" : "well_behaved", true);
        CAPTURE(i, describe(report));
        REQUIRE(report.ok());
        REQUIRE(report.previous == "unmapped");
        REQUIRE(host.mappedCount() == 1);
        REQUIRE(host.ask() == (i % 2 == 0 ? "2.0.0 call 1" : "1.0.0 call 1"));
    }
    CHECK(host.registry->snapshot()[0].leaving.empty());
    CHECK(host.registry->occupiedCount() == 0);
}

TEST_CASE("at most one generation is parked") {
    Host host;
    for (int i = 0; i < 6; ++i) {
        REQUIRE(host.apply(i % 2 == 0 ? "well_behaved" : "well_behaved_2").ok());
        CHECK(host.mappedCount() <= 2);
    }
}

TEST_CASE("a rollback brings back the parked generation itself, statics and all") {
    Host host;
    host.apply("well_behaved");
    host.ask();
    host.apply("well_behaved_2");
    const auto report = host.swap->rollback("rogue");
    CAPTURE(describe(report));
    REQUIRE(report.outcome == Outcome::Done);
    CHECK(report.previous == "unmapped");
    CHECK(host.ask() == "1.0.0 call 2");
    CHECK(host.mappedCount() == 1);
    CHECK(host.swap->desired().plugins.at("rogue").version == "1.0.0");
    CHECK(codeOf([&] { host.swap->rollback("rogue"); }) == "NOTHING_PARKED");
    CHECK(codeOf([&] { host.swap->rollback("nobody"); }) == "PLUGIN_NOT_FOUND");
}

TEST_CASE("a generation is told that it serves once it is active, again after a rollback") {
    Host host;
    const auto told = [&] {
        auto& instance = host.registry->serving("rogue")->instance();
        return static_cast<FakeInstance&>(instance).active_count.load();
    };
    host.swap->boot({rogue("well_behaved")});
    CHECK(told() == 1);
    REQUIRE(host.apply("well_behaved_2").ok());
    CHECK(told() == 1);
    REQUIRE(host.swap->rollback("rogue").ok());
    CHECK(told() == 2);
}

TEST_CASE("confirm lets the parked generation go") {
    Host host;
    host.apply("well_behaved");
    host.apply("well_behaved_2");
    const auto report = host.swap->confirm("rogue");
    CHECK(report.previous == "unmapped");
    CHECK(host.mappedCount() == 1);
    CHECK(codeOf([&] { host.swap->confirm("rogue"); }) == "NOTHING_PARKED");
}

TEST_CASE("a dry run judges and changes nothing") {
    Host host;
    host.apply("well_behaved");
    const auto report =
        host.swap->apply(rogue("well_behaved_2"), ApplyOptions{true, false, std::nullopt});
    CHECK(report.outcome == Outcome::Checked);
    CHECK(report.ok());
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.mappedCount() == 1);
    CHECK(report.revision == 1);
    const auto clash =
        host.swap->apply(rogue("clashing_route"), ApplyOptions{true, false, std::nullopt});
    CHECK(clash.code == "CLASH");
}

TEST_CASE("every rogue is refused with its own reason while the old one serves on") {
    const std::pair<const char*, const char*> sins[] = {
        {"no_entry", "PREFLIGHT"},
        {"extra_export", "PREFLIGHT"},
        {"newer_abi", "PREFLIGHT"},
        {"undefined_symbol", "LIBRARY_OPEN"},
        {"configure_fails", "CONFIGURE_FAILED"},
        {"prepare_fails", "PREPARE_FAILED"},
        {"prepare_waits", "PREPARE_UNAVAILABLE"},
        {"probe_crashes", "PROBE_SIGNAL"},
        {"probe_exits", "PROBE_EXIT"},
        {"declares_differently", "LEDGER_DIFFERS"},
        {"clashing_route", "CLASH"},
        {"ungranted_route", "DECLARE_FAILED"},
        {"incomplete_table", "TABLE_INCOMPLETE"},
        {"throws_in_prepare", "PREPARE_FAILED"},
        {"registers_late", "PREPARE_FAILED"},
    };
    Host host;
    host.apply("well_behaved");
    for (const auto& [name, code] : sins) {
        const auto report = host.apply(name);
        CAPTURE(name, describe(report));
        CHECK_FALSE(report.ok());
        CHECK(report.code == code);
        CHECK_FALSE(report.reason.empty());
        CHECK(host.ask().starts_with("1.0.0 call "));
        CHECK(host.mappedCount() == 1);
    }
    CHECK(host.swap->revision() == 1);
}

TEST_CASE("the probe names the signal, the missing symbol and its deadline") {
    Host host;
    CHECK(host.apply("probe_crashes").reason.find("SIGSEGV") != std::string::npos);
    CHECK(host.apply("undefined_symbol").reason.find("rogue_function_of_nobody") !=
          std::string::npos);
    host.probe_deadline = 300ms;
    host.restart();
    CHECK(host.apply("probe_hangs").code == "PROBE_DEADLINE");
}

TEST_CASE("what a plugin prints is not taken for the probe's answer") {
    Host host;
    const auto report = host.apply("prints_noise");
    CAPTURE(describe(report));
    CHECK(report.ok());
}

TEST_CASE(
    "a plugin that hangs in prepare is stuck, never called again, and the old one serves on") {
    Host host;
    const Release release(host.directory.path());
    host.apply("well_behaved");
    host.stop_deadline = host.prepare_deadline = 200ms;
    host.restart();
    host.swap->boot({});
    const auto report = host.apply("prepare_hangs");
    CAPTURE(describe(report));
    CHECK(report.code == "PREPARE_FAILED");
    CHECK(report.outcome == Outcome::Failed);
    CHECK(host.ask() == "1.0.0 call 1");
    REQUIRE(host.registry->snapshot()[0].leaving.size() == 1);
    CHECK(host.registry->snapshot()[0].leaving[0].state == "stuck");
    CHECK(host.registry->occupiedCount() == 1);
    CHECK(host.mappedCount() == 2);
    CHECK(host.apply("well_behaved_2").ok());
    CHECK(host.ask() == "2.0.0 call 1");
    release.open();
}

TEST_CASE("a plugin that hangs in stop is left mapped and the change is in force") {
    Host host;
    host.stop_deadline = 200ms;
    host.restart();
    const Release release(host.directory.path());
    REQUIRE(host.apply("stop_hangs").ok());
    const auto report = host.apply("well_behaved_2", true);
    CAPTURE(describe(report));
    CHECK(report.outcome == Outcome::Done);
    CHECK(report.previous == "stuck");
    CHECK(host.ask() == "2.0.0 call 1");
    release.open();
}

TEST_CASE("what throws from stop is retired with the reason") {
    Host host;
    REQUIRE(host.apply("throws_in_stop").ok());
    const auto report = host.apply("well_behaved_2", true);
    CHECK(report.previous == "retired");
    REQUIRE_FALSE(report.previous_reasons.empty());
    CHECK(report.previous_reasons[0].find("threw") != std::string::npos);
}

TEST_CASE("a thread left behind keeps its library mapped and is named") {
    Host host;
    REQUIRE(host.apply("leaves_thread").ok());
    const auto report = host.apply("well_behaved_2", true);
    CAPTURE(describe(report));
    CHECK(report.previous == "retired");
    REQUIRE_FALSE(report.previous_reasons.empty());
    CHECK(report.previous_reasons[0].find("rogue-thread") != std::string::npos);
    CHECK(host.mappedCount() == 2);
}

TEST_CASE("a library that cannot be unmapped is retired and the symbols are named") {
    Host host;
    REQUIRE(host.apply("nodelete").ok());
    auto report = host.apply("well_behaved_2", true);
    CHECK(report.previous == "retired");
    CHECK(report.previous_reasons.at(0).find("ELF_NODELETE") != std::string::npos);
#if !defined(__clang__)
    REQUIRE(host.apply("unique_symbols", true).ok());
    report = host.apply("well_behaved", true);
    CHECK(report.previous == "retired");
    CHECK(report.previous_reasons.at(0).find("_ZN6UniqueIiE5valueE") != std::string::npos);
#endif
}

TEST_CASE("a plugin that refuses to be quiesced stays, and the new one is dropped") {
    Host host;
    host.apply("quiesce_refuses");
    const auto report = host.apply("well_behaved_2");
    CHECK(report.code == "QUIESCE_FAILED");
    CHECK(report.reason.find("a backup is being written") != std::string::npos);
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.mappedCount() == 1);
}

TEST_CASE("a publish that fails changes nothing") {
    Host host;
    host.apply("well_behaved");
    host.publisher.fails_next = true;
    const auto report = host.apply("well_behaved_2");
    CHECK(report.outcome == Outcome::Failed);
    CHECK(host.ask() == "1.0.0 call 1");
    CHECK(host.registry->serving("rogue")->version() == "1.0.0");
    CHECK(host.mappedCount() == 1);
    CHECK(host.apply("well_behaved_2").ok());
}

TEST_CASE("a drain waits for what is in flight") {
    Host host;
    host.apply("well_behaved");
    Generation* old = host.publisher.enter("rogue");
    REQUIRE(old != nullptr);
    std::atomic<bool> is_done{false};
    ChangeReport report;
    std::thread control([&] {
        report = host.apply("well_behaved_2", true);
        is_done = true;
    });
    while (old->state() != Generation::State::Draining) {
        std::this_thread::yield();
    }
    CHECK(host.ask() == "2.0.0 call 1");
    CHECK_FALSE(is_done.load());
    CHECK(codeOf([&] { host.apply("well_behaved"); }) == "CHANGE_IN_PROGRESS");
    old->unpin();
    control.join();
    CHECK(report.previous == "unmapped");
    CHECK(host.mappedCount() == 1);
}

TEST_CASE(
    "work that does not end after it was cancelled makes the old generation stuck, not the change "
    "fail") {
    Host host;
    host.drain_deadline = 100ms;
    host.restart();
    host.apply("well_behaved");
    Generation* old = host.publisher.enter("rogue");
    const auto report = host.apply("well_behaved_2", true);
    CHECK(report.outcome == Outcome::Done);
    CHECK(report.previous == "stuck");
    CHECK(static_cast<FakeInstance&>(old->instance()).cancelled.load());
    CHECK(host.mappedCount() == 2);
    CHECK(host.ask() == "2.0.0 call 1");
    old->unpin();
}

TEST_CASE("a generation that had to be cancelled is unmapped instead of kept for a rollback") {
    Host host;
    host.drain_deadline = 100ms;
    host.restart();
    host.apply("well_behaved");
    Generation* old = host.publisher.enter("rogue");
    static_cast<FakeInstance&>(old->instance()).on_cancel = [old] { old->unpin(); };
    const auto report = host.apply("well_behaved_2");
    CAPTURE(describe(report));
    CHECK(report.outcome == Outcome::Done);
    CHECK(report.previous == "unmapped");
    CHECK_FALSE(host.registry->parked("rogue"));
    CHECK(host.mappedCount() == 1);
    CHECK(codeOf([&] { host.swap->rollback("rogue"); }) == "NOTHING_PARKED");
    CHECK(host.ask() == "2.0.0 call 1");
}

TEST_CASE("a cancelled generation that cannot be unmapped is listed with the reason") {
    Host host;
    host.drain_deadline = 100ms;
    host.restart();
    host.apply("throws_in_stop");
    Generation* old = host.publisher.enter("rogue");
    static_cast<FakeInstance&>(old->instance()).on_cancel = [old] { old->unpin(); };
    const auto report = host.apply("well_behaved_2");
    CAPTURE(describe(report));
    CHECK(report.previous == "retired");
    REQUIRE_FALSE(report.previous_reasons.empty());
    CHECK(report.previous_reasons[0].find("threw") != std::string::npos);
    CHECK_FALSE(host.registry->parked("rogue"));
    CHECK(host.registry->snapshot()[0].leaving.size() == 1);
}

TEST_CASE("a file replaced in place while it runs has no effect") {
    Host host;
    const auto file = host.directory.path() / "plugin.so";
    std::filesystem::copy_file(rogue("well_behaved"), file);
    REQUIRE(host.swap->apply(file, {}).ok());
    CHECK(host.ask() == "1.0.0 call 1");
    std::ofstream(file, std::ios::trunc) << "nothing any more";
    CHECK(host.ask() == "1.0.0 call 2");
    CHECK(host.swap->apply(file, {}).code == "PREFLIGHT");
    CHECK(host.ask() == "1.0.0 call 3");
}

TEST_CASE("a change made for another revision is refused") {
    Host host;
    host.apply("well_behaved");
    CHECK(host.swap->revision() == 1);
    CHECK(codeOf([&] {
              host.swap->apply(rogue("well_behaved_2"), ApplyOptions{false, false, 0});
          }) == "REVISION_CHANGED");
    CHECK(host.swap->apply(rogue("well_behaved_2"), ApplyOptions{false, false, 1}).ok());
    CHECK(host.swap->revision() == 2);
}

TEST_CASE("a schema that does not fit yet is judged after the migration") {
    Host host;
    host.binding.schema_problems = {"schema \"rogue\" is at 0"};
    CHECK(host.apply("well_behaved").code == "PREFLIGHT");
    ApplyOptions options;
    options.migrate = [](const std::filesystem::path&) {};
    const auto unfit = host.swap->apply(rogue("well_behaved"), options);
    CAPTURE(unfit.toJson());
    CHECK(unfit.code == "PREFLIGHT");
    CHECK(unfit.reason.find("SCHEMA_MISMATCH") != std::string::npos);
    CHECK(unfit.steps.back().name == "migrate");
    options.migrate = [&](const std::filesystem::path&) { host.binding.schema_problems.clear(); };
    const auto fit = host.swap->apply(rogue("well_behaved"), options);
    CAPTURE(fit.toJson());
    CHECK(fit.ok());
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("a caller is refused while its provider does not offer the operation") {
    Host host;
    CHECK(host.apply("caller").reason.find("DEPENDENCY_MISSING") != std::string::npos);
    host.apply("well_behaved");
    CHECK(host.apply("caller").code == "OPERATION_MISSING");
}

TEST_CASE("remove takes a plugin away and remembers it") {
    Host host;
    host.swap->boot({rogue("well_behaved")});
    host.apply("well_behaved_2");
    const auto report = host.swap->remove("rogue");
    CAPTURE(describe(report));
    CHECK(report.ok());
    CHECK(host.ask().empty());
    CHECK(host.mappedCount() == 0);
    CHECK(host.registry->snapshot().empty());
    CHECK(codeOf([&] { host.swap->remove("rogue"); }) == "PLUGIN_NOT_FOUND");
    host.restart();
    CHECK(host.swap->boot({rogue("well_behaved")}).plugins.empty());
    CHECK(host.apply("well_behaved").ok());
}

TEST_CASE("boot brings up the directory, and one that fails degrades alone") {
    Host host;
    const auto report =
        host.swap->boot({rogue("prepare_fails"), rogue("other"), rogue("no_manifest")});
    REQUIRE(report.plugins.size() == 3);
    CHECK_FALSE(report.allServing());
    CHECK(host.ask("other") == "1.0.0 call 1");
    CHECK(host.publisher.degradedNames() == std::vector<std::string>{"rogue", "no_manifest"});
    const auto degraded = host.registry->degraded("rogue");
    REQUIRE(degraded);
    CHECK(degraded->step == "prepare");
    CHECK_FALSE(degraded->is_retriable);
    CHECK(degraded->route_grants == std::vector<std::string>{"/api/v1/rogue"});
    CHECK(host.publisher.publish_count == 1);
    CHECK(host.apply("well_behaved").ok());
    CHECK_FALSE(host.registry->degraded("rogue"));
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("boot loads providers before callers and two of one name only once") {
    Host host;
    const auto report =
        host.swap->boot({rogue("caller"), rogue("well_behaved"), rogue("well_behaved_2")});
    REQUIRE(report.plugins.size() == 2);
    CHECK(report.plugins[0].plugin == "rogue");
    CHECK(report.plugins[1].plugin == "caller");
    CHECK(report.plugins[1].code == "OPERATION_MISSING");
    REQUIRE(report.notes.size() == 1);
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("what fails for lack of a dependency is prepared again until it is there") {
    Host host;
    const Release release(host.directory.path());
    host.swap->boot({rogue("prepare_waits")});
    REQUIRE(host.registry->degraded("rogue"));
    CHECK(host.registry->degraded("rogue")->is_retriable);
    CHECK(host.registry->degraded("rogue")->generation->ledger().routes().size() == 1);
    CHECK(host.swap->retryDegraded() == 1);
    CHECK(host.registry->degraded("rogue")->attempt_count == 2);
    CHECK(host.ask().empty());
    release.open();
    CHECK(host.swap->retryDegraded() == 0);
    CHECK_FALSE(host.registry->degraded("rogue"));
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("a restart brings what was applied, from the store") {
    Host host;
    host.swap->boot({rogue("well_behaved")});
    host.apply("well_behaved_2");
    host.restart();
    const auto report = host.swap->boot({rogue("well_behaved")});
    CHECK(report.allServing());
    CHECK(report.notes.size() == 1);
    CHECK(host.ask() == "2.0.0 call 1");
}

TEST_CASE("a stored file that is gone is replaced by that of the directory, with a note") {
    Host host;
    host.apply("well_behaved_2");
    const std::filesystem::path stored = host.swap->desired().plugins.at("rogue").file;
    host.stop();
    std::filesystem::remove(stored);
    host.start();
    const auto report = host.swap->boot({rogue("well_behaved")});
    CHECK(report.allServing());
    REQUIRE(report.notes.size() == 1);
    CHECK(report.notes[0].find("STORE_MISSING") == std::string::npos);
    CHECK(host.ask() == "1.0.0 call 1");
}

TEST_CASE("shutdown stops and unmaps everything in reverse order") {
    Host host;
    host.swap->boot({rogue("well_behaved"), rogue("other")});
    host.apply("well_behaved_2");
    const auto reports = host.swap->shutdown(std::chrono::steady_clock::now() + 5s);
    REQUIRE(reports.size() == 3);
    CHECK(reports[0].plugin == "other");
    for (const auto& report : reports) {
        CAPTURE(describe(report));
        CHECK(report.previous == "unmapped");
    }
    CHECK(host.mappedCount() == 0);
    CHECK(host.ask().empty());
}

TEST_CASE(
    "no request fails and none reaches the old generation after the change, whoever asks "
    "meanwhile") {
    Host host;
    REQUIRE(host.apply("well_behaved").ok());
    std::atomic<bool> is_over{false};
    std::atomic<int> expected_major{0};  // Set after a change returned; 0 while one is in progress.
    std::atomic<int> failed_count{0};
    std::atomic<int> stale_count{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            while (!is_over.load()) {
                const int expected = expected_major.load();
                Generation* generation = host.publisher.enter("rogue");
                if (generation == nullptr) {
                    ++failed_count;
                    continue;
                }
                const bool is_stale =
                    expected != 0 && expected_major.load() == expected &&
                    generation->manifest().version.major != static_cast<unsigned>(expected);
                stale_count += is_stale ? 1 : 0;
                generation->unpin();
            }
        });
    }
    for (int i = 0; i < 20; ++i) {
        const auto report = host.apply(i % 2 == 0 ? "well_behaved_2" : "well_behaved", i % 3 == 0);
        REQUIRE(report.ok());
        expected_major = i % 2 == 0 ? 2 : 1;
        std::this_thread::yield();
        expected_major = 0;
    }
    is_over = true;
    for (auto& client : clients) {
        client.join();
    }
    CHECK(failed_count == 0);
    CHECK(stale_count == 0);
    CHECK(host.mappedCount() <= 2);
}

TEST_CASE("a change thread comes back by its deadline and serves again after an abandoned call") {
    auto gate = std::make_shared<std::atomic<bool>>(false);
    ChangeThread thread;
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(thread.run(
        [gate] {
            while (!gate->load()) {
                std::this_thread::sleep_for(1ms);
            }
        },
        begin + 50ms));
    bool has_run = false;
    CHECK(thread.run([&] { has_run = true; }, std::chrono::steady_clock::now() + 5s));
    CHECK(has_run);
    gate->store(true);
}
