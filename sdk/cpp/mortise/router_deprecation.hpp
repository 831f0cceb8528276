// router_deprecation: what a route that will go away tells its clients.
//
//   Deprecation: @1767225600                                          since when not to build on it (RFC 9745)
//   Sunset: Thu, 31 Dec 2026 00:00:00 GMT                             when it goes (RFC 8594)
//   Link: <https://example.com/moving>; rel="sunset"                 what to do about it
//
// The fields are made once, when the plugin is loaded, and handed to the host, which writes them into every answer of the route,
// also into those it gives itself before a handler runs (401, 415) or instead of one (503).
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mortise/handler_values.hpp"
#include "mortise/redirect.hpp"
#include "mortise/router_pattern.hpp"
#include "mortise/timestamp.hpp"

namespace mortise::detail {

/// As declared: dates "YYYY-MM-DD", in UTC. Empty texts say nothing.
struct Deprecation {
    std::string since;
    std::string sunset;
    std::string link;
};

inline Timestamp dateOf(std::string_view text) {
    const auto moment = Timestamp::parse(std::string(text) + "T00:00:00Z");
    if (!moment) {
        throw DeclareError("deprecated(): \"" + std::string(text) + "\" is no date YYYY-MM-DD");
    }
    return *moment;
}

/// IMF-fixdate (RFC 9110, section 5.6.7).
inline std::string httpDate(Timestamp moment) {
    static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                         "Thu", "Fri", "Sat"};
    static constexpr std::array<const char*, 12> kMonths = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(
        std::chrono::sys_seconds(std::chrono::seconds(moment.seconds())));
    const auto month = static_cast<unsigned>(std::chrono::year_month_day(day).month());
    const std::string text = moment.toString();  // YYYY-MM-DDTHH:MM:SS...
    return std::string(kDays[std::chrono::weekday(day).c_encoding()]) + ", " + text.substr(8, 2) +
           " " + kMonths[month - 1] + " " + text.substr(0, 4) + " " + text.substr(11, 8) + " GMT";
}

/// Throws DeclareError for what no client could make sense of.
inline std::vector<HeaderField> deprecationHeaders(const Deprecation& deprecation) {
    std::vector<HeaderField> headers;
    std::optional<Timestamp> since;
    if (!deprecation.since.empty()) {
        since = dateOf(deprecation.since);
        headers.emplace_back("Deprecation", "@" + std::to_string(since->seconds()));
    }
    if (!deprecation.sunset.empty()) {
        const Timestamp sunset = dateOf(deprecation.sunset);
        if (since && sunset < *since) {
            throw DeclareError("deprecated(): it goes before it is deprecated");
        }
        headers.emplace_back("Sunset", httpDate(sunset));
    }
    if (!deprecation.link.empty()) {
        if (!isUriText(deprecation.link)) {
            throw DeclareError("deprecated(): \"" + deprecation.link + "\" is no URI reference");
        }
        headers.emplace_back("Link", "<" + deprecation.link + ">; rel=\"sunset\"");
    }
    return headers;
}

}  // namespace mortise::detail
