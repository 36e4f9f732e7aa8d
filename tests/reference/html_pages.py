#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The reference as HTML: well-formed, no link leads nowhere, nothing is left out, nothing runs.
usage: html_pages.py FATHOM"""
import os
import re
import sys
import tempfile
import xml.etree.ElementTree as tree
from urllib.parse import unquote

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HTML = os.path.join(ROOT, 'docs', 'html')
sys.path.insert(0, HTML)
import markdown  # noqa: E402
import pictures  # noqa: E402
import reference  # noqa: E402

HOSTILE = ' <b> & "</td>'  # stands behind every text of the tables
TEXTS = {'help', 'label', 'unit', 'group', 'summary', 'details', 'usage', 'form'}
SHOWN = 'sharpen'  # has pictures in the test: what is in them does not matter


class Page:
    """A page that was parsed as XML: expat takes nothing that is not well-formed."""

    def __init__(self, path):
        with open(path, encoding='utf-8') as file:
            self.text = file.read()
        self.root = tree.fromstring(self.text)
        self.ids = [one.get('id') for one in self.root.iter() if one.get('id')]
        self.links = [one.get(key) for one in self.root.iter() for key in ('href', 'src')
                      if one.get(key)]


def hostile(value, key=None):
    """Tables whose texts are no HTML."""
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [hostile(one) for one in value]
    return value + HOSTILE if key in TEXTS and isinstance(value, str) else value


class Hostile(reference.Site):
    """The site of a program that says such things."""

    def ask(self, *words):
        return hostile(super().ask(*words))


def make(fathom, folder):
    """The site, with made-up pictures of one node."""
    types = pictures.catalogue(fathom)
    there = os.path.join(folder, 'pictures', SHOWN)
    os.makedirs(there)
    shown = pictures.pictures_of(types[SHOWN], pictures.read(SHOWN))
    for number, (name, *_) in enumerate(shown):
        with open(os.path.join(there, name + '.png'), 'w', encoding='utf-8') as file:
            file.write(str(number))
    site = Hostile(fathom, folder)
    reference.write_site(site)
    return site


def read_pages(folder):
    """({path: Page}, [what is not well-formed])"""
    found, wrong = {}, []
    for place, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.relpath(os.path.join(place, name), folder)
            if name.endswith('.html'):
                try:
                    found[path] = Page(os.path.join(folder, path))
                except tree.ParseError as error:
                    wrong.append(f'{path}: {error}')
    return found, wrong


def broken_links(folder, found):
    for path, page in found.items():
        for link in page.links:
            if re.match(r'https?:|mailto:', link):
                continue
            target, _, part = unquote(link).partition('#')
            there = os.path.normpath(os.path.join(os.path.dirname(path), target)) if target else path
            if not os.path.isfile(os.path.join(folder, there)):
                yield f'{path}: {link} is not there'
            elif part and there in found and part not in found[there].ids:
                yield f'{path}: {link}: no such place in the page'


def odd_pages(found):
    """What no page may have: two places of one name, scripts, anything fetched from elsewhere."""
    for path, page in found.items():
        for name in {name for name in page.ids if page.ids.count(name) > 1}:
            yield f'{path}: two places are called {name}'
        for one in page.root.iter():
            if one.tag == 'script' or any(key.startswith('on') for key in one.keys()):
                yield f'{path}: a script'
            if (one.tag in ('img', 'link')) and re.match(r'\w+:|//', one.get('src') or
                                                         one.get('href') or ''):
                yield f'{path}: fetches something from elsewhere'


def left_out(site, found):
    """Nodes, inputs, controls, verbs, options and functions that no page tells of."""
    def lacking(path, words):
        text = ''.join(found[path].root.itertext()) if path in found else ''
        return [f'{path}: {word!r} is missing' for word in words if word not in text]

    wrong = lacking('settings.html', [param['help'] for param in site.settings])
    for node in site.nodes:
        rows = node['inputs'] + node['params'] + [choice for param in node['params']
                                                  for choice in param['choices']]
        words = [node['label']] + [row['id'] for row in rows] + [row['label'] for row in rows]
        wrong += lacking(f'nodes/{node["id"]}.html', words)
        wrong += [f'index.html: no link to {node["id"]}'
                  for _ in [0] if f'nodes/{node["id"]}.html' not in found['index.html'].links]
    for verb in site.verbs['verbs']:
        wrong += lacking('verbs.html', [verb['name'], verb['usage']] +
                         [option['form'] for option in verb['options']])
    for name in os.listdir(os.path.join(ROOT, 'include', 'fathom')):
        if not name.endswith('.h'):
            continue
        with open(os.path.join(ROOT, 'include', 'fathom', name), encoding='utf-8') as file:
            functions = re.findall(r'^FTH_API [^;]*?\b(fth_\w+)\(', file.read(), flags=re.M)
        wrong += [f'c_interface.html: no place for {one}' for one in functions
                  if one not in found['c_interface.html'].ids]
    return wrong


def strips_shown(found):
    """A node with pictures shows them, one without says how they are made."""
    page = found[f'nodes/{SHOWN}.html']
    if not {'amount', 'looks'} <= set(page.ids) or '../pictures/sharpen/after.png' not in page.links:
        yield f'nodes/{SHOWN}.html does not show its pictures'
    if './run reference' not in found['nodes/media_in.html'].text:
        yield 'nodes/media_in.html does not say how pictures are made'


def examine(fathom):
    with tempfile.TemporaryDirectory() as folder:
        site = make(fathom, folder)
        found, wrong = read_pages(folder)
        yield 'pages are well-formed', wrong
        if wrong:
            return
        yield 'links', list(broken_links(folder, found))
        yield 'nothing odd', list(odd_pages(found))
        yield 'nothing left out', left_out(site, found)
        yield 'pictures', list(strips_shown(found))


def main():
    if not markdown.is_there():
        print(f'no {markdown.PROGRAM} here')
        print('0 passed, 0 failed, 1 skipped')
        return 0
    passed = failed = 0
    for name, wrong in examine(os.path.abspath(sys.argv[1])):
        for line in wrong:
            print(f'{name}: {line}')
        failed += bool(wrong)
        passed += not wrong
    print(f'{passed} passed, {failed} failed, 0 skipped')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
