// StreamedBody: the bytes of a streamed answer between its BodyStream and the socket, in chunks (RFC 9112 section 7.1) or, for
// clients that do not know them, without a frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mortise::http {

class BodyStream;

class StreamedBody {
public:
    enum class Framing : std::uint8_t {
        Chunks,
        None,    ///< The end of the connection is the end of the body (HTTP/1.0).
        NoBody,  ///< The answer to HEAD.
    };

    void open(Framing framing) noexcept { framing_ = framing; }
    enum class Refill : std::uint8_t {
        Nothing,  ///< All was sent, and nothing came since.
        Bytes,    ///< There is something to send.
        Failed,  ///< The body will never be complete, so the connection must not end as if it were.
    };
    /// Takes what the stream has, when all before was sent.
    [[nodiscard]] Refill refill(BodyStream& stream);
    /// Only the end of the connection tells the client that the body is complete.
    bool endsWithConnection() const noexcept { return framing_ == Framing::None; }
    /// All was sent, and nothing comes any more.
    bool isFinished() const noexcept {
        return framing_ == Framing::NoBody || (is_finished_ && bytes_.empty());
    }
    std::string_view bytes() const noexcept { return bytes_; }
    void clearSent() noexcept { bytes_.clear(); }
    /// Bytes of the body itself that were handed to the socket so far.
    std::size_t bodySize() const noexcept { return body_size_; }
    void clear();

private:
    Framing framing_ = Framing::Chunks;
    bool is_finished_ = false;
    std::size_t body_size_ = 0;
    std::string bytes_;
    std::string piece_;
};

}  // namespace mortise::http
