#include "http/query.hpp"

#include <algorithm>

#include "base/utf8.hpp"
#include "http/uri.hpp"

namespace mortise::http {

DecodedParams::Fault DecodedParams::parse(std::string_view text, std::size_t count_max) {
    storage_.reset();
    pairs_.clear();
    if (text.find_first_of("%+") != std::string_view::npos) {
        storage_ = std::make_unique<std::string>();
        storage_->reserve(text.size());  // Decoding never makes a text longer.
    }
    Fault fault = Fault::None;
    while (!text.empty() && fault == Fault::None) {
        const std::size_t end = std::min(text.find('&'), text.size());
        if (end > 0) {  // "a=1&&b=2" has two pairs.
            fault = pairs_.size() < count_max ? add(text.substr(0, end)) : Fault::TooMany;
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    if (fault != Fault::None) {
        pairs_.clear();
    }
    return fault;
}

DecodedParams::Fault DecodedParams::add(std::string_view text) {
    const std::size_t equals = std::min(text.find('='), text.size());
    const auto name = decode(text.substr(0, equals));
    const auto value = decode(text.substr(std::min(equals + 1, text.size())));
    if (!name || !value) {
        return Fault::Malformed;
    }
    pairs_.push_back({*name, *value});
    return Fault::None;
}

std::optional<std::string_view> DecodedParams::decode(std::string_view text) {
    if (text.find_first_of("%+") != std::string_view::npos) {
        const std::size_t before = storage_->size();
        if (!appendDecoded(*storage_, text, true)) {
            return std::nullopt;
        }
        text = std::string_view(*storage_).substr(before);
    }
    // PostgreSQL has no text with a NUL, and no other reader expects one either.
    if (text.find('\0') != std::string_view::npos || !isUtf8(text)) {
        return std::nullopt;
    }
    return text;
}

std::optional<std::string_view> DecodedParams::find(std::string_view name) const noexcept {
    for (const Pair& pair : pairs_) {
        if (pair.name == name) {
            return pair.value;
        }
    }
    return std::nullopt;
}

}  // namespace mortise::http
