#include "http/socket/answer_head.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "base/strings.hpp"

namespace mortise::http {

namespace {

/// Headers that belong to the frame. What a handler says about them could only be wrong.
bool belongsToFrame(std::string_view name) noexcept {
    constexpr std::array<std::string_view, 7> kNames{
        "date",       "upgrade",        "trailer",          "connection",
        "keep-alive", "content-length", "transfer-encoding"};
    for (const std::string_view each : kNames) {
        if (name.size() == each.size() && equalsIgnoringCase(name, each)) {
            return true;
        }
    }
    return false;
}

/// False when the text would end its line, and with it everything could be written behind it.
bool staysInLine(std::string_view text) noexcept {
    for (const char c : text) {
        if (c == '\r' || c == '\n' || c == '\0') {
            return false;
        }
    }
    return true;
}

void appendNumber(std::string& out, std::size_t number) {
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void appendField(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool hasNoBody(int status) noexcept {
    return status < 200 || status == 204 || status == 304;
}

bool asksToClose(const Response& response) noexcept {
    for (const auto& [name, value] : response.headers) {
        if (name.size() == 10 && equalsIgnoringCase(name, "connection") &&
            equalsIgnoringCase(value, "close")) {
            return true;
        }
    }
    return false;
}

void writeAnswerHead(std::string& out, const Response& response, const AnswerFrame& frame) {
    const int status = response.status < 200 || response.status > 599 ? 500 : response.status;
    out.assign("HTTP/1.1 ");
    appendNumber(out, static_cast<std::size_t>(status));
    out.append(" ").append(reasonOf(status)).append("\r\n").append(frame.date_line);
    if (!hasNoBody(status)) {
        if (!response.content_type.empty() && staysInLine(response.content_type)) {
            appendField(out, "Content-Type", response.content_type);
        }
        if (frame.is_chunked) {
            out.append("Transfer-Encoding: chunked\r\n");
        } else if (!frame.is_unframed) {
            out.append("Content-Length: ");
            appendNumber(out, response.payload().size());
            out.append("\r\n");
        }
    }
    if (frame.closes) {
        out.append("Connection: close\r\n");
    } else if (frame.says_keep_alive) {
        out.append("Connection: keep-alive\r\n");
    }
    for (const auto& [name, value] : response.headers) {
        if (!name.empty() && staysInLine(name) && staysInLine(value) && !belongsToFrame(name)) {
            appendField(out, name, value);
        }
    }
    out.append("\r\n");
}

std::string dateLine(std::int64_t seconds_since_epoch) {
    constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_seconds time{std::chrono::seconds(seconds_since_epoch)};
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss clock(time - midnight);
    std::array<char, 64> text{};
    const int size = std::snprintf(
        text.data(), text.size(), "Date: %s, %02u %s %04d %02d:%02d:%02d GMT\r\n",
        kDays[std::chrono::weekday(midnight).c_encoding()], static_cast<unsigned>(date.day()),
        kMonths[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count()));
    return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace mortise::http
