// Envelope: the two shapes every JSON answer of the API has, written from parts straight into the response.
//
//   {"status":"success","status_code":201,"message":M,"data":DATA[,"meta":META]}
//   {"status":"failure","status_code":404,"message":M,"error_code":CODE,"errors":ERRORS}
//
// `data` and `errors` are never null and never missing. A client that accepts application/problem+json gets failures as
// RFC 9457 instead:
//
//   {"type":"about:blank","title":"Not Found","status":404,"detail":M,"error_code":CODE,"errors":ERRORS}
#pragma once

#include <string_view>

#include "http/error_writer.hpp"
#include "http/message.hpp"

namespace mortise::http {
class Exchange;
}

namespace mortise::api {

/// Sets status, content type and body; headers stay. An empty message takes the standard text of the status, empty `data_json`
/// is {}, empty `meta_json` leaves meta out. `data_json` must be an object and `meta_json` too (opensObject()): the caller
/// refuses anything else. 204, 205 and 304 get no body.
void writeSuccess(http::Response& response, int status, std::string_view message,
                  std::string_view data_json = {}, std::string_view meta_json = {});

/// As above for failures. An empty message takes the standard text of a host code, of the status for other codes (texts of a
/// plugin's codes are in its catalogue). `errors_json` must be an object or array; empty is {}.
void writeFailure(http::Response& response, int status, std::string_view code,
                  std::string_view message, std::string_view errors_json, bool problem_json);

/// True when the Accept field names application/problem+json, and not below application/json.
bool wantsProblem(std::string_view accept) noexcept;
bool wantsProblem(const http::Exchange& exchange) noexcept;

/// What the pipeline uses to refuse requests.
class EnvelopeErrors final : public http::ErrorWriter {
public:
    void writeError(http::Exchange& exchange, int status, std::string_view code,
                    std::string_view message, std::string_view errors_json) override;
};

}  // namespace mortise::api
