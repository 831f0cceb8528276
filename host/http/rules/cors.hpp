// Cors: which pages of other origins may call the API (the Fetch standard, section 3.2).
//
// A preflight is answered before routing, since browsers send it without credentials. An origin that is not allowed gets the
// answer without any Access-Control field: the browser then refuses, and everybody who is no browser is not concerned.
// `Vary: Origin` stands on every answer unless all origins get the same one, so that no cache mixes them up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/pipeline_settings.hpp"

namespace mortise::http {

class Exchange;

class Cors {
public:
    explicit Cors(const CorsSettings& settings);

    static bool isPreflight(const Exchange& exchange) noexcept;
    /// Stages 204 and what only a preflight needs; addHeaders() does the rest, as for every answer.
    void answerPreflight(Exchange& exchange) const;
    void addHeaders(Exchange& exchange) const;

private:
    bool isAllowedOrigin(std::string_view origin) const noexcept;

    bool any_origin_ = false;
    std::vector<std::string> origins_;
    bool credentials_;
    std::string methods_;
    std::string headers_;
    std::string exposed_headers_;
    std::string max_age_;
};

/// What is wrong with the settings; `*` together with credentials always is.
void collectFaults(const CorsSettings& settings, bool wildcard_refused,
                   std::vector<std::string>& faults);

}  // namespace mortise::http
