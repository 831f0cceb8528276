#include "http/rules/trust.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/strings.hpp"
#include "http/exchange.hpp"

namespace mortise::http {

namespace {

constexpr std::array<std::uint8_t, 12> kMappedPrefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool endsWithIgnoringCase(std::string_view text, std::string_view end) noexcept {
    return text.size() >= end.size() &&
           equalsIgnoringCase(text.substr(text.size() - end.size()), end);
}

/// Takes the last element of a comma list off `list`.
std::string_view takeLast(std::string_view& list) noexcept {
    const std::size_t comma = list.rfind(',');
    const std::string_view last = comma == std::string_view::npos ? list : list.substr(comma + 1);
    list = comma == std::string_view::npos ? std::string_view() : list.substr(0, comma);
    return trimmed(last);
}

/// Proxies write "192.0.2.1", "192.0.2.1:4711", "2001:db8::1" and "[2001:db8::1]:4711".
std::string_view withoutPort(std::string_view address) noexcept {
    if (address.starts_with('[')) {
        const std::size_t end = address.find(']');
        return end == std::string_view::npos ? std::string_view() : address.substr(1, end - 1);
    }
    const std::size_t colon = address.find(':');
    const bool one_colon = colon != std::string_view::npos && colon == address.rfind(':');
    return one_colon ? address.substr(0, colon) : address;
}

}  // namespace

TrustedHosts::TrustedHosts(const std::vector<std::string>& patterns) {
    for (const std::string& pattern : patterns) {
        if (pattern == "*") {
            accepts_all_ = true;
        } else if (pattern.starts_with("*.")) {
            suffixes_.push_back(pattern.substr(1));
        } else {
            exact_.push_back(pattern);
        }
    }
}

bool TrustedHosts::accepts(std::string_view host) const noexcept {
    if (accepts_all_) {
        return true;
    }
    if (host.ends_with('.')) {
        host.remove_suffix(1);
    }
    const auto is_host = [host](const std::string& name) { return equalsIgnoringCase(name, host); };
    const auto is_below = [host](const std::string& suffix) {
        return host.size() > suffix.size() && endsWithIgnoringCase(host, suffix);
    };
    return std::any_of(exact_.begin(), exact_.end(), is_host) ||
           std::any_of(suffixes_.begin(), suffixes_.end(), is_below);
}

TrustedProxies::TrustedProxies(const std::vector<std::string>& blocks) {
    for (const std::string& text : blocks) {
        if (text == "*") {
            trusts_all_ = true;
        } else if (const auto block = parseBlock(text)) {
            blocks_.push_back(*block);
        } else {
            throw Error::internal("\"" + text + "\" is neither an address nor a CIDR block");
        }
    }
}

bool TrustedProxies::trusts(std::string_view address) const noexcept {
    if (trusts_all_) {
        return true;
    }
    if (blocks_.empty()) {
        return false;
    }
    const auto parsed = parseAddress(address);
    return parsed && contains(*parsed);
}

void TrustedProxies::apply(Exchange& exchange) const noexcept {
    if (!trusts(exchange.client_address)) {
        return;
    }
    std::string_view protocol;
    bool client_found = false;
    // The last field is the nearest proxy's, so both are read from the back.
    for (auto field = exchange.headers.rbegin(); field != exchange.headers.rend(); ++field) {
        std::string_view list = field->value;
        if (field->name == "x-forwarded-proto" && protocol.empty()) {
            protocol = takeLast(list);
        }
        if (field->name != "x-forwarded-for") {
            continue;
        }
        while (!list.empty() && !client_found) {
            const std::string_view address = withoutPort(takeLast(list));
            if (!parseAddress(address)) {
                client_found =
                    true;  // "unknown" or nonsense: the last address that was one counts.
                break;
            }
            exchange.client_address = address;
            client_found = !trusts(address);
        }
    }
    if (!protocol.empty()) {
        exchange.secure = equalsIgnoringCase(protocol, "https");
    }
}

std::optional<TrustedProxies::Address> TrustedProxies::parseAddress(
    std::string_view text) noexcept {
    std::array<char, INET6_ADDRSTRLEN> terminated{};
    if (text.empty() || text.size() >= terminated.size()) {
        return std::nullopt;
    }
    std::memcpy(terminated.data(), text.data(), text.size());
    Address address{};
    if (inet_pton(AF_INET6, terminated.data(), address.data()) == 1) {
        return address;
    }
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.begin());
    if (inet_pton(AF_INET, terminated.data(), address.data() + kMappedPrefix.size()) == 1) {
        return address;
    }
    return std::nullopt;
}

std::optional<TrustedProxies::Block> TrustedProxies::parseBlock(std::string_view text) noexcept {
    const std::size_t slash = std::min(text.find('/'), text.size());
    const std::string_view address_text = text.substr(0, slash);
    const auto address = parseAddress(address_text);
    if (!address) {
        return std::nullopt;
    }
    const bool is_v4 = address_text.find(':') == std::string_view::npos;
    Block block{*address, 128};
    if (slash < text.size()) {
        const auto bits = parseInteger(text.substr(slash + 1));
        if (!bits || *bits < 0 || *bits > (is_v4 ? 32 : 128)) {
            return std::nullopt;
        }
        block.prefix = static_cast<unsigned>(*bits) + (is_v4 ? 96 : 0);
    }
    return block;
}

bool TrustedProxies::contains(const Address& address) const noexcept {
    return std::any_of(blocks_.begin(), blocks_.end(), [&address](const Block& block) {
        const std::size_t whole = block.prefix / 8;
        const unsigned rest = block.prefix % 8;
        if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole),
                        block.address.begin())) {
            return false;
        }
        return rest == 0 || (address[whole] >> (8 - rest)) == (block.address[whole] >> (8 - rest));
    });
}

}  // namespace mortise::http
