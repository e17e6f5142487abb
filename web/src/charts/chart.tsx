/**
 * One chart: the canvas, what it says under the pointer or by arrow keys, and the same as a table.
 * @module
 */
import { type KeyboardEvent, type ReactElement, useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import styles from './chart.module.css';
import { useColours } from './colours.js';
import type { Band, Point } from './measures.js';
import { columnsOf, isDrawn, optionsOf } from './plot.js';
import { PointWords, TableTwin } from './table-twin.js';

const HEIGHT = 180;

export function Chart({
  title,
  points,
  band,
  limit,
  limitWords,
  format,
  increments,
  notes = [],
}: {
  title: string;
  /** The oldest first. */
  points: readonly Point[];
  band: Band | undefined;
  /** What was promised, in the unit of the values. */
  limit?: number | undefined;
  limitWords?: string | undefined;
  format: (value: number) => string;
  /** How far apart the lines of the value axis may be, the smallest first. */
  increments: readonly number[];
  /** What else is to be said of it. */
  notes?: readonly string[];
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const colours = useColours();
  const [chosen, setChosen] = useState<number>();
  const shown = Math.min(chosen ?? points.length - 1, points.length - 1);
  const columns = useMemo(() => columnsOf(points, band), [points, band]);

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const size = (): { width: number; height: number } => ({
      width: element.clientWidth,
      height: HEIGHT,
    });
    const made = new uPlot(
      optionsOf({
        points,
        band,
        limit,
        format,
        increments,
        colours,
        ...size(),
        onPoint: setChosen,
      }),
      columns,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize(size()));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [points, band, limit, format, increments, colours, columns]);

  const step = (event: KeyboardEvent): void => {
    const next = { ArrowLeft: shown - 1, ArrowRight: shown + 1, Home: 0, End: points.length - 1 }[
      event.key
    ];
    if (next === undefined) return;
    event.preventDefault();
    const index = Math.max(0, Math.min(points.length - 1, next));
    setChosen(index);
    const { current } = plot;
    const point = points[index];
    if (current === undefined || point === undefined) return;
    current.setCursor({ left: current.valToPos(point.at / 1000, 'x'), top: HEIGHT / 2 }, false);
  };
  const point = points[shown];
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <h3>{title}</h3>
        <span className={styles.hint}>
          {band !== undefined && (
            <span>
              <span className={styles.swatch} data-kind="band" /> usual: {band.words}
            </span>
          )}
          {limit !== undefined && (
            <span>
              <span className={styles.swatch} data-kind="limit" /> {limitWords}
              {isDrawn(limit, points) ? '' : ' (far above)'}
            </span>
          )}
        </span>
      </figcaption>
      {/* A slider moves along values by arrow keys: so the points are within reach of a keyboard. */}
      <div
        ref={box}
        className={styles.canvas}
        role="slider"
        tabIndex={0}
        aria-label={`${title}: points, by arrow keys`}
        aria-valuemin={0}
        aria-valuemax={points.length - 1}
        aria-valuenow={shown}
        aria-valuetext={point === undefined ? '' : `${format(point.value)}, ${point.status}`}
        onKeyDown={step}
      />
      {point !== undefined && <PointWords point={point} format={format} />}
      {notes.map((note) => (
        <p key={note} className={styles.note}>
          {note}
        </p>
      ))}
      <TableTwin title={title} points={points} band={band} format={format} />
    </figure>
  );
}
