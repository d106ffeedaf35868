#!/usr/bin/env python3
"""A mail server for tests (needs aiosmtpd: Debian `python3-aiosmtpd`, PyPI `aiosmtpd`).

Prints `LISTENING <port>` once it accepts connections and ends when its
standard input is closed. Every accepted mail becomes DIR/<n>.eml with the
envelope on top: X-Envelope-From, X-Envelope-To (one per recipient),
X-Connection (number of the connection), X-Tls, X-Auth.

The recipient's local part (up to a `+`) decides:
  tempfail2  451 twice, then accepted      (counted per address)
  refuse     550
  drop       stored, then the connection is closed without a reply,
             the first time               (counted per address)
  stall      the reply to the mail comes after --stall seconds
"""

import argparse
import asyncio
import collections
import os
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


class Behaviour:
    """Decides about recipients and stores mails."""

    def __init__(self, folder, stall):
        self.folder = folder
        self.stall = stall
        self.seen = collections.Counter()
        self.stored = len([name for name in os.listdir(folder) if name.endswith(".eml")])

    async def handle_RCPT(self, server, session, envelope, address, options):
        kind = kind_of(address)
        if kind == "refuse":
            return "550 5.1.1 mailbox unknown"
        if kind == "tempfail2":
            self.seen[address] += 1
            if self.seen[address] <= 2:
                return "451 4.3.2 try again later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        number = self.store(server, session, envelope)
        for address in envelope.rcpt_tos:
            kind = kind_of(address)
            if kind == "stall":
                await asyncio.sleep(self.stall)
            if kind == "drop":
                self.seen[address] += 1
                if self.seen[address] == 1:
                    server.transport.abort()
                    # Nothing more may be written to this connection.
                    raise asyncio.CancelledError
        return f"250 2.0.0 stored as {number}"

    def store(self, server, session, envelope):
        self.stored += 1
        number = self.stored
        lines = [f"X-Envelope-From: {envelope.mail_from}"]
        lines += [f"X-Envelope-To: {address}" for address in envelope.rcpt_tos]
        secured = server.transport.get_extra_info("ssl_object")
        tls = secured.version() if secured else "none"
        lines += [
            f"X-Connection: {server.connection}",
            f"X-Tls: {tls}",
            f"X-Auth: {session.auth_data or 'none'}",
        ]
        head = "".join(line + "\r\n" for line in lines).encode()
        draft = os.path.join(self.folder, f"{number}.tmp")
        with open(draft, "wb") as file:
            file.write(head + envelope.content)
        # A reader sees a whole mail or none.
        os.replace(draft, os.path.join(self.folder, f"{number}.eml"))
        return number


class Conversation(SMTP):
    """One connection, numbered."""

    count = 0

    def connection_made(self, transport):
        # Called again after STARTTLS, for the same connection.
        if not hasattr(self, "connection"):
            Conversation.count += 1
            self.connection = Conversation.count
        super().connection_made(transport)


def kind_of(address):
    return address.split("@")[0].split("+")[0].lower()


def authenticator(expected):
    user, _, password = expected.partition(":")

    def check(server, session, envelope, mechanism, data):
        fits = isinstance(data, LoginPassword) and data == LoginPassword(
            user.encode(), password.encode()
        )
        return AuthResult(success=fits, handled=False, auth_data=user if fits else None)

    return check


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--starttls", action="store_true", help="offer and require STARTTLS")
    parser.add_argument("--implicit-tls", action="store_true", help="TLS from the first byte")
    parser.add_argument("--cert", help="certificate chain, PEM")
    parser.add_argument("--key", help="private key, PEM")
    parser.add_argument("--auth", metavar="USER:PASSWORD", help="require this login")
    parser.add_argument("--stall", type=float, default=10.0, metavar="SECONDS")
    options = parser.parse_args()
    if (options.starttls or options.implicit_tls) and not (options.cert and options.key):
        parser.error("TLS needs --cert and --key")
    return options


def tls_context(options):
    if not (options.starttls or options.implicit_tls):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.cert, options.key)
    return context


def conversation(options, behaviour, context, loop):
    settings = {}
    if options.starttls:
        settings |= {"tls_context": context, "require_starttls": True}
    if options.auth:
        settings |= {
            "authenticator": authenticator(options.auth),
            "auth_required": True,
            "auth_require_tls": options.starttls,
        }
    return Conversation(behaviour, hostname="mail.test", loop=loop, **settings)


def end_with_stdin(loop, stop):
    def wait():
        while sys.stdin.buffer.read(4096):
            pass
        loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=wait, daemon=True).start()


async def serve(options):
    os.makedirs(options.dir, exist_ok=True)
    loop = asyncio.get_running_loop()
    behaviour = Behaviour(options.dir, options.stall)
    context = tls_context(options)
    server = await loop.create_server(
        lambda: conversation(options, behaviour, context, loop),
        options.host,
        options.port,
        ssl=context if options.implicit_tls else None,
    )
    stop = asyncio.Event()
    end_with_stdin(loop, stop)
    print("LISTENING", server.sockets[0].getsockname()[1], flush=True)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(arguments()))
