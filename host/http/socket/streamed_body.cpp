#include "http/socket/streamed_body.hpp"

#include <array>
#include <charconv>

#include "http/body_stream.hpp"

namespace mortise::http {

StreamedBody::Refill StreamedBody::refill(BodyStream& stream) {
    if (!bytes_.empty() || is_finished_ || framing_ == Framing::NoBody) {
        return bytes_.empty() ? Refill::Nothing : Refill::Bytes;
    }
    piece_.clear();
    const BodyStream::Taken taken = stream.take(piece_);
    if (taken == BodyStream::Taken::Failed) {
        return Refill::Failed;
    }
    const bool ended = taken == BodyStream::Taken::All;
    body_size_ += piece_.size();
    if (framing_ == Framing::None) {
        bytes_.swap(piece_);
    } else {
        if (!piece_.empty()) {
            std::array<char, 20> size{};
            const char* end =
                std::to_chars(size.data(), size.data() + size.size(), piece_.size(), 16).ptr;
            bytes_.assign(size.data(), static_cast<std::size_t>(end - size.data()));
            bytes_.append("\r\n").append(piece_).append("\r\n");
        }
        if (ended) {
            bytes_.append("0\r\n\r\n");
        }
    }
    is_finished_ = ended;
    return bytes_.empty() ? Refill::Nothing : Refill::Bytes;
}

void StreamedBody::clear() {
    framing_ = Framing::Chunks;
    is_finished_ = false;
    body_size_ = 0;
    bytes_ = std::string();
    piece_ = std::string();
}

}  // namespace mortise::http
