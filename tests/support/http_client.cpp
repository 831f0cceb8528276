#include "tests/support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace mortise::test {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

bool isSameName(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           ::strncasecmp(left.data(), right.data(), left.size()) == 0;
}

Answer parseHead(std::string_view head) {
    Answer answer;
    if (!head.starts_with("HTTP/1.1 ") || head.size() < 12) {
        throw std::runtime_error("no HTTP answer: " + std::string(head.substr(0, 80)));
    }
    answer.status = std::stoi(std::string(head.substr(9, 3)));
    std::size_t at = head.find("\r\n") + 2;
    while (at < head.size()) {
        const std::size_t end = head.find("\r\n", at);
        const std::string_view line = head.substr(at, end - at);
        const std::size_t colon = line.find(": ");
        if (colon == line.npos) {
            throw std::runtime_error("no header field: " + std::string(line));
        }
        answer.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
        at = end + 2;
    }
    return answer;
}

std::size_t bodySizeOf(const Answer& answer, bool answers_head) {
    const bool has_none = answers_head || answer.status == 204 || answer.status == 304;
    const std::string size = answer.header("Content-Length");
    return has_none || size.empty() ? 0 : std::stoul(size);
}

}  // namespace

std::string Answer::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& field) {
        return isSameName(field.first, name);
    });
    return found == headers.end() ? std::string() : found->second;
}

bool Answer::hasHeader(std::string_view name) const {
    return std::any_of(headers.begin(), headers.end(),
                       [name](const auto& field) { return isSameName(field.first, name); });
}

std::string wireOf(const Request& request, std::uint16_t port) {
    const auto names = [&request](std::string_view name) {
        return std::any_of(request.headers.begin(), request.headers.end(),
                           [name](const auto& field) { return isSameName(field.first, name); });
    };
    std::string wire = request.method + ' ' + request.target + " HTTP/1.1\r\n";
    if (!names("Host")) {
        wire += "Host: 127.0.0.1:" + std::to_string(port) + "\r\n";
    }
    if (!request.token.empty()) {
        wire += "Authorization: Bearer " + request.token + "\r\n";
    }
    if (!request.body.empty()) {
        wire += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
        wire += names("Content-Type") ? "" : "Content-Type: application/json\r\n";
    }
    for (const auto& [name, value] : request.headers) {
        wire += name + ": " + value + "\r\n";
    }
    return wire + "\r\n" + request.body;
}

HttpClient::HttpClient(std::uint16_t port, milliseconds patience)
    : port_(port), patience_(patience) {}

HttpClient::~HttpClient() {
    close();
}

HttpClient::HttpClient(HttpClient&& other) noexcept
    : port_(other.port_),
      patience_(other.patience_),
      socket_(std::exchange(other.socket_, -1)),
      buffer_(std::move(other.buffer_)) {}

Answer HttpClient::send(const Request& request) {
    begin(request);
    return finish();
}

Answer HttpClient::get(const std::string& target, const std::string& token) {
    return send({.method = "GET", .target = target, .token = token});
}

Answer HttpClient::post(const std::string& target, const std::string& body,
                        const std::string& token) {
    return send({.method = "POST", .target = target, .body = body, .token = token});
}

Answer HttpClient::patch(const std::string& target, const std::string& body,
                         const std::string& token) {
    return send({.method = "PATCH", .target = target, .body = body, .token = token});
}

Answer HttpClient::del(const std::string& target, const std::string& token) {
    return send({.method = "DELETE", .target = target, .token = token});
}

void HttpClient::begin(const Request& request) {
    awaits_head_answer_ = request.method == "HEAD";
    write(wireOf(request, port_));
}

Answer HttpClient::sendRaw(std::string_view bytes) {
    write(bytes);
    return finish();
}

void HttpClient::write(std::string_view bytes) {
    if (socket_ < 0) {
        open();
    }
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return;  // Closed by the server; its answer, if there is one, can still be read.
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string HttpClient::readChunks() {
    std::string body;
    for (;;) {
        std::size_t line_size = 0;
        while ((line_size = buffer_.find("\r\n")) == std::string::npos) {
            readMore();
        }
        const std::size_t size = std::stoul(buffer_.substr(0, line_size), nullptr, 16);
        while (buffer_.size() < line_size + 2 + size + 2) {
            readMore();
        }
        body.append(buffer_, line_size + 2, size);
        buffer_.erase(0, line_size + 2 + size + 2);
        if (size == 0) {
            return body;
        }
    }
}

Answer HttpClient::finish() {
    std::size_t head_size = std::string::npos;
    while ((head_size = buffer_.find("\r\n\r\n")) == std::string::npos) {
        readMore();
    }
    Answer answer = parseHead(std::string_view(buffer_).substr(0, head_size + 2));
    const bool answers_head = std::exchange(awaits_head_answer_, false);
    const std::size_t size = bodySizeOf(answer, answers_head);
    buffer_.erase(0, head_size + 4);
    if (answer.header("Transfer-Encoding") == "chunked" && !answers_head) {
        answer.body = readChunks();
        return answer;
    }
    while (buffer_.size() < size) {
        readMore();
    }
    answer.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    if (isSameName(answer.header("Connection"), "close")) {
        close();
    }
    return answer;
}

bool HttpClient::isClosedSoon() {
    if (socket_ < 0) {
        return true;
    }
    char byte = 0;
    return waitReadable(steady_clock::now() + patience_) && ::recv(socket_, &byte, 1, 0) <= 0;
}

void HttpClient::close() {
    if (socket_ >= 0) {
        ::close(std::exchange(socket_, -1));
    }
    buffer_.clear();
}

void HttpClient::open() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    timeval patience{patience_.count() / 1000, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int reason = errno;
        close();
        throw std::system_error(reason, std::generic_category(), "connect");
    }
}

void HttpClient::readMore() {
    char bytes[16 * 1024];
    const ssize_t size = waitReadable(steady_clock::now() + patience_)
                             ? ::recv(socket_, bytes, sizeof bytes, 0)
                             : -1;
    if (size <= 0) {
        const std::string reason = size == 0 ? "closed the connection" : "did not answer";
        const std::string before = buffer_;
        close();
        throw std::runtime_error("the server " + reason +
                                 (before.empty() ? "" : " after: " + before));
    }
    buffer_.append(bytes, static_cast<std::size_t>(size));
}

bool HttpClient::waitReadable(steady_clock::time_point deadline) const {
    pollfd readable{socket_, POLLIN, 0};
    for (;;) {
        const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now()).count();
        const int count = ::poll(&readable, 1, static_cast<int>(std::max<long>(left, 0)));
        if (count > 0 || (count == 0 || errno != EINTR)) {
            return count > 0;
        }
    }
}

}  // namespace mortise::test
