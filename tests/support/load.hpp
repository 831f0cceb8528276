// Load: many keep-alive connections that ask all the time, while a test does something to the
// server.
//
// A few threads have a share of the connections each. A turn sends one request on every connection
// before it reads the first answer, so all connections are busy at the same time.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_client.hpp"

namespace mortise::test {

struct LoadPlan {
    std::uint16_t port = 0;
    std::size_t connection_count = 64;
    std::size_t thread_count = 4;
    /// Asked in turn.
    std::vector<Request> requests;
    /// Taken before a request is sent and handed to the judge of its answer.
    std::function<long()> stamp = [] { return 0L; };
    /// What is wrong with an answer; empty when nothing is. Called by several threads.
    std::function<std::string(const Request&, long stamp, const Answer&)> judge;
};

class Load {
public:
    explicit Load(LoadPlan plan);
    ~Load();
    Load(const Load&) = delete;

    /// Ends it and waits for the last answers. Returns what went wrong, the first few of it.
    std::vector<std::string> finish();
    std::size_t answerCount() const noexcept { return answer_count_.load(); }
    /// Waits until so many more answers came; false when they do not come.
    bool waitForAnswers(std::size_t count) const;

private:
    void work(std::size_t connection_count);
    void turn(std::vector<HttpClient>& clients, std::size_t& next);
    void report(const Request& request, const std::string& what);

    const LoadPlan plan_;
    std::atomic<bool> is_over_{false};
    std::atomic<std::size_t> answer_count_{0};
    std::mutex mutex_;  // Guards failures_.
    std::vector<std::string> failures_;
    std::vector<std::thread> threads_;
};

}  // namespace mortise::test
