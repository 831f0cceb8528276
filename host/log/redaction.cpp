#include "log/redaction.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/strings.hpp"

namespace mortise::log {

namespace {

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}
bool isUpper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool isWord(char c) {
    return isDigit(c) || isUpper(c) || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

// Words of a key in snake_case, kebab-case, dotted or camelCase, in lower case.
std::vector<std::string> wordsOf(std::string_view key) {
    std::vector<std::string> words(1);
    char before = '\0';
    for (const char c : key) {
        const bool separator = !isWord(c) || c == '_' || c == '-';
        const bool hump = isUpper(c) && before != '\0' && !isUpper(before);
        if ((separator || hump) && !words.back().empty()) {
            words.emplace_back();
        }
        if (!separator) {
            words.back() += lowered({&c, 1});
        }
        before = separator ? '\0' : c;
    }
    if (words.back().empty()) {
        words.pop_back();
    }
    return words;
}

// Long enough to be a secret wherever they stand in a key.
constexpr std::array<std::string_view, 12> kSecretParts = {
    "password", "passwd",     "passphrase", "secret",     "authorization", "apikey",
    "cookie",   "credential", "privatekey", "cardnumber", "creditcard",    "token"};
// Secret only as a word of their own: "discarded" is no card.
constexpr std::array<std::string_view, 12> kSecretWords = {
    "pwd", "card", "cards", "pan", "cvv", "cvc", "iban", "ssn", "jwt", "otp", "email", "phone"};
// What is said about a secret is not the secret.
constexpr std::array<std::string_view, 11> kHarmlessEnds = {
    "id", "ids", "count", "type", "ttl", "size", "bytes", "s", "ms", "at", "error"};

template <typename Range, typename T>
bool contains(const Range& range, const T& value) {
    return std::find(range.begin(), range.end(), value) != range.end();
}

// The Luhn check of ISO/IEC 7812-1 over the digits of `text`; other characters are passed over.
bool passesLuhn(std::string_view text) {
    unsigned sum = 0;
    bool doubled = false;
    for (auto c = text.rbegin(); c != text.rend(); ++c) {
        if (!isDigit(*c)) {
            continue;
        }
        unsigned digit = static_cast<unsigned>(*c - '0');
        if (doubled) {
            digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }
        sum += digit;
        doubled = !doubled;
    }
    return sum % 10 == 0;
}

// Payment cards begin with 2 to 6; times in milliseconds or microseconds begin with 1 for
// centuries.
bool hasCardShape(std::string_view digits_and_separators, std::size_t digit_count) {
    const char first = digits_and_separators.front();
    return digit_count >= 13 && digit_count <= 19 && first >= '2' && first <= '6' &&
           passesLuhn(digits_and_separators);
}

// Groups as printed on cards; free grouping would take UUIDs and phone lists for cards.
constexpr std::array<unsigned, 4> kPrintedGroups = {4444, 465, 464, 44443};

std::size_t digitsAtStart(std::string_view text) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), isDigit) -
                                    text.begin());
}

// Size of the card number at the start of `text`, 0 when there is none: digits alone or printed
// groups with one separator.
std::size_t cardNumberSize(std::string_view text) {
    std::size_t found = 0;
    std::size_t size = 0;
    std::size_t digit_count = 0;
    unsigned groups = 0;
    char separator = '\0';
    while (digit_count <= 19) {
        const std::size_t group = digitsAtStart(text.substr(size));
        if (group == 0) {
            break;
        }
        size += group;
        digit_count += group;
        groups = groups * 10 + static_cast<unsigned>(std::min<std::size_t>(group, 9));
        const bool ends = size == text.size() || !isWord(text[size]) || text[size] == '-';
        const bool shaped = size == digit_count || contains(kPrintedGroups, groups);
        if (ends && shaped && hasCardShape(text.substr(0, size), digit_count)) {
            found = size;
        }
        const char next = size < text.size() ? text[size] : '\0';
        if ((next != ' ' && next != '-') || (separator != '\0' && separator != next)) {
            break;
        }
        separator = next;
        ++size;
    }
    return found;
}

// Size of the compact JWS or JWE (RFC 7515, 7516) at the start of `text`: base64url parts joined by
// dots, of which the first is a JSON object, so that it begins with eyJ. Two parts are enough: a
// cut token still tells its claims.
std::size_t tokenSize(std::string_view text) {
    if (!text.starts_with("eyJ")) {
        return 0;
    }
    const auto end =
        std::find_if_not(text.begin(), text.end(), [](char c) { return isWord(c) || c == '.'; });
    const std::string_view token = text.substr(0, static_cast<std::size_t>(end - text.begin()));
    const std::size_t dot = token.find('.');
    return dot != std::string_view::npos && dot >= 8 && token.size() > dot + 8 ? token.size() : 0;
}

struct Span {
    std::size_t begin = 0;
    std::size_t size = 0;
};

// The password of a URL whose "://" stands at the start of `text`.
Span urlPassword(std::string_view text) {
    if (!text.starts_with("://")) {
        return {};
    }
    const std::string_view authority = text.substr(0, text.find_first_of("/? \t\"'<>", 3));
    const std::size_t at = authority.rfind('@');
    const std::size_t colon = authority.find(':', 3);
    if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) {
        return {};
    }
    return {colon + 1, at - colon - 1};
}

// The secret that starts at `position`, if one does.
Span secretAt(std::string_view text, std::size_t position) {
    const std::string_view rest = text.substr(position);
    const char before = position == 0 ? ' ' : text[position - 1];
    if (rest.front() == ':') {
        return urlPassword(rest);
    }
    if (isWord(before) && before != '-') {
        return {};
    }
    if (rest.front() == 'e') {
        return {0, tokenSize(rest)};
    }
    const bool fraction = before == '.' && position > 1 && isDigit(text[position - 2]);
    return {0, isDigit(rest.front()) && !fraction ? cardNumberSize(rest) : 0};
}

// Nearly every text passes here without being looked at twice.
bool mayHoldSecret(std::string_view text) {
    if (text.size() < 8) {
        return false;
    }
    return text.find("eyJ") != std::string_view::npos ||
           text.find("://") != std::string_view::npos ||
           std::count_if(text.begin(), text.end(), isDigit) >= 13;
}

}  // namespace

bool isSecretKey(std::string_view key) {
    const std::vector<std::string> words = wordsOf(key);
    if (words.empty() || contains(kHarmlessEnds, words.back())) {
        return false;
    }
    std::string whole;
    for (const std::string& word : words) {
        if (contains(kSecretWords, word)) {
            return true;
        }
        whole += word;
    }
    return std::any_of(kSecretParts.begin(), kSecretParts.end(), [&](std::string_view part) {
        return whole.find(part) != std::string::npos;
    });
}

std::string_view withoutSecrets(std::string_view text, std::string& scratch) {
    if (!mayHoldSecret(text)) {
        return text;
    }
    scratch.clear();
    std::size_t copied = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const Span secret = secretAt(text, i);
        if (secret.size == 0) {
            continue;
        }
        scratch.append(text, copied, i + secret.begin - copied);
        scratch += kRedacted;
        copied = i + secret.begin + secret.size;
        i = copied - 1;
    }
    if (copied == 0) {
        return text;
    }
    scratch.append(text, copied);
    return scratch;
}

bool looksLikeCardNumber(std::int64_t value) {
    if (value < 1'000'000'000'000) {
        return false;
    }
    const std::string digits = std::to_string(value);
    return hasCardShape(digits, digits.size());
}

}  // namespace mortise::log
