#include "tests/abi/header_reader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace mortise::test {

namespace {

/// Splits the body of a struct at the semicolons outside of parentheses and comments.
std::vector<std::string> declarationsOf(const std::string& body) {
    std::vector<std::string> declarations;
    std::string current;
    bool in_comment = false;
    for (std::size_t at = 0; at < body.size(); ++at) {
        if (body.compare(at, 2, "/*") == 0) {
            in_comment = true;
        } else if (in_comment && body.compare(at, 2, "*/") == 0) {
            in_comment = false;
        }
        if (body[at] == ';' && !in_comment) {
            declarations.push_back(current);
            current.clear();
        } else {
            current += body[at];
        }
    }
    if (withoutComments(current).find_first_not_of(" \t\n") != std::string::npos) {
        throw std::runtime_error("cannot read: " + current);
    }
    return declarations;
}

HeaderMember memberOf(const std::string& declaration) {
    HeaderMember member;
    const std::size_t comment_begin = declaration.rfind("/*");
    const std::size_t comment_end = declaration.rfind("*/");
    if (comment_begin != std::string::npos) {
        member.comment = declaration.substr(comment_begin, comment_end + 2 - comment_begin);
    }
    const std::string code = withoutComments(declaration);
    static const std::regex function(R"(\(\s*\*\s*(\w+)\s*\)\s*\()");
    static const std::regex variable(R"((\w+)\s*(\[[^\]]*\])?\s*$)");
    std::smatch match;
    if (std::regex_search(code, match, function)) {
        member.is_function = true;
    } else if (code.find(',') != std::string::npos || !std::regex_search(code, match, variable)) {
        throw std::runtime_error("cannot read the declaration: " + code);
    }
    member.name = match[1];
    return member;
}

}  // namespace

std::string readText(const std::filesystem::path& file) {
    std::ifstream input(file);
    if (!input) {
        throw std::runtime_error("cannot open " + file.string());
    }
    return {std::istreambuf_iterator<char>(input), {}};
}

std::string withoutComments(const std::string& text) {
    std::string code;
    for (std::size_t at = 0; at < text.size();) {
        if (text.compare(at, 2, "/*") == 0) {
            const std::size_t end = text.find("*/", at);
            at = end == std::string::npos ? text.size() : end + 2;
        } else if (text.compare(at, 2, "//") == 0) {
            at = std::min(text.find('\n', at), text.size());
        } else {
            code += text[at++];
        }
    }
    return code;
}

std::vector<HeaderStruct> readStructs(const std::filesystem::path& header) {
    static const std::regex opening(R"((?:typedef )?struct (\w+) \{\n)");
    const std::string text = readText(header);
    std::vector<HeaderStruct> structs;
    for (std::sregex_iterator it(text.begin(), text.end(), opening), end; it != end; ++it) {
        HeaderStruct found{(*it)[1], header.filename().string(), {}};
        const auto begin = static_cast<std::size_t>(it->position() + it->length());
        const std::size_t close = text.find("\n}", begin);
        for (const std::string& declaration : declarationsOf(text.substr(begin, close - begin))) {
            found.members.push_back(memberOf(declaration));
        }
        structs.push_back(std::move(found));
    }
    return structs;
}

std::vector<std::filesystem::path> sdkHeaders() {
    std::vector<std::filesystem::path> headers;
    for (const auto& entry :
         std::filesystem::directory_iterator(MORTISE_SOURCE_DIR "/sdk/include/mortise")) {
        headers.push_back(entry.path());
    }
    std::sort(headers.begin(), headers.end());
    return headers;
}

}  // namespace mortise::test
