#include "tests/support/json_format.hpp"

#include <arpa/inet.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <map>
#include <regex>
#include <stdexcept>

#include "tests/support/json_number.hpp"

namespace mortise::test {

namespace {

struct IntegerFormat {
    std::string_view name, low, high;
};
constexpr IntegerFormat kIntegerFormats[] = {
    {"int8", "-128", "127"},
    {"uint8", "0", "255"},
    {"int16", "-32768", "32767"},
    {"uint16", "0", "65535"},
    {"int32", "-2147483648", "2147483647"},
    {"uint32", "0", "4294967295"},
    {"int64", "-9223372036854775808", "9223372036854775807"},
    {"uint64", "0", "18446744073709551615"}};

/// Made once per pattern: that costs far more than a match.
const std::regex& compiled(const std::string& pattern) {
    static std::map<std::string, std::regex> known;
    const auto found = known.find(pattern);
    return found != known.end() ? found->second
                                : known.emplace(pattern, std::regex(pattern)).first->second;
}

bool isLike(const std::string& text, const std::string& pattern) {
    return std::regex_match(text, compiled(pattern));
}

bool isAddress(const std::string& text, int family) {
    unsigned char bytes[16];
    return inet_pton(family, text.c_str(), bytes) == 1;
}

/// True when the calendar gives back the day it was asked for.
bool isDay(const std::string& text) {
    if (!isLike(text, "[0-9]{4}-[0-9]{2}-[0-9]{2}") || text.substr(0, 4) == "0000") {
        return false;
    }
    std::tm time{};
    time.tm_year = std::stoi(text.substr(0, 4)) - 1900;
    time.tm_mon = std::stoi(text.substr(5, 2)) - 1;
    time.tm_mday = std::stoi(text.substr(8, 2));
    time.tm_hour = 12;
    const std::tm asked = time;
    return timegm(&time) != -1 && time.tm_mon == asked.tm_mon && time.tm_mday == asked.tm_mday;
}

/// RFC 3339 without leap seconds. The first and last day of the calendar, which an offset may leave, are not told apart here.
bool isMoment(const std::string& text) {
    return isLike(
               text,
               "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]+)?"
               "([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])") &&
           isDay(text.substr(0, 10));
}

constexpr const char* kLabel = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";

bool isHost(const std::string& text) {
    return text.size() <= 253 && isLike(text, std::string(kLabel) + "([.]" + kLabel + ")*");
}

bool isEmail(const std::string& text) {
    const std::size_t at = text.find('@');
    if (at == std::string::npos || at > 64 || text.size() > 254) {
        return false;
    }
    const std::string host = text.substr(at + 1);
    return isLike(text.substr(0, at),
                  "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+([.][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*") &&
           isHost(host) && host.find('.') != std::string::npos && !isLike(host, "(.*[.])?[0-9]+");
}

/// Appendix B of RFC 3986 takes the parts apart; each has the characters of its rule.
bool isUri(const std::string& text) {
    std::smatch parts;
    if (!std::regex_match(text, parts,
                          compiled("([A-Za-z][A-Za-z0-9+.-]*):(//([^/?#]*))?([^?#]*)([?]([^#]*))?"
                                   "(#(.*))?"))) {
        return false;
    }
    const std::string plain = "[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2}";
    std::smatch authority;
    const std::string written = parts[3].str();
    const bool host_is_fine = std::regex_match(written, authority,
                                               compiled("((" + plain + "|:)*@)?(\\[([^\\]]*)\\]|(" +
                                                        plain + ")*)(:[0-9]*)?")) &&
                              (!authority[4].matched || isAddress(authority[4].str(), AF_INET6));
    return host_is_fine && isLike(parts[4].str(), "(" + plain + "|[:@/])*") &&
           isLike(parts[6].str(), "(" + plain + "|[:@/?])*") &&
           isLike(parts[8].str(), "(" + plain + "|[:@/?])*");
}

std::wstring decoded(const std::string& text) {
    std::wstring characters;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte & 0xC0u) == 0x80u) {
            characters.back() = static_cast<wchar_t>(
                (static_cast<unsigned>(characters.back()) << 6u) | (byte & 0x3Fu));
        } else {
            const unsigned mask = byte < 0x80u   ? 0x7Fu
                                  : byte < 0xE0u ? 0x1Fu
                                  : byte < 0xF0u ? 0x0Fu
                                                 : 7u;
            characters += static_cast<wchar_t>(byte & mask);
        }
    }
    return characters;
}

}  // namespace

bool isNumberFormat(std::string_view format) {
    return format == "double" || format == "decimal" || format.substr(0, 3) == "int" ||
           format.substr(0, 4) == "uint";
}

bool hasTextFormat(const std::string& text, std::string_view format) {
    if (format == "uuid") {
        return isLike(text, "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");
    }
    if (format == "ipv4" || format == "ipv6") {
        return isAddress(text, format == "ipv4" ? AF_INET : AF_INET6);
    }
    if (format == "date") {
        return isDay(text);
    }
    if (format == "date-time") {
        return isMoment(text);
    }
    if (format == "email") {
        return isEmail(text);
    }
    if (format == "hostname") {
        return isHost(text);
    }
    if (format == "uri") {
        return isUri(text);
    }
    if (format == "password") {
        return true;
    }
    throw std::logic_error("the evaluator does not know the text format " + std::string(format));
}

bool hasNumberFormat(const std::string& text, std::string_view format) {
    const JsonNumber number(text);
    if (format == "double") {
        return std::isfinite(std::strtod(text.c_str(), nullptr));
    }
    if (format == "decimal") {
        const long integer_digits = static_cast<long>(number.digits.size()) + number.exponent;
        return number.digits.size() <= 18 && number.exponent >= -18 && integer_digits <= 18;
    }
    for (const IntegerFormat& known : kIntegerFormats) {
        if (known.name == format) {
            return number.compare(JsonNumber(known.low)) >= 0 &&
                   number.compare(JsonNumber(known.high)) <= 0;
        }
    }
    throw std::logic_error("the evaluator does not know the number format " + std::string(format));
}

bool hasPattern(const std::string& text, const std::string& pattern) {
    static std::map<std::string, std::wregex> known;
    auto found = known.find(pattern);
    if (found == known.end()) {
        found = known.emplace(pattern, std::wregex(decoded(pattern))).first;
    }
    return std::regex_search(decoded(text), found->second);
}

}  // namespace mortise::test
