// ResponseStream: the answer of a plugin's handler from its open() to its end, over the stream of the exchange.
#pragma once

#include <memory>
#include <string_view>

#include "http/body_stream.hpp"
#include "mortise/stream.h"

namespace mortise::bridge {

class Context;

class ResponseStream {
public:
    bool isOpen() const noexcept { return stream_ != nullptr; }
    /// From now on `unit` has no deadline but that of its next write.
    void open(Context& unit, std::shared_ptr<http::BodyStream> stream);

    mortise_status write(Context& unit, std::string_view piece, mortise_error* error);
    mortise_status writeAsync(Context& unit, std::string_view piece, mortise_stream_done done,
                              void* done_context, mortise_error* error);
    /// Ends the body; an incomplete one is cut.
    void end(bool is_complete) noexcept;

private:
    mortise_status admit(Context& unit, std::string_view piece, bool on_reactor,
                         mortise_error* error);

    std::shared_ptr<http::BodyStream> stream_;
    bool is_writing_ = false;  // An asynchronous write is under way. Reactor thread.
};

}  // namespace mortise::bridge
