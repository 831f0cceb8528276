#include "http/exchange.hpp"

namespace mortise::http {

std::string_view Exchange::header(std::string_view name) const noexcept {
    for (const Pair& field : headers) {
        if (field.name == name) {
            return field.value;
        }
    }
    return {};
}

}  // namespace mortise::http
