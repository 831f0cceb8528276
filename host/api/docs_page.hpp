// DocsPage: /docs, the OpenAPI document made readable by Swagger UI from local files.
//
// No CDN and no inline script, so a strict route-local Content-Security-Policy holds: the page is ours, the script that starts
// Swagger UI is ours, and the rest comes from a directory with the npm package swagger-ui-dist. Only file names known at compile
// time are ever opened, so there is no path to traverse. Without the files the page says so and names the document instead.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/route.hpp"

namespace mortise::api {

struct DocsSettings {
    /// Directory with swagger-ui.css and swagger-ui-bundle.js; empty = none installed.
    std::filesystem::path assets;
    std::string title = "My API";
    std::string path = "/docs";
    std::string document_path = "/openapi.json";
};

class DocsPage {
public:
    explicit DocsPage(DocsSettings settings);
    ~DocsPage();
    DocsPage(const DocsPage&) = delete;
    DocsPage& operator=(const DocsPage&) = delete;

    /// GET /docs and GET /docs/{asset}, owned by this object. They read files, so they are Blocking and run in `lane`.
    std::vector<http::Route> routes(run::Lane& lane);

    /// What the routes do, without a server: the page, and one asset by name (404 enveloped for an unknown one).
    void writePage(http::Response& response) const;
    void writeAsset(http::Response& response, std::string_view name, bool problem_json) const;

    /// True when the files are there; looked up every time, so that installing them needs no restart.
    bool hasAssets() const;

private:
    class PageTarget;
    class AssetTarget;
    DocsSettings settings_;
    std::string page_;
    std::string initializer_;
    std::unique_ptr<PageTarget> page_target_;
    std::unique_ptr<AssetTarget> asset_target_;
};

}  // namespace mortise::api
