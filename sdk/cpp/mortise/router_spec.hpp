// router_spec: what declare() collects before anything reaches the host.
//
// Routes are described by chained calls after their registration, so the host hears of them only when declare() is done. Until
// then each is one plain struct here; router_submit.hpp judges and hands them over.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/declare.h"
#include "mortise/errors.hpp"
#include "mortise/handler.hpp"
#include "mortise/router_deprecation.hpp"

namespace mortise::detail {

/// What a group hands on to its routes.
struct RouteDefaults {
    std::string prefix;
    std::vector<std::string> tags;
    std::vector<ErrorCode> errors;
    /// Nobody has said yet who may call; a route that stays so does not load.
    bool access_known = false;
    std::uint32_t access = MORTISE_ACCESS_USER;
    std::vector<std::string> roles;
    std::vector<std::string> scopes;
    std::chrono::milliseconds deadline{};
    std::uint64_t body_size_max = 0;
    bool is_deprecated = false;
    Deprecation deprecation;
    /// Values every route makes, whether its handler takes them or not.
    std::vector<SignatureFacts::ProvidedUse> required;
};

struct RouteSpec : RouteDefaults {
    RouteSpec(RouteDefaults defaults, std::string_view route_method, std::string_view path,
              SignatureFacts signature, ResultFacts answer)
        : RouteDefaults(std::move(defaults)),
          method(route_method),
          facts(std::move(signature)),
          result(std::move(answer)) {
        prefix += path;
    }

    std::string method;
    /// With the types of its parameters; known when the route is resolved.
    std::string pattern;
    std::string summary;
    std::string description;
    bool is_async = false;
    bool is_inline = false;
    bool takes_form = false;
    bool body_is_optional = false;
    /// Of every answer.
    std::vector<HeaderField> headers;
    SignatureFacts facts;
    ResultFacts result;
    mortise_request_handler callback = nullptr;
    std::unique_ptr<RouteBindingBase> binding;
};

struct OperationSpec {
    OperationSpec(std::string full_name, SignatureFacts signature)
        : name(std::move(full_name)), facts(std::move(signature)) {}

    std::string name;
    bool is_async = false;
    SignatureFacts facts;
    std::vector<ErrorCode> errors;
    mortise_operation_handler callback = nullptr;
    std::unique_ptr<BindingBase> binding;
};

struct JobSpec {
    JobSpec(std::string_view type_name, SignatureFacts signature)
        : type(type_name), facts(std::move(signature)) {}

    std::string type;
    std::uint32_t max_attempts = 5;
    SignatureFacts facts;
    std::vector<ErrorCode> errors;
    mortise_job_handler callback = nullptr;
    std::unique_ptr<BindingBase> binding;
};

}  // namespace mortise::detail
