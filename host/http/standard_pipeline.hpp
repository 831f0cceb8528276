// StandardPipeline: the host's rules for a request, in their order.
//
//   begin     context (request id, client, path) -> trusted host -> CORS preflight -> route and pin -> authenticate ->
//             authorise -> content type and size of the body -> path parameters
//   dispatch  required body -> the target, here or on the executor
//   finish    answer of a handler that gave none -> standard headers, CORS, request id, time
//   done      access log -> unpin
//
// Problem:   rules spread over middleware objects run in an order nobody wrote down.
// Choice:    one class, one function per rule, called in this order; a rule that refuses stages the answer and ends begin().
// Guarantee: whoever refuses, finish() and done() run, so every answer has its id, headers and log line; a target entered is
//            left exactly once, in done().
//
// done() therefore must come after complete(): a connection that lost its client calls it once the handler has returned.
#pragma once

#include <memory>
#include <string_view>

#include "http/pipeline.hpp"
#include "http/pipeline_settings.hpp"

namespace mortise::lifecycle {
class Gate;
}
namespace mortise::log {
class Log;
}
namespace mortise::run {
class Executor;
}
namespace mortise::trace {
class Tracer;
}

namespace mortise::http {

class Authenticator;
class ErrorWriter;
class RequestMetrics;
class TableSource;

/// What the pipeline works with. All outlive it; `authenticator` may be null: then every token is invalid.
struct PipelineParts {
    TableSource& tables;
    run::Executor& executor;
    ErrorWriter& errors;
    log::Log& log;
    const lifecycle::Gate& gate;  ///< From its drain on, answers carry "Connection: close".
    Authenticator* authenticator = nullptr;
    RequestMetrics* metrics = nullptr;  ///< Null: nothing is counted.
    trace::Tracer* tracer = nullptr;    ///< Null: no spans are recorded.
};

class StandardPipeline final : public Pipeline {
public:
    /// Throws mortise::Error with all faults of the settings.
    StandardPipeline(const PipelineParts& parts, const PipelineSettings& settings);
    ~StandardPipeline() override;

    Verdict begin(Exchange& exchange, std::size_t& body_size_max) noexcept override;
    void dispatch(Exchange& exchange) noexcept override;
    void reject(Exchange& exchange, int status, std::string_view code) noexcept override;
    void finish(Exchange& exchange) noexcept override;
    void done(Exchange& exchange, std::size_t body_bytes_sent) noexcept override;
    bool isDraining() const noexcept override;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace mortise::http
