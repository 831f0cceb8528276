// "mortise.declare/1": forwards to the ledger of the generation, which holds all the rules.
#include "bridge/failure.hpp"
#include "bridge/host_instance.hpp"
#include "bridge/tables.hpp"
#include "bridge/thread_tags.hpp"
#include "plugin/generation.hpp"

namespace mortise::bridge {
namespace {

plugin::Ledger& ledgerOf(mortise_declaration* declaration) noexcept {
    return HostInstance::of(declaration).generation().ledger();
}

mortise_status addRoute(mortise_declaration* declaration, const mortise_route* route,
                        mortise_error* error) {
    return ledgerOf(declaration).addRoute(route, error);
}

mortise_status addOperation(mortise_declaration* declaration, const mortise_operation* operation,
                            mortise_error* error) {
    return ledgerOf(declaration).addOperation(operation, error);
}

mortise_status addJobType(mortise_declaration* declaration, const mortise_job_type* type,
                          mortise_error* error) {
    return ledgerOf(declaration).addJobType(type, error);
}

mortise_status addError(mortise_declaration* declaration, mortise_str code,
                        std::uint32_t http_status, mortise_str message, mortise_error* error) {
    return ledgerOf(declaration).addError(code, http_status, message, error);
}

mortise_status addSchema(mortise_declaration* declaration, mortise_str name, mortise_str schema,
                         mortise_error* error) {
    return ledgerOf(declaration).addSchema(name, schema, error);
}

mortise_status addMetric(mortise_declaration* declaration, const mortise_metric* metric,
                         std::uint32_t* index, mortise_error* error) {
    return guarded(error, [&] {
        HostInstance& instance = HostInstance::of(declaration);
        plugin::Ledger& ledger = ledgerOf(declaration);
        const mortise_status status = ledger.addMetric(metric, index, error);
        if (status == MORTISE_OK) {
            instance.observed().addMetric(ledger.metrics().back());
        }
        return status;
    });
}

mortise_status addHealthCheck(mortise_declaration* declaration, const mortise_health_check* check,
                              mortise_error* error) {
    return guarded(error, [&] {
        plugin::Ledger& ledger = ledgerOf(declaration);
        const mortise_status status = ledger.addHealthCheck(check, error);
        if (status == MORTISE_OK) {
            HostInstance::of(declaration).observed().addCheck(ledger.healthChecks().back());
        }
        return status;
    });
}

}  // namespace

const mortise_declare& declareTable() noexcept {
    static constexpr mortise_declare kTable{
        sizeof(mortise_declare),
        0,
        kOnThread<"mortise_declare.add_route", ThreadTag::Control, addRoute>,
        kOnThread<"mortise_declare.add_operation", ThreadTag::Control, addOperation>,
        kOnThread<"mortise_declare.add_job_type", ThreadTag::Control, addJobType>,
        kOnThread<"mortise_declare.add_error", ThreadTag::Control, addError>,
        kOnThread<"mortise_declare.add_schema", ThreadTag::Control, addSchema>,
        kOnThread<"mortise_declare.add_metric", ThreadTag::Control, addMetric>,
        kOnThread<"mortise_declare.add_health_check", ThreadTag::Control, addHealthCheck>};
    return kTable;
}

}  // namespace mortise::bridge
