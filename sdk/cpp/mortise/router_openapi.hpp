// router_openapi: the OpenAPI 3.1 Operation Object of a route, from its signature and its description.
//
// The host adds what it enforces itself: path parameters, security, the answers every route can give, and one answer per code
// in `x-error-codes`. So the parameters of the query, the body and the successful answer remain.
#pragma once

#include <string>
#include <string_view>

#include "mortise/json_writer.hpp"
#include "mortise/router_spec.hpp"

namespace mortise::detail {

inline void writeParameterObjects(JsonWriter& writer, const SignatureFacts& facts) {
    if (facts.query_uses.empty() && facts.named_uses.empty()) {
        return;
    }
    writer.key("parameters");
    writer.beginArray();
    for (const SignatureFacts::QueryUse& use : facts.query_uses) {
        // Each is an array of its own; what stands between its brackets goes into ours.
        if (use.json.size() > 2) {
            writer.raw(std::string_view(use.json).substr(1, use.json.size() - 2));
        }
    }
    for (const SignatureFacts::NamedUse& use : facts.named_uses) {
        writer.raw(use.json);
    }
    writer.endArray();
}

inline void writeMediaType(JsonWriter& writer, std::string_view type, std::string_view schema) {
    writer.key(type);
    writer.beginObject();
    writer.key("schema");
    writer.raw(schema);
    writer.endObject();
}

/// Schema of a multipart form: its files, and the fields of Form<T> beside them.
inline std::string multipartSchema(const SignatureFacts& facts) {
    std::string json;
    JsonWriter writer(json);
    writer.beginObject();
    writer.member("type", "object");
    writer.key("properties");
    writer.beginObject();
    for (const SignatureFacts::FileUse& use : facts.file_uses) {
        writer.key(use.name);
        writer.raw(
            use.is_list
                ? R"({"type":"array","items":{"contentMediaType":"application/octet-stream"}})"
                : R"({"contentMediaType":"application/octet-stream"})");
    }
    writer.endObject();
    writer.key("required");
    writer.beginArray();
    for (const SignatureFacts::FileUse& use : facts.file_uses) {
        if (use.is_required) {
            writer.value(use.name);
        }
    }
    writer.endArray();
    writer.endObject();
    return facts.body_schema.empty() ? json
                                     : R"({"allOf":[)" + facts.body_schema + "," + json + "]}";
}

inline void writeRequestBody(JsonWriter& writer, const RouteSpec& spec) {
    if (!spec.facts.takes_body && spec.facts.file_uses.empty()) {
        return;
    }
    writer.key("requestBody");
    writer.beginObject();
    writer.member("required", !spec.body_is_optional);
    writer.key("content");
    writer.beginObject();
    if (!spec.facts.file_uses.empty()) {
        writeMediaType(writer, "multipart/form-data", multipartSchema(spec.facts));
    } else {
        writeMediaType(writer, "application/json", spec.facts.body_schema);
    }
    if (spec.facts.file_uses.empty() && (spec.facts.takes_form || spec.takes_form)) {
        writeMediaType(writer, "application/x-www-form-urlencoded", spec.facts.body_schema);
    }
    writer.endObject();
    writer.endObject();
}

/// Schema of the success envelope around `data`.
inline std::string envelopeSchema(int status, const ResultFacts& result) {
    std::string json =
        R"({"type":"object","required":["status","status_code","message","data"],"properties":{)"
        R"("status":{"const":"success"},"status_code":{"const":)";
    json += std::to_string(status);
    json += R"(},"message":{"type":"string"},"data":)";
    json += result.data_schema;
    json += result.has_meta ? R"(,"meta":{"type":"object"}}})" : "}}";
    return json;
}

inline void writeSuccess(JsonWriter& writer, const RouteSpec& spec) {
    const int own_status = spec.binding->settings.status;
    const int status = own_status != 0 ? own_status : spec.result.status;
    writer.key("responses");
    writer.beginObject();
    writer.key(std::to_string(status));
    writer.beginObject();
    const std::string& message = spec.binding->settings.message;
    writer.member("description",
                  !message.empty() ? std::string_view(message) : std::string_view("Success"));
    if (!spec.result.data_schema.empty()) {
        writer.key("content");
        writer.beginObject();
        writeMediaType(writer, "application/json", envelopeSchema(status, spec.result));
        writer.endObject();
    }
    writer.endObject();
    writer.endObject();
}

inline void writeTexts(JsonWriter& writer, std::string_view key,
                       const std::vector<std::string>& texts) {
    writer.key(key);
    writer.beginArray();
    for (const std::string& text : texts) {
        writer.value(std::string_view(text));
    }
    writer.endArray();
}

inline std::vector<std::string> errorCodesOf(const RouteSpec& spec) {
    std::vector<std::string> codes;
    for (const ErrorCode& code : spec.errors) {
        codes.emplace_back(code.code);
    }
    if (spec.facts.takes_body || !spec.facts.query_uses.empty() || !spec.facts.path_uses.empty() ||
        !spec.facts.named_uses.empty()) {
        codes.emplace_back(codes::VALIDATION_ERROR.code);
    }
    return codes;
}

inline std::string operationObject(const RouteSpec& spec) {
    std::string json;
    JsonWriter writer(json);
    writer.beginObject();
    writer.member("summary", std::string_view(spec.summary));
    if (!spec.description.empty()) {
        writer.member("description", std::string_view(spec.description));
    }
    if (!spec.tags.empty()) {
        writeTexts(writer, "tags", spec.tags);
    }
    if (spec.is_deprecated) {
        writer.member("deprecated", true);
    }
    writeParameterObjects(writer, spec.facts);
    writeRequestBody(writer, spec);
    writeSuccess(writer, spec);
    writeTexts(writer, "x-error-codes", errorCodesOf(spec));
    writer.endObject();
    return json;
}

}  // namespace mortise::detail
