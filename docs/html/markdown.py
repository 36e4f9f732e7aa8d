# SPDX-License-Identifier: Apache-2.0
"""Markdown of docs/ as HTML: cmark-gfm reads it, here headings get names and links their new places."""
import html
import os
import re
import shutil
import subprocess

PROGRAM = 'cmark-gfm'
LARGEST_FILE = 4 << 20  # of what is copied because a page links to it


def is_there():
    return shutil.which(PROGRAM) is not None


def slug(text):
    """The name of a heading, as the usual viewers of Markdown make it."""
    return re.sub(r' ', '-', re.sub(r'[^\w\- ]', '', text.lower().strip()))


def plain(fragment):
    return html.unescape(re.sub(r'<[^>]*>', '', fragment))


def name_headings(text):
    seen = {}

    def replace(match):
        name = slug(plain(match[2]))
        seen[name] = seen.get(name, -1) + 1
        name += f'-{seen[name]}' if seen[name] else ''
        return f'<h{match[1]} id="{html.escape(name)}">{match[2]}</h{match[1]}>'
    return re.sub(r'<h([1-6])>(.*?)</h\1>', replace, text, flags=re.S)


class Links:
    """Where the links of one file lead in the site. `pages` maps files of the project to pages;
    other files are copied beside them, and what is no file becomes plain text."""

    def __init__(self, site, source, page):
        self.site, self.source, self.page = site, source, page

    def target(self, link):
        """The link as it must be in the page, or None."""
        if re.match(r'[a-z]+:', link) or link.startswith('#'):
            return link
        path, _, part = html.unescape(link).partition('#')
        path = os.path.normpath(os.path.join(os.path.dirname(self.source), path))
        there = self.site.pages.get(path) or self.copied(path)
        if not there:
            return None
        relative = os.path.relpath(there, os.path.dirname(self.page) or '.')
        return html.escape(relative + ('#' + part if part and there.endswith('.html') else ''))

    def copied(self, path):
        full = os.path.join(self.site.root, path)
        if path.startswith('..') or not os.path.isfile(full) or \
                os.path.getsize(full) > LARGEST_FILE:
            return None
        return self.site.copy(full, os.path.join('files', path))

    def rewrite(self, text):
        def link(match):
            target = self.target(match[1])
            return f'<a href="{target}">{match[2]}</a>' if target else match[2]

        def picture(match):
            target = self.target(match[1])
            return f'<img src="{target}"{match[2]}' if target else '<img src="#"' + match[2]
        text = re.sub(r'<a href="([^"]*)">(.*?)</a>', link, text, flags=re.S)
        return re.sub(r'<img src="([^"]*)"([^>]*)', picture, text)


def convert(text):
    """The body, without links in order."""
    ran = subprocess.run([PROGRAM, '-e', 'table', '--unsafe', '-t', 'html'], input=text, text=True,
                         encoding='utf-8', capture_output=True, check=True)
    body = re.sub(r'<br>', '<br />', ran.stdout)
    body = re.sub(r' align="(\w+)"', r' class="\1"', body)
    return name_headings(body).replace('<table>', '<div class="wide"><table>') \
        .replace('</table>', '</table></div>')


def inline(text):
    """Code in back-quotes, for short texts that come from tables."""
    return re.sub(r'`([^`]+)`', r'<code>\1</code>', html.escape(text))


def title_of(text):
    found = re.search(r'^# (.*)$', text, flags=re.M)
    return plain(found[1]) if found else ''


def first_words(text):
    """The first paragraph, as plain text."""
    for block in re.split(r'\n\s*\n', text):
        if block.strip() and not block.startswith(('#', '<', '!', '```')):
            return re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', ' '.join(block.split()))
    return ''
