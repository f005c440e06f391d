#include "tests/security/attack_table.h"

#define BYTES(text) .bytes = text, .length = sizeof(text) - 1
#define ATTACK(words, place, what, text)                                                           \
    {                                                                                              \
        .name = words, .where = place, .end = what, BYTES(text)                                    \
    }
#define REFUSED(words, place, text)  ATTACK(words, place, END_REFUSED, text)
#define HARMLESS(words, place, text) ATTACK(words, place, END_HARMLESS, text)
#define LAST                                                                                       \
    {                                                                                              \
        0                                                                                          \
    }

#define CHUNKED "Transfer-Encoding: chunked\r\n"

const struct attack attacks_framing[] = {
    REFUSED("both lengths", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 5\r\n" CHUNKED "\r\n0\r\n\r\n"),
    REFUSED("both lengths, coding first", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "Content-Length: 5\r\n\r\n0\r\n\r\n"),
    REFUSED("two lengths", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 2\r\nContent-Length: 5\r\n\r\n{}   "),
    REFUSED("the same length twice", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED("a list of lengths", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 2, 2\r\n\r\n{}"),
    REFUSED("a negative length", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: -2\r\n\r\n{}"),
    REFUSED("a length with a sign", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: +2\r\n\r\n{}"),
    REFUSED("a hexadecimal length", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 0x2\r\n\r\n{}"),
    REFUSED("a length over 64 bits", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 18446744073709551618\r\n\r\n{}"),
    REFUSED("a length of 63 bits", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 9223372036854775807\r\n\r\n{}"),
    REFUSED("no length", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length:\r\n\r\n{}"),
    REFUSED("two codings", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED CHUNKED "\r\n0\r\n\r\n"),
    REFUSED("chunked, then not", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    REFUSED("another coding", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("a coding nearly chunked", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    REFUSED("a coding with a vertical tab", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Transfer-Encoding:\x0b"
            "chunked\r\n\r\n0\r\n\r\n"),
    REFUSED("a coding in HTTP/1.0", WHERE_ALL,
            "{M} {P} HTTP/1.0\r\n{H}{T}" CHUNKED "\r\n0\r\n\r\n"),
    REFUSED(
        "a folded coding beside a length", WHERE_ALL,
        "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 2\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{}"),
    REFUSED("a space before the colon", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length : 2\r\n\r\n{}"),
    HARMLESS("a field without a name", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}: x\r\n\r\n"),
    REFUSED("a field without a colon", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}nothing\r\n\r\n"),
    REFUSED("a first field that is folded", WHERE_ALL, "{M} {P} HTTP/1.1\r\n X-A: b\r\n{H}\r\n"),
    REFUSED("a chunk that is no number", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "\r\nZZ\r\n{}\r\n0\r\n\r\n"),
    REFUSED("a chunk over 64 bits", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "\r\n10000000000000002\r\n{}\r\n0\r\n\r\n"),
    REFUSED("a negative chunk", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "\r\n-2\r\n{}\r\n0\r\n\r\n"),
    REFUSED("a chunk longer than it says", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "\r\n2\r\n{}GET / HTTP/1.1\r\n0\r\n\r\n"),
    REFUSED("a body that ends early", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 400\r\n\r\n{"),
    REFUSED("chunks that end early", WHERE_BODY,
            "{M} {P} HTTP/1.1\r\n{H}{T}" CHUNKED "\r\n400\r\n{"),
    HARMLESS("a second request in the body of one without", WHERE_ALL,
             "{M} {P} HTTP/1.1\r\n{H}{T}\r\nDELETE {P} HTTP/1.1\r\nHost: x\r\n\r\n"),
    HARMLESS("a second request in the body", WHERE_ALL,
             "{M} {P} HTTP/1.1\r\n{H}{T}Content-Length: 44\r\n\r\nPOST /v1/operations HTTP/1.1\r\n"
             "Host: x\r\n\r\n    "),
    HARMLESS("a folded field", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}X-A: a\r\n b\r\n\r\n"),
    HARMLESS("lines that end bare", WHERE_ALL, "{M} {P} HTTP/1.1\nHost: x\nConnection: close\n\n"),
    REFUSED("a bare carriage return", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\nHost: x\rContent-Length: 7\r\nConnection: close\r\n\r\n"),
    LAST,
};

const struct attack attacks_target[] = {
    REFUSED("no version", WHERE_ALL, "{M} {P}\r\n\r\n"),
    REFUSED("a version to come", WHERE_ALL, "{M} {P} HTTP/9.9\r\n{H}\r\n"),
    REFUSED("HTTP/2's preface", WHERE_ALL, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    REFUSED("no host", WHERE_ALL, "{M} {P} HTTP/1.1\r\nConnection: close\r\n\r\n"),
    REFUSED("two hosts", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}Host: y\r\n\r\n"),
    /* libmicrohttpd takes a NUL for the end of what it stands in: one reading, as ours. */
    HARMLESS("a NUL at the end of the path", WHERE_ALL, "{M} {P}\0 HTTP/1.1\r\n{H}\r\n"),
    REFUSED("an escaped NUL", WHERE_ALL, "{M} {P}%00 HTTP/1.1\r\n{H}\r\n"),
    REFUSED("an escaped NUL and an end", WHERE_ALL, "{M} {P}%00.json HTTP/1.1\r\n{H}\r\n"),
    REFUSED("an escaped NUL in a parameter", WHERE_ALL, "{M} {P}?limit=5%00 HTTP/1.1\r\n{H}\r\n"),
    REFUSED("half an escape", WHERE_ALL, "{M} {P}?a=%4 HTTP/1.1\r\n{H}\r\n"),
    REFUSED("an escape that is none", WHERE_ALL, "{M} {P}?a=%zz HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a control character", WHERE_ALL, "{M} {P}?a=\x01 HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a DEL", WHERE_ALL, "{M} {P}?a=\x7f HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a fragment", WHERE_ALL, "{M} {P}#top HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a backslash", WHERE_ALL, "{M} \\{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("two slashes", WHERE_ALL, "{M} /{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("dots before", WHERE_ALL, "{M} /v1/..{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("escaped dots before", WHERE_ALL, "{M} /v1/%2e%2e{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a dot before", WHERE_ALL, "{M} /.{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("the whole address of another", WHERE_ALL,
            "{M} http://example.com{P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a method unheard of", WHERE_ALL, "BREW {P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("a method in small letters", WHERE_ALL, "get {P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("DELETE", WHERE_ALL, "DELETE {P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("PATCH", WHERE_ALL, "PATCH {P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("TRACE", WHERE_ALL, "TRACE {P} HTTP/1.1\r\n{H}\r\n"),
    REFUSED("CONNECT", WHERE_ALL, "CONNECT {P} HTTP/1.1\r\n{H}\r\n"),
    HARMLESS("a method with a NUL", WHERE_ALL, "GET\0 {P} HTTP/1.1\r\n{H}\r\n"),
    HARMLESS("a quote for SQL", WHERE_ALL,
             "{M} {P}?q=%27%20OR%201=1;--&since=0 HTTP/1.1\r\n{H}\r\n"),
    HARMLESS(
        "a table for SQL", WHERE_ALL,
        "{M} {P}?q=%22;DROP%20TABLE%20record;--&id=1%20UNION%20SELECT%201 HTTP/1.1\r\n{H}\r\n"),
    HARMLESS(
        "a number beyond all", WHERE_ALL,
        "{M} {P}?since=99999999999999999999&limit=-1&page=1e999&wait=99999 HTTP/1.1\r\n{H}\r\n"),
    HARMLESS("the same parameter twice", WHERE_ALL,
             "{M} {P}?limit=1&limit=2&since=0&since=9 HTTP/1.1\r\n{H}\r\n"),
    HARMLESS("bytes that are no UTF-8", WHERE_ALL, "{M} {P}?q=%ff%fe%c0%80 HTTP/1.1\r\n{H}\r\n"),
    LAST,
};

const struct attack attacks_field[] = {
    HARMLESS("a NUL in a field", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}X-A: a\0b\r\n\r\n"),
    REFUSED("a NUL in a name", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}X\0A: b\r\n\r\n"),
    REFUSED("an escape sequence in a field", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}X-A: \x1b]0;x\x07\r\n\r\n"),
    REFUSED("an id of the request in two", WHERE_ALL,
            "{M} {P} HTTP/1.1\r\n{H}X-Request-Id: abcdefgh\r\nX-Request-Id: ijklmnop\r\n\r\n"),
    REFUSED(
        "two addresses forwarded", WHERE_ALL,
        "{M} {P} HTTP/1.1\r\n{H}X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 192.0.2.2\r\n\r\n"),
    HARMLESS(
        "another method in a field", WHERE_ALL,
        "{M} {P} HTTP/1.1\r\n{H}X-HTTP-Method-Override: DELETE\r\nX-Method-Override: PUT\r\n\r\n"),
    HARMLESS("another address in a field", WHERE_ALL,
             "{M} {P} HTTP/1.1\r\n{H}X-Original-URL: /v1/operations\r\nX-Rewrite-URL: /x\r\n\r\n"),
    HARMLESS("a range without end", WHERE_ALL,
             "{M} {P} HTTP/1.1\r\n{H}Range: bytes=0-,1-,2-,3-,-1,18446744073709551615-\r\n\r\n"),
    HARMLESS(
        "another protocol", WHERE_ALL,
        "{M} {P} HTTP/1.1\r\n{H}Upgrade: h2c, websocket\r\nHTTP2-Settings: AAMAAABkAAQ\r\n\r\n"),
    HARMLESS("an origin that is none", WHERE_ALL, "{M} {P} HTTP/1.1\r\n{H}Origin: null\r\n\r\n"),
    HARMLESS("an expectation unheard of", WHERE_ALL,
             "{M} {P} HTTP/1.1\r\n{H}Expect: the-unexpected\r\n\r\n"),
    REFUSED(
        "an expectation, and a body without end", WHERE_BODY,
        "{M} {P} HTTP/1.1\r\n{H}{T}Expect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"),
    REFUSED("no type", WHERE_JSON, "{M} {P} HTTP/1.1\r\n{H}Content-Length: 2\r\n\r\n{}"),
    REFUSED("another type", WHERE_JSON,
            "{M} {P} HTTP/1.1\r\n{H}Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED("a type of forms", WHERE_JSON,
            "{M} {P} HTTP/1.1\r\n{H}Content-Type: multipart/form-data; boundary=x\r\n"
            "Content-Length: 2\r\n\r\n{}"),
    REFUSED(
        "a type nearly right", WHERE_JSON,
        "{M} {P} HTTP/1.1\r\n{H}Content-Type: application/jsonp\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED("a coding unheard of", WHERE_JSON,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED(
        "two codings of the body", WHERE_JSON,
        "{M} {P} HTTP/1.1\r\n{H}{T}Content-Encoding: gzip, gzip\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED("gzip that is none", WHERE_JSON,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}"),
    REFUSED("zstd that is none", WHERE_JSON,
            "{M} {P} HTTP/1.1\r\n{H}{T}Content-Encoding: zstd\r\nContent-Length: 2\r\n\r\n{}"),
    LAST,
};

#define WHO "Host: x\r\nConnection: close\r\n"

#define UNKNOWN(words, text)                                                                       \
    {                                                                                              \
        .name = words, .where = WHERE_TOKEN, .end = END_REFUSED, .status = 401,                    \
        BYTES("{M} {P} HTTP/1.1\r\n" WHO "{T}" text "\r\n")                                        \
    }

const struct attack attacks_token[] = {
    UNKNOWN("nobody", ""),
    UNKNOWN("an empty token", "Authorization: Bearer \r\n"),
    UNKNOWN("a token of nobody",
            "Authorization: Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n"),
    UNKNOWN("another scheme", "Authorization: Basic YW5uZTI6Y29ycmVjdCBob3JzZQ==\r\n"),
    UNKNOWN("a scheme alone", "Authorization: Bearer\r\n"),
    UNKNOWN("a quote for SQL as token", "Authorization: Bearer ' OR '1'='1\r\n"),
    UNKNOWN("a token in the address", "Cookie: token=x\r\n"),
    UNKNOWN("a token of no type", "Authorization: Bearer eyJhbGciOiJub25lIn0.e30.\r\n"),
    REFUSED("two tokens", WHERE_TOKEN,
            "{M} {P} HTTP/1.1\r\n{H}{T}Authorization: Bearer AAAA\r\n\r\n"),
    LAST,
};

const struct attack attacks_json[] = {
    REFUSED("nothing", WHERE_JSON, ""),
    REFUSED("a list", WHERE_JSON, "[]"),
    REFUSED("a number", WHERE_JSON, "1"),
    REFUSED("half of it", WHERE_JSON, "{\"a\":"),
    REFUSED("more after it", WHERE_JSON, "{}{}"),
    REFUSED("a member twice", WHERE_JSON, "{\"operations\":[],\"operations\":[]}"),
    REFUSED("a member twice, once escaped", WHERE_JSON, "{\"login\":\"a\",\"\\u006cogin\":\"b\"}"),
    REFUSED("a member twice, deep", WHERE_JSON, "{\"a\":[{\"b\":{\"c\":1,\"c\":2}}]}"),
    REFUSED("a number beyond all", WHERE_JSON, "{\"a\":1e999}"),
    REFUSED("an integer beyond 64 bits", WHERE_JSON, "{\"a\":99999999999999999999999}"),
    REFUSED("a number that is none", WHERE_JSON, "{\"a\":NaN}"),
    REFUSED("an infinite one", WHERE_JSON, "{\"a\":-Infinity}"),
    REFUSED("a leading zero", WHERE_JSON, "{\"a\":01}"),
    REFUSED("half a surrogate", WHERE_JSON, "{\"a\":\"\\ud800\"}"),
    REFUSED("surrogates the wrong way round", WHERE_JSON, "{\"a\":\"\\udc00\\ud800\"}"),
    REFUSED("a NUL, escaped", WHERE_JSON, "{\"a\":\"x\\u0000y\"}"),
    REFUSED("a NUL", WHERE_JSON, "{\"a\":\"x\0y\"}"),
    REFUSED("a NUL after it", WHERE_JSON, "{}\0"),
    REFUSED("a line break in a text", WHERE_JSON, "{\"a\":\"x\ny\"}"),
    REFUSED("no UTF-8", WHERE_JSON, "{\"a\":\"\xff\xfe\"}"),
    REFUSED("UTF-8 longer than needed", WHERE_JSON, "{\"a\":\"\xc0\xaf\"}"),
    REFUSED("a surrogate in UTF-8", WHERE_JSON, "{\"a\":\"\xed\xa0\x80\"}"),
    REFUSED("UTF-16", WHERE_JSON, "\xff\xfe{\0}\0"),
    REFUSED("a mark of the order of bytes", WHERE_JSON, "\xef\xbb\xbf{}"),
    REFUSED("a comment", WHERE_JSON, "{/* x */}"),
    REFUSED("a comma at the end", WHERE_JSON, "{\"a\":1,}"),
    REFUSED("single quotes", WHERE_JSON, "{'a':1}"),
    REFUSED("no quotes", WHERE_JSON, "{a:1}"),
    REFUSED("XML", WHERE_JSON,
            "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;"
            "</a>"),
    HARMLESS("members of other languages", WHERE_JSON,
             "{\"__proto__\":{\"role\":\"administrator\"},\"constructor\":{\"prototype\":{}},"
             "\"$where\":\"1\",\"login\":{\"$gt\":\"\"}}"),
    HARMLESS("lists where texts are", WHERE_JSON,
             "{\"login\":[],\"password\":{},\"operations\":{},\"text\":1,\"message_id\":[],"
             "\"token\":true,\"code\":null,\"answers\":[[]]}"),
    HARMLESS("quotes for SQL where texts are", WHERE_JSON,
             "{\"login\":\"' OR 1=1;--\",\"password\":\"'); DROP TABLE record;--\",\"message_id\":"
             "\"' UNION SELECT token FROM session--\",\"text\":\"\"}"),
    HARMLESS("an operation of nobody", WHERE_JSON,
             "{\"operations\":[{\"id\":\"' OR "
             "1=1\",\"agent\":\"root\",\"kind\":\"drop\",\"body\":{\"a\":"
             "{\"b\":{\"c\":[1,2,{\"d\":null}]}}}}]}"),
    LAST,
};

const struct attack attacks_path[] = {
    REFUSED("the root", WHERE_ALL, "/"),
    REFUSED("a star", WHERE_ALL, "*"),
    REFUSED("nothing", WHERE_ALL, ""),
    REFUSED("a file of the system", WHERE_ALL, "/../../../../etc/passwd"),
    REFUSED("the same, escaped", WHERE_ALL, "/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
    REFUSED("the same, escaped twice", WHERE_ALL, "/%252e%252e/etc/passwd"),
    REFUSED("the same, below a route", WHERE_ALL, "/v1/attachments/..%2f..%2fetc%2fpasswd"),
    REFUSED("the same with backslashes", WHERE_ALL, "/v1/attachments/..%5c..%5cboot.ini"),
    REFUSED("the same with long UTF-8", WHERE_ALL, "/%c0%ae%c0%ae/etc/passwd"),
    REFUSED("the database", WHERE_ALL, "/guichetd.db"),
    REFUSED("settings", WHERE_ALL, "/.env"),
    REFUSED("a repository", WHERE_ALL, "/.git/config"),
    REFUSED("a page for the mighty", WHERE_ALL, "/admin"),
    REFUSED("what no server should show", WHERE_ALL, "/debug/pprof/"),
    REFUSED("capital letters", WHERE_ALL, "/HEALTHZ"),
    REFUSED("a slash more", WHERE_ALL, "/healthz/"),
    REFUSED("a slash more in between", WHERE_ALL, "/v1//changes"),
    REFUSED("parameters of the path", WHERE_ALL, "/healthz;jsessionid=1"),
    REFUSED("a type without an id", WHERE_ALL, "/v1/records/note/"),
    REFUSED("a type unheard of", WHERE_ALL, "/v1/records/sqlite_schema/1"),
    REFUSED("a quote for SQL as id", WHERE_ALL, "/v1/records/note/'%20OR%201=1--"),
    LAST,
};
