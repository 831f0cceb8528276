// stream: answers whose body is written piece by piece, so that a large one never lies in memory.
//
//   Stream exportNotes(const Principal& user, Db& db) {                       // a plain function: runs on the executor
//       return Stream("text/csv", [&db, id = user.userId()](StreamWriter& out) {
//           out.write("id,title\n"); ...
//       });
//   }
//   Task<AsyncStream> follow(AsyncDb& db) {                                   // a coroutine: runs on the reactor
//       co_return AsyncStream("text/event-stream", [this, &db](AsyncStreamWriter& out) -> Task<void> {
//           co_await out.write(": hello\n\n"); ...
//       });
//   }
//
// The function runs after the handler returned and while its arguments live. Before its first byte everything the handler
// wrote to the database is committed; an exception after that cuts the connection, because the head is gone already. When the
// client leaves, write() throws HostError CANCELLED: let it pass.
#pragma once

#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/handler_results.hpp"
#include "mortise/host.hpp"
#include "mortise/stream.h"
#include "mortise/task.hpp"

namespace mortise {

namespace detail {

inline mortise_bytes pieceOf(std::string_view text) noexcept {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Waits until the next piece is welcome.
class StreamAwaiter {
public:
    StreamAwaiter(const RequestScope& scope, std::string_view piece)
        : scope_(scope), piece_(piece) {}

    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> waiter) {
        waiter_ = waiter;
        status_ = need(scope_.unit.host->tables().stream, MORTISE_STREAM_INTERFACE)
                      .write_async(scope_.request, pieceOf(piece_), &done, this, failure_.out());
        return status_ == MORTISE_OK;
    }
    void await_resume() { check(status_, failure_); }

private:
    static void done(void* self, mortise_status status) {
        auto& awaiter = *static_cast<StreamAwaiter*>(self);
        awaiter.status_ = status;
        if (status != MORTISE_OK) {
            fail(awaiter.failure_.out(), status, "CANCELLED", "nobody reads any more");
        }
        awaiter.waiter_.resume();
    }

    const RequestScope& scope_;
    std::string_view piece_;
    mortise_status status_ = MORTISE_INTERNAL;
    Failure failure_;
    std::coroutine_handle<> waiter_;
};

}  // namespace detail

/// Writes the body of a Stream. Any thread that runs its function.
class StreamWriter {
public:
    explicit StreamWriter(const detail::RequestScope& scope) : scope_(scope) {}

    /// Waits while the client is slower. Throws HostError: CANCELLED when nobody reads any more, DEADLINE_EXCEEDED when the
    /// client took nothing for the time of a request.
    void write(std::string_view text) const {
        while (!text.empty()) {
            const std::string_view piece = text.substr(0, MORTISE_STREAM_PIECE_SIZE_MAX);
            detail::Failure failure;
            detail::check(detail::need(scope_.unit.host->tables().stream, MORTISE_STREAM_INTERFACE)
                              .write(scope_.request, detail::pieceOf(piece), failure.out()),
                          failure);
            text.remove_prefix(piece.size());
        }
    }

private:
    const detail::RequestScope& scope_;
};

/// Writes the body of an AsyncStream.
class AsyncStreamWriter {
public:
    explicit AsyncStreamWriter(const detail::RequestScope& scope) : scope_(scope) {}

    /// To be awaited, one at a time. `piece` is at most MORTISE_STREAM_PIECE_SIZE_MAX bytes and lives until then. Throws as
    /// StreamWriter::write().
    detail::StreamAwaiter write(std::string_view piece) const { return {scope_, piece}; }

private:
    const detail::RequestScope& scope_;
};

namespace detail {

/// What both kinds of streams say about their answer.
template <class Function>
struct StreamAnswer {
    StreamAnswer(std::string media_type, Function function)
        : content_type(std::move(media_type)), body(std::move(function)) {}

    std::string content_type;
    Function body;
    int status = 200;
    std::vector<HeaderField> headers;
};

template <class Function>
mortise_status openStream(const RequestScope& scope, const StreamAnswer<Function>& answer,
                          mortise_error* error) {
    const std::vector<mortise_pair> headers = rawHeaders(answer.headers);
    mortise_response head{};
    head.struct_size = sizeof head;
    head.http_status = static_cast<std::uint32_t>(answer.status);
    head.flags = MORTISE_RESPONSE_RAW;
    head.content_type = str(answer.content_type);
    setHeaders(head, headers);
    return need(scope.unit.host->tables().stream, MORTISE_STREAM_INTERFACE)
        .open(scope.request, &head, error);
}

}  // namespace detail

/// The answer of a plain function: `body` writes it, and may block. Headers: `stream.headers.emplace_back(name, value)`.
struct Stream : detail::StreamAnswer<std::function<void(StreamWriter&)>> {
    using StreamAnswer::StreamAnswer;
};

/// The answer of a coroutine: `body` is a coroutine that writes it.
struct AsyncStream : detail::StreamAnswer<std::function<Task<void>(AsyncStreamWriter&)>> {
    using StreamAnswer::StreamAnswer;
};

namespace detail {

template <>
struct Result<Stream> {
    static constexpr bool kWaits = true;
    static ResultFacts describe(SchemaCollector&) { return {200, {}, false, true, false}; }
    static mortise_status send(const RequestScope& scope, const RouteSettings&,
                               const Stream& stream, mortise_error* error) {
        const mortise_status status = openStream(scope, stream, error);
        if (status == MORTISE_OK) {
            StreamWriter writer(scope);
            stream.body(writer);
        }
        return status;
    }
};

template <>
struct Result<AsyncStream> {
    static ResultFacts describe(SchemaCollector&) { return {200, {}, false, true, false}; }
    static Task<mortise_status> sendLater(const RequestScope& scope, const AsyncStream& stream,
                                          mortise_error* error) {
        const mortise_status status = openStream(scope, stream, error);
        if (status == MORTISE_OK) {
            AsyncStreamWriter writer(scope);
            co_await stream.body(writer);
        }
        co_return status;
    }
};

}  // namespace detail

}  // namespace mortise
