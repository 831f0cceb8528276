// ChunkedReader: takes a chunked body (RFC 9112 section 7.1) out of its frame.
//
//   size [";" extension] CRLF data CRLF ... "0" CRLF *(trailer CRLF) CRLF
//
// Not left to llhttp, whose releases differ in what they let pass inside the frame and do not bound it. Here a size is hex
// digits and nothing else, lines end with CRLF only, extensions and trailers are skipped and bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/socket/request_head.hpp"
#include "limits.hpp"

namespace mortise::http {

class ChunkedReader {
public:
    enum class Progress {
        More,      ///< All bytes were taken, the body goes on.
        Complete,  ///< The body ended; the bytes behind it were not taken.
        Refused,   ///< refusal() says why.
    };

    ChunkedReader() = default;
    /// The data of all chunks together may be `size_max` bytes.
    explicit ChunkedReader(std::size_t size_max) noexcept : size_left_(size_max) {}

    /// Takes bytes; `used` says how many. Data is appended to `body`, or dropped when it is null.
    Progress feed(std::string_view bytes, std::string* body, std::size_t& used);
    Refusal refusal() const noexcept { return refusal_; }

private:
    enum class State : std::uint8_t {
        SizeStart,
        Size,
        Extension,
        SizeEnd,
        Data,
        DataEnd,
        DataEndLf,
        LineStart,
        Name,
        Value,
        LineEnd,
        LastLf,
    };

    std::size_t takeData(std::string_view bytes, std::string* body);
    bool take(char c) noexcept;
    bool takeSize(char c) noexcept;
    bool takeSizeEnd(char c) noexcept;
    bool takeTrailer(char c) noexcept;
    bool refuse(Refusal refusal) noexcept;
    bool expect(bool met, State next) noexcept;

    State state_ = State::SizeStart;
    bool complete_ = false;
    std::uint64_t chunk_left_ = 0;
    std::size_t size_left_ = 0;
    std::size_t extension_left_ = limits::kChunkExtensionSizeMax;
    std::size_t trailer_left_ = limits::kHeaderSizeMax;
    Refusal refusal_;
};

}  // namespace mortise::http
