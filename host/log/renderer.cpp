#include "log/renderer.hpp"

#include <algorithm>
#include <array>

#include "base/json_text.hpp"
#include "base/strings.hpp"
#include "base/utc.hpp"
#include "log/event_name.hpp"
#include "log/redaction.hpp"

namespace mortise::log {

namespace {

constexpr std::array<std::string_view, 4> kHeadKeys = {"event", "timestamp", "level", "logger"};

struct ContextEntry {
    std::string_view key;
    std::string_view value;
};

std::array<ContextEntry, 5> entriesOf(const Context& context) {
    return {{{"request_id", context.request_id},
             {"user_id", context.user_id},
             {"method", context.method},
             {"path", context.path},
             {"plugin", context.plugin}}};
}

void appendHex(std::string& out, std::uint64_t number) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (int shift = 60; shift >= 0; shift -= 4) {
        out += kDigits[(number >> static_cast<unsigned>(shift)) & 0xFU];
    }
}

// As W3C Trace Context and OpenTelemetry write them. They are numbers of chance, so nothing in them is taken for a secret.
std::array<ContextEntry, 2> traceEntriesOf(const TraceIds& ids, std::string& digits) {
    digits.clear();
    if (!ids.isValid()) {
        return {};
    }
    appendHex(digits, ids.trace_high);
    appendHex(digits, ids.trace_low);
    appendHex(digits, ids.span);
    const std::string_view all = digits;
    return {{{"trace_id", all.substr(0, 32)}, {"span_id", all.substr(32)}}};
}

bool hasField(const RecordView& record, std::string_view key) {
    return std::any_of(record.fields.begin(), record.fields.end(),
                       [&](const Field& field) { return field.key == key; });
}

bool isHeadKey(std::string_view key) {
    return std::find(kHeadKeys.begin(), kHeadKeys.end(), key) != kHeadKeys.end();
}

bool isRepeated(const RecordView& record, const Field& field) {
    const Field* first = record.fields.data();
    return std::any_of(first, &field, [&](const Field& before) { return before.key == field.key; });
}

// An event without an area belongs to the plugin it happened in.
std::string_view loggerOf(const RecordView& record) {
    if (record.event.find('.') == std::string_view::npos) {
        return record.context.plugin.empty() ? std::string_view("host") : record.context.plugin;
    }
    return areaOf(record.event);
}

// A boolean under a secret's name tells nothing about it.
bool isHidden(const Field& field) {
    if (field.kind == FieldKind::Boolean) {
        return false;
    }
    return isSecretKey(field.key) ||
           (field.kind == FieldKind::Integer && looksLikeCardNumber(field.integer));
}

std::string_view colourOf(Level level) {
    switch (level) {
        case Level::Debug:
            return "\x1b[2m";
        case Level::Info:
            return "\x1b[32m";
        case Level::Warning:
            return "\x1b[33m";
        case Level::Error:
            return "\x1b[31m";
        case Level::Critical:
            return "\x1b[1;31m";
        case Level::Off:
            break;
    }
    return "";
}
constexpr std::string_view kColourEnd = "\x1b[0m";
constexpr std::size_t kLevelWidth = 8;

}  // namespace

std::string_view Renderer::render(const RecordView& record, Level level,
                                  std::chrono::system_clock::time_point time) {
    line_.clear();
    if (format_ == Format::Json) {
        renderJson(record, level, time);
    } else {
        renderConsole(record, level, time);
    }
    return line_;
}

void Renderer::renderJson(const RecordView& record, Level level,
                          std::chrono::system_clock::time_point time) {
    line_ += "{\"event\":";
    appendJsonString(line_, record.event);
    line_ += ",\"timestamp\":\"";
    appendUtc(line_, time);
    line_ += "\",\"level\":\"";
    line_ += nameOf(level);
    line_ += "\",\"logger\":";
    appendJsonString(line_, loggerOf(record));
    jsonContext(record);
    for (const Field& field : record.fields) {
        if (isRepeated(record, field)) {
            continue;
        }
        line_ += ',';
        scratch_ = field.key;
        if (field.key.empty() || isHeadKey(field.key)) {
            scratch_ += '_';
        }
        appendJsonString(line_, scratch_);
        line_ += ':';
        jsonValue(field);
    }
    line_ += record.cut ? ",\"cut\":true}" : "}";
}

void Renderer::jsonContext(const RecordView& record) {
    for (const auto& [key, value] : entriesOf(record.context)) {
        if (!value.empty() && !hasField(record, key)) {
            jsonMember(key, value);
        }
    }
    for (const auto& [key, value] : traceEntriesOf(record.context.trace, scratch_)) {
        if (!value.empty() && !hasField(record, key)) {
            line_.append(",\"").append(key).append("\":\"").append(value) += '"';
        }
    }
}

void Renderer::jsonMember(std::string_view key, std::string_view value) {
    line_ += ",\"";
    line_ += key;
    line_ += "\":";
    appendJsonString(line_, withoutSecrets(value, scratch_));
}

void Renderer::jsonValue(const Field& field) {
    if (isHidden(field)) {
        appendJsonString(line_, kRedacted);
        return;
    }
    switch (field.kind) {
        case FieldKind::Integer:
            appendJsonInteger(line_, field.integer);
            return;
        case FieldKind::Number:
            appendJsonNumber(line_, field.number);
            return;
        case FieldKind::Boolean:
            line_ += field.integer != 0 ? "true" : "false";
            return;
        case FieldKind::Text:
            break;
    }
    appendJsonString(line_, withoutSecrets(field.text, scratch_));
}

void Renderer::renderConsole(const RecordView& record, Level level,
                             std::chrono::system_clock::time_point time) {
    appendUtc(line_, time);
    line_ += ' ';
    if (colour_) {
        line_ += colourOf(level);
    }
    const std::string name = uppered(nameOf(level));
    line_ += name;
    if (colour_) {
        line_ += kColourEnd;
    }
    line_.append(kLevelWidth - std::min(kLevelWidth, name.size()) + 1, ' ');
    line_ += record.event;
    for (const Field& field : record.fields) {
        if (isRepeated(record, field)) {
            continue;
        }
        line_ += ' ';
        consoleText(field.key);
        line_ += '=';
        consoleValue(field);
    }
    consoleContext(record);
    if (record.cut) {
        line_ += " cut=true";
    }
}

void Renderer::consoleContext(const RecordView& record) {
    for (const auto& [key, value] : entriesOf(record.context)) {
        if (!value.empty() && !hasField(record, key)) {
            line_ += ' ';
            line_ += key;
            line_ += '=';
            consoleText(withoutSecrets(value, scratch_));
        }
    }
    for (const auto& [key, value] : traceEntriesOf(record.context.trace, scratch_)) {
        if (!value.empty() && !hasField(record, key)) {
            line_.append(" ").append(key).append("=").append(value);
        }
    }
}

void Renderer::consoleText(std::string_view value) {
    const bool plain = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
        return c > ' ' && c < '\x7f' && c != '"' && c != '\\' && c != '=';
    });
    if (plain) {
        line_ += value;
    } else {
        appendJsonString(line_, value);
    }
}

void Renderer::consoleValue(const Field& field) {
    if (field.kind == FieldKind::Text && !isHidden(field)) {
        consoleText(withoutSecrets(field.text, scratch_));
    } else {
        jsonValue(field);
    }
}

}  // namespace mortise::log
