// Error: the one exception class of the host.
//
// No taxonomy of subclasses: who catches decides by `httpStatus()` and `code()`, and there are five places that catch (request,
// task, plugin call, start-up stage, thread entry). The message is for operators and the log; clients get the standard text of
// the code (api/envelope), so nothing internal leaks through it.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mortise {

class Error final : public std::runtime_error {
public:
    /// `http_status` is what a client would see, `code` a stable UPPER_SNAKE word, `message` lower case with the reason.
    Error(int http_status, std::string code, const std::string& message);
    /// Keeps the reason below it: what() reads "message: cause".
    Error(int http_status, std::string code, const std::string& message,
          const std::exception& cause);

    int httpStatus() const noexcept { return http_status_; }
    const std::string& code() const noexcept { return code_; }

    /// Wrong input or configuration of an operator: 500 INTERNAL_ERROR towards clients.
    static Error internal(const std::string& message);
    /// A dependency is away: 503 SERVICE_UNAVAILABLE.
    static Error unavailable(const std::string& message);

private:
    int http_status_;
    std::string code_;
};

}  // namespace mortise
