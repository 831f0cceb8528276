#include "trace/exporter.hpp"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/URI.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <istream>

#include "base/error.hpp"
#include "limits.hpp"
#include "trace/otlp_json.hpp"
#include "trace/settings.hpp"

namespace mortise::trace {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* kStandardPath = "/v1/traces";

Poco::URI checkedUrl(const std::string& url) {
    try {
        Poco::URI uri(url);
        if (uri.getScheme() == "http" && !uri.getHost().empty()) {
            if (uri.getPath().empty() || uri.getPath() == "/") {
                uri.setPath(kStandardPath);
            }
            return uri;
        }
    } catch (const Poco::Exception&) {
        // Said below, with the URL.
    }
    throw Error::internal("\"" + url + "\" is no http:// URL of a collector");
}

bool isWorthTrying(int status) noexcept {
    return status == 429 || status == 502 || status == 503 || status == 504;
}

Poco::Timespan timespanOf(milliseconds time) {
    return Poco::Timespan(std::max<Poco::Timespan::TimeDiff>(time.count(), 1) * 1000);
}

}  // namespace

/// Keeps one connection open between batches.
class Exporter::Connection {
public:
    explicit Connection(const std::string& url) : uri_(checkedUrl(url)) {
        session_.setHost(uri_.getHost());
        session_.setPort(uri_.getPort());
        session_.setKeepAlive(true);
    }

    /// The status of the answer. Throws what Poco throws.
    int post(const std::string& body, milliseconds patience) {
        namespace net = Poco::Net;
        const auto deadline = steady_clock::now() + patience;
        session_.setTimeout(timespanOf(patience), timespanOf(patience), timespanOf(patience));
        net::HTTPRequest request(net::HTTPRequest::HTTP_POST, uri_.getPathAndQuery(),
                                 net::HTTPMessage::HTTP_1_1);
        request.setContentType("application/json");
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        session_.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
        net::HTTPResponse response;
        drop(session_.receiveResponse(response), deadline);
        return response.getStatus();
    }

    void close() { session_.reset(); }

private:
    /// Reads the body to its end, so that the connection can be used again; one that does not end costs the connection.
    void drop(std::istream& body, steady_clock::time_point deadline) {
        std::array<char, 4096> bytes{};
        std::size_t size = 0;
        while (body.read(bytes.data(), bytes.size()), body.gcount() > 0) {
            size += static_cast<std::size_t>(body.gcount());
            if (size > limits::kTraceAnswerSizeMax || steady_clock::now() > deadline) {
                close();
                return;
            }
        }
    }

    const Poco::URI uri_;
    Poco::Net::HTTPClientSession session_;
};

Exporter::Exporter(SpanQueue& queue, const Settings& settings, Report report)
    : queue_(queue),
      resource_json_(resourceJson(settings)),
      report_(std::move(report)),
      connection_(std::make_unique<Connection>(settings.otlp_url)) {}

Exporter::~Exporter() {
    stop(steady_clock::now());
}

void Exporter::start() {
    thread_ = std::thread([this] {
        ::pthread_setname_np(::pthread_self(), "trace");
        loop();
    });
}

void Exporter::stop(Time deadline) noexcept {
    {
        const std::lock_guard lock(mutex_);
        stop_deadline_ = std::min(stop_deadline_, deadline);
    }
    stopped_.notify_all();
    queue_.close();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void Exporter::loop() {
    while (true) {
        const std::vector<Span> batch =
            queue_.take(limits::kSpanBatchCountMax, limits::kTraceExportInterval);
        if (!batch.empty()) {
            send(batch);
        } else if (queue_.isClosed()) {
            return;
        }
    }
}

void Exporter::send(std::span<const Span> batch) {
    std::string reason = "the host stops";
    try {
        const std::string body = exportJson(resource_json_, batch);
        milliseconds pause = limits::kTraceRetryPause;
        for (unsigned attempt = 1; patience().count() > 0; ++attempt, pause *= 2) {
            const Outcome outcome = post(body, reason);
            if (outcome == Outcome::Sent) {
                exported_.fetch_add(batch.size(), std::memory_order_relaxed);
                tell({});
                return;
            }
            if (outcome == Outcome::Refused || attempt == limits::kTraceAttemptCountMax ||
                !pauseBeforeNext(pause)) {
                break;
            }
        }
    } catch (const std::exception& error) {
        reason = error.what();  // Memory for the text of the batch.
    }
    queue_.countDropped(batch.size());
    tell(reason);
}

Exporter::Outcome Exporter::post(const std::string& body, std::string& reason) {
    try {
        const int status = connection_->post(body, patience());
        if (status >= 200 && status < 300) {
            return Outcome::Sent;
        }
        reason = "the collector answers " + std::to_string(status);
        return isWorthTrying(status) ? Outcome::Again : Outcome::Refused;
    } catch (const Poco::Exception& error) {
        reason = error.displayText();
    } catch (const std::exception& error) {
        reason = error.what();
    }
    connection_->close();
    return Outcome::Again;
}

/// False when the host stops: then nothing is tried again.
bool Exporter::pauseBeforeNext(milliseconds pause) {
    std::unique_lock lock(mutex_);
    return !stopped_.wait_for(lock, pause, [&] { return stop_deadline_ != Time::max(); });
}

milliseconds Exporter::patience() const {
    const std::lock_guard lock(mutex_);
    if (stop_deadline_ == Time::max()) {
        return limits::kTracePostDeadline;
    }
    return std::min(limits::kTracePostDeadline,
                    std::chrono::duration_cast<milliseconds>(stop_deadline_ - steady_clock::now()));
}

void Exporter::tell(const std::string& reason) {
    if (is_failing_ == reason.empty()) {
        is_failing_ = !reason.empty();
        report_(reason);
    }
}

}  // namespace mortise::trace
