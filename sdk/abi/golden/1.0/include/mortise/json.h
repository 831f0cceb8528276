/* mortise/json.h: interface "mortise.json/1": JSON parsed once by the host and lent as flat tokens.
 *
 * The host checks UTF-8, depth, key count, duplicate keys, U+0000 and number syntax (RFC 8259) before anyone sees a
 * token, so a plugin in any language walks an array and links no JSON library. Tokens stand in document order; `skip`
 * leads from a container over its content to its next sibling:
 *
 *   {"a":[1,2],"b":true}   ->   OBJECT(count 2, skip 7) KEY a  ARRAY(count 2, skip 3) NUMBER 1  NUMBER 2  KEY b  TRUE
 *
 * Layout of mortise_json_token is frozen at 16 bytes. Since 1.0.
 */
#ifndef MORTISE_JSON_H
#define MORTISE_JSON_H

#include "mortise/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MORTISE_JSON_INTERFACE "mortise.json/1"

#define MORTISE_JSON_NULL 0u
#define MORTISE_JSON_FALSE 1u
#define MORTISE_JSON_TRUE 2u
/** Text is the number as the client wrote it. */
#define MORTISE_JSON_NUMBER 3u
/** Text is unescaped UTF-8 and never holds U+0000, which no text of PostgreSQL can. */
#define MORTISE_JSON_STRING 4u
/** Name of the member whose value is the next token. Text as for a string. */
#define MORTISE_JSON_KEY 5u
#define MORTISE_JSON_ARRAY 6u
#define MORTISE_JSON_OBJECT 7u

/** One token. */
typedef struct mortise_json_token {
    /** One of MORTISE_JSON_*. */
    uint32_t kind;
    /** Where the text begins, in bytes from `text` of the document; 0 where there is none. */
    uint32_t offset;
    /** Bytes of text; for containers the number of members or items. */
    uint32_t size;
    /** Tokens from this one to the next sibling: 1 for scalars and keys, 1 + content for containers. */
    uint32_t skip;
} mortise_json_token;

/** A parsed document: `tokens[0]` is the root. */
typedef struct mortise_json_document {
    uint32_t struct_size;
    uint32_t token_count;
    const mortise_json_token *tokens;
    const char *text;
    uint64_t text_size;
} mortise_json_document;

typedef struct mortise_json {
    uint32_t struct_size;
    uint32_t reserved;

    /** Parses a text.
     *  in: `text`, borrowed until it returns. out: `*document`, lent until release().
     *  status: OK; INVALID_ARGUMENT with place and reason; EXHAUSTED beyond the limits of size, depth or key count.
     *  owner: the host. thread: [any]. since: 1.0 */
    mortise_status (*parse)(const mortise_host *host, mortise_str text,
                            const mortise_json_document **document, mortise_error *error);

    /** Gives a document of parse() back. Documents that came with a request are not released.
     *  in: `document` or NULL. out: nothing. status: none. owner: the host frees it. thread: [any]. since: 1.0 */
    void (*release)(const mortise_host *host, const mortise_json_document *document);
} mortise_json;

#ifdef __cplusplus
}
#endif

#endif
