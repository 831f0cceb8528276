// MemoryExchange: one request that no socket brought, through the real pipeline on a real reactor.
//
// It does what a connection does with a request whose head is parsed: begin(), the check of the body's size, dispatch(), the
// deadline, finish(), done(). As there, a handler that outlives the deadline keeps its exchange, another one answers in its place,
// and the memory goes when the handler has returned.
//
//   caller --post--> reactor: begin, dispatch --> handler --complete()--> reactor: finish, done --> caller
//                         '--> deadline: a stand-in answers, this one waits for its handler
//
// A streamed body is gathered and handed over whole.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "http/exchange.hpp"
#include "run/reactor.hpp"
#include "run/work.hpp"

namespace mortise::http {
class Pipeline;
}

namespace mortise::testing {

struct RequestText {
    std::string method;
    std::string target;
    std::vector<std::pair<std::string, std::string>> headers;  ///< Names in lower case.
    std::string body;
};

struct AnswerText {
    int status = 0;
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

/// What the caller of a request waits for; shared with the request, which may outlive the waiting.
class PendingAnswer {
public:
    /// Throws mortise::Error when the answer was cut, and when nothing came long after the deadline of the request.
    AnswerText wait();

    void setDue(std::chrono::steady_clock::time_point due);
    void set(AnswerText answer);
    /// A client would see the connection end in the middle of the answer.
    void fail(std::string fault);

private:
    std::mutex mutex_;  // Guards all below.
    std::condition_variable changed_;
    std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
    bool is_there_ = false;
    AnswerText answer_;
    std::string fault_;
};

/// Begins a request on `reactor`. Any thread.
std::shared_ptr<PendingAnswer> startRequest(http::Pipeline& pipeline, run::Reactor& reactor,
                                            RequestText text);

}  // namespace mortise::testing
