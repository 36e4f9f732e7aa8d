# SPDX-License-Identifier: Apache-2.0
"""What every page of the reference has in common: the frame around its body, and small pieces."""
import html
import os


def esc(text):
    return html.escape(str(text if text is not None else ''))


def relative(target, page):
    """`target` as seen from `page`, both from the top of the site."""
    path, _, part = target.partition('#')
    return os.path.relpath(path, os.path.dirname(page) or '.') + ('#' + part if part else '')


def anchor(target, page, text):
    return f'<a href="{esc(relative(target, page))}">{text}</a>'


def menu(site, page):
    """The list of all pages, that of the page itself marked."""
    out = []
    for title, entries in site.menu:
        out.append(f'<h2>{esc(title)}</h2>\n<ul>')
        for target, text in entries:
            mark = ' aria-current="page"' if target == page else ''
            out.append(f'<li><a href="{esc(relative(target, page))}"{mark}>{esc(text)}</a></li>')
        out.append('</ul>')
    return '\n'.join(out)


def whole(site, page, title, body):
    """A page, ready to be written."""
    home = esc(relative('index.html', page))
    name = 'fathom' if page == 'index.html' else f'{title} · fathom'
    return f'''<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<meta name="color-scheme" content="light dark" />
<title>{esc(name)}</title>
<link rel="stylesheet" href="{esc(relative('style.css', page))}" />
</head>
<body>
<header><a class="home" href="{home}">fathom</a> <span>{esc(site.version)}</span>
<a class="to-menu" href="#menu">All pages</a></header>
<main>
{body}
</main>
<nav id="menu" aria-label="All pages">
{menu(site, page)}
</nav>
</body>
</html>
'''


def table(heads, rows, kind=''):
    """Cells are HTML already. On a phone a row becomes a card whose cells say what they are."""
    head = ''.join(f'<th>{esc(one)}</th>' for one in heads)
    out = [f'<table class="{("cards " + kind).strip()}">', f'<thead><tr>{head}</tr></thead>',
           '<tbody>']
    for row in rows:
        cells = ''.join(f'<td data-label="{esc(name)}">{cell}</td>'
                        for name, cell in zip(heads, row))
        out.append(f'<tr>{cells}</tr>')
    return '\n'.join(out + ['</tbody>', '</table>'])


def picture(source, text, width=None):
    size = f' width="{width}"' if width else ''
    return f'<img src="{esc(source)}" alt="{esc(text)}"{size} loading="lazy" />'
