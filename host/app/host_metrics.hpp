// host_metrics: what the host tells about itself at /metrics. Asked when somebody scrapes, so it costs nothing otherwise.
#pragma once

namespace mortise::app {

struct Parts;

/// Adds the collectors; `parts` outlives their registry's last scrape.
void collectHostMetrics(Parts& parts);

}  // namespace mortise::app
