// answer_head: writes the head of an answer.
//
// The last gate before the wire: whatever a handler put into its headers, the frame (length, connection) is written here and
// nowhere else, and a name or value that would break out of its line is left out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace mortise::http {

struct AnswerFrame {
    bool closes = false;           ///< "Connection: close".
    bool says_keep_alive = false;  ///< "Connection: keep-alive", which HTTP/1.0 clients wait for.
    bool is_head = false;          ///< The length of the body it would have, without it.
    bool is_chunked = false;       ///< A body in chunks follows.
    bool is_unframed = false;      ///< A body follows that ends with the connection.
    std::string_view date_line;    ///< "Date: ...\r\n"
};

/// True for an answer that has no body whatever is staged: 1xx, 204, 304 (RFC 9110 section 6.4.1).
bool hasNoBody(int status) noexcept;

/// True when the handler asked for it with a header "Connection: close".
bool asksToClose(const Response& response) noexcept;

/// Replaces `out` by status line, headers and empty line. A status outside 200 to 599 is written as 500.
void writeAnswerHead(std::string& out, const Response& response, const AnswerFrame& frame);

/// "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n" (RFC 9110 section 5.6.7).
std::string dateLine(std::int64_t seconds_since_epoch);

}  // namespace mortise::http
