#include "base/error.hpp"

namespace mortise {

Error::Error(int http_status, std::string code, const std::string& message)
    : std::runtime_error(message), http_status_(http_status), code_(std::move(code)) {}

Error::Error(int http_status, std::string code, const std::string& message,
             const std::exception& cause)
    : std::runtime_error(message + ": " + cause.what()),
      http_status_(http_status),
      code_(std::move(code)) {}

Error Error::internal(const std::string& message) {
    return Error(500, "INTERNAL_ERROR", message);
}

Error Error::unavailable(const std::string& message) {
    return Error(503, "SERVICE_UNAVAILABLE", message);
}

}  // namespace mortise
