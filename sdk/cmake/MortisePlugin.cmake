# mortise_add_plugin(): builds a plugin the way the host wants it, from the tree of this repository or from any other.
#
#   mortise_add_plugin(<name> SOURCES <file>...
#       [MANIFEST <plugin.json>]        default: plugin.json beside the CMakeLists.txt
#       [MIGRATIONS <directory>]        default: migrations/ beside it, when there is one
#       [LINK <target>...]              static libraries and interface targets of the plugin's own
#       [OUTPUT_NAME <name>]            <name>.so instead of the plugin's name; for a second build of the same sources
#       [OUTPUT_DIRECTORY <directory>]  default: plugins/ of the build, or the current one when OUTPUT_NAME is given
#       [VERSION_OVERRIDE <version>]    another version than plugin.json says, for tests of replacing
#       [NO_INSTALL])                   no install rule
#
# The result is the MODULE target plugin_<name>. Two things lie in the library and are read without running it: the note
# (mortise/manifest.h: name, version, sizes of the interface tables, the checked plugin.json) and the migrations. Two symbols
# are exported: the note and the entry. plugin.json is checked when CMake runs, so a bad one never gets as far as a host.
#
# The plugin is built for hosts from the minor release MORTISE_TARGET on, 1.0 unless the variable says another one; what came later is
# hidden from it. So an SDK that is newer than the hosts in service does not shut a plugin out of them.
#
# Works in projects of C, of C++ and of both.

set(MORTISE_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})
include(${MORTISE_CMAKE_DIR}/MortiseManifest.cmake)
include(${MORTISE_CMAKE_DIR}/MortiseMigrations.cmake)

function(mortise_add_plugin name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "NO_INSTALL" "MANIFEST;MIGRATIONS;OUTPUT_NAME;OUTPUT_DIRECTORY;VERSION_OVERRIDE"
        "SOURCES;LINK")
    if(ARG_UNPARSED_ARGUMENTS OR NOT ARG_SOURCES)
        message(FATAL_ERROR "mortise_add_plugin(${name}): SOURCES are needed, and nothing else may be left: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    if(NOT ARG_MANIFEST)
        set(ARG_MANIFEST plugin.json)
    endif()
    get_filename_component(manifest ${ARG_MANIFEST} ABSOLUTE)
    if(NOT ARG_MIGRATIONS AND IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/migrations)
        set(ARG_MIGRATIONS migrations)
    endif()
    if(ARG_MIGRATIONS)
        get_filename_component(ARG_MIGRATIONS ${ARG_MIGRATIONS} ABSOLUTE)
    endif()

    mortise_read_manifest(${manifest} "${ARG_VERSION_OVERRIDE}")  # sets manifest_name, _version, _json, _interfaces, ...
    if(NOT ARG_OUTPUT_NAME)
        if(NOT manifest_name STREQUAL name)
            message(FATAL_ERROR "${manifest}: the plugin is called \"${manifest_name}\", mortise_add_plugin() says \"${name}\"")
        endif()
        set(ARG_OUTPUT_NAME ${manifest_name})
        set(default_directory ${CMAKE_BINARY_DIR}/plugins)
    else()
        set(default_directory ${CMAKE_CURRENT_BINARY_DIR})
        set(ARG_NO_INSTALL TRUE)
    endif()
    if(NOT ARG_OUTPUT_DIRECTORY)
        set(ARG_OUTPUT_DIRECTORY ${default_directory})
    endif()

    set(generated_dir ${CMAKE_CURRENT_BINARY_DIR}/plugin_${name})
    _mortise_source_suffix(suffix)
    mortise_write_note(${generated_dir}/note.${suffix})
    mortise_write_migrations(${generated_dir}/migrations.${suffix} "${ARG_MIGRATIONS}" ${manifest} "${manifest_schema_max}")

    add_library(plugin_${name} MODULE ${ARG_SOURCES} ${generated_dir}/note.${suffix} ${generated_dir}/migrations.${suffix})
    # What a sanitizer adds around data would stand inside the note.
    set_source_files_properties(${generated_dir}/note.${suffix} ${generated_dir}/migrations.${suffix}
        PROPERTIES COMPILE_OPTIONS "-fno-sanitize=all" SKIP_PRECOMPILE_HEADERS ON)
    target_link_libraries(plugin_${name} PRIVATE mortise::sdk ${ARG_LINK})
    _mortise_target_number(target_number)
    target_compile_definitions(plugin_${name} PRIVATE MORTISE_TARGET=${target_number}u)
    target_compile_definitions(plugin_${name} PRIVATE
        MORTISE_PLUGIN_NAME="${manifest_name}" MORTISE_PLUGIN_VERSION="${manifest_version}")
    set_target_properties(plugin_${name} PROPERTIES
        OUTPUT_NAME ${ARG_OUTPUT_NAME} LIBRARY_OUTPUT_DIRECTORY ${ARG_OUTPUT_DIRECTORY})
    _mortise_plugin_build_rules(plugin_${name})
    if(NOT ARG_NO_INSTALL)
        # Where a host of the same prefix looks for them; a private directory, so without the multiarch triplet.
        install(TARGETS plugin_${name} LIBRARY DESTINATION lib/mortise/plugins COMPONENT plugin_${manifest_name})
    endif()
endfunction()

# The flags that make a library exact in what it exports and possible to unmap.
function(_mortise_plugin_build_rules target)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    set_target_properties(${target} PROPERTIES
        PREFIX "" SUFFIX ".so" NO_SONAME ON SKIP_BUILD_RPATH ON INSTALL_RPATH "" POSITION_INDEPENDENT_CODE ON
        C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${MORTISE_CMAKE_DIR}/plugin.map)
    if("CXX" IN_LIST languages)
        target_compile_features(${target} PRIVATE cxx_std_20)
        # Unique symbols (statics of inline functions and templates) would keep the library mapped for ever. clang makes none.
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-fno-gnu-unique>)
    endif()
    _mortise_add_libcxx(${target})
    target_link_options(${target} PRIVATE -Wl,-z,now -Wl,-z,noexecstack -Wl,--exclude-libs,ALL
        -Wl,--version-script=${MORTISE_CMAKE_DIR}/plugin.map)
    if(TARGET mortise_options)
        target_link_libraries(${target} PRIVATE mortise_options)  # warnings, sanitizers and coverage of this repository
    endif()
    # clang's sanitizers leave their run-time symbols to the program, so they cannot be defined here.
    if(NOT (MORTISE_SANITIZE AND (CMAKE_CXX_COMPILER_ID MATCHES Clang OR CMAKE_C_COMPILER_ID MATCHES Clang)))
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
endfunction()

# With -stdlib=libc++ (in CMAKE_CXX_FLAGS or the options of the directory): libc++ becomes part of the plugin. As a library beside the
# host's libstdc++ it would share names like std::runtime_error with it that do not mean the same.
function(_mortise_add_libcxx target)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT "CXX" IN_LIST languages OR NOT CMAKE_CXX_COMPILER_ID MATCHES Clang)
        return()
    endif()
    include(CheckCXXSourceCompiles)
    get_directory_property(CMAKE_REQUIRED_FLAGS COMPILE_OPTIONS)
    string(REPLACE ";" " " CMAKE_REQUIRED_FLAGS "${CMAKE_REQUIRED_FLAGS}")
    check_cxx_source_compiles("#include <version>
        #ifndef _LIBCPP_VERSION
        #error not libc++
        #endif
        int main() { return 0; }" MORTISE_USES_LIBCXX)
    if(MORTISE_USES_LIBCXX)
        target_sources(${target} PRIVATE ${MORTISE_CMAKE_DIR}/libcxx_exceptions.cpp)
        set_source_files_properties(${MORTISE_CMAKE_DIR}/libcxx_exceptions.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
        target_link_options(${target} PRIVATE -static-libstdc++)
    endif()
endfunction()

# MORTISE_TARGET as the headers want it: 1.4 is 10400. That it is not later than the SDK is checked by the headers.
function(_mortise_target_number variable)
    if(NOT DEFINED MORTISE_TARGET OR MORTISE_TARGET STREQUAL "")
        set(MORTISE_TARGET 1.0)
    endif()
    if(NOT MORTISE_TARGET MATCHES "^([1-9][0-9]?)\\.([0-9][0-9]?)$")
        message(FATAL_ERROR "MORTISE_TARGET is \"${MORTISE_TARGET}\"; it is the minor release of the oldest host, like 1.0")
    endif()
    math(EXPR number "${CMAKE_MATCH_1} * 10000 + ${CMAKE_MATCH_2} * 100")
    set(${variable} ${number} PARENT_SCOPE)
endfunction()

# The generated files are C and C++ at once; a project of C++ alone compiles them as C++.
function(_mortise_source_suffix variable)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if("C" IN_LIST languages)
        set(${variable} c PARENT_SCOPE)
    else()
        set(${variable} cpp PARENT_SCOPE)
    endif()
endfunction()

# Writes a file only when it changes, so that nothing is compiled again without need.
function(_mortise_write_if_changed file content)
    if(EXISTS ${file})
        file(READ ${file} before)
        if(before STREQUAL content)
            return()
        endif()
    endif()
    file(WRITE ${file} "${content}")
endfunction()

# Bytes of a file as an initialiser: "0x41,0x42,".
function(_mortise_hex_of_file variable file)
    file(READ ${file} hex HEX)
    string(REGEX REPLACE "(..)" "0x\\1," hex "${hex}")
    string(REPLACE "0x0a," "0x0a,\n    " hex "${hex}")  # lines stay lines
    set(${variable} "${hex}" PARENT_SCOPE)
endfunction()
