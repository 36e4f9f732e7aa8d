#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server for the tests of downloads: each path misbehaves in its own way.

usage: lying_server.py [CERTIFICATE KEY]    serves on a free port of 127.0.0.1 and prints it;
https when a certificate is given. Ends when its standard input does, or after two minutes.

The good file has SIZE bytes; what was asked of a path is told by /log?PATH, a line a request.
"""
import os
import socket
import ssl
import sys
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SIZE = 300000
GOOD = bytes((i * i // 7 + i) % 251 for i in range(SIZE))
OTHER = bytes(byte ^ 255 for byte in GOOD)
LONGEST_S = 120
log = {}


def pour(source, target):
    """Bytes from one socket to the other until the first has no more."""
    try:
        while block := source.recv(1 << 16):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_):
        pass

    def do_GET(self):
        # a proxy is asked with the whole address
        url = urllib.parse.urlsplit(self.path)
        name = 'proxied' if url.netloc == 'far.invalid' else url.path.strip('/')
        asked = self.headers.get('Range', 'all')
        if name != 'log':
            log.setdefault(name, []).append(asked)
        self.close_connection = True
        try:
            getattr(self, 'say_' + name.replace('-', '_'), self.say_absent)(url.query)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass

    def do_CONNECT(self):
        """A proxy: far.invalid is the server on $FATHOM_TEST_TUNNEL's port of this machine."""
        self.close_connection = True
        if self.path != 'far.invalid:443':
            self.send_error(403)
            return
        with socket.create_connection(('127.0.0.1', int(os.environ['FATHOM_TEST_TUNNEL']))) as far:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pour, args=(far, self.connection), daemon=True)
            back.start()
            pour(self.connection, far)
            back.join()

    # ---- pieces of answers

    def head(self, code, length, etag='"one"', **more):
        self.send_response(code)
        if length is not None:
            self.send_header('Content-Length', str(length))
        if etag:
            self.send_header('ETag', etag)
        for key, value in more.items():
            self.send_header(key.replace('_', '-'), value)
        self.send_header('Connection', 'close')
        self.end_headers()

    def start(self, etag):
        """Where the answer begins: as asked, unless the file has changed since."""
        asked = self.headers.get('Range')
        condition = self.headers.get('If-Range')
        if not asked or (condition and condition != etag):
            return 0
        return int(asked.split('=')[1].split('-')[0])

    def send(self, body=GOOD, etag='"one"', most=None):
        """The body from where it was asked, cut after `most` bytes."""
        begin = self.start(etag)
        more = {'Content_Range': f'bytes {begin}-{len(body) - 1}/{len(body)}'} if begin else {}
        self.head(206 if begin else 200, len(body) - begin, etag, **more)
        self.wfile.write(body[begin:] if most is None else body[begin:begin + most])

    def times(self, name):
        return len(log[name])

    # ---- behaviours

    def say_log(self, query):
        lines = ''.join(line + '\n' for line in log.get(query, [])).encode()
        self.head(200, len(lines))
        self.wfile.write(lines)

    def say_absent(self, _query):
        self.head(404, 0)

    def say_good(self, _query):
        self.send()

    def say_proxied(self, _query):
        self.send()

    def say_cut_once(self, _query):
        self.send(most=100000 if self.times('cut-once') == 1 else None)

    def say_cut_no_etag(self, _query):
        self.send(etag='', most=100000 if self.times('cut-no-etag') == 1 else None)

    def say_cut_often(self, _query):
        self.send(most=60000)

    def say_cut_always(self, _query):
        begin = self.start('"one"')
        self.send(most=100000 - begin if begin < 100000 else 0)

    def say_changed(self, _query):
        if self.times('changed') == 1:
            self.send(OTHER, '"old"', most=100000)
        else:
            self.send()

    def say_no_ranges(self, _query):
        self.head(200, SIZE)
        self.wfile.write(GOOD[:100000] if self.times('no-ranges') == 1 else GOOD)

    def say_wrong_range(self, _query):
        begin = self.start('"one"')
        if begin:
            self.head(206, SIZE - 7, Content_Range=f'bytes 7-{SIZE - 1}/{SIZE}')
            self.wfile.write(GOOD[7:])
        else:
            self.send(most=100000)

    def say_no_rest(self, _query):
        if self.start('"one"'):
            self.head(416, 0)
        else:
            self.send(most=100000 if self.times('no-rest') == 1 else None)

    def say_busy(self, _query):
        if self.times('busy') == 1:
            self.head(503, 0)
        else:
            self.send()

    def say_always_busy(self, _query):
        self.head(503, 0)

    def say_short(self, _query):
        """Announces more than it has."""
        self.head(200, 2 * SIZE)
        self.wfile.write(GOOD)

    def say_announces_less(self, _query):
        self.head(200, 1000)
        self.wfile.write(GOOD)

    def say_long(self, _query):
        """One byte too many, announced by nothing."""
        self.head(200, None)
        self.wfile.write(GOOD + b'x')

    def say_ends_early(self, _query):
        self.head(200, None, '')
        self.wfile.write(GOOD[:1000])

    def say_wrong(self, _query):
        self.send(OTHER)

    def say_page(self, _query):
        page = b'<html>Please log in</html>'
        self.head(200, len(page), '')
        self.wfile.write(page)

    def say_net(self, _query):
        """A file of the test's."""
        with open(os.environ['FATHOM_TEST_NET'], 'rb') as file:
            self.send(file.read())

    def say_endless(self, _query):
        self.head(200, None)
        while True:
            self.wfile.write(GOOD)

    def say_silent(self, _query):
        self.head(200, SIZE)
        self.wfile.write(GOOD[:1000])
        self.wfile.flush()
        while True:
            time.sleep(0.25)
            self.wfile.write(b'x')

    def say_slow_once(self, _query):
        """A third of it at once, then hardly anything; the next time all of the rest."""
        if self.times('slow-once') > 1:
            self.send()
            return
        self.head(200, SIZE)
        self.wfile.write(GOOD[:100000])
        self.wfile.flush()
        while True:
            time.sleep(0.25)
            self.wfile.write(b'x')

    def say_headers(self, _query):
        self.send_response(200)
        while True:
            self.send_header('X-More', 'x' * 900)
            self.flush_headers()

    def say_to(self, query):
        self.head(302, 0, '', Location=urllib.parse.unquote(query))

    def say_to_http(self, _query):
        """Out of https into the open."""
        self.head(302, 0, '', Location='http://127.0.0.1:9/net')

    def say_loop(self, _query):
        self.head(302, 0, '', Location='/loop')


def main():
    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    server.daemon_threads = True
    if len(sys.argv) > 2:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    threading.Timer(LONGEST_S, os._exit, [1]).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == '__main__':
    main()
