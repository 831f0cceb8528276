// WorkQueue and Mailbox keep order and lose nothing.
#include "run/work.hpp"

#include <array>
#include <thread>
#include <vector>

#include "tests/support/catch.hpp"

using namespace mortise::run;

namespace {

struct Numbered final : Work {
    int thread = 0;
    int number = 0;
    void run() noexcept override {}
};

}  // namespace

TEST_CASE("a work queue gives works back in their order") {
    WorkQueue queue;
    std::array<Numbered, 3> works;
    CHECK(queue.pop() == nullptr);
    for (auto& work : works) {
        queue.push(work);
    }
    for (auto& work : works) {
        CHECK(queue.pop() == &work);
    }
    CHECK(queue.isEmpty());
}

TEST_CASE("a mailbox loses nothing and keeps the order of each sender") {
    constexpr int kSenders = 3;
    constexpr int kEach = 2000;
    Mailbox mailbox;
    std::vector<std::vector<Numbered>> works;
    for (int i = 0; i < kSenders; ++i) {
        works.emplace_back(kEach);
    }
    std::vector<std::thread> senders;
    for (int i = 0; i < kSenders; ++i) {
        senders.emplace_back([&, i] {
            for (int n = 0; n < kEach; ++n) {
                Numbered& work = works[static_cast<std::size_t>(i)][static_cast<std::size_t>(n)];
                work.thread = i;
                work.number = n;
                mailbox.push(work);
            }
        });
    }
    std::array<int, kSenders> next{};
    int taken = 0;
    bool ordered = true;
    while (taken < kSenders * kEach) {
        WorkQueue batch = mailbox.takeAll();
        while (Work* work = batch.pop()) {
            const auto& numbered = static_cast<Numbered&>(*work);
            ordered =
                ordered && next[static_cast<std::size_t>(numbered.thread)]++ == numbered.number;
            ++taken;
        }
    }
    for (auto& sender : senders) {
        sender.join();
    }
    CHECK(ordered);
    CHECK(mailbox.isEmpty());
}

TEST_CASE("a work from a callable deletes itself after its run") {
    auto token = std::make_shared<int>(1);
    auto work = makeWork([held = token] { CHECK(*held == 1); });
    CHECK(token.use_count() == 2);
    work.release()->run();
    CHECK(token.use_count() == 1);
}
