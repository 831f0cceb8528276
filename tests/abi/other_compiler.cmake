# Compiles one file without output by the first of several compilers that works, or says that there is none.
#
#   cmake -DCOMPILERS=<list> -DFLAGS=<list> -DINCLUDES=<list> -DFILE=<file> -P other_compiler.cmake
string(REPLACE "," ";" COMPILERS "${COMPILERS}")
string(REPLACE "," ";" FLAGS "${FLAGS}")
string(REPLACE "," ";" INCLUDES "${INCLUDES}")
list(TRANSFORM INCLUDES PREPEND -I)
get_filename_component(directory ${FILE} DIRECTORY)
# Missing compilers and missing standard libraries look alike here, as they do to who would use them.
file(WRITE ${directory}/probe.cpp "#include <stddef.h>\n#include <stdint.h>\n#ifdef __cplusplus\n#include <string>\n#endif\n")
foreach(compiler ${COMPILERS})
    execute_process(COMMAND ${compiler} ${FLAGS} -fsyntax-only ${directory}/probe.cpp
        RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
    if(status EQUAL 0)
        message(STATUS "by ${compiler}")
        execute_process(COMMAND ${compiler} ${FLAGS} -Wall -Wextra -pedantic -Werror -fsyntax-only ${INCLUDES} ${FILE}
            RESULT_VARIABLE status)
        if(NOT status EQUAL 0)
            message(FATAL_ERROR "${compiler} ${FLAGS} refuses ${FILE}")
        endif()
        return()
    endif()
endforeach()
message(STATUS "skipped: none of ${COMPILERS} works with ${FLAGS}")
