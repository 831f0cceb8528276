// HostRoutes: the few routes the host answers itself: health, readiness, the API document and its page, the public keys.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/docs_page.hpp"
#include "api/openapi.hpp"
#include "app/readiness.hpp"
#include "http/route.hpp"

namespace mortise::app {

/// What the routes ask when a request comes.
struct HostAnswers {
    std::string name;
    std::string version;
    /// May block.
    std::function<ReadinessReport()> readiness;
    std::function<std::shared_ptr<const std::string>()> document;
    /// Empty text before the keys are loaded.
    std::function<std::string()> public_keys;
    bool serves_metrics = true;
    /// The text of /metrics. May block.
    std::function<std::string()> metrics;
    bool serves_docs = true;
    api::DocsSettings docs;
};

class HostRoutes {
public:
    /// `lane` runs what may block.
    HostRoutes(HostAnswers answers, run::Lane& lane);
    ~HostRoutes();

    /// Live as long as this object.
    std::vector<const http::Route*> routes() const;
    /// What of them stands in the API document.
    api::ApiPart part() const;

private:
    class Target;
    using Answer = std::function<void(http::Exchange&)>;
    void add(const char* pattern, http::Mode mode, const char* operation, Answer answer);

    HostAnswers answers_;
    run::Lane& lane_;
    std::unique_ptr<api::DocsPage> docs_;
    std::vector<std::unique_ptr<Target>> targets_;
    std::vector<std::unique_ptr<http::Route>> routes_;
    std::vector<std::string> operations_;  // Beside routes_; empty: not in the document.
};

}  // namespace mortise::app
