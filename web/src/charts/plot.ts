/**
 * How a chart is drawn on its canvas: a band, a line, and a sign for each point whose shape says its status.
 * @module
 */
import uPlot from 'uplot';
import type { CheckStatus } from '../parts/status.js';
import type { Colours } from './colours.js';
import type { Band, Point } from './measures.js';

export interface PlotParts {
  points: readonly Point[];
  band: Band | undefined;
  /** What was promised, in the unit of the values. */
  limit: number | undefined;
  format: (value: number) => string;
  /** How far apart the lines of the value axis may be, the smallest first. */
  increments: readonly number[];
  colours: Colours;
  width: number;
  height: number;
  /** Called with the index of the point under the pointer. */
  onPoint: (index: number) => void;
}

const TONES: { readonly [status in CheckStatus]: keyof Colours } = {
  OK: 'ok',
  WARNING: 'warn',
  CRITICAL: 'fail',
  UNKNOWN: 'off',
};
/** Half the width of a sign, CSS pixels. */
const SIGN = 4;
/** So many times higher than all values, a promise is no longer drawn. */
const FAR = 20;
const AXIS_FONT = '11px system-ui, sans-serif';
const AXIS_WIDTH = 76;
/** Between two times of the axis at least, CSS pixels: `29 Nov 03:00` fits. */
const TIME_SPACE = 84;
const TIME_HEIGHT = 30;
const DAY_S = 86_400;
const MINUTE_S = 60;
/** Room above the highest and below the lowest value. */
const ROOM = 0.08;

/** Columns as uPlot takes them: times in seconds, values, low, high and middle of the band. */
export function columnsOf(points: readonly Point[], band: Band | undefined): uPlot.AlignedData {
  const none = points.map(() => null);
  return [
    points.map(({ at }) => at / 1000),
    points.map(({ value }) => value),
    band === undefined ? none : [...band.low],
    band === undefined ? none : [...band.high],
    band === undefined ? none : [...band.middle],
  ];
}

export function optionsOf(parts: PlotParts): uPlot.Options {
  const { points, band, limit, format, increments, colours, width, height, onPoint } = parts;
  const axis = {
    stroke: colours['ink-3'],
    font: AXIS_FONT,
    grid: { stroke: colours.line, width: 1 },
    ticks: { stroke: colours.line, width: 1 },
  };
  const edge = { stroke: 'transparent', width: 0, points: { show: false } };
  return {
    width,
    height,
    legend: { show: false },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { drag: { x: false, y: false }, points: { show: false }, y: false },
    scales: { x: { time: true }, y: { range: () => rangeOf(points, band, limit) } },
    axes: [
      {
        ...axis,
        space: TIME_SPACE,
        size: TIME_HEIGHT,
        values: (_, splits, _axis, _space, step) => timesOf(splits, step),
      },
      {
        ...axis,
        size: AXIS_WIDTH,
        incrs: [...increments],
        values: (_, values) => values.map((value) => format(value)),
      },
    ],
    bands: [{ series: [3, 2], fill: colours['accent-soft'] }],
    series: [
      {},
      { stroke: colours['ink-3'], width: 1, points: { show: false } },
      edge,
      edge,
      { stroke: colours.accent, width: 1, dash: [2, 4], points: { show: false } },
    ],
    hooks: {
      draw: [
        (plot) => {
          if (limit !== undefined) drawLimit(plot, limit, colours);
          drawSigns(plot, points, colours);
        },
      ],
      setCursor: [
        (plot) => {
          if (typeof plot.cursor.idx === 'number') onPoint(plot.cursor.idx);
        },
      ],
    },
  };
}

const month = new Intl.DateTimeFormat('en-GB', { month: 'short', timeZone: 'UTC' });

/** Times in UTC: the day where it is another than before, the time of day where days are not apart. */
export function timesOf(splits: readonly number[], step: number): string[] {
  let before = '';
  return splits.map((at) => {
    const iso = new Date(at * 1000).toISOString();
    const day = `${iso.slice(8, 10)} ${month.format(at * 1000)}`;
    const isOther = day !== before;
    before = day;
    if (step >= DAY_S) return day;
    const time = step < MINUTE_S ? iso.slice(11, step < 1 ? 23 : 19) : iso.slice(11, 16);
    return isOther ? `${day} ${time}` : time;
  });
}

/** Whether the line of what was promised would press everything else to the ground, so that only its words are there. */
export function isDrawn(limit: number | undefined, points: readonly Point[]): boolean {
  return limit !== undefined && limit <= FAR * Math.max(...points.map(({ value }) => value));
}

function rangeOf(
  points: readonly Point[],
  band: Band | undefined,
  limit: number | undefined,
): [number, number] {
  const all = [
    ...points.map(({ value }) => value),
    ...(band === undefined ? [] : [...band.low, ...band.high].filter((edge) => edge !== null)),
    ...(limit !== undefined && isDrawn(limit, points) ? [limit] : []),
  ];
  const low = Math.min(...all);
  const high = Math.max(...all);
  const room = (high - low || Math.abs(high) || 1) * ROOM;
  return [Math.max(0, low - room), high + room];
}

function drawLimit(plot: uPlot, limit: number, colours: Colours): void {
  const { ctx, bbox } = plot;
  const y = plot.valToPos(limit, 'y', true);
  if (y < bbox.top || y > bbox.top + bbox.height) return;
  ctx.save();
  ctx.strokeStyle = colours.fail;
  ctx.lineWidth = 1.5 * devicePixelRatio;
  ctx.setLineDash([8 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** The shapes of `parts/status-mark.tsx`: a disc, a triangle, a diamond, a hollow square. */
function drawSigns(plot: uPlot, points: readonly Point[], colours: Colours): void {
  const { ctx } = plot;
  const r = SIGN * devicePixelRatio;
  ctx.save();
  for (const { at, value, status } of points) {
    const x = plot.valToPos(at / 1000, 'x', true);
    const y = plot.valToPos(value, 'y', true);
    ctx.fillStyle = colours[TONES[status]];
    ctx.strokeStyle = status === 'UNKNOWN' ? colours.off : colours.surface;
    ctx.lineWidth = devicePixelRatio;
    ctx.beginPath();
    if (status === 'OK') ctx.arc(x, y, r * 0.85, 0, 2 * Math.PI);
    else if (status === 'WARNING')
      path(ctx, [x, y - r * 1.3], [x + r * 1.3, y + r], [x - r * 1.3, y + r]);
    else if (status === 'CRITICAL') {
      path(ctx, [x, y - r * 1.5], [x + r * 1.5, y], [x, y + r * 1.5], [x - r * 1.5, y]);
    } else ctx.rect(x - r, y - r, 2 * r, 2 * r);
    if (status !== 'UNKNOWN') ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

function path(ctx: CanvasRenderingContext2D, ...corners: [number, number][]): void {
  for (const [x, y] of corners) ctx.lineTo(x, y);
  ctx.closePath();
}
