# SPDX-License-Identifier: Apache-2.0
"""The page of a node: what it does as a picture, how it is called, its inputs and controls."""
import json
import os

import markdown
import pictures
from page import anchor, esc, picture, relative, table

MOST_OPEN_CHOICES = 8  # more are folded away


def number(value):
    return f'{value:.10g}' if abs(value) < 1e6 else f'{value:g}'.replace('e+0', 'e')


def text_of(value):
    """A value as people write it."""
    if isinstance(value, bool):
        return 'on' if value else 'off'
    if isinstance(value, float):
        return number(value)
    if isinstance(value, list) and all(isinstance(one, (int, float)) for one in value):
        return ', '.join(number(one) for one in value)
    return value if isinstance(value, str) else json.dumps(value)


def range_of(param):
    """"0 to 1", "from 0", or what kind of value it is."""
    if param['type'] in ('switch', 'choice', 'text', 'file', 'shape'):
        return param['type']
    low, high = param['min'], param['max']
    kind = '' if param['type'] in ('number', 'integer') else param['type'] + ', '
    if param['type'] == 'integer':
        kind = 'whole, '
    if low is None and high is None:
        return kind + 'any'
    if high is None:
        text = ('above ' if param['open_min'] else 'from ') + number(low)
    elif low is None:
        text = ('below ' if param['open_max'] else 'up to ') + number(high)
    else:
        text = f'{number(low)} to {number(high)}'
    return f'{kind}{text} {param["unit"]}'.strip()


def default_of(param):
    """As on the command line; what is none, empty."""
    value = param['default']
    if param['type'] == 'switch':
        return 'on' if value in ('true', 'on', '1') else 'off'
    if param['type'] == 'shape':
        return 'a diamond' if 'points' in (value or '') else ''
    return value or ''


def when_of(param, table_of):
    """"Only with Isolation on." """
    if not param['when']:
        return ''
    other = table_of.get(param['when']['param'])
    label = other['label'] if other else param['when']['param']
    if other and other['type'] == 'switch':
        states = 'on' if param['when']['values'] == ['true'] else 'off'
    else:
        names = {choice['id']: choice['label'] for choice in other['choices']} if other else {}
        states = ' or '.join(names.get(value, value) for value in param['when']['values'])
    return f'Only with {label}: {states}.'


def choices_of(param):
    choices = param['choices']
    if not choices:
        return ''
    rows = ''.join(f'<dt><code>{esc(one["id"])}</code> {esc(one["label"])}</dt>'
                   f'<dd>{esc(one["help"])}</dd>' for one in choices)
    if len(choices) <= MOST_OPEN_CHOICES:
        return f'<dl>{rows}</dl>'
    return f'<details><summary>{len(choices)} choices</summary><dl>{rows}</dl></details>'


def params_table(params, every, targets, page):
    """Some parameters of the table `every`; `targets`: those that have a strip, on the same page."""
    table_of = {param['id']: param for param in every}
    rows = []
    for param in params:
        label = f'<strong>{esc(param["label"])}</strong>'
        if param['id'] in targets:
            label = anchor(f'{page}#{param["id"]}', page, label)
        marks = ', keys' if param['animates'] else ''
        when = when_of(param, table_of)
        rows.append((f'{label}<br /><code>{esc(param["id"])}</code>',
                     f'{esc(range_of(param))}{marks}',
                     f'<code>{esc(default_of(param))}</code>' if default_of(param) else '',
                     markdown.inline(param['help']) + choices_of(param) +
                     (f'<p class="when">{esc(when)}</p>' if when else '')))
    return table(('Control', 'Value', 'Default', 'What it does to the picture'), rows, 'params')


def grouped(params):
    """[(group, parameters)], groups in the order of their first."""
    groups = {}
    for param in params:
        groups.setdefault(param['group'] or 'Controls', []).append(param)
    return groups.items()


# ---- pictures --------------------------------------------------------------------------------------

def before_after(node, document, shown):
    """The two pictures, and what is to be seen in them."""
    folder = shown.folder(node['id'])
    names = [name for name in ('before', 'after') if shown.has(node['id'], name)]
    if not names:
        return shown.missing()
    images = [picture(f'{folder}/{name}.png', node['label'] + ': ' + name) for name in names]
    figures = ''.join(f'<div>{image}<span>{name if len(names) > 1 else ""}</span></div>'
                      for name, image in zip(names, images))
    return (f'<figure class="pair n{len(names)}">{figures}'
            f'<figcaption>{esc(document["view"]["caption"])}</figcaption></figure>')


def strip(node, param, values, shown):
    folder = shown.folder(node['id'])
    unit = esc(f' {param["unit"]}' if param['unit'] else '')
    labels = {choice['id']: choice['label'] for choice in param['choices']}
    names = [text_of(value) for value, _ in values]
    images = [picture(f'{folder}/{param["id"]}.{i}.png', '') for i in range(len(values))]
    cells = ''.join(f'<div>{image}<span>{esc(labels.get(name, name))}{unit}</span></div>'
                    for name, image in zip(names, images))
    return (f'<section class="control" id="{esc(param["id"])}"><h3>{esc(param["label"])}</h3>'
            f'<p>{markdown.inline(param["help"])}</p><div class="strip">{cells}</div></section>')


def strips_of(node, document, shown):
    """{parameter: HTML} of those whose pictures are there and differ."""
    found, table_of = {}, {param['id']: param for param in node['params']}
    for name, values in pictures.strips(node, document).items():
        files = [f'{name}.{i}' for i in range(len(values))]
        if all(shown.has(node['id'], file) for file in files) and shown.differ(node['id'], files):
            found[name] = strip(node, table_of[name], values, shown)
    return found


class Shown:
    """The pictures there are, as the pages of nodes see them."""

    def __init__(self, target):
        self.target = target

    @staticmethod
    def folder(node_id):
        return f'../pictures/{node_id}'

    def path(self, node_id, name):
        return os.path.join(self.target, 'pictures', node_id, name + '.png')

    def has(self, node_id, name):
        return os.path.exists(self.path(node_id, name))

    def differ(self, node_id, names):
        found = set()
        for name in names:
            with open(self.path(node_id, name), 'rb') as file:
                found.add(file.read())
        return len(found) > 1

    @staticmethod
    def missing():
        return ('<p class="missing">Its pictures are not made yet: <code>./run reference</code> '
                'makes them.</p>')


# ---- how it is called ------------------------------------------------------------------------------

def command_of(node, document):
    """The line that does on a clip what the picture shows, or None where one line cannot."""
    if node['is_source'] or node['is_sink'] or not node['inputs']:
        return None
    this = document['nodes']['this']
    words = [f'fathom apply {node["id"]} clip.mov -o out.mov']
    first = node['inputs'][0]['id']
    if first not in this.get('inputs', {}):
        return None
    words += [f'--{port.replace("_", "-")} {port}.mov' for port in this.get('inputs', {})
              if port != first]
    types = {param['id']: param['type'] for param in node['params']}
    for name, value in this.get('params', {}).items():
        option = name.replace('_', '-')
        if types.get(name) == 'switch':
            words.append(f'--{option}' if value else f'--no-{option}')
        elif types.get(name) in ('shape',) or isinstance(value, dict):
            return None
        else:
            written = ','.join(number(one) for one in value) if isinstance(value, list) \
                else text_of(value)
            written = f"'{written}'" if ' ' in written or '\n' in written else written
            words.append(f'--{option} {written}')
    return ' \\\n    '.join(words) if sum(map(len, words)) > 80 else ' '.join(words)


def elsewhere(node, fusion, page):
    """Fusion's names for it."""
    tools = [tool['tool'] for tool in fusion['tools'] if tool['node'] == node['id']]
    if not tools:
        return ''
    names = ', '.join(f'<code>{esc(tool)}</code>' for tool in tools)
    return (f'<p>In Fusion: {names}. '
            f'{anchor("docs/coming_from.html", page, "Coming from another program?")}</p>')


def inputs_table(node):
    rows = []
    for port in node['inputs']:
        need = '' if port['optional'] else ' <em>needed</em>'
        rows.append((f'<strong>{esc(port["label"])}</strong><br /><code>{esc(port["id"])}</code>'
                     + need, markdown.inline(port['help'])))
    if node['effect_mask']:
        rows.append((f'<strong>Effect Mask</strong><br /><code>{esc(node["effect_mask"])}</code>',
                     'Limits the effect to where this picture is white or opaque.'))
    return table(('Input', 'What it is for'), rows) if rows else ''


def neighbours(nodes, node, page):
    """The other nodes of its group."""
    others = [one for one in nodes if one['group'] == node['group'] and one['id'] != node['id']]
    return ' · '.join(anchor(f'nodes/{one["id"]}.html', page, esc(one['label'])) for one in others)


def node_page(site, node, shown):
    """The body of a node's page."""
    page = f'nodes/{node["id"]}.html'
    document = pictures.read(node['id']) if os.path.exists(
        os.path.join(pictures.NODES, node['id'] + '.json')) else None
    out = [f'<p class="over">{esc(node["group"])}</p>',
           f'<h1>{esc(node["label"])}</h1>',
           f'<p class="ids"><code>{esc(node["id"])}</code> in documents and on the command line, '
           f'<code>{esc(node["tag"])}</code> on a tile</p>',
           f'<p class="lead">{markdown.inline(node["help"])}</p>']
    strips = strips_of(node, document, shown) if document else {}
    if document:
        out.append(before_after(node, document, shown))
        command = command_of(node, document)
        if command:
            out.append(f'<pre class="command"><code>{esc(command)}</code></pre>')
        link = relative(site.copy(os.path.join(pictures.NODES, node['id'] + '.json'),
                                  f'files/docs/nodes/{node["id"]}.json'), page)
        out.append(f'<p>The picture is made by this document: <a href="{esc(link)}">'
                   f'{esc(node["id"])}.json</a>.</p>')
    if node['inputs'] or node['effect_mask']:
        out += ['<h2 id="inputs">Inputs</h2>', inputs_table(node)]
    if node['params']:
        out.append('<h2 id="controls">Controls</h2>')
        for group, params in grouped(node['params']):
            out.append(f'<h3 class="group">{esc(group)}</h3>')
            out.append(params_table(params, node['params'], strips, page))
    if node['has_settings']:
        out.append('<p>And the ' + anchor('settings.html', page, 'settings that every node has')
                   + ': blend, channels, effect mask.</p>')
    if strips:
        out += ['<h2 id="looks">What each control does</h2>',
                '<p>All else is as in the picture above.</p>', *strips.values()]
    out.append(elsewhere(node, site.fusion, page))
    others = neighbours(site.nodes, node, page)
    if others:
        out.append(f'<p>Also {esc(node["group"])}: {others}</p>')
    return '\n'.join(out)
