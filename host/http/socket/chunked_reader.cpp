#include "http/socket/chunked_reader.hpp"

#include <algorithm>

namespace mortise::http {

namespace {

/// -1 when it is no hex digit.
int hexValue(char c) noexcept {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = static_cast<char>(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool isControl(char c) noexcept {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
}

}  // namespace

ChunkedReader::Progress ChunkedReader::feed(std::string_view bytes, std::string* body,
                                            std::size_t& used) {
    used = 0;
    while (used < bytes.size() && !complete_) {
        if (state_ == State::Data) {
            used += takeData(bytes.substr(used), body);
        } else if (!take(bytes[used++])) {
            return Progress::Refused;
        }
    }
    return complete_ ? Progress::Complete : Progress::More;
}

std::size_t ChunkedReader::takeData(std::string_view bytes, std::string* body) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, bytes.size()));
    if (body != nullptr) {
        body->append(bytes.substr(0, size));
    }
    chunk_left_ -= size;
    if (chunk_left_ == 0) {
        state_ = State::DataEnd;
    }
    return size;
}

bool ChunkedReader::take(char c) noexcept {
    switch (state_) {
        case State::SizeStart:
        case State::Size:
            return takeSize(c);
        case State::Extension:
            if (c == '\r') {
                state_ = State::SizeEnd;
                return true;
            }
            return extension_left_-- > 0 && !isControl(c) ? true : refuse(kBadRequest);
        case State::SizeEnd:
            return takeSizeEnd(c);
        case State::Data:
            return true;  // takeData() has it.
        case State::DataEnd:
            return expect(c == '\r', State::DataEndLf);
        case State::DataEndLf:
            return expect(c == '\n', State::SizeStart);
        default:
            return takeTrailer(c);
    }
}

bool ChunkedReader::takeSize(char c) noexcept {
    const int digit = hexValue(c);
    if (digit >= 0) {
        if (chunk_left_ >> 58 != 0) {
            return refuse(kBadRequest);  // One more digit might not fit.
        }
        chunk_left_ = state_ == State::SizeStart ? 0 : chunk_left_;
        chunk_left_ = chunk_left_ * 16 + static_cast<unsigned>(digit);
        state_ = State::Size;
        return true;
    }
    if (state_ == State::SizeStart) {
        return refuse(kBadRequest);
    }
    return c == ';' ? expect(true, State::Extension) : expect(c == '\r', State::SizeEnd);
}

bool ChunkedReader::takeSizeEnd(char c) noexcept {
    if (c != '\n') {
        return refuse(kBadRequest);
    }
    if (chunk_left_ > size_left_) {
        return refuse(kPayloadTooLarge);
    }
    size_left_ -= static_cast<std::size_t>(chunk_left_);
    state_ = chunk_left_ == 0 ? State::LineStart : State::Data;
    return true;
}

bool ChunkedReader::takeTrailer(char c) noexcept {
    if (trailer_left_-- == 0) {
        return refuse(kHeadersTooLarge);
    }
    switch (state_) {
        case State::LineStart:
            if (c == '\r') {
                state_ = State::LastLf;
                return true;
            }
            return expect(!isControl(c) && c != ' ' && c != '\t' && c != ':', State::Name);
        case State::Name:
            return expect(!isControl(c) && c != ' ' && c != '\t',
                          c == ':' ? State::Value : State::Name);
        case State::Value:
            return c == '\r' ? expect(true, State::LineEnd) : expect(!isControl(c), State::Value);
        case State::LineEnd:
            return expect(c == '\n', State::LineStart);
        default:
            complete_ = c == '\n';
            return expect(complete_, State::LastLf);
    }
}

bool ChunkedReader::refuse(Refusal refusal) noexcept {
    refusal_ = refusal;
    return false;
}

bool ChunkedReader::expect(bool met, State next) noexcept {
    state_ = next;
    return met || refuse(kBadRequest);
}

}  // namespace mortise::http
