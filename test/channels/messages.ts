/**
 * Messages for tests of channels: a plain one, and one whose every text is an attack (T20).
 * @module
 */
import type { Message } from '../../src/channels/message.js';

export function message(some: Partial<Message> = {}): Message {
  return {
    ...{ key: 'incident-42-1', thread: 'incident-42', kind: 'opened', level: 'critical' },
    ...{ team: 'parcels', at: 1_793_509_200_000, title: 'orders failed', text: 'NoDisk: full' },
    facts: [{ name: 'Owner', value: 'Ada' }],
    links: [{ name: 'State', url: 'https://millrace.example/e/1?a=1&b=2' }],
    actions: [{ name: 'Acknowledge', url: 'https://millrace.example/act?token=t' }],
    tags: { county: 'alpine' },
    ...some,
  };
}

export const ATTACKS: readonly string[] = [
  '<!channel> <!here> <@U0123ABCD> <!subteam^S1>',
  '*bold* _it_ ~no~ `code` ```block```',
  '<http://evil.example|ok> [ok](http://evil.example) [ok|http://evil.example]',
  'name\r\nBcc: victim@evil.example\r\n\r\nbody',
  'name\nTo: victim@evil.example',
  '{code:java}x{code} {panel} !http://evil.example/x.png! [~admin]',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the attack
  "{{constructor.constructor('return process')()}} {{title}} ${7*7} <%= 7*7 %>",
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  "\"><svg/onload=alert(1)> ' onmouseover=alert(1) x='",
  '\u202Egnp.exe\u0000\u0007\u001b[2J\u2028\u200b',
  'x'.repeat(20_000),
];

/** Each attack in every text of a message. */
export function attacked(attack: string): Message {
  return message({
    title: attack,
    text: attack,
    facts: [{ name: attack, value: attack }],
    links: [
      { name: attack, url: 'https://millrace.example/e/1' },
      { name: 'bad', url: 'javascript:alert(1)' },
      { name: 'data', url: 'data:text/html,x' },
      { name: 'bar', url: 'https://millrace.example/|<!channel>' },
    ],
    tags: { attack },
  });
}
