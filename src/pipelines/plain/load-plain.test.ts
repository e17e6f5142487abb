import { describe, expect, it } from 'vitest';
import { chooseMachine, type LoadedPlain, loadPlain } from './load-plain.js';

async function load(file: string, files: { [name: string]: string }): Promise<LoadedPlain> {
  const loaded = await loadPlain(file, async (path) => files[path]);
  if (loaded === undefined) throw new Error('it is not taken for a definition');
  return loaded;
}

/** `file:line:column severity message` of each problem. */
function told({ problems }: LoadedPlain): string[] {
  return problems.map(
    ({ file, line, column, severity, message }) =>
      `${file}:${line}:${column} ${severity} ${message}`,
  );
}

const PASS = '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';

describe('a file that is a definition', () => {
  it.each([
    ['orders.asl.json', PASS],
    ['orders.json', PASS],
    ['orders.yaml', 'StartAt: A\nStates:\n  A: { Type: Pass, End: true }\n'],
    ['orders.asl.yml', 'StartAt: A\nStates: { A: { Type: Succeed } }\n'],
  ])('%s is taken as it is', async (file, text) => {
    const loaded = await load(`in/${file}`, { [`in/${file}`]: text });
    expect(told(loaded)).toEqual([]);
    const [machine] = loaded.machines;
    expect(machine).toMatchObject({ name: 'orders', type: 'STANDARD' });
    expect(machine?.plan).toMatchObject({ name: 'orders', team: 'default', folder: 'in' });
    expect(machine?.plan?.definition.StartAt).toBe('A');
  });

  it.each([
    ['a pipeline file', 'orders.yaml', 'pipeline: orders\nsteps: [{ a: { echo: {} } }]\n'],
    ['a pipeline file without its name', 'orders.yaml', 'steps: [{ a: { echo: {} } }]\n'],
    ['a test file', 'orders.test.yaml', 'tests: [{ name: a }]\n'],
    ['a template of Millrace', 'load.yaml', 'template: load\nStates: {}\n'],
    ['a template without state machines of AWS', 'other.yaml', 'Resources: { A: { Type: b } }\n'],
    ['a list', 'list.json', '[1]'],
    ['what cannot be read', 'broken.yaml', 'a: [\n'],
  ])('%s is not', async (_, file, text) => {
    expect(await loadPlain(file, async () => text)).toBeUndefined();
  });

  it('is checked, each finding at its place and with what was meant', async () => {
    const text = 'StartAt: A\nStates:\n  A:\n    Type: Pass\n    Nxt: B\n    End: true\n';
    const loaded = await load('a.yaml', { 'a.yaml': text });
    expect(told(loaded)).toEqual([
      "a.yaml:5:5 error Field 'Nxt' is not supported; did you mean 'Next'?",
    ]);
    expect(loaded.machines[0]).not.toHaveProperty('plan');
  });

  it('may have placeholders, also where no text is; what hangs on them is not judged', async () => {
    const text = `{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Task", "Resource": "\${Load}", "TimeoutSeconds": \${Limit}, "End": true }
  }
}`;
    const loaded = await load('a.asl.json', { 'a.asl.json': text });
    expect(told(loaded)).toEqual([
      `a.asl.json:4:41 warning "\${Load}" has no value here`,
      `a.asl.json:4:69 warning "\${Limit}" has no value here`,
    ]);
    expect(loaded.machines[0]?.plan).toBeDefined();
  });

  it('that is no mapping says so', async () => {
    expect(told(await load('a.asl.json', { 'a.asl.json': '{}' }))[0]).toMatch(
      /^a\.asl\.json:1:1 error These fields are required/,
    );
  });
});

describe('a template', () => {
  const inTemplate = (properties: string, type = 'AWS::StepFunctions::StateMachine'): string =>
    `Parameters:\n  Stage: { Type: String, Default: dev }\nResources:\n  Machine:\n    Type: ${type}\n    Properties:\n${properties}`;

  async function definitionOf(properties: string, files: object = {}): Promise<unknown> {
    const loaded = await load('t.yaml', { 't.yaml': inTemplate(properties), ...files });
    expect(loaded.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    return loaded.machines[0]?.plan?.definition;
  }
  const passing = (comment: string): object => ({
    Comment: comment,
    StartAt: 'A',
    States: { A: { Type: 'Succeed' } },
  });

  it.each([
    [
      'Definition, as a mapping',
      `      Definition:\n        Comment: !Sub "on \${Stage}"\n        StartAt: A\n        States: { A: { Type: Succeed } }\n`,
      'on dev',
    ],
    [
      'DefinitionString, as a block with Fn::Sub',
      `      DefinitionString: !Sub |\n        {"Comment": "in \${AWS::Region}, \${!Kept}",\n         "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}\n`,
      `in us-east-1, \${Kept}`,
    ],
    [
      'DefinitionString, by Fn::Sub with values of its own',
      `      DefinitionString: !Sub ['{"Comment": "\${Who}", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', { Who: !Ref Stage }]\n`,
      'dev',
    ],
    [
      'DefinitionString, by Fn::Join as the CDK writes it',
      `      DefinitionString:\n        Fn::Join: ['', ['{"Comment":"', { Ref: Stage }, '/', { "Fn::GetAtt": [Fn, Arn] }, '","StartAt":"A","States":{"A":{"Type":"Succeed"}}}']]\n`,
      `dev/\${Fn.Arn}`,
    ],
    [
      'DefinitionSubstitutions',
      `      DefinitionSubstitutions: { Who: Ann "the" first, Fn: !GetAtt Fn.Arn }\n      DefinitionString: '{"Comment": "\${Who} \${Fn}", "StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'\n`,
      `Ann "the" first \${Fn}`,
    ],
  ])('gives the machine of %s', async (_, properties, comment) => {
    expect(await definitionOf(properties)).toEqual(passing(comment));
  });

  it('gives the machine of a file beside it, and finds mistakes in that file', async () => {
    const properties =
      '      DefinitionUri: asl/m.asl.json\n      DefinitionSubstitutions: { N: 3 }\n';
    const file = (state: string): string =>
      `{"StartAt": "W",\n "States": {"W": {"Type": "Wait", "Seconds": \${N}, ${state}}}}`;
    const template = inTemplate(properties, 'AWS::Serverless::StateMachine');
    const right = { 't.yaml': template, 'asl/m.asl.json': file('"End": true') };
    const [machine] = (await load('t.yaml', right)).machines;
    expect(machine?.plan?.definition.States.W).toMatchObject({ Seconds: 3 });
    expect(machine?.plan).toMatchObject({ folder: '.', name: 'Machine' });
    const wrong = await load('t.yaml', { ...right, 'asl/m.asl.json': file('"Next": "X"') });
    expect(told(wrong)).toContainEqual(
      expect.stringMatching(/^asl\/m\.asl\.json:2:\d+ error Missing 'Next' target: X$/),
    );
  });

  it('tells mistakes in a block of text on the line that they are on', async () => {
    const properties =
      '      DefinitionString: !Sub |\n\n        {\n          "StartAt": "A",\n          "States": { "A": { "Type": "Pass", "Next": "B" } }\n        }\n';
    const text = inTemplate(properties);
    const all = told(await load('t.yaml', { 't.yaml': text }));
    const line = text.split('\n').findIndex((content) => content.includes('"States"')) + 1;
    const column = (text.split('\n')[line - 1] ?? '').indexOf('"B"') + 1;
    expect(all).toContain(`t.yaml:${line}:${column} error Missing 'Next' target: B`);
  });

  it('tells mistakes in a text on one line where it is, with their place in the definition', async () => {
    const properties = `      DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Wait","Seconds":-1,"End":true}}}'\n`;
    expect(told(await load('t.yaml', { 't.yaml': inTemplate(properties) }))).toEqual([
      't.yaml:7:7 error Minimum value is 0 (/States/A/Seconds)',
    ]);
  });

  it('knows what express machines may not do', async () => {
    const properties = `      StateMachineType: EXPRESS\n      DefinitionString: '{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"arn:aws:states:::sqs:sendMessage.waitForTaskToken","Parameters":{"QueueUrl":"q","MessageBody":"b"},"End":true}}}'\n`;
    const loaded = await load('t.yaml', { 't.yaml': inTemplate(properties) });
    expect(loaded.machines[0]).toMatchObject({ type: 'EXPRESS' });
    expect(told(loaded).join()).toMatch(/Express/i);
  });

  it.each([
    ['a file that is not there', '      DefinitionUri: gone.json\n', 'there is no file gone.json'],
    ['a file elsewhere', '      DefinitionUri: ../up.json\n', "is not in the template's folder"],
    ['nothing', '      RoleArn: x\n', 'the state machine has no definition'],
    ['a text that only a deployment knows', '      DefinitionString: [1]\n', 'this is no text'],
    ['a text that is no mapping', "      DefinitionString: '[1]'\n", 'is a mapping'],
    [
      'a text that cannot be read',
      '      DefinitionString: \'{"a": [\'\n',
      'line 1 of the definition',
    ],
  ])('says what is wrong with %s', async (_, properties, message) => {
    const loaded = await load('t.yaml', { 't.yaml': inTemplate(properties) });
    expect(told(loaded).join()).toContain(message);
    expect(loaded.machines[0]).not.toHaveProperty('plan');
  });

  it('warns of definitions in S3, and has no machine to run', async () => {
    const properties = '      DefinitionS3Location: { Bucket: b, Key: k }\n';
    const loaded = await load('t.yaml', { 't.yaml': inTemplate(properties) });
    expect(loaded.problems.map(({ severity, code }) => [severity, code])).toEqual([
      ['warning', 'MILL1208'],
    ]);
  });

  it('may have several machines: all are checked, and one is chosen by name or logical id', async () => {
    const text = `Resources:
  One: { Type: AWS::StepFunctions::StateMachine, Properties: { StateMachineName: first, DefinitionString: '${PASS}' } }
  Two: { Type: AWS::Serverless::StateMachine, Properties: { Name: !Sub 'x-\${AWS::StackName}', Definition: { StartAt: A, States: { A: { Type: Pas } } } } }
  Other: { Type: AWS::SNS::Topic }
`;
    const { machines, problems } = await load('t.yaml', { 't.yaml': text });
    expect(machines.map(({ name, id, plan }) => [name, id, plan !== undefined])).toEqual([
      ['first', 'One', true],
      ['Two', 'Two', false],
    ]);
    expect(problems.some(({ line, severity }) => line === 3 && severity === 'error')).toBe(true);
    expect(chooseMachine(machines, 'One')).toBe(machines[0]);
    expect(chooseMachine(machines, 'first')).toBe(machines[0]);
    expect(chooseMachine(machines, undefined)).toEqual({
      message: 'the file has 2 state machines',
      fix: 'name one of: first, Two',
    });
    expect(chooseMachine(machines, 'Third')).toMatchObject({
      message: 'there is no state machine "Third"',
    });
  });
});
