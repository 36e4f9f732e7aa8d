# SPDX-License-Identifier: Apache-2.0
"""Text of Fusion's that nobody should paste: refused, or taken, in no time."""
BLOCK = 4096


def many(piece, count):
    """The piece so many times, a block at a time: a child's memory begins as large as ours."""
    for _ in range(count // BLOCK):
        yield piece * BLOCK
    yield piece * (count % BLOCK)


def listed(pattern, count):
    for number in range(count):
        yield pattern % number


def tool(*inside):
    """A text of one tool, not closed."""
    return ('{Tools={A=Blur{', *inside)


def tools(*inside):
    return ('{Tools={', *inside)


# (name, the text in parts, what is said or None when it is taken)
TEXTS = (
    ('nothing', (), 'ends where a value'),
    ('another language', ('local x = os.execute("x")',), 'begin with'),
    ('calls', tool('a=os.exit()}}}'), 'not run'),
    ('deep', tool(('{a=', 4000000)), 'limit of a Fusion text'),
    ('100 MB', tool((' ', 100 << 20), '}}}'), 'the limit is'),
    ('no end of a text', tool('X="', ('a', 15 << 20)), 'closing quote'),
    ('no end of a long text', tool('X=[==[', (']=]', 5 << 20)), 'no end'),
    ('no end of a comment', ('{--[=[', ('[=', 5 << 20)), 'no end'),
    ('a million keys', tool('Inputs={', ('k%d=1,', 1 << 20), '}}}}'), 'more values than'),
    ('tools', tools(('B%d=Blur{},', 9000), '}}'), 'nodes of a graph'),
    ('groups', tools(('G%d=GroupOperator{Tools={}},', 1000), '}}'), 'more groups'),
    ('letters that grow', tool('X="', ('\x01', 15 << 20), '"}}}'), 'in a document'),
    ('odd bytes', tool('X="\udcff"}}}'), 'UTF-8'),
    ('zero', ('{Tools={\0}}',), 'zero byte'),
    ('modifiers', tools(('a=b{},', 70000), '}}'), None),
    ('one spline for thousands', tools(
        ('A%d=Blur{Inputs={XBlurSize=Input{SourceOp="s"}}},', 4000), 's=BezierSpline{KeyFrames={',
        ('[%d]={1},', 100000), '}}}}'), None),
)


def writer(parts):
    """What makes the file of a case."""
    def write(path):
        with open(path, 'w', encoding='utf-8', errors='surrogateescape') as file:
            for part in parts:
                if isinstance(part, str):
                    file.write(part)
                else:
                    file.writelines((listed if '%d' in part[0] else many)(*part))
    return write


def all_texts(case):
    """`case` makes one."""
    words = ['graph', 'import', 'a.setting', '-o', 'o.json', '--quiet']
    for name, parts, says in TEXTS:
        files = {'a.setting': writer(parts)}
        if says is None:
            yield case(name, words, files, (0,))
        else:
            yield case(name, words, files, out='o.json', says=says)
    yield case('a document that keeps no text of Fusion\'s', ['graph', 'export', 'a.json'], {
        'a.json': b'{"fathom": 1, "nodes": {}, "view": {"fusion": {"text": ["{ Tools = "]}}}'},
        says='in the document')
