#!/usr/bin/env python3
"""Drives a sandbox from page to card with nothing but Python's standard library.

    python3 drive.py http://127.0.0.1:8090

What a client in any language does: it talks WeChat's API, presses the buttons of the pretend phone, takes the pushes, and
orders faults, quotas and time over /sandbox/. Every step checks the answer; the last line is "done".
"""

import hashlib
import http.server
import json
import re
import struct
import sys
import threading
import time
import urllib.parse
import urllib.request
import zlib

BASE = sys.argv[1].rstrip("/")
APPID, SECRET, PUSH_TOKEN = "wx00000000python00", "python-secret", "tk_python"
OPEN = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def send(method, path, body=None, kind="application/json"):
    """One request; the answer as JSON where it is JSON, else as text."""
    url = path if path.startswith("http") else BASE + path
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()  # Raw UTF-8: WeChat refuses \\u escapes.
    request = urllib.request.Request(url, body, {"Content-Type": kind}, method=method)
    with OPEN.open(request, timeout=10) as answer:
        text = answer.read().decode()
        return json.loads(text) if "json" in answer.headers["Content-Type"] else text


def check(what, is_so, told=None):
    if not is_so:
        sys.exit(f"{what}: {told!r}")
    print("ok", what, flush=True)


class Pushes(http.server.BaseHTTPRequestHandler):
    """The merchant's push address, in plain mode: a signature over token, time and nonce, an event as JSON."""

    taken = []

    def do_POST(self):
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        parts = sorted([PUSH_TOKEN, query["timestamp"], query["nonce"]])
        genuine = hashlib.sha1("".join(parts).encode()).hexdigest() == query["signature"]
        Pushes.taken.append((genuine, json.loads(body)))
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *_):
        pass


def pushed(event):
    """Waits for a push."""
    for _ in range(100):
        for genuine, message in Pushes.taken:
            if message["Event"] == event:
                check(f"{event} is signed", genuine)
                return message
        time.sleep(0.05)
    sys.exit(f"{event} was not pushed")


def multipart(name, filename, kind, content):
    mark = "----drive"
    head = f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}\r\n\r\n'
    return head.encode() + content + f"\r\n--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"


def png():
    """One grey dot."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


def pdf(number):
    """A page with the number on it: the sandbox looks for it at the insert."""
    text = f"BT /F1 18 Tf 40 60 Td (No. {number}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 120] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, table = "%PDF-1.4\n", "0000000000 65535 f \n"
    for index, inner in enumerate(objects, 1):
        table += f"{len(out):010} 00000 n \n"
        out += f"{index} 0 obj\n{inner}\nendobj\n"
    size = len(objects) + 1
    out += f"xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out.encode()


# An account of our own, with a push address of our own.
receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pushes)
threading.Thread(target=receiver.serve_forever, daemon=True).start()
push = {"url": f"http://127.0.0.1:{receiver.server_port}/push", "token": PUSH_TOKEN, "mode": "plain", "format": "json"}
account = send("POST", "/sandbox/accounts", {"appid": APPID, "secret": SECRET, "name": "示例商户", "platform": True, "push": push})
check("an account is made", account["appid"] == APPID, account)
routes = send("GET", "/sandbox/openapi.json")["paths"]
check("the addresses are described", "/card/invoice/insert" in routes and "/sandbox/faults" in routes)

# Credentials.
answer = send("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APPID, "secret": "wrong"})
check("a wrong secret is refused", answer["errcode"] == 40125, answer)
answer = send("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APPID, "secret": SECRET})
token = answer["access_token"]


def call(path, body=None, **query):
    query = urllib.parse.urlencode({"access_token": token, **query})
    return send("GET" if body is None else "POST", f"{path}?{query}", body)


ticket = call("/cgi-bin/ticket/getticket", type="wx_card")["ticket"]
link = call("/card/invoice/seturl", {})["invoice_url"]
s_pappid = urllib.parse.unquote(link.split("s_pappid=")[1])


def page(order_id):
    return call("/card/invoice/getauthurl", {
        "s_pappid": s_pappid, "order_id": order_id, "money": 11300, "timestamp": int(time.time()), "source": "web",
        "redirect_url": "https://shop.example.com/done", "ticket": ticket, "type": 1,
    })


check("no page without a contact", page("PY-1")["errcode"] == 72063)
call("/card/invoice/setbizattr", {"contact": {"phone": "075500000000", "time_out": 3600}}, action="set_contact")
auth_url = page("PY-1")["auth_url"]

# The buyer, on the pretend phone: the page is a plain form.
form = send("GET", auth_url)
check("the page shows the amount", "113.00" in form and "<form" in form)
asked = call("/card/invoice/getauthdata", {"s_pappid": s_pappid, "order_id": "PY-1"})
check("not yet authorised", asked["invoice_status"] == "never auth", asked)
filled = {"act": "authorise", "kind": "company", "company_title": "示例公司", "company_tax_no": "91440300MADEMO0001"}
filled |= {name: "1" for name in re.findall(r'name="((?:person|company)_\w+)"[^>]*required', form) if name not in filled}
try:
    send("POST", auth_url, urllib.parse.urlencode(filled).encode(), "application/x-www-form-urlencoded")
except urllib.error.URLError:
    pass  # It leads on to the shop's page, which is not there.
event = pushed("user_authorize_invoice")
check("the push names the order", event["SuccOrderId"] == "PY-1", event)
asked = call("/card/invoice/getauthdata", {"s_pappid": s_pappid, "order_id": "PY-1"})
check("the title is told", asked["user_auth_info"]["biz_field"]["tax_no"] == "91440300MADEMO0001", asked)

# The platform: logo, template, file, card.
query = urllib.parse.urlencode({"access_token": token})
logo = send("POST", f"/cgi-bin/media/uploadimg?{query}", *multipart("media", "logo.png", "image/png", png()))["url"]
template = {"base_info": {"logo_url": logo, "title": "示例商店"}, "payee": "示例商贸有限公司", "type": "电子发票(普通发票)"}
card_id = call("/card/invoice/platform/createcard", {"invoice_info": template})["card_id"]
number = "26999000000000000042"
file = send("POST", f"/card/invoice/platform/setpdf?{query}", *multipart("pdf", "invoice.pdf", "application/pdf", pdf(number)))


def insert(order_id, number, media):
    data = {
        "fee": 11300, "title": "示例公司", "billing_time": int(time.time()), "billing_no": number, "billing_code": "",
        "check_code": "", "fee_without_tax": 10000, "tax": 1300, "s_pdf_media_id": media,
    }
    ext = {"nonce_str": "n", "user_card": {"invoice_user_data": data}}
    return call("/card/invoice/insert", {"order_id": order_id, "card_id": card_id, "appid": APPID, "card_ext": ext})


# Faults: the next insert is refused once, as ordered.
send("POST", "/sandbox/faults", {"path": "/card/invoice/insert", "kind": "errcode", "value": 72036, "count": 1})
check("an ordered fault strikes", insert("PY-1", number, file["s_media_id"])["errcode"] == 72036)
other = insert("PY-1", "26999000000000000043", file["s_media_id"])
check("another number than the file's is refused", other["errcode"] == 72047, other)
card = insert("PY-1", number, file["s_media_id"])
check("the card is in the wallet", card["errcode"] == 0 and len(card["code"]) == 12, card)
check("once for each order id", insert("PY-1", number, file["s_media_id"])["errcode"] == 72056)
check("the phone shows it", "示例商贸有限公司" in send("GET", f"/phone/cards/{card['code']}"))

# Quotas.
send("PATCH", "/sandbox/settings", {"minute_limit": 2})
told = [call("/card/code/decrypt", {"encrypt_code": "x"})["errcode"] for _ in range(3)]
check("the minute's limit holds", told == [40056, 40056, 45011], told)
send("PATCH", "/sandbox/settings", {"minute_limit": 0})
left = call("/cgi-bin/openapi/quota/get", {"cgi_path": "/card/invoice/insert"})["quota"]
check("calls are counted", left["used"] == 3 and left["remain"] == left["daily_limit"] - 3, left)

# Time: a file that no card uses is gone after three days. Tokens die as well.
old = send("POST", f"/card/invoice/platform/setpdf?{query}", *multipart("pdf", "b.pdf", "application/pdf", pdf("1")))
page("PY-2")
send("POST", "/sandbox/orders/PY-2/authorise", {"person": {"title": "张三"}})
send("POST", "/sandbox/clock", {"advance_secs": 3 * 86400 + 60})
check("the token died", call("/card/invoice/seturl", {})["errcode"] == 42001)
answer = send("POST", "/cgi-bin/stable_token", {"grant_type": "client_credential", "appid": APPID, "secret": SECRET})
token = answer["access_token"]
late = insert("PY-2", "26999000000000000044", old["s_media_id"])
check("the file is gone", late["errcode"] == 72046, late)

# Events: the reimburser's move is pushed; any push can be repeated; the books tell all of it.
send("POST", f"/sandbox/cards/{card['code']}/status", {"status": "INVOICE_REIMBURSE_LOCK"})
check("the lock is pushed", pushed("update_invoice_status")["Code"] == card["code"])
ledger = send("GET", "/sandbox/ledger?order_id=PY-1")
check("the ledger has one card", [it["code"] for it in ledger["inserts"]] == [card["code"]], ledger)
first = ledger["pushes"][0]
check("and its answered push", first["outcome"] == "answered" and first["attempts"] == 1, first)
send("POST", f"/sandbox/pushes/{first['id']}/repeat")
for _ in range(100):
    if sum(message.get("SuccOrderId") == "PY-1" for _, message in Pushes.taken) == 2:
        break
    time.sleep(0.05)
check("a push comes again", sum(message.get("SuccOrderId") == "PY-1" for _, message in Pushes.taken) == 2)
print("done")
