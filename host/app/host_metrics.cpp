#include "app/host_metrics.hpp"

#include <string>

#include "app/parts.hpp"
#include "app/version.hpp"

namespace mortise::app {
namespace {

using metrics::Exposition;
using metrics::Kind;
using metrics::LabelValue;

void writeHost(Exposition& out, const Parts& parts) {
    out.begin("mortise_host_info", Kind::Gauge, "Always 1; the version of the host is its label");
    const LabelValue version[] = {{"version", kVersion}};
    out.sample(version, 1);
    out.begin("mortise_log_records_dropped_total", Kind::Counter,
              "Log records that found the queue full");
    out.sample(static_cast<double>(parts.log.droppedCount()));
    out.begin("mortise_http_connections", Kind::Gauge, "Open connections of clients");
    out.sample(parts.server ? static_cast<double>(parts.server->connectionCount()) : 0);
}

void writeTraces(Exposition& out, const Parts& parts) {
    out.begin("mortise_trace_spans_exported_total", Kind::Counter, "Spans the collector took");
    out.sample(static_cast<double>(parts.tracer.exportedCount()));
    out.begin("mortise_trace_spans_dropped_total", Kind::Counter,
              "Spans that found the queue full or the collector away");
    out.sample(static_cast<double>(parts.tracer.droppedCount()));
}

void writePool(Exposition& out, const Parts& parts) {
    const db::Pool* pool = parts.ready_pool.load(std::memory_order_acquire);
    const db::Pool::Stats stats = pool != nullptr ? pool->stats() : db::Pool::Stats{0, 0, 0, false};
    out.begin("mortise_db_connections", Kind::Gauge, "Connections of the pool that are open");
    out.sample(stats.open);
    out.begin("mortise_db_leases", Kind::Gauge, "Connections of the pool somebody works with");
    out.sample(stats.leased);
    out.begin("mortise_db_lease_waiters", Kind::Gauge, "Threads that wait for a connection");
    out.sample(stats.waiting);
    out.begin("mortise_db_available", Kind::Gauge, "1 while PostgreSQL answers, otherwise 0");
    out.sample(stats.available ? 1 : 0);
}

void writePlugins(Exposition& out, const Parts& parts) {
    const auto plugins = parts.registry.snapshot();
    out.begin("mortise_plugin_info", Kind::Gauge,
              "1 for the version that serves; 0 while the plugin is degraded");
    for (const plugin::PluginStatus& status : plugins) {
        const std::string version = status.serving ? status.serving->version : "";
        const LabelValue labels[] = {{"plugin", status.name}, {"version", version}};
        out.sample(labels, status.serving && !status.degraded ? 1 : 0);
    }
    out.begin("mortise_plugin_generations", Kind::Gauge,
              "Generations that are mapped: serving, parked and leaving");
    for (const plugin::PluginStatus& status : plugins) {
        const LabelValue labels[] = {{"plugin", status.name}};
        out.sample(labels, static_cast<double>((status.serving ? 1 : 0) + (status.parked ? 1 : 0) +
                                               status.leaving.size()));
    }
    out.begin("mortise_plugin_work_in_flight", Kind::Gauge,
              "Requests, calls and tasks inside the generation that serves");
    for (const plugin::PluginStatus& status : plugins) {
        const LabelValue labels[] = {{"plugin", status.name}};
        out.sample(labels, status.serving ? static_cast<double>(status.serving->pin_count) : 0);
    }
}

}  // namespace

void collectHostMetrics(Parts& parts) {
    parts.metrics.collect([&parts](Exposition& out) {
        writeHost(out, parts);
        parts.request_metrics.write(out);
        writeTraces(out, parts);
        parts.outgoing.write(out);
        writePool(out, parts);
        writePlugins(out, parts);
        cache::write(parts.cache, out);
    });
}

}  // namespace mortise::app
