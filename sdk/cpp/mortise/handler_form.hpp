// handler_form: bodies of type application/x-www-form-urlencoded (URL standard, section 5.1), as decoded pairs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/encoding.hpp"
#include "mortise/errors.hpp"
#include "mortise/host.hpp"

namespace mortise::detail {

/// Splits and decodes a form body and keeps the texts. Too many fields are refused: nobody's form has that many, and looking
/// them up is linear.
class FormFields {
public:
    static constexpr std::size_t kCountMax = 128;

    explicit FormFields(std::string_view body) {
        while (!body.empty()) {
            const std::size_t end = body.find('&');
            if (const std::string_view field = body.substr(0, end); !field.empty()) {
                add(field);
            }
            body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
        }
        pairs_.reserve(texts_.size());
        for (const auto& [name, value] : texts_) {
            pairs_.push_back({str(name), str(value)});
        }
    }
    FormFields(const FormFields&) = delete;
    FormFields& operator=(const FormFields&) = delete;

    const std::vector<mortise_pair>& pairs() const noexcept { return pairs_; }

private:
    void add(std::string_view field) {
        if (texts_.size() == kCountMax) {
            throw AppError(codes::BAD_REQUEST);
        }
        const std::size_t equals = field.find('=');
        const std::string_view value =
            equals == std::string_view::npos ? std::string_view() : field.substr(equals + 1);
        texts_.emplace_back(decode(field.substr(0, equals)), decode(value));
    }

    static std::string decode(std::string_view text) {
        std::string decoded;
        decoded.reserve(text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text[at] != '%') {
                decoded += text[at] == '+' ? ' ' : text[at];
                continue;
            }
            const auto byte = decodeHex(text.substr(at + 1, 2));
            if (!byte || byte->size() != 1) {
                throw AppError(codes::BAD_REQUEST);
            }
            decoded += *byte;
            at += 2;
        }
        if (!utf8::isValid(decoded)) {
            throw AppError(codes::BAD_REQUEST);
        }
        return decoded;
    }

    std::vector<std::pair<std::string, std::string>> texts_;
    std::vector<mortise_pair> pairs_;
};

}  // namespace mortise::detail
