# SPDX-License-Identifier: Apache-2.0
"""The C interface as HTML, out of the comments of include/fathom/*.h: a comment and the declarations
under it are one entry."""
import html
import re

import markdown
from page import table

SECTION = re.compile(r'/\* -{3,} (.*?) -{3,} \*/$')
NOISE = re.compile(r'#(ifndef|ifdef|endif|include|define FATHOM_\w+_H)\b|extern "C"|^}$')
NAMES = re.compile(r'FTH_API[^;(]*?\b(fth_\w+)\(|^(?:struct|enum) (fth_\w+)\b|^#define (FTH_\w+)|'
                   r'^typedef .*?\b(fth_\w+)\)?[;(]', re.M)


def comment_text(lines):
    """Paragraphs of a comment without its stars; what is indented stays as it is."""
    text = '\n'.join(lines)
    text = re.sub(r'^/\*+ ?|\s*\*/$', '', text)
    rows = [re.sub(r'^ ?\*( |$)|^   ', '', row) for row in text.split('\n')]
    found, code = [], []
    for row in rows + ['']:
        if row.startswith('    '):
            code.append(row[4:])
            continue
        if code and row:
            found.append(('code', '\n'.join(code)))
            code = []
        elif code:
            found.append(('code', '\n'.join(code)))
            code = []
            continue
        if not row.strip():
            found.append(('text', ''))
        elif found and found[-1][0] == 'text' and found[-1][1]:
            found[-1] = ('text', found[-1][1] + ' ' + row.strip())
        else:
            found.append(('text', row.strip()))
    return [one for one in found if one[1]]


def entries(text):
    """[(kind, lines)] of a header: 'section', 'comment', 'code'; None ends an entry."""
    found, in_comment, depth = [], False, 0
    for line in text.split('\n'):
        if in_comment:
            found[-1][1].append(line)
            in_comment = '*/' not in line
            continue
        if SECTION.match(line):
            found.append(('section', [SECTION.match(line)[1]]))
        elif line.startswith('/*'):
            found.append(('comment', [line]))
            in_comment = '*/' not in line
        elif not line.strip() and depth == 0:
            found.append((None, []))
        elif depth or (line.strip() and not NOISE.search(line)):
            if not found or found[-1][0] != 'code':
                found.append(('code', []))
            found[-1][1].append(line)
            bare = re.sub(r'/\*.*?\*/', '', line)
            depth += bare.count('{') - bare.count('}')
    return found


def names_in(code):
    return [name for match in NAMES.findall(code) for name in match if name not in ('', 'FTH_API')]


def linked(code, known, here):
    """Escaped, names that have an entry of their own are links."""
    def link(match):
        name = match[0]
        return f'<a href="#{name}">{name}</a>' if name in known and name not in here else name
    return re.sub(r'\b(?:fth|FTH)_\w+', link, html.escape(code))


class Header:
    """One header, read."""

    def __init__(self, path, text):
        self.path = path
        parts = entries(text)
        licence = [i for i, part in enumerate(parts) if part[0] == 'comment']
        self.intro = comment_text(parts[licence[1]][1]) if len(licence) > 1 else []
        self.items = self.gather(parts[licence[1] + 1:] if len(licence) > 1 else parts)
        self.names = [name for item in self.items for name in item['names']]

    @staticmethod
    def gather(parts):
        """[{'section'} or {'comment', 'code', 'names'}]"""
        items, comment = [], []
        for kind, lines in parts:
            if kind == 'section':
                items.append({'section': lines[0], 'names': []})
                comment = []
            elif kind == 'comment':
                comment = comment_text(lines)
            elif kind == 'code':
                code = '\n'.join(lines)
                items.append({'comment': comment, 'code': code, 'names': names_in(code)})
                comment = []
        return items


def paragraphs(blocks, known):
    return '\n'.join(f'<pre><code>{html.escape(text)}</code></pre>' if kind == 'code' else
                     '<p>' + re.sub(r'`([^`]+)`', r'<code>\1</code>', linked(text, known, ()))
                     + '</p>' for kind, text in blocks)


def contents(header):
    """Its functions, section by section, as a table of links."""
    rows, title = [], 'General'
    for item in header.items:
        if 'section' in item:
            title = item['section']
        functions = [name for name in item['names'] if f'{name}(' in item.get('code', '')]
        if functions and (not rows or rows[-1][0] != title):
            rows.append((title, []))
        if functions:
            rows[-1][1].extend(dict.fromkeys(functions))
    lines = [(html.escape(title[:1].upper() + title[1:]),
              ' '.join(f'<a href="#{name}"><code>{name}</code></a>' for name in names))
             for title, names in rows]
    return table(('Part', 'Functions'), lines, 'functions') if lines else ''


def as_html(headers):
    """The body of the page."""
    known = {name for header in headers for name in header.names}
    out, seen = [], set()
    for header in headers:
        name = header.path.replace('include/', '')
        out.append(f'<h2 id="{html.escape(name)}"><code>#include "{html.escape(name)}"</code></h2>')
        out += [paragraphs(header.intro, known), contents(header)]
        for item in header.items:
            if 'section' in item:
                title = item['section'][:1].upper() + item['section'][1:]
                part = markdown.slug(item['section'].split(':')[0])
                out.append(f'<h3 id="{part}">{html.escape(title)}</h3>')
                continue
            new = [one for one in dict.fromkeys(item['names']) if one not in seen]
            seen.update(new)
            ids = ''.join(f'<span id="{one}"></span>' for one in new)
            out.append(f'<div class="entry">{ids}{paragraphs(item["comment"], known)}'
                       f'<pre><code>{linked(item["code"], known, item["names"])}</code></pre></div>')
    return '\n'.join(out), known
