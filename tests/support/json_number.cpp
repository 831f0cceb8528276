#include "tests/support/json_number.hpp"

#include <algorithm>
#include <cstdint>

namespace mortise::test {

namespace {

/// Far enough to be out of every bound.
constexpr long kExponentMax = 100'000;

}  // namespace

JsonNumber::JsonNumber(std::string_view text) : negative(text.substr(0, 1) == "-") {
    const std::size_t mantissa = std::min(text.find_first_of("eE"), text.size());
    bool fraction = false;
    for (const char c : text.substr(0, mantissa)) {
        if (c == '.') {
            fraction = true;
        } else if (c != '-') {
            digits += c;
            exponent -= fraction ? 1 : 0;
        }
    }
    if (mantissa < text.size()) {
        const std::string written(text.substr(mantissa + 1));
        const long size = written.size() > 12 ? kExponentMax : std::stol(written);
        exponent += written.front() == '-' && size > 0 ? -size : size;
    }
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    while (!digits.empty() && digits.back() == '0') {
        digits.pop_back();
        ++exponent;
    }
    if (digits.empty()) {
        negative = false;
        exponent = 0;
    }
    exponent = std::clamp(exponent, -kExponentMax, kExponentMax);
}

bool JsonNumber::isMultipleOf(const JsonNumber& divisor) const {
    if (digits.empty()) {
        return true;
    }
    // The last digit is no zero, so a divisor that ends higher leaves a rest.
    if (exponent < divisor.exponent) {
        return false;
    }
    const std::uint64_t modulus = std::stoull(divisor.digits);
    __extension__ using Wide = unsigned __int128;
    Wide rest = 0;
    for (const char digit : digits) {
        rest = (rest * 10 + static_cast<unsigned>(digit - '0')) % modulus;
    }
    for (long count = divisor.exponent; count < exponent; ++count) {
        rest = rest * 10 % modulus;
    }
    return rest == 0;
}

int JsonNumber::compare(const JsonNumber& other) const {
    if (digits.empty() || other.digits.empty() || negative != other.negative) {
        const int sign = digits.empty() ? 0 : negative ? -1 : 1;
        const int other_sign = other.digits.empty() ? 0 : other.negative ? -1 : 1;
        return sign - other_sign;
    }
    const long places = static_cast<long>(digits.size()) + exponent;
    const long other_places = static_cast<long>(other.digits.size()) + other.exponent;
    const int size =
        places != other_places ? (places < other_places ? -1 : 1) : digits.compare(other.digits);
    return negative ? -size : size;
}

}  // namespace mortise::test
