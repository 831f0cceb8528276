// ErrorWriter: stages an error answer. http decides that a request fails, api decides how a failure looks on the wire.
#pragma once

#include <string_view>

namespace mortise::http {

class Exchange;

class ErrorWriter {
public:
    virtual ~ErrorWriter() = default;
    /// Sets status, content type and body of `exchange.response` and leaves its headers alone. `code` is one of the host's
    /// error codes, empty for the one that stands for the status. An empty `message` takes the standard text of the code,
    /// empty `errors_json` is {}.
    virtual void writeError(Exchange& exchange, int status, std::string_view code,
                            std::string_view message = {}, std::string_view errors_json = {}) = 0;
};

}  // namespace mortise::http
