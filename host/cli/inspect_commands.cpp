// `mortise health`, `version`: questions that need no running host, or only its port.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Timespan.h>

#include "app/configuration.hpp"
#include "app/version.hpp"
#include "cli/command.hpp"
#include "limits.hpp"

namespace mortise::cli {

int runVersion(Arguments&) {
    print("mortise " + std::string(app::kVersion) + "\n");
    return kExitOk;
}

int runHealth(Arguments& arguments) {
    const app::Configuration configuration(arguments.options());
    std::string host = configuration.host().text("host");
    if (host == "0.0.0.0") {
        host = "127.0.0.1";
    } else if (host == "::") {
        host = "::1";
    }
    const auto port = static_cast<Poco::UInt16>(configuration.host().integer("port"));
    Poco::Net::HTTPClientSession session(host, port);
    session.setTimeout(
        Poco::Timespan(0, std::chrono::microseconds(limits::kReadyCheckDeadline).count()));
    Poco::Net::HTTPRequest request("GET", "/health", Poco::Net::HTTPMessage::HTTP_1_1);
    session.sendRequest(request);
    Poco::Net::HTTPResponse response;
    session.receiveResponse(response);
    const bool is_alive = response.getStatus() == Poco::Net::HTTPResponse::HTTP_OK;
    print(is_alive ? "alive\n" : "not alive\n");
    return is_alive ? kExitOk : kExitFailed;
}

}  // namespace mortise::cli
