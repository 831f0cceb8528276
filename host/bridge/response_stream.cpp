#include "bridge/response_stream.hpp"

#include <algorithm>
#include <chrono>

#include "bridge/context.hpp"
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "limits.hpp"
#include "run/reactor.hpp"

namespace mortise::bridge {
namespace {

using Outcome = http::BodyStream::Outcome;

// How often a write that waits for its client looks whether the host wants the work to end.
constexpr std::chrono::milliseconds kLookInterval{100};

static_assert(MORTISE_STREAM_PIECE_SIZE_MAX == limits::kStreamPieceSizeMax);

void renewDeadline(Context& unit) {
    unit.deadline = std::chrono::steady_clock::now() + unit.instance().services().request_deadline;
}

}  // namespace

void ResponseStream::open(Context& unit, std::shared_ptr<http::BodyStream> stream) {
    stream_ = std::move(stream);
    renewDeadline(unit);
}

mortise_status ResponseStream::admit(Context& unit, std::string_view piece, bool on_reactor,
                                     mortise_error* error) {
    const auto refuse = [&](const char* why) {
        return fail(error, MORTISE_INVALID_ARGUMENT, "INVALID_ARGUMENT", why);
    };
    if (!isOpen()) {
        return refuse("the answer was not opened as a stream");
    }
    if ((run::Reactor::current() != nullptr) != on_reactor) {
        return refuse(on_reactor ? "write_async() is for coroutines on a reactor"
                                 : "write() would block the reactor");
    }
    if (piece.size() > limits::kStreamPieceSizeMax) {
        return refuse("the piece is too large: write it in several");
    }
    if (is_writing_) {
        return refuse("the write before has not ended");
    }
    renewDeadline(unit);
    const mortise_status status = unit.interrupted();
    return status == MORTISE_OK ? status
                                : fail(error, status, "CANCELLED", "nobody reads any more");
}

mortise_status ResponseStream::write(Context& unit, std::string_view piece, mortise_error* error) {
    if (const mortise_status status = admit(unit, piece, false, error); status != MORTISE_OK) {
        return status;
    }
    for (;;) {
        const auto look = std::chrono::steady_clock::now() + kLookInterval;
        switch (stream_->write(piece, std::min(look, *unit.deadline))) {
            case Outcome::Written:
                return MORTISE_OK;
            case Outcome::Abandoned:
                return fail(error, MORTISE_CANCELLED, "CANCELLED", "nobody reads any more");
            case Outcome::TimedOut:
                break;
        }
        if (const mortise_status status = unit.interrupted(); status != MORTISE_OK) {
            return fail(error, status, "INTERRUPTED", "the client is too slow, or the host drains");
        }
    }
}

mortise_status ResponseStream::writeAsync(Context& unit, std::string_view piece,
                                          mortise_stream_done done, void* done_context,
                                          mortise_error* error) {
    if (const mortise_status status = admit(unit, piece, true, error); status != MORTISE_OK) {
        return status;
    }
    is_writing_ = true;
    // This object lives until the request finished, which comes after `done`.
    stream_->write(piece, [this, done, done_context](Outcome outcome) {
        is_writing_ = false;
        done(done_context, outcome == Outcome::Written ? MORTISE_OK : MORTISE_CANCELLED);
    });
    return MORTISE_OK;
}

void ResponseStream::end(bool is_complete) noexcept {
    is_complete ? stream_->end() : stream_->fail();
}

}  // namespace mortise::bridge
