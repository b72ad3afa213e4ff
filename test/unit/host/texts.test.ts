import { describe, expect, it } from 'vitest';
import { commandLink, targetOf } from '../../../src/host/commands';
import { dataWarningsOf, warningsOf, WRONG_ON_DATA } from '../../../src/host/findingText';
import { lensesOf, stateOf } from '../../../src/host/lensText';
import { nothingFound, otherLanguage } from '../../../src/host/messages';
import type { CheckReport, ParameterCheck } from '../../../src/protocol/training';
import { analysis, definition, finding, span } from './samples';

describe('command targets', () => {
  const target = { uri: 'file:///a%20b/x.py', definitionId: 'f "1"' };

  it('survive a link', () => {
    const [, query = ''] = commandLink('nabla.derive', target).split('?');
    expect(JSON.parse(decodeURIComponent(query))).toEqual([target]);
  });

  it.each([undefined, null, 'x', {}, { uri: 1, definitionId: 'a' }, { uri: 'a' }])(
    'refuse %j',
    (argument) => {
      expect(targetOf(argument)).toBeNull();
    },
  );
});

describe('lenses', () => {
  it('of a loss are derive, check and train', () => {
    const titles = lensesOf(definition('propagate'), analysis()).map(({ title }) => title);
    expect(titles).toEqual(['∇ Derive gradient', 'Check on data', 'Train']);
  });

  it('of an activation are derive alone', () => {
    const sigmoid = definition('sigmoid', { inputs: [{ name: 'z', code: 'z', role: 'unknown', shape: [] }] });
    expect(lensesOf(sigmoid, analysis()).map(({ command }) => command)).toEqual(['nabla.derive']);
  });

  it('tell the state of the gradients of their own definition', () => {
    const findings = [
      finding('w'),
      finding('b', { verdict: 'wrong' }),
      finding('u', { definitionId: 'other' }),
    ];
    const [, state] = lensesOf(definition('propagate'), analysis({ findings }));
    expect(state).toMatchObject({ title: '✗ db wrong · ✓ dw right', command: 'nabla.derive' });
  });

  it.each([
    [[finding('w'), finding('b')], '✓ dw, db right'],
    [[finding('w', { verdict: 'unknown' })], '? dw cannot tell'],
    [[finding('w'), finding('w')], '✓ dw right'],
    [[finding('w', { subject: 'no name' })], '✓ no name right'],
  ])('write it as a line (%#)', (findings, expected) => {
    expect(stateOf(findings)).toBe(expected);
  });
});

describe('warnings', () => {
  const fix = { title: 'Divide by m', edits: [{ span: span(5), newText: 'dw = x' }] };
  const wrong = finding('w', {
    rule: 'gradient-missing-factor',
    verdict: 'wrong',
    message: 'dw lacks the factor 1/m',
    evidence: 'at m = 3: 1.5 instead of 0.5',
    fix,
  });

  it('are given for what is wrong, with the counter-example, the loss and the fix', () => {
    const findings = [finding('b'), wrong, finding('u', { verdict: 'unknown' })];
    expect(warningsOf(analysis({ findings }))).toEqual([
      {
        span: span(5),
        rule: 'gradient-missing-factor',
        message: 'dw lacks the factor 1/m\nat m = 3: 1.5 instead of 0.5\nDerived: X.T @ (A - Y) / m',
        related: [{ span: span(4), message: 'The loss: cost = sum(A)' }],
        fix,
      },
    ]);
  });

  const check: ParameterCheck = {
    name: 'w',
    shape: [2],
    cells: [0, 1],
    derived: [1, 2],
    handWritten: [2, 4],
    finite: [1, 2],
    finiteError: [1e-9, 1e-9],
    derivedDifference: 1e-10,
    handDifference: 1,
    derivedVerdict: 'right',
    handVerdict: 'wrong',
    reason: 'dw differs from the gradient by a factor of 2',
  };
  const report: CheckReport = {
    definitionId: 'propagate',
    at: 'on-demand',
    epoch: 0,
    rows: 100,
    features: 2,
    loss: 0.7,
    parameters: [check],
    problems: [],
    milliseconds: 5,
  };

  it('come from data too, at the gradient of that parameter', () => {
    const findings = [finding('w', { verdict: 'unknown' }), finding('b', { verdict: 'unknown' })];
    const warnings = dataWarningsOf(analysis({ findings }), report);
    expect(warnings.map(({ rule, message }) => [rule, message.split('\n')[0]])).toEqual([
      [WRONG_ON_DATA, 'dw = ∂cost/∂w in propagate: dw differs from the gradient by a factor of 2'],
    ]);
  });

  it('are not doubled where the text alone shows the mistake', () => {
    expect(dataWarningsOf(analysis({ findings: [wrong] }), report)).toEqual([]);
  });

  it('are not given for what data cannot decide', () => {
    const parameters = [{ ...check, handVerdict: 'unknown' as const }];
    expect(dataWarningsOf(analysis({ findings: [finding('w')] }), { ...report, parameters })).toEqual([]);
  });
});

describe('messages', () => {
  it('name the file, the first problem with its line, and what Nabla looks for', () => {
    const problem = {
      type: 'problem' as const,
      id: 'syntax',
      message: 'the bracket is not closed',
      span: span(7),
    };
    const text = nothingFound('a.py', analysis({ definitions: [], problems: [problem] }));
    expect(text).toContain('no loss or activation in a.py');
    expect(text).toContain('line 7: the bracket is not closed.');
  });

  it('name the language mode that is not read', () => {
    expect(otherLanguage('notes.txt', 'plaintext')).toContain(
      'notes.txt is in the language mode "plaintext"',
    );
  });
});
