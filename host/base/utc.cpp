#include "base/utc.hpp"

#include <algorithm>
#include <array>

namespace mortise {

namespace {

void appendDigits(std::string& out, unsigned value, unsigned width) {
    std::array<char, 10> digits{};
    for (unsigned place = width; place > 0; --place) {
        digits[place - 1] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out.append(digits.data(), width);
}

}  // namespace

void appendUtc(std::string& out, std::chrono::system_clock::time_point time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(floor<milliseconds>(time - day));

    appendDigits(out, static_cast<unsigned>(std::clamp(static_cast<int>(date.year()), 0, 9999)), 4);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.month()), 2);
    out += '-';
    appendDigits(out, static_cast<unsigned>(date.day()), 2);
    out += 'T';
    appendDigits(out, static_cast<unsigned>(clock.hours().count()), 2);
    out += ':';
    appendDigits(out, static_cast<unsigned>(clock.minutes().count()), 2);
    out += ':';
    appendDigits(out, static_cast<unsigned>(clock.seconds().count()), 2);
    out += '.';
    appendDigits(out, static_cast<unsigned>(clock.subseconds().count()), 3);
    out += 'Z';
}

std::string utcText(std::chrono::system_clock::time_point time) {
    std::string out;
    out.reserve(24);
    appendUtc(out, time);
    return out;
}

}  // namespace mortise
