#include "tests/support/load.hpp"

#include "tests/support/server.hpp"

namespace mortise::test {

namespace {

/// More of them tell nothing new.
constexpr std::size_t kFailureCountMax = 10;

}  // namespace

Load::Load(LoadPlan plan) : plan_(std::move(plan)) {
    for (std::size_t i = 0; i < plan_.thread_count; ++i) {
        threads_.emplace_back([this] { work(plan_.connection_count / plan_.thread_count); });
    }
}

Load::~Load() {
    finish();
}

std::vector<std::string> Load::finish() {
    is_over_ = true;
    for (std::thread& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
    return failures_;
}

bool Load::waitForAnswers(std::size_t count) const {
    const std::size_t wanted = answerCount() + count;
    return within(30s, [&] { return answerCount() >= wanted; });
}

void Load::work(std::size_t connection_count) {
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < connection_count; ++i) {
        clients.emplace_back(plan_.port);
    }
    for (std::size_t next = 0; !is_over_;) {
        turn(clients, next);
    }
}

void Load::turn(std::vector<HttpClient>& clients, std::size_t& next) {
    struct Sent {
        const Request* request;
        long stamp;
    };
    std::vector<Sent> sent;
    for (HttpClient& client : clients) {
        const Request& request = plan_.requests[next++ % plan_.requests.size()];
        sent.push_back({&request, plan_.stamp()});
        try {
            client.begin(request);
        } catch (const std::exception& error) {
            report(request, error.what());
        }
    }
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const Request& request = *sent[i].request;
        try {
            const Answer answer = clients[i].finish();
            ++answer_count_;
            const std::string fault = plan_.judge(request, sent[i].stamp, answer);
            if (!fault.empty()) {
                report(request, fault);
            }
        } catch (const std::exception& error) {
            report(request, error.what());
        }
    }
}

void Load::report(const Request& request, const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (failures_.size() < kFailureCountMax) {
        failures_.push_back(request.method + " " + request.target + ": " + what);
    }
}

}  // namespace mortise::test
