/**
 * Lines with corners as SVG paths with round ones.
 * @module
 */
import type { Point } from '../api/types.js';

/**
 * @param radius of the corners, pixels; less where a piece is short
 * @example roundedPath([{ x: 0, y: 0 }, { x: 0, y: 9 }], 6) // 'M0 0L0 9'
 */
export function roundedPath(points: readonly Point[], radius: number): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${round(first.x)} ${round(first.y)}`;
  let before = first;
  for (const [i, corner] of rest.entries()) {
    const after = rest[i + 1];
    if (after === undefined) {
      path += `L${round(corner.x)} ${round(corner.y)}`;
      break;
    }
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    const start = towards(corner, before, r);
    const end = towards(corner, after, r);
    path += `L${round(start.x)} ${round(start.y)}Q${round(corner.x)} ${round(corner.y)} ${round(end.x)} ${round(end.y)}`;
    before = corner;
  }
  return path;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  const all = distance(from, to) || 1;
  return {
    x: from.x + ((to.x - from.x) * length) / all,
    y: from.y + ((to.y - from.y) * length) / all,
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
