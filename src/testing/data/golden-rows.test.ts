import { describe, expect, it } from 'vitest';
import { withRows } from './golden-rows.js';

const PATH = ['tests', 0, 'expect', 'data', 'a.csv', 'rows'] as const;
const file = (rows: string): string => `# of parcels
tests:
  - name: one
    expect:
      data:
        a.csv:
          key: id            # the number
${rows}
  - name: two   # stays
`;

describe('rows in a test file', () => {
  it('are replaced line by line, and all else stays as it was written', () => {
    const before = file(`          rows:
            - { id: 1, name: x }   # old
            - { id: 2 }`);
    const after = file(`          rows:
            - { id: 7, name: "", at: 2026-03-01 04:00:00+00 }
            - { id: 8, name: null }`);
    const rows = [
      { id: 7, name: '', at: '2026-03-01 04:00:00+00' },
      { id: 8, name: null },
    ];
    expect(withRows(before, PATH, rows)).toBe(after);
  });

  it('are replaced inside of brackets, where they are written so', () => {
    const before = file('          rows: [{ id: 1 }, { id: 2 }]   # both');
    const after = file('          rows: [{ id: 3 }]   # both');
    expect(withRows(before, PATH, [{ id: 3 }])).toBe(after);
  });

  it('may be none', () => {
    const before = file('          rows:\n            - { id: 1 }');
    expect(withRows(before, PATH, [])).toBe(file('          rows:\n            []'));
    expect(withRows(file('          rows: [{ id: 1 }]'), PATH, [])).toBe(
      file('          rows: []'),
    );
  });

  it('keep texts that YAML would take for something else', () => {
    const rows = [{ a: '007', b: 'null', c: 'yes: no', d: '12.50', e: '- x', f: 'é "q"' }];
    const text = withRows(file('          rows: []'), PATH, rows) ?? '';
    expect(text).toContain('a: "007", b: "null"');
    expect(withRows(text, PATH, rows)).toBe(text);
  });

  it.each([
    ['an alias', '          rows: *shared'],
    ['what others use by an anchor', '          rows: &shared [{ id: 1 }]'],
    ['no list', '          rows: 3'],
  ])('are not touched where they are %s', (_what, rows) => {
    const text = `shared: &shared [{ id: 1 }]\n${file(rows)}`;
    expect(withRows(text, PATH, [{ id: 2 }])).toBeUndefined();
  });
});
