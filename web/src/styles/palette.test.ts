import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

type Triple = readonly [number, number, number];

const TONES = ['ok', 'warn', 'fail', 'miss', 'run', 'off'] as const;
const css = readFileSync(fileURLToPath(new URL('tokens.css', import.meta.url)), 'utf8');

/**
 * How people without one kind of cone see linear RGB.
 * Machado, Oliveira, Fernandes 2009, https://doi.org/10.1109/TVCG.2009.113, severity 1.
 */
const VISIONS: { readonly [name: string]: readonly [Triple, Triple, Triple] } = {
  trichromacy: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Twice what is just noticed side by side in Oklab (about 0.02). */
const TOLD_APART = 0.04;

describe.each(['light', 'dark'] as const)('the colours of statuses, %s', (theme) => {
  test.each(Object.keys(VISIONS))('can be told apart with %s', (vision) => {
    const seen = TONES.map((tone) => ({ tone, place: oklab(as(vision, linear(tone, theme))) }));
    const close = seen.flatMap(({ tone, place }, index) =>
      seen
        .slice(index + 1)
        .filter((other) => Math.hypot(...minus(place, other.place)) < TOLD_APART)
        .map((other) => `${tone} and ${other.tone}`),
    );
    expect(close).toEqual([]);
  });
});

test('red and green of one lightness would not pass', () => {
  const far = (vision: string): number =>
    Math.hypot(...minus(oklab(as(vision, hex('#b85c5c'))), oklab(as(vision, hex('#7f7f32')))));
  expect(far('trichromacy')).toBeGreaterThan(TOLD_APART);
  expect(far('deuteranopia')).toBeLessThan(TOLD_APART);
});

function linear(tone: string, theme: 'light' | 'dark'): Triple {
  const [, light = '', dark = ''] =
    new RegExp(`--${tone}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
  return hex(theme === 'light' ? light : dark);
}

function hex(colour: string): Triple {
  const part = (at: number): number => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

function as(vision: string, colour: Triple): Triple {
  const [r, g, b] = VISIONS[vision] ?? [colour, colour, colour];
  return [dot(r, colour), dot(g, colour), dot(b, colour)];
}

/** https://bottosson.github.io/posts/oklab/ */
function oklab(colour: Triple): Triple {
  const cone = (weights: Triple): number => Math.cbrt(Math.max(0, dot(weights, colour)));
  const lms: Triple = [
    cone([0.4122214708, 0.5363325363, 0.0514459929]),
    cone([0.2119034982, 0.6806995451, 0.1073969566]),
    cone([0.0883024619, 0.2817188376, 0.6299787005]),
  ];
  return [
    dot([0.2104542553, 0.793617785, -0.0040720468], lms),
    dot([1.9779984951, -2.428592205, 0.4505937099], lms),
    dot([0.0259040371, 0.7827717662, -0.808675766], lms),
  ];
}

function dot(a: Triple, b: Triple): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function minus(a: Triple, b: Triple): Triple {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}
