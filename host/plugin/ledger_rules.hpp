// What the adds of a ledger share: checks that refuse with a sentence, and the canonical text. Included by ledger*.cpp only.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "limits.hpp"
#include "plugin/grammar.hpp"
#include "plugin/ledger.hpp"

namespace mortise::plugin {

// What an add found wrong; turned into a status at the boundary.
struct Refusal {
    mortise_status status;
    std::string message;
};

[[noreturn]] inline void refuse(mortise_status status, std::string message) {
    throw Refusal{status, std::move(message)};
}

[[noreturn]] inline void refuseArgument(std::string message) {
    refuse(MORTISE_INVALID_ARGUMENT, std::move(message));
}

inline std::string textOf(mortise_str text, std::size_t size_max, const char* what) {
    if (text.size > size_max || (text.data == nullptr && text.size != 0)) {
        refuseArgument(std::string(what) + " is longer than " + std::to_string(size_max) +
                       " bytes or has no data");
    }
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

// The part of a struct both sides know; the rest is zero. `reaches_first` says that it is as long as in the first release: what is
// appended later is missing in plugins built before.
template <typename T>
T common(const T* given, bool reaches_first, const char* what) {
    if (given == nullptr || !reaches_first) {
        refuseArgument(std::string(what) + " is missing or its struct_size is too small");
    }
    T known{};
    std::memcpy(&known, given, std::min<std::size_t>(given->struct_size, sizeof known));
    return known;
}

inline std::string jsonObjectOf(mortise_str text, const char* what) {
    std::string json = textOf(text, limits::kSchemaSizeMax, what);
    if (!json.empty() && !isJsonObject(json)) {
        refuseArgument(std::string(what) + " is no JSON object");
    }
    return json;
}

inline void requireRoom(std::size_t count, std::size_t count_max, const char* what) {
    if (count >= count_max) {
        refuse(MORTISE_EXHAUSTED,
               "a plugin may have " + std::to_string(count_max) + " " + what + " at most");
    }
}

inline void putError(mortise_error* error, mortise_status status, const char* code,
                     std::string_view message) {
    if (error == nullptr || error->struct_size < sizeof(mortise_error)) {
        return;
    }
    error->status = status;
    error->http_status = 0;
    std::strncpy(error->code, code, sizeof error->code - 1);
    std::size_t size = std::min(message.size(), sizeof error->message - 1);
    while (size < message.size() && size > 0 &&
           (static_cast<unsigned char>(message[size]) & 0xC0) == 0x80) {
        --size;  // Do not cut inside a character.
    }
    std::memcpy(error->message, message.data(), size);
    error->message[size] = '\0';
}

template <typename Items, typename Key>
std::string sortedJson(const Items& items, Key key,
                       void (*write)(std::string&, const typename Items::value_type&)) {
    std::map<std::string, const typename Items::value_type*> sorted;
    for (const auto& item : items) {
        sorted.emplace(key(item), &item);
    }
    std::string out = "[";
    for (const auto& [ignored, item] : sorted) {
        if (out.size() > 1) {
            out += ',';
        }
        write(out, *item);
    }
    return out + "]";
}

inline void member(std::string& out, const char* key, std::string_view value) {
    appendJsonString(out, key);
    out += ':';
    appendJsonString(out, value);
    out += ',';
}

inline void member(std::string& out, const char* key, std::uint64_t value) {
    appendJsonString(out, key);
    out += ':' + std::to_string(value) + ',';
}

inline void member(std::string& out, const char* key, std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    appendJsonString(out, key);
    out += ":[";
    for (const auto& value : values) {
        appendJsonString(out, value);
        out += &value == &values.back() ? "" : ",";
    }
    out += "],";
}

inline void closeObject(std::string& out) {
    out.back() = '}';
}

// Nothing may be thrown into a plugin: a refusal, and memory running out, become a status and a message.
template <typename Body>
mortise_status Ledger::guarded(mortise_error* error, Body body) noexcept {
    try {
        if (isSealed()) {
            // Too late also means: possibly another thread, so nothing is written here.
            putError(error, MORTISE_SEALED, "SEALED",
                     "registration is only possible inside declare()");
            return MORTISE_SEALED;
        }
        body();
        return MORTISE_OK;
    } catch (const Refusal& refusal) {
        putError(error, refusal.status,
                 refusal.status == MORTISE_CONFLICT    ? "CONFLICT"
                 : refusal.status == MORTISE_EXHAUSTED ? "EXHAUSTED"
                 : refusal.status == MORTISE_DENIED    ? "DENIED"
                                                       : "INVALID_ARGUMENT",
                 refusal.message);
        if (first_failure_.empty()) {
            first_failure_.assign(refusal.message);
        }
        return refusal.status;
    } catch (const std::exception& failure) {
        putError(error, MORTISE_INTERNAL, "INTERNAL", failure.what());
        return MORTISE_INTERNAL;
    }
}

}  // namespace mortise::plugin
