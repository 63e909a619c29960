#pragma once

/// TOML documents with the line and column of every key and value: a C face for toml++, since the
/// two sides share no error handling and no containers.
///
/// Nothing that a document holds escapes as an exception, overflows the stack or needs more than
/// about 200 times its size: what exceeds a bound below is an error of the document.

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The largest document, in bytes.
#define CTOML_MAX_BYTES 1048576

/// How deep values (arrays, inline tables) and tables may lie in each other.
#define CTOML_MAX_DEPTH 16

typedef enum {
    CTOML_TABLE,
    CTOML_ARRAY,
    CTOML_STRING,
    CTOML_INTEGER,
    CTOML_REAL,
    CTOML_BOOLEAN,
    CTOML_TIME, // a date, a time or both: told apart by nobody here
} ctoml_kind;

/// One value. A document is the list of its nodes in preorder, beginning with the root table.
typedef struct {
    ctoml_kind kind;
    /// How many of the nodes that follow lie in this one, at any depth.
    uint32_t descendants;
    /// The key in the table around it; NULL for the root and for the elements of an array. Valid
    /// UTF-8 like `text`, may contain zero bytes, and lives as long as the document.
    const char *key;
    size_t key_length;
    uint32_t key_line, key_column;
    /// Where the value begins, from 1; columns count code points.
    uint32_t line, column;
    const char *text;   // of a string
    size_t text_length; // in bytes
    int64_t integer;    // of an integer; 0 or 1 of a boolean
    double real;
} ctoml_node;

typedef struct ctoml_document ctoml_document;

/// Reads a document. The result is never NULL but when memory is exhausted, and is to be freed.
ctoml_document *ctoml_parse(const char *bytes, size_t count);

void ctoml_free(ctoml_document *document);

/// Why the document can't be read, with its place (line 0: the document as a whole), or NULL.
const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column);

/// The nodes; none when there is an error.
const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count);

#ifdef __cplusplus
}
#endif
