// Which threads a tag lets through, and what is said to the others. A refusal ends the process, so each is tried in a child.
#include "bridge/thread_tags.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <string>

#include "bridge/tables.hpp"
#include "run/executor.hpp"
#include "run/named_threads.hpp"
#include "run/reactor.hpp"
#include "run/reactor_group.hpp"
#include "run/thread_kind.hpp"
#include "run/thread_name.hpp"
#include "tests/support/catch.hpp"

using namespace mortise;
using bridge::ThreadTag;
using Catch::Matchers::ContainsSubstring;
using run::ThreadKind;

namespace {

/// What a child says that calls a function with this tag on a thread of this kind; empty when it is let through.
std::string refusalOf(ThreadTag tag, ThreadKind kind) {
    int ends[2] = {};
    REQUIRE(::pipe(ends) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        ::dup2(ends[1], STDERR_FILENO);
        run::nameThread("here");
        run::setThreadKind(kind);
        bridge::requireThread(tag, "mortise_x.call");
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[256];
    for (ssize_t size = 0; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        said.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(said.empty() == (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return said;
}

struct CallRun final : run::Work {
    explicit CallRun(std::function<void()> call) : body(std::move(call)) {}
    void run() noexcept override { body(); }
    std::function<void()> body;
};

}  // namespace

TEST_CASE("a tag lets its own threads through and no others") {
    using enum ThreadKind;
    const struct {
        ThreadTag tag;
        std::vector<ThreadKind> welcome;
    } rules[] = {
        {ThreadTag::Control, {Other, Control}},
        {ThreadTag::Request, {Other, Control, Request}},
        {ThreadTag::Reactor, {Reactor}},
        {ThreadTag::ControlOrRequest, {Other, Control, Request}},
        {ThreadTag::RequestOrReactor, {Other, Request, Reactor}},
    };
    for (const auto& rule : rules) {
        for (const ThreadKind kind : {Other, Control, Request, Reactor}) {
            CAPTURE(static_cast<int>(rule.tag), static_cast<int>(kind));
            const bool is_welcome =
                std::find(rule.welcome.begin(), rule.welcome.end(), kind) != rule.welcome.end();
            CHECK(refusalOf(rule.tag, kind).empty() == is_welcome);
        }
    }
}

TEST_CASE("a refusal names function, tag and thread") {
    CHECK_THAT(refusalOf(ThreadTag::Control, ThreadKind::Reactor),
               ContainsSubstring("mortise_x.call is [control] and was called on thread \"here\", "
                                 "which is a reactor"));
    CHECK_THAT(refusalOf(ThreadTag::Reactor, ThreadKind::Request),
               ContainsSubstring("is [reactor] and was called on thread \"here\", which is a "
                                 "request thread"));
}

TEST_CASE("threads of the host know what they were started for") {
    CHECK(run::threadKind() == ThreadKind::Other);
    run::Executor executor("request", 1);
    run::Lane lane(executor, "notes", 1, 1);
    std::promise<ThreadKind> on_executor;
    CallRun call([&] { on_executor.set_value(run::threadKind()); });
    REQUIRE(executor.submit(lane, call));
    CHECK(on_executor.get_future().get() == ThreadKind::Request);
    executor.stop();

    run::ReactorGroup reactors(1);
    reactors.start();
    std::promise<ThreadKind> on_reactor;
    CallRun posted([&] { on_reactor.set_value(run::threadKind()); });
    reactors.at(0).post(posted);
    CHECK(on_reactor.get_future().get() == ThreadKind::Reactor);
    reactors.stop();

    run::NamedThreads threads;
    std::promise<ThreadKind> on_thread;
    const auto handle = threads.start(
        "notes", [&](run::NamedThreads::Handle) { on_thread.set_value(run::threadKind()); });
    REQUIRE(handle != 0);
    CHECK(on_thread.get_future().get() == ThreadKind::Request);
    CHECK(threads.join(handle, std::chrono::steady_clock::now() + std::chrono::seconds(20)) ==
          run::NamedThreads::Joined::Done);
}
