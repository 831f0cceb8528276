// JsonNumber: the value of a number as it is written, exact and of any size.
#pragma once

#include <string>
#include <string_view>

namespace mortise::test {

/// digits * 10^exponent, without zeros at either end; no digits mean 0.
struct JsonNumber {
    bool negative = false;
    std::string digits = {};
    long exponent = 0;

    explicit JsonNumber(std::string_view text);

    bool isInteger() const { return digits.empty() || exponent >= 0; }
    bool isMultipleOf(const JsonNumber& divisor) const;
    /// Less than 0, 0, or more, as the value is less than, equal to or greater than the other.
    int compare(const JsonNumber& other) const;
};

}  // namespace mortise::test
