// Timestamp: a moment, in microseconds since 1970-01-01T00:00:00Z, the resolution of PostgreSQL.
//
// The API speaks RFC 3339 in UTC, always with six digits of fraction, so that the text order of two moments is their order in
// time. Input may carry any offset and one to nine digits (more precise ones are cut). PostgreSQL's `timestamptz` text (ISO
// style: "2026-01-31 12:00:00.5+02") is read by its own function, because it is laxer than what clients may send.
// Missing on purpose: local time zones, leap seconds (":60" is refused), years outside 0001 to 9999.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mortise {

class Timestamp {
public:
    constexpr Timestamp() = default;
    constexpr explicit Timestamp(std::int64_t microseconds) noexcept
        : microseconds_(microseconds) {}
    constexpr explicit Timestamp(std::chrono::sys_time<std::chrono::microseconds> time) noexcept
        : microseconds_(time.time_since_epoch().count()) {}

    static Timestamp now() {
        using std::chrono::system_clock;
        return Timestamp(
            std::chrono::time_point_cast<std::chrono::microseconds>(system_clock::now()));
    }
    static constexpr Timestamp fromSeconds(std::int64_t seconds) noexcept {
        return Timestamp(seconds * 1'000'000);
    }

    /// Reads RFC 3339: "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.25+02:00".
    static constexpr std::optional<Timestamp> parse(std::string_view text) noexcept;
    /// Reads PostgreSQL's text of a timestamptz or timestamp (taken as UTC). Nothing for infinity and BC.
    static constexpr std::optional<Timestamp> parsePostgres(std::string_view text) noexcept;

    /// "2026-01-31T12:00:00.000000Z". PostgreSQL reads this form too.
    std::string toString() const;
    /// The same without an allocation; not terminated.
    static constexpr std::size_t kTextSize = 27;
    std::array<char, kTextSize> toChars() const noexcept;

    constexpr std::int64_t microseconds() const noexcept { return microseconds_; }
    /// Whole seconds since the epoch, rounded down.
    constexpr std::int64_t seconds() const noexcept {
        return (microseconds_ - (microseconds_ % 1'000'000 + 1'000'000) % 1'000'000) / 1'000'000;
    }

    friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
    friend constexpr Timestamp operator+(Timestamp moment, std::chrono::microseconds span) {
        return Timestamp(moment.microseconds_ + span.count());
    }
    friend constexpr Timestamp operator-(Timestamp moment, std::chrono::microseconds span) {
        return Timestamp(moment.microseconds_ - span.count());
    }
    friend constexpr std::chrono::microseconds operator-(Timestamp later, Timestamp earlier) {
        return std::chrono::microseconds(later.microseconds_ - earlier.microseconds_);
    }

private:
    std::int64_t microseconds_ = 0;
};

namespace detail {

/// Reads the parts of a date and time from left to right; every function says whether its part was there.
class TimeScanner {
public:
    constexpr explicit TimeScanner(std::string_view text) noexcept : text_(text) {}

    constexpr bool atEnd() const noexcept { return at_ == text_.size(); }

    constexpr bool character(std::string_view allowed) noexcept {
        for (const char wanted : allowed) {
            if (!atEnd() && text_[at_] == wanted) {
                last_ = text_[at_++];
                return true;
            }
        }
        return false;
    }
    constexpr char last() const noexcept { return last_; }

    constexpr bool digits(std::size_t count, int& value) noexcept {
        if (text_.size() - at_ < count) {
            return false;
        }
        value = 0;
        for (std::size_t index = 0; index < count; ++index) {
            if (!isDigit()) {
                return false;
            }
            value = value * 10 + (text_[at_++] - '0');
        }
        return true;
    }

    /// The digits after the point, as microseconds; what is finer is dropped.
    constexpr bool fraction(std::int64_t& microseconds) noexcept {
        const std::size_t begin = at_;
        for (std::int64_t unit = 100'000; isDigit(); unit /= 10) {
            microseconds += unit * (text_[at_++] - '0');
        }
        return at_ > begin;
    }

private:
    constexpr bool isDigit() const noexcept {
        return !atEnd() && text_[at_] >= '0' && text_[at_] <= '9';
    }

    std::string_view text_;
    std::size_t at_ = 0;
    char last_ = '\0';
};

/// Reads "YYYY-MM-DD".
constexpr bool scanDate(TimeScanner& scan, std::chrono::year_month_day& date) {
    int year = 0, month = 0, day = 0;
    const bool complete = scan.digits(4, year) && scan.character("-") && scan.digits(2, month) &&
                          scan.character("-") && scan.digits(2, day);
    date = {std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
            std::chrono::day(static_cast<unsigned>(day))};
    return complete && year != 0 && date.ok();
}

/// Reads "YYYY-MM-DD<separator>HH:MM:SS[.fraction]" into microseconds since the epoch, the offset not yet applied.
constexpr bool scanDateTime(TimeScanner& scan, std::string_view separators, std::int64_t& result) {
    std::chrono::year_month_day date;
    int hour = 0, minute = 0, second = 0;
    const bool complete = scanDate(scan, date) && scan.character(separators) &&
                          scan.digits(2, hour) && scan.character(":") && scan.digits(2, minute) &&
                          scan.character(":") && scan.digits(2, second);
    if (!complete || hour > 23 || minute > 59 || second > 59) {
        return false;
    }
    std::int64_t fraction = 0;
    if (scan.character(".") && !scan.fraction(fraction)) {
        return false;
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    result = ((days * 24 + hour) * 60 + minute) * 60 + second;
    result = result * 1'000'000 + fraction;
    return true;
}

/// True for the years 0001 to 9999, the ones the text form can show.
constexpr bool isPrintable(std::int64_t microseconds) noexcept {
    return microseconds >= -62'135'596'800'000'000 && microseconds < 253'402'300'800'000'000;
}

}  // namespace detail

constexpr std::optional<Timestamp> Timestamp::parse(std::string_view text) noexcept {
    detail::TimeScanner scan(text);
    std::int64_t local = 0;
    if (!detail::scanDateTime(scan, "Tt", local) || !scan.character("Zz+-")) {
        return std::nullopt;
    }
    std::int64_t offset_minutes = 0;
    if (scan.last() == '+' || scan.last() == '-') {
        const int sign = scan.last() == '-' ? -1 : 1;
        int hours = 0, minutes = 0;
        if (!scan.digits(2, hours) || !scan.character(":") || !scan.digits(2, minutes) ||
            hours > 23 || minutes > 59) {
            return std::nullopt;
        }
        offset_minutes = sign * (hours * 60 + minutes);
    }
    const std::int64_t moment = local - offset_minutes * 60'000'000;
    if (!scan.atEnd() || !detail::isPrintable(moment)) {
        return std::nullopt;
    }
    return Timestamp(moment);
}

constexpr std::optional<Timestamp> Timestamp::parsePostgres(std::string_view text) noexcept {
    detail::TimeScanner scan(text);
    std::int64_t local = 0;
    if (!detail::scanDateTime(scan, " T", local)) {
        return std::nullopt;
    }
    std::int64_t offset_seconds = 0;
    if (!scan.atEnd() && scan.character("+-")) {
        const int sign = scan.last() == '-' ? -1 : 1;
        int hours = 0, minutes = 0, seconds = 0;
        const bool complete = scan.digits(2, hours) &&
                              (!scan.character(":") || scan.digits(2, minutes)) &&
                              (!scan.character(":") || scan.digits(2, seconds));
        if (!complete) {
            return std::nullopt;
        }
        offset_seconds = sign * ((hours * 60 + minutes) * 60 + seconds);
    }
    const std::int64_t moment = local - offset_seconds * 1'000'000;
    if (!scan.atEnd() || !detail::isPrintable(moment)) {
        return std::nullopt;
    }
    return Timestamp(moment);
}

inline std::array<char, Timestamp::kTextSize> Timestamp::toChars() const noexcept {
    using namespace std::chrono;
    const sys_time<std::chrono::microseconds> time{std::chrono::microseconds(microseconds_)};
    const sys_days midnight = floor<days>(time);
    const year_month_day date(midnight);
    const std::int64_t in_day = (time - midnight).count();
    const auto second_of_day = static_cast<std::uint32_t>(in_day / 1'000'000);
    auto text = std::to_array("0000-00-00T00:00:00.000000Z");
    const auto put = [&text](std::size_t end, std::size_t count, std::uint32_t value) {
        for (; count > 0; --count, value /= 10) {
            text[--end] = static_cast<char>('0' + value % 10);
        }
    };
    put(4, 4, static_cast<std::uint32_t>(static_cast<int>(date.year())));
    put(7, 2, static_cast<unsigned>(date.month()));
    put(10, 2, static_cast<unsigned>(date.day()));
    put(13, 2, second_of_day / 3600);
    put(16, 2, second_of_day / 60 % 60);
    put(19, 2, second_of_day % 60);
    put(26, 6, static_cast<std::uint32_t>(in_day % 1'000'000));
    std::array<char, kTextSize> result;
    std::copy_n(text.begin(), kTextSize, result.begin());
    return result;
}

inline std::string Timestamp::toString() const {
    const auto text = toChars();
    return {text.data(), text.size()};
}

}  // namespace mortise
