#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the reference as plain HTML: nodes, verbs, documents, C interface; no server, no scripts.

usage: reference.py FATHOM FOLDER    (from the prefix, while Meson installs)

What is said comes from the program's own tables (fathom nodes --json, fathom help --json), from docs/
and from the headers. Pictures are used where pictures.py has made them in FOLDER/pictures.
"""
import json
import os
import re
import shutil
import subprocess
import sys

import headers
import markdown
import page as pages
from node_pages import Shown, node_page, params_table
from page import anchor, esc, picture

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HEADERS = ('fathom', 'param', 'eval', 'status')
GUIDES = ('readme', 'gallery', 'coming_from')  # documents that a newcomer looks for first
NO_PAGES = ('README', 'reference')             # of docs/: this site is both
ELSEWHERE = {'readme': 'README.md', 'contributing': 'CONTRIBUTING.md', 'changes': 'CHANGES.md',
             'third_party': 'THIRD_PARTY.md', 'node_documents': 'docs/nodes/README.md'}


def read(path):
    with open(os.path.join(ROOT, path), encoding='utf-8') as file:
        return file.read()


def document_sources():
    """{name: file}: those a newcomer looks for, docs/ in the order of its README, the others."""
    order = list(GUIDES) + re.findall(r'\((\w+)\.md\)', read('docs/README.md'))
    found = {name[:-3]: f'docs/{name}' for name in sorted(os.listdir(os.path.join(ROOT, 'docs')))
             if name.endswith('.md') and name[:-3] not in NO_PAGES}
    found |= {name: path for name, path in ELSEWHERE.items()
              if os.path.exists(os.path.join(ROOT, path))}
    names = sorted(found, key=lambda name: (order + [name]).index(name))
    return {name: found[name] for name in names}


class Site:
    """What there is, and where."""

    def __init__(self, fathom, target):
        self.fathom = fathom
        said = self.ask('nodes', '--json')
        self.root, self.target, self.version = ROOT, target, said['fathom']
        self.nodes, self.settings = said['nodes'], said['settings']
        self.verbs = self.ask('help', '--json')
        self.fusion = json.loads(read('src/graph/fusion.json'))
        self.sources = document_sources()
        self.guides = [name for name in GUIDES if name in self.sources]
        self.documents = [name for name in self.sources if name not in GUIDES]
        self.titles = {name: markdown.title_of(read(path)) for name, path in self.sources.items()}
        self.titles['readme'] = 'Read me: setting up, ten recipes'
        self.pages = {path: f'docs/{name}.html' for name, path in self.sources.items()}
        self.pages |= {f'include/fathom/{name}.h': 'c_interface.html' for name in HEADERS}
        self.pages |= {'docs/reference.md': 'index.html', 'docs/README.md': 'index.html'}
        self.menu = self.make_menu()

    def ask(self, *words):
        """What the program says of itself."""
        return json.loads(subprocess.run([self.fathom, *words], check=True,
                                         capture_output=True).stdout)

    def groups(self):
        """[(group, nodes)]"""
        found = {}
        for node in self.nodes:
            found.setdefault(node['group'], []).append(node)
        return found.items()

    def short_title(self, name):
        return self.titles[name].split(':')[0]

    def make_menu(self):
        start = [('index.html', 'Start')]
        start += [(f'docs/{name}.html', self.short_title(name)) for name in self.guides]
        found = [('Begin', start + [('verbs.html', 'Command line')])]
        found += [(group, [(f'nodes/{node["id"]}.html', node['label']) for node in nodes])
                  for group, nodes in self.groups()]
        found.append(('Every node', [('settings.html', 'Settings')]))
        found.append(('Reading on', [(f'docs/{name}.html', self.short_title(name))
                                     for name in self.documents]))
        found.append(('Programs', [('c_interface.html', 'C interface')]))
        return found

    def copy(self, path, place):
        """Puts a file beside the pages; its place."""
        there = os.path.join(self.target, place)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        shutil.copyfile(path, there)
        return place

    def write(self, page, title, body):
        there = os.path.join(self.target, page)
        os.makedirs(os.path.dirname(there), exist_ok=True)
        with open(there, 'w', encoding='utf-8') as file:
            file.write(pages.whole(self, page, title, body))


# ---- pages -----------------------------------------------------------------------------------------

def tile(node, shown):
    image = picture(f'pictures/{node["id"]}/after.png', '') if shown.has(node['id'], 'after') else ''
    short = re.split(r'(?<=[.:;]) ', node['help'])[0].rstrip('.:;')
    return (f'<li><a class="tile" href="nodes/{node["id"]}.html">{image}'
            f'<strong>{esc(node["label"])}</strong><span>{esc(short)}.</span></a></li>')


def index_page(site, shown):
    out = ['<h1>fathom: depth out of ordinary footage, and mattes out of depth</h1>',
           '<p class="lead">Fathom estimates how far away everything in a clip is, cuts people and '
           'places out by distance, and grades, blurs or titles behind them.</p>',
           '<pre class="command"><code>fathom depth clip.mp4 -o depth.mp4\n'
           'fathom matte clip.mp4 -o person.mov --subject-lift 1 --adjust-map-levels '
           '--far-limit 0.8 --near-limit 0.86\n'
           'fathom apply blur clip.mp4 --key person.mov --key-invert -o out.mp4 --radius 14'
           '</code></pre>', '<ul>']
    hints = {'readme': 'how to build it, what to try first', 'gallery': 'find the picture you want, and copy its line',
             'coming_from': 'what your nodes and controls are called here'}
    out += [f'<li>{anchor(f"docs/{name}.html", "index.html", esc(site.titles[name]))}: '
            f'{hints[name]}</li>' for name in site.guides]
    out += ['<li><a href="verbs.html">Command line</a>: the verbs and their options</li>',
            '<li><a href="docs/document.html">Documents</a>: graphs of nodes as JSON</li>',
            '<li><a href="c_interface.html">C interface</a>: the same from a program of yours'
            '</li></ul>']
    if not any(shown.has(node['id'], 'after') for node in site.nodes):
        out.append(shown.missing().replace('Its pictures are', 'The pictures are'))
    for group, nodes in site.groups():
        out.append(f'<h2 id="{markdown.slug(group)}">{esc(group)}</h2>\n<ul class="tiles">')
        out += [tile(node, shown) for node in nodes]
        out.append('</ul>')
    return '\n'.join(out)


def options_table(options):
    rows = [(f'<code>{esc(option["form"])}</code>', esc(option['help'])) for option in options]
    return pages.table(('Option', 'What it does'), rows, 'options')


def verbs_page(site):
    out = ['<h1>Command line</h1>',
           '<p class="lead">Files go by their names: a video (.mp4 .mov .mkv .webm), a still '
           '(.png .jpg .tif .exr .pfm) or a sequence (<code>shot.####.exr</code>); <code>-</code> '
           'is a pipe. The exit status is 0 when all is done, 1 when it failed, 2 when the line was '
           'wrong, 130 when it was cancelled.</p>', '<ul>']
    out += [f'<li><a href="#{verb["name"]}">{verb["name"]}</a>: {esc(verb["summary"])}</li>'
            for verb in site.verbs['verbs']]
    out.append('<li><a href="#common">options of every verb</a></li></ul>')
    for verb in site.verbs['verbs']:
        out += [f'<h2 id="{verb["name"]}">{verb["name"]}</h2>',
                f'<pre class="command"><code>fathom {verb["name"]} {esc(verb["usage"])}</code></pre>',
                f'<p>{esc(verb["summary"][:1].upper() + verb["summary"][1:])}. '
                f'{esc(verb["details"])}</p>']
        if verb['options']:
            out.append(options_table(verb['options']))
        if verb['node']:
            node = next(one for one in site.nodes if one['id'] == verb['node'])
            out.append('<p>And the controls of ' + anchor(f'nodes/{node["id"]}.html', 'verbs.html',
                                                          esc(node['label'])) + '.</p>')
    out += ['<h2 id="common">Options of every verb</h2>', options_table(site.verbs['common'])]
    return '\n'.join(out)


def settings_page(site):
    return '\n'.join([
        '<h1>Settings of every node</h1>',
        '<p class="lead">Every node but those that read, make or write pictures has these as well, '
        'and the input <code>effect_mask</code>.</p>',
        params_table(site.settings, site.settings, (), 'settings.html')])


def c_page(_site):
    found = [headers.Header(f'include/fathom/{name}.h', read(f'include/fathom/{name}.h'))
             for name in HEADERS]
    body, known = headers.as_html(found)
    return ('<h1>C interface</h1>\n<p class="lead">One library, <code>libfathom</code>; '
            '<code>pkg-config fathom</code> knows where it is.</p>\n' + body, known)


def fusion_rows(site, page):
    """The table of Fusion's tools, from the table that reading and writing work by."""
    labels = {node['id']: node['label'] for node in site.nodes}
    rows = [(f'<code>{esc(tool["tool"])}</code>',
             anchor(f'nodes/{tool["node"]}.html', page, esc(labels[tool['node']])),
             esc(tool['known']), esc(tool.get('note', '')))
            for tool in site.fusion['tools'] if tool['node'] in labels]
    return pages.table(('Fusion', 'Here', 'Known from', 'Mind'), sorted(rows))


def document_page(site, name, known):
    """A document of docs/; what it names in code becomes a link where there is such a page: functions,
    and in those about nodes NODE and NODE.CONTROL."""
    page = f'docs/{name}.html'
    source = site.sources[name]
    body = markdown.Links(site, source, page).rewrite(markdown.convert(read(source)))
    ids = {node['id'] for node in site.nodes} if name in GUIDES + ('fusion',) else set()

    def link(match):
        word = match[1] or ''
        node = word.split('.')[0]
        if word in known:
            return anchor(f'c_interface.html#{word}', page, match[0])
        if node in ids:
            part = '#controls' if node != word else ''
            return anchor(f'nodes/{node}.html{part}', page, match[0])
        return match[0]
    body = re.sub(r'<a .*?</a>|<pre.*?</pre>|<h\d.*?</h\d>|<code>([\w.]+)</code>', link, body,
                  flags=re.S)
    return body.replace('<!-- fusion tools -->', fusion_rows(site, page))


def write_site(site):
    shown = Shown(site.target)
    os.makedirs(site.target, exist_ok=True)
    site.copy(os.path.join(HERE, 'style.css'), 'style.css')
    body, known = c_page(site)
    site.write('c_interface.html', 'C interface', body)
    site.write('index.html', 'fathom', index_page(site, shown))
    site.write('verbs.html', 'Command line', verbs_page(site))
    site.write('settings.html', 'Settings of every node', settings_page(site))
    for node in site.nodes:
        site.write(f'nodes/{node["id"]}.html', node['label'], node_page(site, node, shown))
    for name in site.titles:
        site.write(f'docs/{name}.html', site.titles[name], document_page(site, name, known))
    return 4 + len(site.nodes) + len(site.titles)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.split('\n')[2])
    if not markdown.is_there():
        sys.exit(f'reference: {markdown.PROGRAM} is needed: apt-get install {markdown.PROGRAM}')
    target = os.path.join(os.environ.get('MESON_INSTALL_DESTDIR_PREFIX', ''), sys.argv[2])
    count = write_site(Site(os.path.abspath(sys.argv[1]), os.path.abspath(target)))
    print(f'{count} pages: {os.path.join(target, "index.html")}')


if __name__ == '__main__':
    main()
