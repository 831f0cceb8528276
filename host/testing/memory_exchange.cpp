#include "testing/memory_exchange.hpp"

#include "base/error.hpp"
#include "http/pipeline.hpp"
#include "identity/principal.hpp"
#include "limits.hpp"

namespace mortise::testing {

using std::chrono::steady_clock;

namespace {

constexpr const char* kClientAddress = "127.0.0.1";

class MemoryExchange final : public http::Exchange,
                             private http::BodyStream::Consumer,
                             private run::Work,
                             private run::Timer {
public:
    MemoryExchange(http::Pipeline& pipeline, run::Reactor& reactor,
                   std::shared_ptr<const RequestText> text, std::shared_ptr<PendingAnswer> pending)
        : pipeline_(pipeline),
          reactor_(reactor),
          text_(std::move(text)),
          pending_(std::move(pending)) {
        method_name = text_->method;
        method = http::methodOf(method_name);
        target = text_->target;
        client_address = kClientAddress;
        started = steady_clock::now();
        for (const auto& [name, value] : text_->headers) {
            headers.push_back({name, value});
        }
    }

    /// Gives itself to the reactor.
    void start() noexcept { reactor_.post(*this); }

    run::Reactor& reactor() noexcept override { return reactor_; }
    void complete() noexcept override {
        is_completed_ = true;
        reactor_.post(*this);
    }
    void startStream() override {
        stream = std::make_shared<http::BodyStream>(reactor_);
        reactor_.post(run::makeWork([this] { beginStream(); }));
    }
    bool isAbandoned() const noexcept override {
        return is_abandoned_.load(
            std::memory_order_relaxed);  // A hint; nothing is read because of it.
    }

private:
    // Twice: to begin, and when the handler is done. The mailbox orders is_completed_.
    void run() noexcept override {
        if (!is_completed_) {
            begin();
            return;
        }
        const std::unique_ptr<MemoryExchange> self(this);
        reactor_.disarm(*this);
        if (isAbandoned()) {
            pipeline_.done(*this, 0);
        } else if (stream) {
            endStream();
        } else {
            answerPlainly();
        }
    }

    void begin() noexcept {
        std::size_t body_size_max = limits::kBodySizeMax;
        if (pipeline_.begin(*this, body_size_max) == http::Verdict::Answer) {
            complete();
            return;
        }
        if (deadline == steady_clock::time_point{}) {
            deadline = started + limits::kRequestDeadline;
        }
        pending_->setDue(deadline);
        if (text_->body.size() > body_size_max) {
            pipeline_.reject(*this, 413, "PAYLOAD_TOO_LARGE");
            complete();
            return;
        }
        body = text_->body;
        reactor_.arm(*this, deadline);
        pipeline_.dispatch(*this);
    }

    // The response belongs to the handler, which still runs; so another exchange answers in its place.
    void onTimer() noexcept override {
        if (is_completed_ || has_begun_stream_) {
            return;
        }
        is_abandoned_.store(true, std::memory_order_relaxed);
        MemoryExchange stand_in(pipeline_, reactor_, text_, pending_);
        const std::string path_copy(path);
        stand_in.path = path_copy;
        stand_in.host = host;
        stand_in.request_id = request_id;
        stand_in.trace = trace;
        stand_in.started = started;
        stand_in.deadline = deadline;
        stand_in.principal = principal;
        pipeline_.reject(stand_in, 503, "DEADLINE_EXCEEDED");
        stand_in.answerPlainly();
    }

    void answerPlainly() noexcept {
        answer_ = head();
        if (method != http::Method::Head) {
            answer_.body = response.payload();
        }
        deliver();
    }

    // As a connection sends the head of a stream before its body, so nothing in it changes afterwards.
    void beginStream() noexcept {
        if (isAbandoned()) {
            stream->abandon();
            return;
        }
        has_begun_stream_ = true;
        reactor_.disarm(*this);
        answer_ = head();
        if (method == http::Method::Head) {
            stream->abandon();  // Nobody wants the body, and its handler may stop.
        } else {
            stream->attach(*this);
        }
    }

    void onStreamReady() noexcept override {
        pending_->setDue(steady_clock::now() + limits::kTestingAnswerPatience);
        static_cast<void>(stream->take(answer_.body));  // How it ended is asked at the end.
        if (answer_.body.size() > limits::kTestingStreamSizeMax) {
            stream->abandon();
            fault_ = "the stream is longer than the testing kit keeps";
        }
    }

    void endStream() noexcept {
        if (method != http::Method::Head && fault_ == nullptr) {
            fault_ = stream->take(answer_.body) == http::BodyStream::Taken::Failed
                         ? "the stream failed, so its connection would be cut"
                         : nullptr;
        }
        stream->abandon();
        deliver();
    }

    AnswerText head() noexcept {
        pipeline_.finish(*this);
        AnswerText text;
        text.status = response.status;
        if (response.status != 204 && response.status != 304) {
            if (!response.content_type.empty()) {
                text.headers.emplace_back("Content-Type", response.content_type);
            }
            if (!stream) {
                text.headers.emplace_back("Content-Length",
                                          std::to_string(response.payload().size()));
            }
        }
        text.headers.insert(text.headers.end(), response.headers.begin(), response.headers.end());
        return text;
    }

    void deliver() noexcept {
        pipeline_.done(*this, answer_.body.size());
        if (fault_ == nullptr) {
            pending_->set(std::move(answer_));
        } else {
            pending_->fail(fault_);
        }
    }

    http::Pipeline& pipeline_;
    run::Reactor& reactor_;
    const std::shared_ptr<const RequestText> text_;
    const std::shared_ptr<PendingAnswer> pending_;
    AnswerText answer_;
    const char* fault_ = nullptr;
    bool has_begun_stream_ = false;
    std::atomic<bool> is_abandoned_{false};
    std::atomic<bool> is_completed_{
        false};  // Set once, before the second run(); the timer looks at it too.
};

}  // namespace

AnswerText PendingAnswer::wait() {
    std::unique_lock lock(mutex_);
    while (!is_there_) {  // The time may be set anew meanwhile.
        const auto limit = due_ + limits::kTestingAnswerPatience;
        if (steady_clock::now() >= limit) {
            throw Error(500, "TESTING_NO_ANSWER",
                        "no answer long after the deadline of the request: something blocks an "
                        "event loop, perhaps a coroutine or an inlined handler that waits");
        }
        changed_.wait_until(lock, limit);
    }
    if (!fault_.empty()) {
        throw Error(500, "TESTING_CUT", fault_);
    }
    return std::move(answer_);
}

void PendingAnswer::setDue(steady_clock::time_point due) {
    const std::lock_guard lock(mutex_);
    due_ = due;
}

void PendingAnswer::set(AnswerText answer) {
    {
        const std::lock_guard lock(mutex_);
        answer_ = std::move(answer);
        is_there_ = true;
    }
    changed_.notify_all();
}

void PendingAnswer::fail(std::string fault) {
    {
        const std::lock_guard lock(mutex_);
        fault_ = std::move(fault);
        is_there_ = true;
    }
    changed_.notify_all();
}

std::shared_ptr<PendingAnswer> startRequest(http::Pipeline& pipeline, run::Reactor& reactor,
                                            RequestText text) {
    auto pending = std::make_shared<PendingAnswer>();
    auto exchange = std::make_unique<MemoryExchange>(
        pipeline, reactor, std::make_shared<const RequestText>(std::move(text)), pending);
    exchange.release()->start();  // Deletes itself when it is answered.
    return pending;
}

}  // namespace mortise::testing
