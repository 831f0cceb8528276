#include "http/client/transfer.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>

#include "base/strings.hpp"
#include "http/client/outgoing_target.hpp"
#include "http/client/public_address.hpp"

namespace mortise::http {
namespace {

struct FreeEasy {
    void operator()(CURL* easy) const noexcept { ::curl_easy_cleanup(easy); }
};
struct FreeList {
    void operator()(curl_slist* list) const noexcept { ::curl_slist_free_all(list); }
};

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
    // Every option used here exists in the oldest supported release, so only memory can be short.
    if (::curl_easy_setopt(easy, option, value) != CURLE_OK) {
        throw std::bad_alloc();
    }
}

bool hasBodyByNature(std::string_view method) noexcept {
    return method == "POST" || method == "PUT" || method == "PATCH";
}

}  // namespace

struct Transfer::State {
    const OutgoingRequest& request;
    std::unique_ptr<CURL, FreeEasy> easy;
    std::unique_ptr<curl_slist, FreeList> headers;
    std::array<char, CURL_ERROR_SIZE> reason{};
    OutgoingResponse response;
    std::size_t header_size = 0;
    bool is_too_large = false;
    bool is_address_refused = false;

    explicit State(const OutgoingRequest& given) : request(given), easy(::curl_easy_init()) {
        if (!easy) {
            throw std::bad_alloc();
        }
    }

    void addHeader(const std::string& line) {
        curl_slist* longer = ::curl_slist_append(headers.get(), line.c_str());
        if (longer == nullptr) {
            throw std::bad_alloc();
        }
        static_cast<void>(headers.release());
        headers.reset(longer);
    }

    static std::size_t onHeader(char* text, std::size_t unit, std::size_t count, void* self);
    static std::size_t onBody(char* bytes, std::size_t unit, std::size_t count, void* self);
    static curl_socket_t openSocket(void* self, curlsocktype purpose, curl_sockaddr* address);
    static int beforeRequest(void* self, char* address, char* own, int port, int own_port);

    void keepHeader(std::string_view line);
    void setRequest(const OutgoingSettings& settings);
    void setConnection(const OutgoingTarget& target, const OutgoingSettings& settings);
    void setCallbacks();
};

void Transfer::State::keepHeader(std::string_view line) {
    if (line.starts_with("HTTP/")) {
        response.headers.clear();  // What came before was an interim answer.
        return;
    }
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos) {
        response.headers.emplace_back(lowered(trimmed(line.substr(0, colon))),
                                      trimmed(line.substr(colon + 1)));
    }
}

std::size_t Transfer::State::onHeader(char* text, std::size_t unit, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::size_t size = unit * count;
    state.header_size += size;
    if (state.header_size > limits::kOutgoingHeaderSizeMax) {
        state.is_too_large = true;
        return 0;
    }
    try {
        state.keepHeader({text, size});
        return size;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

std::size_t Transfer::State::onBody(char* bytes, std::size_t unit, std::size_t count, void* self) {
    auto& state = *static_cast<State*>(self);
    const std::size_t size = unit * count;
    if (size > state.request.response_size_max - state.response.body.size()) {
        state.is_too_large = true;
        return 0;
    }
    try {
        state.response.body.append(bytes, size);
        return size;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

/// The address is the one that will be connected to, so a name that changes its mind between check and use gains nothing.
curl_socket_t Transfer::State::openSocket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& state = *static_cast<State*>(self);
    if (state.request.public_only && !isPublicAddress(address->addr)) {
        state.is_address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

/// A connection that is used again was perhaps opened by a call that may reach more.
int Transfer::State::beforeRequest(void* self, char* address, char*, int, int) {
    auto& state = *static_cast<State*>(self);
    if (state.request.public_only && !isPublicAddress(address)) {
        state.is_address_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    return CURL_PREREQFUNC_OK;
}

void Transfer::State::setRequest(const OutgoingSettings& settings) {
    bool has_content_type = false;
    bool has_agent = false;
    for (const auto& [name, value] : request.headers) {
        has_content_type = has_content_type || equalsIgnoringCase(name, "content-type");
        has_agent = has_agent || equalsIgnoringCase(name, "user-agent");
        // An empty value is written with a semicolon, or the field would be taken away.
        addHeader(value.empty() ? name + ";" : name + ": " + value);
    }
    if (!has_agent) {
        set(easy.get(), CURLOPT_USERAGENT, settings.user_agent.c_str());
    }
    addHeader("Expect:");
    if (request.method == "HEAD") {
        set(easy.get(), CURLOPT_NOBODY, 1L);
    } else if (!request.body.empty() || hasBodyByNature(request.method)) {
        set(easy.get(), CURLOPT_POSTFIELDS, request.body.data());
        set(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
        if (!has_content_type) {
            addHeader("Content-Type:");
        }
    }
    if (request.method != "HEAD") {
        set(easy.get(), CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }
    set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
}

void Transfer::State::setConnection(const OutgoingTarget& target,
                                    const OutgoingSettings& settings) {
    CURL* const handle = easy.get();
    set(handle, CURLOPT_CURLU, target.handle());
    set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    set(handle, CURLOPT_PROXY, "");  // The environment of the host shall not redirect it.
    set(handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(handle, CURLOPT_NOSIGNAL, 1L);
    // Do not wait for a name look-up that hangs when the call is given up.
    set(handle, CURLOPT_QUICK_EXIT, 1L);
    set(handle, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
    set(handle, CURLOPT_MAXLIFETIME_CONN,
        static_cast<long>(limits::kOutgoingConnectionAgeMax.count()));
    set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
    set(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set(handle, CURLOPT_ACCEPT_ENCODING, "");  // All it can undo.
    if (!settings.ca_file.empty()) {
        set(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
    }
}

void Transfer::State::setCallbacks() {
    CURL* const handle = easy.get();
    set(handle, CURLOPT_ERRORBUFFER, reason.data());
    set(handle, CURLOPT_HEADERFUNCTION, &State::onHeader);
    set(handle, CURLOPT_HEADERDATA, this);
    set(handle, CURLOPT_WRITEFUNCTION, &State::onBody);
    set(handle, CURLOPT_WRITEDATA, this);
    set(handle, CURLOPT_OPENSOCKETFUNCTION, &State::openSocket);
    set(handle, CURLOPT_OPENSOCKETDATA, this);
    set(handle, CURLOPT_PREREQFUNCTION, &State::beforeRequest);
    set(handle, CURLOPT_PREREQDATA, this);
}

Transfer::Transfer(const OutgoingRequest& request, const OutgoingTarget& target,
                   const OutgoingSettings& settings)
    : state_(std::make_unique<State>(request)) {
    state_->setCallbacks();
    state_->setConnection(target, settings);
    state_->setRequest(settings);
}

Transfer::~Transfer() = default;

void* Transfer::handle() const noexcept {
    return state_->easy.get();
}

void Transfer::finish(int code, OutgoingResult& result) {
    State& state = *state_;
    if (code == CURLE_OK) {
        long status = 0;
        ::curl_easy_getinfo(state.easy.get(), CURLINFO_RESPONSE_CODE, &status);
        state.response.status = static_cast<int>(status);
        if (findHeader(state.response.headers, "content-encoding") != nullptr) {
            // The body is decoded, so what was said of its encoded form is no longer true.
            std::erase_if(state.response.headers, [](const auto& each) {
                return each.first == "content-encoding" || each.first == "content-length";
            });
        }
        result.failure = OutgoingFailure::None;
        result.reason.clear();
        result.response = std::move(state.response);
        return;
    }
    const char* const text = state.reason[0] != '\0'
                                 ? state.reason.data()
                                 : ::curl_easy_strerror(static_cast<CURLcode>(code));
    result.reason = text;
    if (state.is_too_large) {
        result.failure = OutgoingFailure::ResponseTooLarge;
        result.reason = "the answer is too large";
    } else if (state.is_address_refused) {
        result.failure = OutgoingFailure::AddressRefused;
        result.reason = "the name leads to an address that is not public";
    } else {
        result.failure = OutgoingFailure::Unreachable;
    }
}

}  // namespace mortise::http
