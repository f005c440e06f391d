#include "tests/email/hostile_write.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* --- chance ----------------------------------------------------------------------------------- */

static uint64_t state;

static uint64_t next(void)
{
    uint64_t mixed = state += UINT64_C(0x9E3779B97F4A7C15);

    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

static size_t below(size_t limit)
{
    return (size_t)(next() % limit);
}

static bool one_in(size_t chances)
{
    return below(chances) == 0;
}

/* Mostly small, sometimes up to `limit`. */
static size_t some(size_t limit)
{
    return one_in(8) ? below(limit) + 1 : below(limit / 50 + 4) + 1;
}

#define PICK(list) (list)[below(sizeof(list) / sizeof((list)[0]))]

/* --- pieces ----------------------------------------------------------------------------------- */

static const char *const evils[] = {
    "\x1B[2J",
    "\x1B]0;owned\x07",
    "\x1B[31;5m",
    "\x9B"
    "31m",
    "\xC2\x9B"
    "1m",
    "\r",
    "\b\b\b\b",
    "\x07",
    "\x0E",
    "\x7F",
    "\xE2\x80\xAE"
    "gpj.exe",
    "\xE2\x80\x8F",
    "\xE2\x81\xA6",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF",
    "\xE2\x80\x8B",
    "\xF0\x9F\x92\xA9",
    "\xED\xA0\x80",
    "\xC0\xAF",
    "\xFF\xFE",
    "\xF3\xA0\x80\x81",
    "Zo\xCC\x88\xCC\x81\xCC\x81\xCC\x81\xCC\x81",
    "\xEF\xBF\xBF",
    "\x1BPq#0\x1B\\",
    "%n%s%s%n",
    "'; DROP TABLE record; --",
    "${HOME}",
    "`id`",
    "../../../../etc/passwd",
    "=?utf-8?q?=1B[2J?=",
    "=?utf-8?b?G1sySg==?=",
    "=?x?x?x?=",
    "=?utf-8?q?",
    "C-0000-0000",
    "\xCC\x81",
    "\xE2\x80\xAD\xE2\x80\xAE\xE2\x80\xAC",
    "\t\t",
    "\x1B",
    "\x1A",
    "\x04",
};

static const char *const fragments[] = {
    "<p>",
    "</p>",
    "<b",
    "<script>alert(1)</script>",
    "<script",
    "</scr<script>ipt>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<style>*{display:none}</style>",
    "<style>",
    "&#27;[2J",
    "&#x202e;",
    "&#0;",
    "&#x110000;",
    "&#xD800;",
    "&lt;",
    "&amp;#27;",
    "&",
    "&#",
    "&bogus;",
    "<blockquote>",
    "</blockquote>",
    "<a href=\"javascript:alert(1)\">",
    "<a href='http://evil.example/\x1B[2J'>",
    "</a>",
    "<img alt='",
    "<img src=x onerror=alert(1) alt=\"&#27;\">",
    "<pre>",
    "<li>",
    "<td>",
    "<br>",
    "\"",
    "'",
    "=",
    ">",
    "<svg><desc><![CDATA[</desc><script>",
    "<iframe src=x>",
    "<title>",
    "<a href=\"",
    "<>",
    "</",
    "<?php ?>",
    "<div style=\"position:fixed;top:0\">",
    "<xmp>",
    "<plaintext>",
    "<o:p>&nbsp;</o:p>",
    "plain words",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<math><mi//xlink:href=\"data:x\">",
};

static const char *const charsets[] = {
    "utf-8",
    "utf-7",
    "utf-16",
    "utf-16be",
    "utf-32",
    "iso-2022-jp",
    "iso-2022-cn-ext",
    "iso-2022-kr",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-kr",
    "koi8-r",
    "windows-1252",
    "iso-8859-1",
    "x-user-defined",
    "",
    "\"",
    "../../../lib/evil.so",
    "utf-8//TRANSLIT",
    "ebcdic-cp-fr",
    "hz-gb-2312",
    "cp437",
    "unknown",
    "us-ascii\x1B[2J",
    "IBM1047",
    "tscii",
    "macintosh",
    "iso-8859-8-i",
    "utf8",
    "UNICODE-1-1-UTF-7",
};

static const char *const types[] = {
    "text/plain",
    "text/html",
    "application/pdf",
    "application/octet-stream",
    "image/png",
    "message/rfc822",
    "multipart/mixed",
    "multipart/alternative",
    "multipart/report",
    "message/partial; id=x; number=1; total=9",
    "message/external-body; access-type=URL; URL=\"http://evil.example\"",
    "text",
    "/",
    "text/",
    "",
    "text/plain/x",
    "application/x-msdownload",
    "multipart/mixed; boundary=",
    "text/calendar",
    "a/b\x1B[2J",
    "message/delivery-status",
    "multipart/digest; boundary=d",
    "application/ms-tnef",
    "text/rtf",
};

static void add(struct text_buffer *mail, const char *text)
{
    text_buffer_add_text(mail, text);
}

static void add_noise(struct text_buffer *mail, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char byte = (char)next();

        text_buffer_add(mail, &byte, 1);
    }
}

static void add_evil(struct text_buffer *mail, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        add(mail, one_in(3) ? "words " : PICK(evils));
        if (one_in(12))
            text_buffer_add(mail, "\0", 1);
    }
}

/* The headers of somebody who can be answered, mostly. */
static void add_head(struct text_buffer *mail)
{
    if (one_in(20))
        add(mail, "Return-Path: <>\r\n");
    text_buffer_add_format(mail, "From: \"x\" <client%zu@example.ca>\r\n", below(300));
    text_buffer_add_format(mail, "Message-ID: <%llu@hostile.example>\r\n",
                           (unsigned long long)next());
    if (!one_in(10))
        text_buffer_add_format(mail, "Subject: hostile %zu\r\n", below(1000));
    add(mail, "To: bureau@ville.example\r\nMIME-Version: 1.0\r\n");
}

/* --- kinds ------------------------------------------------------------------------------------ */

static void nesting(struct text_buffer *mail)
{
    size_t depth = some(3000);
    bool close = one_in(2);

    add_head(mail);
    for (size_t i = 0; i < depth; i++)
        text_buffer_add_format(mail, "Content-Type: multipart/%s; boundary=b%zu\r\n\r\n--b%zu\r\n",
                               one_in(2) ? "mixed" : "alternative", i, i);
    add(mail, "\r\nat the bottom\r\n");
    for (size_t i = depth; close && i-- > 0;)
        text_buffer_add_format(mail, "--b%zu--\r\n", i);
}

static void messages_in_messages(struct text_buffer *mail)
{
    size_t depth = some(3000);

    add_head(mail);
    for (size_t i = 0; i < depth; i++)
        add(mail, one_in(2) ? "Content-Type: message/rfc822\r\n\r\n"
                            : "Content-Type: multipart/digest; boundary=d\r\n\r\n--d\r\n\r\n");
    add(mail, "Subject: at the bottom\r\n\r\nx\r\n");
}

static void many_parts(struct text_buffer *mail)
{
    size_t count = some(30000);

    add_head(mail);
    add(mail, "Content-Type: multipart/mixed; boundary=b\r\n\r\n");
    for (size_t i = 0; i < count; i++) {
        add(mail, "--b\r\n");
        if (one_in(3))
            text_buffer_add_format(mail, "Content-Type: %s; name=x%zu\r\n", PICK(types), i);
        add(mail, "\r\nx\r\n");
    }
}

static void expansion(struct text_buffer *mail)
{
    size_t lines = some(one_in(40) ? 200000 : 4000);

    add_head(mail);
    text_buffer_add_format(mail,
                           "Content-Type: %s; charset=%s\r\nContent-Transfer-Encoding: %s\r\n\r\n",
                           PICK(types), PICK(charsets),
                           one_in(3)   ? "quoted-printable"
                           : one_in(3) ? "x-uuencode"
                                       : "base64");
    for (size_t i = 0; i < lines; i++)
        add(mail, one_in(50) ? "=1B=5B=32=4A=E2=80=AE=\r\n"
                             : "gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICA\r\n");
}

static void huge_headers(struct text_buffer *mail)
{
    size_t count = some(40000);

    add_head(mail);
    if (one_in(2))
        add(mail, "Subject: ");
    for (size_t i = 0; i < count; i++) {
        if (one_in(2))
            text_buffer_add_format(mail, "X-%zu: y\r\n", i);
        else
            add(mail, one_in(2) ? " =?utf-8?q?=C3=A9?=\r\n" : "0123456789");
    }
    add(mail, "\r\n\r\nx\r\n");
}

static void escapes(struct text_buffer *mail)
{
    static const char *const names[] = {"Subject",
                                        "From",
                                        "To",
                                        "Cc",
                                        "Reply-To",
                                        "Message-ID",
                                        "In-Reply-To",
                                        "References",
                                        "Date",
                                        "Content-Language",
                                        "Content-Type",
                                        "Content-Disposition",
                                        "Sender",
                                        "Delivered-To",
                                        "Auto-Submitted",
                                        "List-Id"};

    if (!one_in(4))
        add_head(mail);
    for (size_t i = below(10) + 1; i > 0; i--) {
        text_buffer_add_format(mail, "%s: ", PICK(names));
        add_evil(mail, below(6));
        add(mail, one_in(5) ? "<a@example.ca>\r\n" : "\r\n");
    }
    add(mail, "\r\n");
    add_evil(mail, some(400));
}

static void encoded_names(struct text_buffer *mail)
{
    add_head(mail);
    text_buffer_add_format(
        mail, "Content-Type: %s; name*0*=%s''%%1B%%5B2J; name*1*=%%E2%%80%%AE; name*2=\"",
        PICK(types), PICK(charsets));
    add_evil(mail, 3);
    add(mail, "\"\r\n");
    for (size_t i = some(3000); i > 0; i--)
        text_buffer_add_format(
            mail, "Content-Disposition: attachment; filename*%zu*=%%00%%2F..%%2F\r\n", i);
    add(mail, "\r\n");
    add_noise(mail, below(500));
}

static void html(struct text_buffer *mail)
{
    add_head(mail);
    text_buffer_add_format(mail, "Content-Type: text/html; charset=%s\r\n\r\n", PICK(charsets));
    for (size_t i = some(20000); i > 0; i--)
        add(mail, one_in(6) ? PICK(evils) : PICK(fragments));
}

static void wrong_charset(struct text_buffer *mail)
{
    add_head(mail);
    text_buffer_add_format(mail, "Content-Type: text/plain; charset=\"%s\"\r\n\r\n",
                           PICK(charsets));
    for (size_t i = below(60); i > 0; i--) {
        add_noise(mail, below(40));
        add(mail, one_in(2) ? PICK(evils) : "\xE9t\xE9 \x1B$B$\"");
    }
}

static void boundaries(struct text_buffer *mail)
{
    static const char *const marks[] = {"", "b", "b b", "\"b", "--b", "b--", "=", "bb", "\x1B"};
    const char *mark = PICK(marks);

    add_head(mail);
    text_buffer_add_format(mail, "Content-Type: multipart/%s; boundary=\"%s\"\r\n\r\n",
                           one_in(2) ? "mixed" : "alternative", mark);
    for (size_t i = some(300); i > 0; i--) {
        text_buffer_add_format(mail, "--%s%s%s\r\n", mark, one_in(4) ? "--" : "",
                               one_in(6) ? "x" : "");
        if (one_in(2))
            text_buffer_add_format(mail, "Content-Type: %s\r\n", PICK(types));
        add(mail, one_in(2) ? "\r\n" : "no header\r\n");
    }
}

static void addresses(struct text_buffer *mail)
{
    static const char *const pieces[] = {":",
                                         "(",
                                         ")",
                                         "<",
                                         ">",
                                         "\"",
                                         ",",
                                         ";",
                                         "@",
                                         "a",
                                         "\\",
                                         "group:",
                                         "a@b",
                                         " ",
                                         "\xC3\xA9",
                                         "[",
                                         "]",
                                         "..",
                                         "=?utf-8?q?=00?="};

    add(mail, "From: ");
    for (size_t i = some(20000); i > 0; i--)
        add(mail, PICK(pieces));
    text_buffer_add_format(mail, "\r\nReply-To: <b%zu@example.ca>\r\n\r\nx\r\n", below(100));
}

static void threads(struct text_buffer *mail)
{
    add_head(mail);
    add(mail, "References: ");
    for (size_t i = some(5000); i > 0; i--)
        text_buffer_add_format(mail, "<%zu%s@x>%s", i, one_in(9) ? PICK(evils) : "",
                               one_in(3) ? "\r\n " : " ");
    add(mail, "\r\nDate: Thu, 99 Zzz 99999999999 99:99:99 +99999\r\n\r\nC-0000-0000\r\n");
}

static void reports(struct text_buffer *mail)
{
    add_head(mail);
    add(mail,
        "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n"
        "--r\r\n\r\nwords\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nAction: failed\r\n"
        "Diagnostic-Code: ");
    add_evil(mail, some(300));
    add(mail, "\r\n--r\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <");
    add(mail, one_in(2) ? "guichet.01890000-0000-7000-8000-000000000001@x" : "guichet.");
    add_evil(mail, below(3));
    add(mail, ">\r\n\r\n--r--\r\n");
}

static void flowed(struct text_buffer *mail)
{
    static const char *const lines[] = {" ",
                                        "> ",
                                        ">> a ",
                                        "a ",
                                        "-- ",
                                        "\r\n",
                                        "\n",
                                        "\r",
                                        "> \r\n",
                                        "On Monday, x wrote:\r\n",
                                        "De : x\r\nEnvoy\xC3\xA9 : y\r\n",
                                        ">"};

    add_head(mail);
    text_buffer_add_format(mail, "Content-Type: text/plain; format=flowed; delsp=%s\r\n\r\n",
                           one_in(2) ? "yes" : "no");
    for (size_t i = some(50000); i > 0; i--)
        add(mail, PICK(lines));
}

static void noise(struct text_buffer *mail)
{
    if (one_in(2))
        add_head(mail);
    add_noise(mail, some(3000));
}

/* An ordinary mail that is cut, or in which bytes are others. */
static void damage(struct text_buffer *mail, const struct text_buffer *ordinary, size_t count)
{
    const struct text_buffer *from = &ordinary[below(count)];
    bool cut = one_in(2);

    text_buffer_add_format(mail, "X-Damaged: %zu\r\n", below(100000));
    text_buffer_add(mail, from->bytes, cut ? below(from->length) : from->length);
    for (size_t i = cut ? 0 : some(200); i > 0; i--)
        mail->bytes[below(mail->length)] = one_in(3) ? '\0' : (char)next();
}

static void (*const writers[])(struct text_buffer *) = {
    nesting,       messages_in_messages,
    many_parts,    expansion,
    huge_headers,  escapes,
    encoded_names, html,
    wrong_charset, boundaries,
    addresses,     threads,
    reports,       flowed,
    noise,         escapes,
    html,          wrong_charset,
};

#define WRITERS (sizeof(writers) / sizeof(writers[0]))

void hostile_write(struct text_buffer *mail, uint64_t seed, uint64_t number,
                   const struct text_buffer *ordinary, size_t count)
{
    size_t kind = (size_t)(number % (WRITERS + 2));

    state = seed * UINT64_C(0xD1342543DE82EF95) + number;
    if (kind < WRITERS)
        writers[kind](mail);
    else
        damage(mail, ordinary, count);
}
