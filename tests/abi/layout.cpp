#include "tests/abi/layout.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include "tests/abi/header_reader.hpp"

namespace mortise::test {

namespace {

namespace fs = std::filesystem;

/// What a release changes on purpose.
const std::set<std::string> kNoPromise = {"MORTISE_SDK_VERSION"};

struct Member {
    std::string name;
    std::size_t offset = 0;
    std::size_t size = 0;
    std::string type;
};

std::string quoted(const std::string& text) {
    std::string result;
    for (const char c : text) {
        result += c == '"' || c == '\\' ? std::string{'\\', c} : std::string(1, c);
    }
    return '"' + result + '"';
}

void printStruct(std::ostream& program, const HeaderStruct& type) {
    program << "printf(\"" << type.name << " size %zu\\n\", sizeof(struct " << type.name << "));\n";
    for (const HeaderMember& member : type.members) {
        program << "printf(\"" << type.name << '.' << member.name
                << " offset %zu size %zu type %s\\n\", offsetof(struct " << type.name << ", "
                << member.name << "), sizeof(((struct " << type.name << "*)0)->" << member.name
                << "), " << quoted(member.type) << ");\n";
    }
}

void printNames(std::ostream& program, const fs::path& header) {
    for (const HeaderName& name : readTypedefs(header)) {
        program << "puts(" << quoted(name.name + " means " + name.meaning) << ");\n";
    }
    for (const HeaderName& name : readConstants(header)) {
        if (kNoPromise.count(name.name) == 1) {
            continue;
        }
        if (name.meaning.front() == '"') {
            program << "puts(" << quoted(name.name + " is " + name.meaning) << ");\n";
        } else {
            program << "printf(\"" << name.name << " is %lld\\n\", (long long)(" << name.name
                    << "));\n";
        }
    }
}

std::string programText(const fs::path& include_directory) {
    std::ostringstream program;
    program << "#include <stddef.h>\n#include <stdio.h>\n";
    for (const auto& header : sdkHeaders(include_directory)) {
        program << "#include \"mortise/" << header.filename().string() << "\"\n";
    }
    program << "int main(void) {\n";
    for (const auto& header : sdkHeaders(include_directory)) {
        printNames(program, header);
        for (const HeaderStruct& type : readStructs(header)) {
            printStruct(program, type);
        }
    }
    program << "return 0;\n}\n";
    return program.str();
}

std::string outputOf(const std::string& command) {
    FILE* output = popen(command.c_str(), "r");
    if (output == nullptr) {
        throw std::runtime_error("cannot run " + command);
    }
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, output)) {
        text.append(buffer, count);
    }
    if (pclose(output) != 0) {
        throw std::runtime_error("failed: " + command);
    }
    return text;
}

bool isMember(const std::string& name) {
    return name.find('.') != std::string::npos;
}

bool isStruct(const std::string& name, const std::string& fact) {
    return !isMember(name) && fact.rfind("size ", 0) == 0;
}

std::size_t sizeOf(const std::string& struct_fact) {
    return std::stoul(struct_fact.substr(5));
}

Member memberFrom(const std::string& name, const std::string& fact) {
    Member member{name, 0, 0, fact.substr(fact.find(" type ") + 6)};
    if (std::sscanf(fact.c_str(), "offset %zu size %zu", &member.offset, &member.size) != 2) {
        throw std::runtime_error("cannot read the fact: " + name + ' ' + fact);
    }
    return member;
}

/// Members of one struct, by offset.
std::vector<Member> membersOf(const std::string& owner, const Layout& layout) {
    std::vector<Member> members;
    const std::string prefix = owner + '.';
    for (auto it = layout.lower_bound(prefix);
         it != layout.end() && it->first.compare(0, prefix.size(), prefix) == 0; ++it) {
        members.push_back(memberFrom(it->first, it->second));
    }
    std::sort(members.begin(), members.end(),
              [](const Member& a, const Member& b) { return a.offset < b.offset; });
    return members;
}

const Member* named(const std::vector<Member>& members, const std::string& name) {
    const auto found = std::find_if(members.begin(), members.end(),
                                    [&](const Member& member) { return member.name == name; });
    return found == members.end() ? nullptr : &*found;
}

/// The first new member that stands where released ones stood; nullptr when nothing was put in between.
const Member* intruder(const std::vector<Member>& was, const std::vector<Member>& now,
                       std::size_t released_size) {
    const auto found = std::find_if(now.begin(), now.end(), [&](const Member& member) {
        return named(was, member.name) == nullptr && member.offset < released_size;
    });
    return found == now.end() ? nullptr : &*found;
}

std::string whyGone(const Member& gone, const Member* instead) {
    if (instead != nullptr && instead->offset == gone.offset) {
        return gone.name + " is gone and " + instead->name +
               " stands in its place: a released name stays, it is not renamed or used for "
               "something else";
    }
    return gone.name +
           " is gone: a released member stays where it is, a retired function answers UNSUPPORTED";
}

std::string whyMoved(const Member& was, const Member& now, const Member* inserted, bool lost) {
    std::string text = was.name + " moved from offset " + std::to_string(was.offset) + " to " +
                       std::to_string(now.offset);
    if (inserted != nullptr && inserted->offset <= now.offset) {
        return text + ": " + inserted->name + " was inserted before it; new members are appended";
    }
    return text + (lost ? ": a member before it was removed"
                        : ": members before it changed their order or size");
}

void compareMembers(const std::string& owner, const Layout& released, const Layout& now,
                    std::vector<std::string>& breaks) {
    const std::vector<Member> was = membersOf(owner, released);
    const std::vector<Member> are = membersOf(owner, now);
    const Member* inserted = intruder(was, are, sizeOf(released.at(owner)));
    bool lost = false;
    for (const Member& member : was) {
        const Member* current = named(are, member.name);
        if (current == nullptr) {
            lost = true;
            breaks.push_back(whyGone(member, inserted));
            continue;
        }
        if (current->offset != member.offset) {
            breaks.push_back(whyMoved(member, *current, inserted, lost));
        }
        if (current->type != member.type || current->size != member.size) {
            breaks.push_back(member.name + " was " + member.type + " (" +
                             std::to_string(member.size) + " bytes) and is " + current->type +
                             " (" + std::to_string(current->size) + " bytes)");
        }
    }
    if (inserted != nullptr && !lost) {
        breaks.push_back(inserted->name + " stands at offset " + std::to_string(inserted->offset) +
                         ", inside the " + std::to_string(sizeOf(released.at(owner))) +
                         " bytes that were released: new members are appended");
    }
}

void compareStruct(const std::string& name, const Layout& released, const Layout& now,
                   std::vector<std::string>& breaks) {
    const std::size_t was = sizeOf(released.at(name));
    const std::size_t is = sizeOf(now.at(name));
    const bool may_grow = released.count(name + ".struct_size") == 1;
    if (is < was) {
        breaks.push_back(name + " shrank from " + std::to_string(was) + " to " +
                         std::to_string(is) + " bytes");
    } else if (is > was && !may_grow) {
        breaks.push_back(name + " grew from " + std::to_string(was) + " to " + std::to_string(is) +
                         " bytes, but has no struct_size by which the other side could know");
    }
    compareMembers(name, released, now, breaks);
}

}  // namespace

std::string layoutText(const fs::path& include_directory, const fs::path& work_directory) {
    const fs::path source = work_directory / "layout.c";
    const fs::path binary = work_directory / "layout";
    std::ofstream(source) << programText(include_directory);
    outputOf(std::string(MORTISE_C_COMPILER) + " -std=c11 -I" + include_directory.string() +
             " -o " + binary.string() + ' ' + source.string());
    return outputOf(binary.string());
}

Layout parseLayout(const std::string& text) {
    Layout layout;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty() && line[0] != '#') {
            const std::size_t space = line.find(' ');
            layout[line.substr(0, space)] = line.substr(space + 1);
        }
    }
    return layout;
}

std::vector<std::string> layoutBreaks(const Layout& released, const Layout& now) {
    std::vector<std::string> breaks;
    for (const auto& [name, fact] : released) {
        const auto current = now.find(name);
        if (isMember(name)) {
            continue;  // With its struct.
        }
        if (current == now.end()) {
            breaks.push_back(name + " is gone: a released name stays");
        } else if (isStruct(name, fact)) {
            compareStruct(name, released, now, breaks);
        } else if (current->second != fact) {
            breaks.push_back(name + ' ' + current->second + ", but was released as what " + fact +
                             ": numbers and meanings are never used again");
        }
    }
    return breaks;
}

}  // namespace mortise::test
