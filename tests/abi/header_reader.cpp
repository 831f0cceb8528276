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
    static const std::regex directive(R"((^|\n)[ \t]*#[^\n]*)");
    const std::string rest = std::regex_replace(withoutComments(current), directive, "");
    if (rest.find_first_not_of(" \t\n") != std::string::npos) {
        throw std::runtime_error("cannot read: " + current);
    }
    return declarations;
}

std::string inOneLine(const std::string& text) {
    static const std::regex blanks(R"(\s+)");
    static const std::regex edges(R"(^ | $)");
    return std::regex_replace(std::regex_replace(text, blanks, " "), edges, "");
}

/// "const mortise_host *host" -> "const mortise_host *": how a parameter is called binds nobody.
std::string withoutParameterName(const std::string& parameter) {
    static const std::regex named(R"(^((?:const |struct )*\w+(?: const)?[ *]+(?:const )?)(\w+)$)");
    std::smatch match;
    const std::string text = inOneLine(parameter);
    return std::regex_match(text, match, named) && match[2] != "const" ? inOneLine(match[1]) : text;
}

/// `result` is what stands before the pointer, `parameters` what stands in the last parentheses.
std::string functionType(const std::string& result, const std::string& parameters) {
    std::string type = inOneLine(result) + " (*)(";
    std::size_t begin = 0;
    while (begin <= parameters.size()) {
        const std::size_t end = std::min(parameters.find(',', begin), parameters.size());
        type +=
            (begin == 0 ? "" : ", ") + withoutParameterName(parameters.substr(begin, end - begin));
        begin = end + 1;
    }
    return type + ")";
}

/// Takes preprocessor lines out of a declaration; #else and #endif belong to nothing that follows.
std::string takeGuard(std::string& code) {
    static const std::regex line(R"((^|\n)[ \t]*#[^\n]*)");
    std::string guard;
    for (std::sregex_iterator it(code.begin(), code.end(), line), end; it != end; ++it) {
        guard += inOneLine(it->str()) + '\n';
    }
    code = std::regex_replace(code, line, "$1");
    return guard;
}

HeaderMember memberOf(const std::string& declaration) {
    HeaderMember member;
    const std::size_t comment_begin = declaration.rfind("/*");
    const std::size_t comment_end = declaration.rfind("*/");
    if (comment_begin != std::string::npos) {
        member.comment = declaration.substr(comment_begin, comment_end + 2 - comment_begin);
    }
    std::string code = withoutComments(declaration);
    member.guard = takeGuard(code);
    static const std::regex function(R"(^([^(]+)\(\s*\*\s*(\w+)\s*\)\s*\(([^()]*)\)\s*$)");
    static const std::regex variable(R"(^([^,]*?)(\w+)\s*(\[[^\]]*\])?\s*$)");
    std::smatch match;
    if (std::regex_search(code, match, function)) {
        member.is_function = true;
        member.type = functionType(match[1], match[3]);
    } else if (std::regex_search(code, match, variable)) {
        member.type = inOneLine(match[1]) + match[3].str();
    } else {
        throw std::runtime_error("cannot read the declaration: " + code);
    }
    member.name = match[2];
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

std::vector<HeaderName> readTypedefs(const std::filesystem::path& header) {
    static const std::regex function(R"(\ntypedef ([^;({]+)\(\*(\w+)\)\(([^;()]*)\);)");
    static const std::regex plain(R"(\ntypedef (\w+) (\w+);)");
    const std::string text = withoutComments(readText(header));
    std::vector<HeaderName> names;
    for (std::sregex_iterator it(text.begin(), text.end(), function), end; it != end; ++it) {
        names.push_back({(*it)[2], functionType((*it)[1], (*it)[3])});
    }
    for (std::sregex_iterator it(text.begin(), text.end(), plain), end; it != end; ++it) {
        names.push_back({(*it)[2], (*it)[1]});
    }
    return names;
}

std::vector<HeaderName> readConstants(const std::filesystem::path& header) {
    static const std::regex define(R"(\n#define (MORTISE_\w+)[ \t]+([0-9"(-][^\n]*))");
    const std::string text = withoutComments(readText(header));
    std::vector<HeaderName> names;
    for (std::sregex_iterator it(text.begin(), text.end(), define), end; it != end; ++it) {
        names.push_back({(*it)[1], inOneLine((*it)[2])});
    }
    return names;
}

std::vector<std::filesystem::path> sdkHeaders(const std::filesystem::path& include_directory) {
    std::vector<std::filesystem::path> headers;
    for (const auto& entry : std::filesystem::directory_iterator(include_directory / "mortise")) {
        headers.push_back(entry.path());
    }
    std::sort(headers.begin(), headers.end());
    return headers;
}

void sortByRelease(std::vector<std::filesystem::path>& files) {
    const auto releaseOf = [](const std::filesystem::path& file) {
        static const std::regex release(R"((\d+)\.(\d+))");
        const std::string name = file.filename().string();
        std::smatch match;
        if (!std::regex_search(name, match, release)) {
            throw std::runtime_error("not called after a release: " + name);
        }
        return std::pair(std::stoi(match[1]), std::stoi(match[2]));
    };
    std::sort(files.begin(), files.end(), [&](const auto& left, const auto& right) {
        return releaseOf(left) < releaseOf(right);
    });
}

std::filesystem::path mutatedHeaders(const std::filesystem::path& directory,
                                     const std::string& header, const std::string& from,
                                     const std::string& to) {
    namespace fs = std::filesystem;
    fs::remove_all(directory);
    fs::create_directories(directory);
    fs::copy(MORTISE_SOURCE_DIR "/sdk/include", directory, fs::copy_options::recursive);
    const fs::path file = directory / "mortise" / header;
    std::string text = readText(file);
    const std::size_t at = text.find(from);
    if (at == std::string::npos) {
        throw std::runtime_error("not in " + header + ": " + from);
    }
    text.replace(at, from.size(), to);
    std::ofstream(file) << text;
    return directory;
}

}  // namespace mortise::test
