#include "CTOML.h"

// Errors of a document are values here; what remains to be caught is exhausted memory.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#define TOML_MAX_NESTED_VALUES CTOML_MAX_DEPTH
#include <toml++/toml.h>

#include <algorithm>
#include <new>
#include <string>
#include <string_view>
#include <vector>

struct ctoml_document {
    toml::table root; // owns what the nodes point to
    std::vector<ctoml_node> nodes;
    std::string error;
    uint32_t line = 0;
    uint32_t column = 0;

    void fail(std::string_view reason, uint32_t at_line, uint32_t at_column) {
        error = reason;
        line = at_line;
        column = at_column;
        nodes.clear();
    }
};

namespace {

/// Finds a dotted key of more than CTOML_MAX_DEPTH parts before the parser sees it.
///
/// toml++ bounds the depth of values but not of keys: `a.a.a. …` makes a table in a table for each
/// dot, and their destructors call each other, half a million deep in 1 MiB. This knows just enough
/// of the syntax (strings and comments) to see dots as the parser does; where a document is wrong
/// the parser stops, so what is counted behind that point doesn't matter.
class KeyDepthScan {
public:
    explicit KeyDepthScan(std::string_view text) : text(text) {}

    uint32_t line = 1;
    uint32_t column = 1;

    /// True with `line` and `column` at the dot that is too much.
    bool finds_too_deep_key() {
        size_t dots = 0;
        while (!at_end()) {
            switch (const char c = text[position]) {
            case '"':
            case '\'': skip_string(c); break;
            case '#': skip_comment(); break;
            case '.':
                if (++dots >= CTOML_MAX_DEPTH) return true;
                advance();
                break;
            // Each of these ends a key or a number, so that dots of different ones don't add up.
            case '\n':
            case '=':
            case ',':
            case '[':
            case ']':
            case '{':
                dots = 0;
                advance();
                break;
            default: advance();
            }
        }
        return false;
    }

private:
    std::string_view text;
    size_t position = 0;

    bool at_end() const { return position >= text.size(); }

    bool is_next(char c, size_t count) const {
        if (text.size() - position < count) return false;
        for (size_t i = 0; i < count; i++)
            if (text[position + i] != c) return false;
        return true;
    }

    void advance(size_t count = 1) {
        for (; count > 0 && !at_end(); count--, position++) {
            const auto byte = static_cast<unsigned char>(text[position]);
            if (byte == '\n') {
                line++;
                column = 1;
            } else if ((byte & 0xC0) != 0x80) { // not the second or a later byte of a code point
                column++;
            }
        }
    }

    void skip_comment() {
        while (!at_end() && text[position] != '\n') advance();
    }

    void skip_string(char quote) {
        const bool is_long = is_next(quote, 3);
        advance(is_long ? 3 : 1);
        while (!at_end()) {
            const char c = text[position];
            if (c == '\\' && quote == '"') {
                advance(2);
            } else if (is_long && is_next(quote, 3)) {
                // A long string may end in up to two quotes of its own.
                for (int quotes = 0; quotes < 5 && is_next(quote, 1); quotes++) advance();
                return;
            } else if (!is_long && (c == quote || c == '\n')) {
                if (c == quote) advance();
                return;
            } else {
                advance();
            }
        }
    }
};

/// Turns the parser's tree into the list of nodes.
class Flattening {
public:
    explicit Flattening(ctoml_document &document) : document(document) {}

    void add(const toml::node &value, const toml::key *key, int depth) {
        if (!document.error.empty()) return;
        if (depth > CTOML_MAX_DEPTH) {
            const auto place = value.source().begin;
            document.fail("tables lie too deep in each other", place.line, place.column);
            return;
        }
        const size_t index = document.nodes.size();
        document.nodes.push_back(node(value, key));
        if (const auto *table = value.as_table()) {
            for (auto &&[child_key, child] : *table) add(child, &child_key, depth + 1);
        } else if (const auto *array = value.as_array()) {
            for (auto &&child : *array) add(child, nullptr, depth + 1);
        }
        if (document.error.empty())
            document.nodes[index].descendants =
                static_cast<uint32_t>(document.nodes.size() - index - 1);
    }

private:
    ctoml_document &document;

    static ctoml_node node(const toml::node &value, const toml::key *key) {
        ctoml_node node{};
        node.line = value.source().begin.line;
        node.column = value.source().begin.column;
        if (key) {
            node.key = key->str().data();
            node.key_length = key->str().size();
            node.key_line = key->source().begin.line;
            node.key_column = key->source().begin.column;
        }
        node.kind = CTOML_TIME;
        if (value.is_table()) {
            node.kind = CTOML_TABLE;
        } else if (value.is_array()) {
            node.kind = CTOML_ARRAY;
        } else if (const auto *string = value.as_string()) {
            node.kind = CTOML_STRING;
            node.text = string->get().data();
            node.text_length = string->get().size();
        } else if (const auto *integer = value.as_integer()) {
            node.kind = CTOML_INTEGER;
            node.integer = integer->get();
        } else if (const auto *real = value.as_floating_point()) {
            node.kind = CTOML_REAL;
            node.real = real->get();
        } else if (const auto *boolean = value.as_boolean()) {
            node.kind = CTOML_BOOLEAN;
            node.integer = boolean->get() ? 1 : 0;
        }
        return node;
    }
};

void read(ctoml_document &document, std::string_view text) {
    if (text.size() > CTOML_MAX_BYTES) {
        document.fail("the document is larger than 1 MiB", 0, 0);
        return;
    }
    KeyDepthScan scan(text);
    if (scan.finds_too_deep_key()) {
        document.fail("a key has too many parts", scan.line, scan.column);
        return;
    }
    auto result = toml::parse(text);
    if (!result) {
        const auto place = result.error().source().begin;
        document.fail(result.error().description(), place.line, place.column);
        return;
    }
    document.root = std::move(result).table();
    Flattening(document).add(document.root, nullptr, 0);
}

} // namespace

ctoml_document *ctoml_parse(const char *bytes, size_t count) {
    auto *document = new (std::nothrow) ctoml_document;
    if (!document) return nullptr;
    try {
        read(*document, std::string_view(bytes, count));
        return document;
    } catch (...) {
        delete document;
        return nullptr;
    }
}

void ctoml_free(ctoml_document *document) { delete document; }

const char *ctoml_error(const ctoml_document *document, uint32_t *line, uint32_t *column) {
    *line = document->line;
    *column = document->column;
    return document->error.empty() ? nullptr : document->error.c_str();
}

const ctoml_node *ctoml_nodes(const ctoml_document *document, size_t *count) {
    *count = document->nodes.size();
    return document->nodes.data();
}
