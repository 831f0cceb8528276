#include "api/docs_page.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "api/envelope.hpp"
#include "base/json_text.hpp"
#include "http/exchange.hpp"

namespace mortise::api {

namespace {

constexpr std::string_view kInitializer = "initializer.js";
constexpr std::string_view kHtmlType = "text/html; charset=utf-8";
constexpr std::string_view kScriptType = "text/javascript; charset=utf-8";

/// Every file that is ever read, with its type.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kAssets{{
    {"swagger-ui.css", "text/css; charset=utf-8"},
    {"swagger-ui-bundle.js", kScriptType},
    {"favicon-16x16.png", "image/png"},
    {"favicon-32x32.png", "image/png"},
}};

/// Swagger UI sets style attributes and draws its icons from data URLs; scripts come from here only.
constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'";

std::string htmlText(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string headOf(const DocsSettings& settings) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>" +
           htmlText(settings.title) + "</title>\n";
}

std::string pageOf(const DocsSettings& settings) {
    const std::string path = htmlText(settings.path);
    return headOf(settings) + "<link rel=\"icon\" type=\"image/png\" href=\"" + path +
           "/favicon-32x32.png\">\n<link rel=\"stylesheet\" href=\"" + path +
           "/swagger-ui.css\">\n</head>\n<body>\n<div id=\"docs\"></div>\n<script src=\"" + path +
           "/swagger-ui-bundle.js\"></script>\n<script src=\"" + path +
           "/initializer.js\"></script>\n"
           "</body>\n</html>\n";
}

std::string hintOf(const DocsSettings& settings) {
    const std::string document = htmlText(settings.document_path);
    return headOf(settings) +
           "</head>\n<body>\n<h1>The documentation page is not installed</h1>\n"
           "<p>Its files are missing on this server. The API is described in <a href=\"" +
           document + "\">" + document + "</a>.</p>\n</body>\n</html>\n";
}

std::string initializerOf(const DocsSettings& settings) {
    std::string out = "window.addEventListener('load', () => {\n    SwaggerUIBundle({url: ";
    appendJsonString(out, settings.document_path);
    out += ", dom_id: '#docs', deepLinking: true, persistAuthorization: false});\n});\n";
    return out;
}

std::optional<std::string> readFile(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::string content{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    return file.bad() || content.empty() ? std::nullopt : std::optional(std::move(content));
}

void setAnswer(http::Response& response, int status, std::string_view type, std::string body) {
    response.status = status;
    response.content_type = type;
    response.body = std::move(body);
}

}  // namespace

/// Always serving: the page lives as long as the host.
class DocsPage::PageTarget final : public http::Target {
public:
    explicit PageTarget(const DocsPage& page) : page_(page) {}
    bool enter() noexcept override { return true; }
    void leave() noexcept override {}
    void handle(http::Exchange& exchange) noexcept override {
        page_.writePage(exchange.response);
        exchange.complete();
    }

private:
    const DocsPage& page_;
};

class DocsPage::AssetTarget final : public http::Target {
public:
    explicit AssetTarget(const DocsPage& page) : page_(page) {}
    bool enter() noexcept override { return true; }
    void leave() noexcept override {}
    void handle(http::Exchange& exchange) noexcept override {
        const auto& params = exchange.path_params;
        page_.writeAsset(exchange.response, params.empty() ? std::string_view() : params[0].value,
                         wantsProblem(exchange));
        exchange.complete();
    }

private:
    const DocsPage& page_;
};

DocsPage::DocsPage(DocsSettings settings)
    : settings_(std::move(settings)),
      page_(pageOf(settings_)),
      initializer_(initializerOf(settings_)),
      page_target_(std::make_unique<PageTarget>(*this)),
      asset_target_(std::make_unique<AssetTarget>(*this)) {}

DocsPage::~DocsPage() = default;

std::vector<http::Route> DocsPage::routes(run::Lane& lane) {
    http::Route page;
    page.pattern = settings_.path;
    page.display = settings_.path;
    page.plugin = "host";
    page.mode = http::Mode::Blocking;
    page.lane = &lane;
    page.content_security_policy = kContentSecurityPolicy;
    page.target = page_target_.get();

    http::Route asset = page;
    asset.pattern = settings_.path + "/{asset}";
    asset.display = asset.pattern;
    asset.target = asset_target_.get();
    return {std::move(page), std::move(asset)};
}

void DocsPage::writePage(http::Response& response) const {
    const bool is_installed = hasAssets();
    setAnswer(response, is_installed ? 200 : 404, kHtmlType,
              is_installed ? page_ : hintOf(settings_));
}

void DocsPage::writeAsset(http::Response& response, std::string_view name,
                          bool problem_json) const {
    if (name == kInitializer) {
        setAnswer(response, 200, kScriptType, initializer_);
        return;
    }
    for (const auto& [asset, type] : kAssets) {
        if (asset != name || settings_.assets.empty()) {
            continue;
        }
        if (auto content = readFile(settings_.assets / asset)) {
            setAnswer(response, 200, type, std::move(*content));
            response.headers.emplace_back("Cache-Control", "public, max-age=3600");
            return;
        }
    }
    writeFailure(response, 404, "NOT_FOUND", {}, {}, problem_json);
}

bool DocsPage::hasAssets() const {
    std::error_code ignored;  // A directory that cannot be read is one without assets.
    return !settings_.assets.empty() &&
           std::filesystem::is_regular_file(settings_.assets / "swagger-ui.css", ignored) &&
           std::filesystem::is_regular_file(settings_.assets / "swagger-ui-bundle.js", ignored);
}

}  // namespace mortise::api
