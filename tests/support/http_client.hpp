// HttpClient: one keep-alive connection to a server under test, as plain as can be: what is tested
// is the server.
//
// Every call throws when the server does not answer in time or closes the connection; a connection
// that was closed is opened again by the next request.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/json.hpp"

namespace mortise::test {

using Headers = std::vector<std::pair<std::string, std::string>>;

struct Answer {
    int status = 0;
    Headers headers;
    std::string body;

    /// Empty when it did not come; the name in any case.
    std::string header(std::string_view name) const;
    bool hasHeader(std::string_view name) const;
    Json json() const { return Json::parse(body); }
};

struct Request {
    std::string method = "GET";
    std::string target = "/";
    /// JSON unless a Content-Type is among the headers.
    std::string body = {};
    /// Access token.
    std::string token = {};
    Headers headers = {};
};

class HttpClient {
public:
    explicit HttpClient(std::uint16_t port,
                        std::chrono::milliseconds patience = std::chrono::seconds(30));
    ~HttpClient();
    HttpClient(HttpClient&& other) noexcept;
    HttpClient(const HttpClient&) = delete;

    Answer send(const Request& request);
    Answer get(const std::string& target, const std::string& token = {});
    Answer post(const std::string& target, const std::string& body, const std::string& token = {});
    Answer patch(const std::string& target, const std::string& body, const std::string& token);
    Answer del(const std::string& target, const std::string& token);

    // The two halves of send(), for many requests at once.
    void begin(const Request& request);
    Answer finish();

    /// Sends bytes as they are and reads one answer.
    Answer sendRaw(std::string_view bytes);
    /// Sends without waiting for anything; what the server no longer takes is dropped.
    void write(std::string_view bytes);
    /// True when the server has closed the connection, now or soon.
    bool isClosedSoon();
    void close();

private:
    void open();
    void readMore();
    std::string readChunks();
    bool waitReadable(std::chrono::steady_clock::time_point deadline) const;

    std::uint16_t port_;
    std::chrono::milliseconds patience_;
    int socket_ = -1;
    bool awaits_head_answer_ = false;
    std::string buffer_;
};

/// The bytes of a request.
std::string wireOf(const Request& request, std::uint16_t port);

}  // namespace mortise::test
