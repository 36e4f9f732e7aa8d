# SPDX-License-Identifier: Apache-2.0
"""Documents that nobody should write. Each is refused in a second and 200 MiB, with the place."""
SECOND = {'most_s': 1, 'most_kb': 200 << 10, 'slow': False}
TAKEN = (0,)
REFUSED = (1,)
CLIP = '"clip":{"node":"media_in","params":{"file":"a.mp4"}}'


OUT = '"out":{"node":"media_out","inputs":{"input":"%s"},"params":{"file":"out.png"}'


def document(nodes, before='', behind=''):
    return '{"fathom":1,%s"nodes":{%s}%s}' % (before, nodes, behind)


def grade(params='', inputs='"input":"clip"', more=''):
    return document('%s,\n"warm":{"node":"grade","inputs":{%s},"params":{%s}%s}' %
                    (CLIP, inputs, params, more))


class Many:
    """`count` pieces between two texts, made only when they are written: what the harness holds
    would count as the program's, which begins as its copy."""

    def __init__(self, before, piece, count, behind, between=','):
        self.before, self.piece, self.count, self.behind = before, piece, count, behind
        self.between = between

    def write(self, file):
        file.write(self.before.encode())
        for begin in range(0, self.count, 1000):
            pieces = (self.piece(i) for i in range(begin, min(begin + 1000, self.count)))
            file.write(((self.between if begin else '') + self.between.join(pieces)).encode())
        file.write(self.behind.encode())


def around(form, piece, count, between=','):
    before, behind = form.split('@')
    return Many(before, piece, count, behind, between)


def long(form, count=10000000):
    """@ becomes so many letters."""
    return around(form, lambda i: 'x' * 100, count // 100, '')


def chain(count, last, more=''):
    """Each node is fed by the one before, the first by `last`."""
    return around(document('@' + more), lambda i: '"n%d":{"node":"grade","inputs":{"input":"%s"}}' %
                  (i, 'n%d' % (i - 1) if i else last), count)


def keys(count, end=''):
    return around(grade('"temperature":{"keys":[@]}'), lambda i: '[%d,%d%s]' % (i, i % 90, end),
                  count)


def wrong_types():
    """Every kind of value in the place of every other."""
    values = ['null', 'true', '-1', '1e308', '"text"', '[]', '{}', '[[]]', '{"keys":5}', '[null]']
    places = {'fathom': '{"fathom":%s,"nodes":{}}', 'nodes': '{"fathom":1,"nodes":%s}',
              'settings': '{"fathom":1,"settings":%s,"nodes":{}}',
              'size': '{"fathom":1,"settings":{"size":%s},"nodes":{}}',
              'rate': '{"fathom":1,"settings":{"rate":%s},"nodes":{}}',
              'frames': '{"fathom":1,"settings":{"frames":%s},"nodes":{}}',
              'colour': '{"fathom":1,"settings":{"colour":%s},"nodes":{}}',
              'publish': '{"fathom":1,"nodes":{},"publish":%s}',
              'node': '{"fathom":1,"nodes":{"a":%s}}', 'kind': '{"fathom":1,"nodes":{"a":{"node":%s}}}',
              'version': '{"fathom":1,"nodes":{"a":{"node":"grade","version":%s}}}',
              'inputs': '{"fathom":1,"nodes":{"a":{"node":"grade","inputs":%s}}}',
              'input': '{"fathom":1,"nodes":{"a":{"node":"grade","inputs":{"input":%s}}}}',
              'params': '{"fathom":1,"nodes":{"a":{"node":"grade","params":%s}}}',
              'switch': '{"fathom":1,"nodes":{"a":{"node":"grade","params":{"red":%s}}}}',
              'choice': '{"fathom":1,"nodes":{"a":{"node":"grade","params":{"outside_mask":%s}}}}',
              'number': '{"fathom":1,"nodes":{"a":{"node":"grade","params":{"blend":%s}}}}',
              'file': '{"fathom":1,"nodes":{"a":{"node":"media_in","params":{"file":%s}}}}'}
    fits = {('settings', '{}'), ('colour', '{}'), ('publish', '{}'), ('nodes', '{}'), ('inputs', '{}'),
            ('params', '{}'), ('switch', 'true'), ('file', '"text"'), ('params', '{"keys":5}'),
            ('settings', '{"keys":5}'), ('colour', '{"keys":5}'), ('publish', '{"keys":5}'),
            ('kind', '"text"')}
    for place, form in places.items():
        for value in values:
            if (place, value) not in fits:
                yield f'{value} for {place}', form % value, REFUSED, r'g\.json:\d+:\d+: '


def texts():
    yield 'nothing', '', REFUSED, 'empty'
    yield 'half a document', grade()[:60], REFUSED, r':1:\d+: '
    yield 'text behind it', grade() + ' {}', REFUSED, r'end of file expected'
    yield 'NaN', grade('"temperature":NaN'), REFUSED, r':2:\d+: .*NaN'
    yield 'Infinity', grade('"temperature":-Infinity'), REFUSED, r':2:\d+: '
    yield '1e309', grade('"temperature":1e309'), REFUSED, 'overflow'
    yield '1e308', grade('"temperature":1e308'), REFUSED, 'is outside'
    yield 'many digits', grade('"temperature":0.%s' % ('3' * 1000000)), TAKEN, None
    yield 'a key twice', grade('"tint":1,"tint":2'), REFUSED, 'duplicate'
    yield 'a node twice', document(CLIP + ',' + CLIP), REFUSED, 'duplicate'
    yield 'not UTF-8', b'{"fathom":1,"nodes":{"\xff":{}}}', REFUSED, 'unable to decode'
    yield 'half a character', '{"fathom":1,"nodes":{"\\ud800":{}}}', REFUSED, 'Unicode'
    yield 'a nought in a name', '{"fathom":1,"nodes":{"a\\u0000b":{}}}', REFUSED, 'NUL'
    yield 'a nought', b'{"fathom":1,\x00"nodes":{}}', REFUSED, 'g.json:1:'
    yield 'UTF-16', grade().encode('utf-16'), REFUSED, 'g.json:1:'
    yield '10 MB for a number', long(grade('"temperature":"@"')), REFUSED, 'takes a number'
    yield '10 MB for a path', long(document('"a":{"node":"media_in","params":{"file":"@"}}')), \
        REFUSED, '10000000 bytes of text'
    yield '10 MB for a name', long(document('"@":{"node":"grade"}')), REFUSED, 'cannot name a node'
    yield '10 MB for a kind', long(document('"a":{"node":"@"}')), REFUSED, 'is no kind of node'
    yield '10 MB for an input', long(grade(inputs='"input":"@"')), REFUSED, 'no node called'
    yield '10 MB for a parameter', long(grade('"@":1')), TAKEN, 'is not known; it is kept'
    yield '10 MB of view', long(document(CLIP, behind=',"view":"@"')), TAKEN, None
    yield '70 MB', long(document(CLIP, behind=',"view":"@"'), 70000000), REFUSED, 'the limit is'


def graphs():
    yield 'a circle of one', grade(inputs='"input":"warm"', more='},' + OUT % 'warm'), REFUSED, 'by warm -> warm'
    yield 'a circle of 4096', chain(4095, 'n4094', ',' + OUT % 'n0' + '}'), REFUSED, r'-> \.\.\. -> n'
    yield 'a chain of 4096', chain(4095, 'clip', ',' + CLIP), TAKEN, None
    yield '100000 nodes', chain(100000, 'n0'), REFUSED, '100000 nodes, the limit of a document is 4096'
    yield '100000 odd parameters', around(grade('@'), lambda i: '"p%d":1' % i, 100000), TAKEN, \
        'no more of it is told'
    yield '100000 inputs', around(grade(inputs='@'), lambda i: '"p%d":"clip"' % i, 100000), \
        REFUSED, 'there is no input'
    yield 'a million lists', document(CLIP, behind=',"view":' + '[' * 1000000 + ']' * 1000000), \
        REFUSED, '1000001 deep'
    yield '65 lists', document(CLIP, behind=',"view":' + '[' * 64 + ']' * 64), REFUSED, '65 deep'
    yield '64 lists', document(CLIP, behind=',"view":' + '[' * 63 + ']' * 63), TAKEN, None
    yield 'brackets without end', '{"a":' * 1000000, REFUSED, 'deep'
    yield 'millions of lists', around(document(CLIP, behind=',"view":[@]'), lambda i: '[]', 3000000), \
        REFUSED, 'more than a document may hold'
    yield 'a sink feeds', document('"o":{"node":"media_out"},"w":{"node":"grade","inputs":{"input":"o"}}'), \
        REFUSED, 'puts out no picture'
    yield 'published from nowhere', document(CLIP, behind=',"publish":{"params":{"a":"b.c"}}'), \
        REFUSED, "there is no node called 'b'"


def animated():
    yield 'a million keyframes', keys(1000000), TAKEN, '^$'
    yield 'a million smooth keyframes', keys(1000000, ',"smooth"'), TAKEN, '^$'
    yield 'ten million keyframes', around(grade('"temperature":{"keys":[@]}'), lambda i: '[0,0]',
                                          10000000), REFUSED, 'more than 1048576 keys'
    yield 'ten million large ones', keys(10000000), REFUSED, 'the limit is'
    yield 'keyframes for a file', document('"a":{"node":"media_in","params":{"file":{"keys":[[1,"a"]]}}}'), \
        REFUSED, 'takes no keyframes'


def rendered():
    """Sound as a document, and not to be done."""
    def out(name):
        return document('"clip":{"node":"media_in","params":{"file":"%s"}},"o":{"node":"media_out",'
                        '"inputs":{"input":"clip"},"params":{"file":"out.png"}}' % name)
    for name in ('/dev/zero', '/dev/full', '/dev/tty', '.', 'none.png', '/proc/self/mem', 'g.json'):
        yield f'a picture from {name}', out(name)


def write(path, text):
    with open(path, 'wb') as file:
        if isinstance(text, Many):
            text.write(file)
        else:
            file.write(text if isinstance(text, bytes) else text.encode())


def all_documents(case):
    """`case` makes a case: name, words, files, allowed, more."""
    for make in (wrong_types, texts, graphs, animated):
        for name, text, allowed, says in make():
            words = ['render' if 'circle' in name else 'show', 'g.json']
            yield case('document: ' + name, words if words[0] == 'render' else ['graph'] + words,
                       {'g.json': lambda path, t=text: write(path, t)}, allowed, says=says, **SECOND)
    for name, text in rendered():
        yield case('document: ' + name, ['render', 'g.json'], {'g.json': text.encode()}, (1,),
                   says='fathom: ', out='out.png')


if __name__ == '__main__':  # writes them all into the current folder, to be looked at
    for number, (what, body, _, _) in enumerate([*wrong_types(), *texts(), *graphs(), *animated()]):
        write('%03d.json' % number, body)
        print('%03d.json %s' % (number, what))
