// Cursors of the listing. See cursor.hpp.
#include "cursor.hpp"

#include <mortise/encoding.hpp>

namespace jobs {

namespace {

constexpr std::size_t kSignatureSize = 16;
constexpr char kSeparator = '\x1F';

std::string signatureOf(std::string_view payload, const Sign& sign) {
    const mortise::Digest digest = sign(payload);
    return {digest.begin(), digest.begin() + kSignatureSize};
}

/// Compares without telling by the time taken how much of a guess was right.
bool isEqual(std::string_view left, std::string_view right) {
    unsigned difference = left.size() == right.size() ? 0 : 1;
    for (std::size_t index = 0; index < left.size() && index < right.size(); ++index) {
        difference |= static_cast<unsigned char>(left[index] ^ right[index]);
    }
    return difference == 0;
}

}  // namespace

std::string writeCursor(const JobPosition& position, const Sign& sign) {
    const std::string payload =
        position.created_at.toString() + kSeparator + position.id.toString();
    return mortise::encodeBase64Url(signatureOf(payload, sign) + payload);
}

std::optional<JobPosition> readCursor(std::string_view cursor, const Sign& sign) {
    const std::optional<std::string> bytes = mortise::decodeBase64Url(cursor);
    if (!bytes || bytes->size() <= kSignatureSize) {
        return std::nullopt;
    }
    const std::string_view all = *bytes;
    const std::string_view payload = all.substr(kSignatureSize);
    const std::size_t middle = payload.find(kSeparator);
    if (!isEqual(all.substr(0, kSignatureSize), signatureOf(payload, sign)) ||
        middle == std::string_view::npos) {
        return std::nullopt;
    }
    const auto created_at = mortise::Timestamp::parse(payload.substr(0, middle));
    const auto id = mortise::Uuid::parse(payload.substr(middle + 1));
    return created_at && id ? std::optional(JobPosition{*created_at, *id}) : std::nullopt;
}

}  // namespace jobs
