"""Text that programs are known to stumble over, for every field, header and address; each draw comes from a seed."""

import random
from typing import Final

MARK: Final = "<zq\"'>"
SCRIPT: Final = "<script>zq()</script>"
PIECES: Final = (
    MARK, "", " ", "\x00", "\r\nSet-Cookie: zq=1", "\n", "\t", "\x1b[31m", "\x7f", "\x85", "\ufeff", "\u2028",
    "\u202e", "\u2066\u2069", "\u200b\u200d\u2060", "\u00ad", "\ud7ff", "\uffff", "\ufffd", "\U0010ffff",
    "\U0001f469\u200d\U0001f4bb", "e" + "\u0301" * 200, "\u1100\u1161\u11a8", "١٢٣٤٥٦٧٨٩٠", "१२३४५६",
    "１０２０３０４０５０", "𝟏𝟐𝟑𝟒𝟓𝟔", "①②③④⑤⑥", "l0Z030405O", "ﷺ" * 50, "İıſßŉ", "\\ud800", "\\u0000",
    "%ED%A0%80", "%C0%AE%C0%AE", "%F4%90%80%80", "%00", "%", "%0d%0azq:1", "{{7*7}}", "{% raw %}", "{0.__class__}",
    "${7*7}", "#{7*7}", "%s%n%x", "%(zq)s", "../../../etc/passwd", "..\\..\\", "/etc/passwd\x00.css",
    "file:///etc/passwd", "' OR '1'='1' --", "'; DROP TABLE customer; --", "\\", "|id", "$(id)", "`id`", SCRIPT, "]]>",
    "<!--", "<![CDATA[", "&#x27;", "&zq;", "javascript:zq()", "-1", "0", "1e309", "NaN", "null", "[]", "{}",
    '{"$gt": ""}', "true", "None", "9" * 400, "a" * 5000, "CC", "1020304050", "123456",
)  # fmt: skip
TYPES: Final = (
    "application/json", "text/plain", "text/xml", "multipart/form-data", "multipart/form-data; boundary=", "",
    "multipart/form-data; boundary=zq", "multipart/form-data; boundary=\"zq", "multipart/mixed; boundary=zq",
    "application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=zq", "a" * 300,
    "application/x-www-form-urlencoded;;;=;", "application/octet-stream", "/", "zq", "application/csp-report",
)  # fmt: skip
HEADERS: Final = (
    "User-Agent", "Cookie", "Accept-Language", "Accept", "Accept-Encoding", "HX-Request", "HX-Target", "HX-Trigger",
    "HX-Current-URL", "HX-Boosted", "Origin", "Referer", "Sec-Fetch-Site", "X-Forwarded-For", "X-Forwarded-Proto",
    "X-Forwarded-Host", "X-Forwarded-Prefix", "X-Forwarded-Port", "Forwarded", "X-Real-IP", "X-Request-ID",
    "X-CSRFToken", "X-HTTP-Method-Override", "Range", "If-None-Match", "If-Modified-Since", "If-Range", "Expect",
    "Content-Encoding", "Content-Language", "Transfer-Encoding", "Upgrade", "Authorization", "Host",
)  # fmt: skip


def text(chance: random.Random) -> str:
    """One to three pieces in a row, often with the mark; now and then hundreds of them."""
    made = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 3)))
    if chance.random() < 0.25:
        made += MARK
    return made * 200 if chance.random() < 0.02 else made
