// Ledger: everything one generation registered in declare(), as copied data.
//
// Problem: a plugin that registers things here and there can only be removed by a hand-written undo list, and calls into its code
//          to undo are what crashes hosts.
// Choice:  declare() is the only place, and it writes into this object; the published table is built from it. Undo is dropping it,
//          without a call into the plugin.
// Guarantee: what stands in here has passed every rule of sdk/include/mortise/declare.h (names, patterns, granted prefixes, one
//          status per code, bounds) and does not change after seal(). toJson() is canonical: the probe's and the host's ledger of
//          one library are equal exactly when the texts are.
//
// The add functions have the shape of the declaration table, so that the bridge only forwards. They never throw.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mortise/declare.h"
#include "plugin/report.hpp"

namespace mortise::plugin {

struct Manifest;

struct DeclaredRoute {
    std::string method;
    /// Normalised: no trailing slash; parameters keep their types.
    std::string pattern;
    /// Pattern without types, as logs and OpenAPI show it.
    std::string display;
    /// Pattern with nameless parameters: what may not occur twice with one method.
    std::string shape;
    std::uint32_t flags = 0;
    std::uint32_t access = 0;
    std::vector<std::string> roles;
    std::vector<std::string> scopes;
    std::uint32_t deadline_ms = 0;
    std::uint64_t body_size_max = 0;
    std::string openapi;
    /// Of every answer.
    std::vector<std::pair<std::string, std::string>> headers;
    mortise_request_handler handler = nullptr;  ///< Not the plugin's in a ledger read from JSON.
    void* handler_context = nullptr;
};

struct DeclaredOperation {
    std::string name;
    std::uint32_t flags = 0;
    mortise_operation_handler handler = nullptr;
    void* handler_context = nullptr;
};

struct DeclaredJobType {
    std::string name;
    std::uint32_t max_attempts = 0;
    std::string args_schema;
    mortise_job_handler handler = nullptr;
    void* handler_context = nullptr;
};

struct DeclaredError {
    std::string code;
    std::uint32_t http_status = 0;
    std::string message;
};

struct DeclaredSchema {
    std::string name;
    std::string schema;
};

struct DeclaredLabel {
    std::string name;
    std::vector<std::string> values;
};

struct DeclaredMetric {
    std::uint32_t kind = 0;
    /// Without `mortise_<plugin>_`.
    std::string name;
    std::string help;
    std::vector<DeclaredLabel> labels;
    std::vector<double> bounds;
};

struct DeclaredHealthCheck {
    std::string name;
    std::uint32_t timeout_ms = 0;
    std::uint32_t interval_ms = 0;
    mortise_health_check_fn check = nullptr;
    void* check_context = nullptr;
};

class Ledger {
public:
    /// `plugin` prefixes its operations; routes must lie under one of `route_grants`.
    Ledger(std::string plugin, std::vector<std::string> route_grants);
    explicit Ledger(const Manifest& manifest);

    mortise_status addRoute(const mortise_route* route, mortise_error* error) noexcept;
    mortise_status addOperation(const mortise_operation* operation, mortise_error* error) noexcept;
    mortise_status addJobType(const mortise_job_type* type, mortise_error* error) noexcept;
    mortise_status addError(mortise_str code, std::uint32_t http_status, mortise_str message,
                            mortise_error* error) noexcept;
    mortise_status addSchema(mortise_str name, mortise_str schema, mortise_error* error) noexcept;

    /// `*index` counts from 0 in the order of the calls.
    mortise_status addMetric(const mortise_metric* metric, std::uint32_t* index,
                             mortise_error* error) noexcept;
    mortise_status addHealthCheck(const mortise_health_check* check, mortise_error* error) noexcept;

    /// Every add answers SEALED from now on.
    void seal() noexcept { sealed_.store(true, std::memory_order_release); }
    bool isSealed() const noexcept { return sealed_.load(std::memory_order_acquire); }
    /// First add that failed since the start, empty when all succeeded: a plugin may not ignore a refusal.
    const std::string& firstFailure() const noexcept { return first_failure_; }

    const std::string& plugin() const noexcept { return plugin_; }
    const std::vector<DeclaredRoute>& routes() const noexcept { return routes_; }
    const std::vector<DeclaredOperation>& operations() const noexcept { return operations_; }
    const std::vector<DeclaredJobType>& jobTypes() const noexcept { return job_types_; }
    const std::vector<DeclaredError>& errors() const noexcept { return errors_; }
    const std::vector<DeclaredSchema>& schemas() const noexcept { return schemas_; }
    const std::vector<DeclaredMetric>& metrics() const noexcept { return metrics_; }
    const std::vector<DeclaredHealthCheck>& healthChecks() const noexcept { return health_checks_; }
    bool hasOperation(std::string_view name) const noexcept;

    /// Sorted, without handlers.
    std::string toJson() const;
    /// Reads what toJson() wrote; its handlers do nothing. Throws Error LEDGER_DAMAGED.
    static Ledger fromJson(std::string_view json, const Manifest& manifest);

    Ledger(Ledger&& other) noexcept;
    Ledger& operator=(Ledger&&) = delete;
    Ledger(const Ledger&) = delete;
    ~Ledger() = default;

private:
    template <typename Body>
    mortise_status guarded(mortise_error* error, Body body) noexcept;
    void requireGranted(const std::string& pattern) const;
    std::string metricsJson() const;
    std::string healthChecksJson() const;

    std::string plugin_;
    std::vector<std::string> route_grants_;
    std::vector<DeclaredRoute> routes_;
    std::vector<DeclaredOperation> operations_;
    std::vector<DeclaredJobType> job_types_;
    std::vector<DeclaredError> errors_;
    std::vector<DeclaredSchema> schemas_;
    std::vector<DeclaredMetric> metrics_;
    std::vector<DeclaredHealthCheck> health_checks_;
    std::string first_failure_;
    // Written by the change thread; read by whatever thread of a broken plugin calls an add too late.
    std::atomic<bool> sealed_{false};
};

/// What several ledgers cannot own together: equal route shapes, one error code with two statuses, equal job types.
/// A Publisher adds what clashes with the host's own.
std::vector<Clash> ledgerClashes(const std::vector<const Ledger*>& ledgers);

}  // namespace mortise::plugin
