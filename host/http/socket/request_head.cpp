#include "http/socket/request_head.hpp"

#include <array>
#include <limits>
#include <optional>

#include "base/strings.hpp"

namespace mortise::http {

namespace {

/// The lower-case form of each byte a token may hold (RFC 9110 section 5.6.2), 0 for the others.
constexpr std::array<char, 256> makeTokenTable() {
    std::array<char, 256> table{};
    for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")) {
        table[static_cast<unsigned char>(c)] = c;
    }
    for (char c = 'A'; c <= 'Z'; ++c) {
        table[static_cast<unsigned char>(c)] = static_cast<char>(c - 'A' + 'a');
    }
    return table;
}

constexpr std::array<char, 256> kTokenTable = makeTokenTable();

constexpr bool isSpace(char c) noexcept {
    return c == ' ' || c == '\t';
}
constexpr bool isDigit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// The fields that decide about framing and the connection, collected while reading.
struct Framing {
    unsigned host_count = 0;
    unsigned length_count = 0;
    unsigned coding_count = 0;
    std::string_view length;
    std::string_view coding;
    bool says_close = false;
    bool says_keep_alive = false;
};

/// Reads lines off the front of a head.
class Lines {
public:
    explicit Lines(std::string& bytes) noexcept : next_(bytes.data()), left_(bytes.size()) {}

    /// The next line without its CRLF; false when there is none or it ends otherwise.
    bool take(char*& line, std::size_t& size) noexcept {
        const std::size_t end = std::string_view(next_, left_).find('\n');
        if (end == std::string_view::npos || end == 0 || next_[end - 1] != '\r') {
            return false;
        }
        line = next_;
        size = end - 1;
        next_ += end + 1;
        left_ -= end + 1;
        // A CR elsewhere is a line end to some readers.
        return std::string_view(line, size).find('\r') == std::string_view::npos;
    }
    bool isAtEnd() const noexcept { return left_ == 0; }

private:
    char* next_;
    std::size_t left_;
};

Refusal readVersion(std::string_view version, RequestHead& head) noexcept {
    if (version == "HTTP/1.1" || version == "HTTP/1.0") {
        head.is_http_10 = version.back() == '0';
        return {};
    }
    const bool is_http = version.size() == 8 && version.starts_with("HTTP/") &&
                         isDigit(version[5]) && version[6] == '.' && isDigit(version[7]);
    return is_http ? kVersionNotSupported : kBadRequest;
}

Refusal readRequestLine(std::string_view line, const HeadLimits& limits,
                        RequestHead& head) noexcept {
    const std::size_t first = line.find(' ');
    const std::size_t second = first == std::string_view::npos ? first : line.find(' ', first + 1);
    if (second == std::string_view::npos || first == 0 || second == first + 1) {
        return kBadRequest;
    }
    head.method_name = line.substr(0, first);
    head.target = line.substr(first + 1, second - first - 1);
    const Refusal refusal = readVersion(line.substr(second + 1), head);
    if (refusal) {
        return refusal;
    }
    if (head.target.size() > limits.target_size_max) {
        return kUriTooLong;
    }
    for (const char c : head.target) {
        // A fragment never leaves the client (RFC 9112 section 3.2), and a target is printable ASCII.
        if (c <= ' ' || c > '~' || c == '#') {
            return kBadRequest;
        }
    }
    return {};
}

/// Splits a line; false unless it is `token ":" value`.
bool readField(char* line, std::size_t size, Pair& field) noexcept {
    std::size_t name_size = 0;
    while (name_size < size) {
        const char lower = kTokenTable[static_cast<unsigned char>(line[name_size])];
        if (lower == 0) {
            break;
        }
        line[name_size++] = lower;
    }
    if (name_size == 0 || name_size == size || line[name_size] != ':') {
        return false;
    }
    std::size_t begin = name_size + 1;
    std::size_t end = size;
    while (begin < end && isSpace(line[begin])) {
        ++begin;
    }
    while (end > begin && isSpace(line[end - 1])) {
        --end;
    }
    field.name = {line, name_size};
    field.value = {line + begin, end - begin};
    return true;
}

void readConnection(std::string_view value, Framing& framing) noexcept {
    while (!value.empty()) {
        const std::size_t comma = value.find(',');
        const std::string_view option = trimmed(value.substr(0, comma));
        framing.says_close = framing.says_close || equalsIgnoringCase(option, "close");
        framing.says_keep_alive =
            framing.says_keep_alive || equalsIgnoringCase(option, "keep-alive");
        value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
    }
}

void note(const Pair& field, RequestHead& head, Framing& framing) noexcept {
    switch (field.name.size()) {
        case 4:
            framing.host_count += field.name == "host" ? 1 : 0;
            break;
        case 6:
            if (field.name == "expect") {
                head.expects_continue = equalsIgnoringCase(field.value, "100-continue");
            }
            break;
        case 10:
            if (field.name == "connection") {
                readConnection(field.value, framing);
            }
            break;
        case 14:
            if (field.name == "content-length") {
                ++framing.length_count;
                framing.length = field.value;
            }
            break;
        case 17:
            if (field.name == "transfer-encoding") {
                ++framing.coding_count;
                framing.coding = field.value;
            }
            break;
        default:
            break;
    }
}

/// Digits only: signs, lists and blanks are other lengths to other readers.
std::optional<std::uint64_t> readLength(std::string_view text) noexcept {
    std::uint64_t value = 0;
    for (const char c : text) {
        if (!isDigit(c) || value > std::numeric_limits<std::int64_t>::max() / 10) {
            return std::nullopt;
        }
        value = value * 10 + static_cast<std::uint64_t>(c - '0');
    }
    return text.empty() || value > std::numeric_limits<std::int64_t>::max() ? std::nullopt
                                                                            : std::optional(value);
}

Refusal decideFraming(const Framing& framing, RequestHead& head) noexcept {
    if (framing.host_count > 1 || (framing.host_count == 0 && !head.is_http_10) ||
        framing.length_count > 1 || framing.coding_count > 1) {
        return kBadRequest;
    }
    if (framing.coding_count == 1) {
        // In HTTP/1.0 it has no meaning, and beside a length it is the classic of request smuggling (RFC 9112 section 6.1).
        if (head.is_http_10 || framing.length_count == 1 || framing.coding.empty()) {
            return kBadRequest;
        }
        if (!equalsIgnoringCase(framing.coding, "chunked")) {
            return kNotImplemented;
        }
        head.is_chunked = true;
    }
    if (framing.length_count == 1) {
        const auto length = readLength(framing.length);
        if (!length) {
            return kBadRequest;
        }
        head.content_length = *length;
    }
    head.keeps_alive = !framing.says_close && (!head.is_http_10 || framing.says_keep_alive);
    head.expects_continue = head.expects_continue && !head.is_http_10;
    // A tunnel is no request to an API, and what follows its head is not HTTP.
    return head.method_name == "CONNECT" ? kNotImplemented : Refusal{};
}

}  // namespace

Refusal readHead(std::string& bytes, const HeadLimits& limits, RequestHead& head,
                 std::vector<Pair>& fields) {
    Lines lines(bytes);
    char* line = nullptr;
    std::size_t size = 0;
    do {
        if (!lines.take(line, size)) {
            return kBadRequest;
        }
    } while (size == 0 && !lines.isAtEnd());
    if (const Refusal refusal = readRequestLine({line, size}, limits, head)) {
        return refusal;
    }
    Framing framing;
    for (;;) {
        if (!lines.take(line, size)) {
            return kBadRequest;
        }
        if (size == 0) {
            break;
        }
        Pair field;
        if (!readField(line, size, field)) {
            return kBadRequest;
        }
        if (fields.size() == limits.field_count_max) {
            return kHeadersTooLarge;
        }
        fields.push_back(field);
        note(field, head, framing);
    }
    return lines.isAtEnd() ? decideFraming(framing, head) : kBadRequest;
}

}  // namespace mortise::http
