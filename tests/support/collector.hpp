// Collector: a receiver of OTLP/HTTP with JSON that keeps the spans it is sent; a real socket on a free port of this machine.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/json.hpp"

namespace mortise::test {

/// A span as it stands in the request; attributes as text.
struct ReceivedSpan {
    std::string trace_id;
    std::string span_id;
    std::string parent_id;
    std::string name;
    std::string trace_state;
    std::int64_t kind = 0;
    std::int64_t started_ns = 0;
    std::int64_t ended_ns = 0;
    std::int64_t status = 0;
    Json json;

    /// Empty when it has none of that key.
    std::string attribute(const std::string& key) const;
};

class Collector {
public:
    /// `statuses` are given to the first posts, one each; then it is 200. A post that is not answered 200 is not kept.
    explicit Collector(std::vector<int> statuses = {});
    ~Collector();
    Collector(const Collector&) = delete;

    std::uint16_t port() const noexcept;
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

    std::size_t postCount() const;
    /// Bodies it took.
    std::vector<std::string> bodies() const;
    std::vector<ReceivedSpan> spans() const;
    /// Waits for the first span that fits; empty when it does not come.
    std::optional<ReceivedSpan> await(const std::function<bool(const ReceivedSpan&)>& fits,
                                      std::chrono::milliseconds time = std::chrono::seconds(20));

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace mortise::test
