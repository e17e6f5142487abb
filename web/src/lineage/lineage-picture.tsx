/**
 * Lineage as a picture, from left to right. The server has laid it out.
 * @module
 */
import type { Node } from '@xyflow/react';
import { type ReactElement, useMemo } from 'react';
import type { LineageBox, LineageGraph } from '../api/types.js';
import { ArrowHeads } from '../graph/arrow-heads.js';
import { Canvas } from '../graph/canvas.js';
import lines from '../graph/lines.module.css';
import { roundedPath } from '../graph/rounded-path.js';
import { boxLabel } from './box-words.js';
import { DataBox, JobBox, MoreBox } from './lineage-boxes.js';

type Boxed<Kind extends LineageBox['kind']> = {
  box: Extract<LineageBox, { kind: Kind }>;
  isStart: boolean;
};
export type DataFlowNode = Node<Boxed<'data'>, 'data'>;
export type JobFlowNode = Node<Boxed<'job'>, 'job'>;
export type MoreFlowNode = Node<Boxed<'more'>, 'more'>;

const NODE_TYPES = { data: DataBox, job: JobBox, more: MoreBox };
const CORNER = 8;

export function LineagePicture({
  graph,
  selected,
  onSelect,
}: {
  graph: LineageGraph;
  selected: string | undefined;
  onSelect: (box: LineageBox) => void;
}): ReactElement {
  const nodes = useMemo(
    () => graph.boxes.map((box) => toNode(box, graph.start, selected)),
    [graph, selected],
  );
  return (
    <Canvas
      label="Lineage"
      size={graph}
      first={graph.boxes.find(({ id }) => id === graph.start)}
      chosen={graph.boxes.find(({ id }) => id === selected)}
      nodes={nodes}
      nodeTypes={NODE_TYPES}
      lines={<LineageLines graph={graph} selected={selected} />}
      onSelect={(chosen) => {
        const box = graph.boxes.find(({ id }) => id === chosen);
        if (box !== undefined) onSelect(box);
      }}
    />
  );
}

function toNode(box: LineageBox, start: string, selected: string | undefined): Node {
  const { id, kind, x, y, width, height } = box;
  const operable = kind !== 'more' || box.canOpen;
  return {
    ...{ id, type: kind, position: { x, y }, width, height },
    // Sizes are known from the layout: nothing has to be measured before the first picture.
    measured: { width, height },
    data: { box, isStart: id === start },
    selected: id === selected,
    focusable: operable,
    selectable: operable,
    ariaLabel: boxLabel(box, start),
    domAttributes: { 'aria-roledescription': kind, ...(operable ? {} : { tabIndex: -1 }) },
  };
}

function LineageLines({
  graph,
  selected,
}: {
  graph: LineageGraph;
  selected: string | undefined;
}): ReactElement {
  const isLit = ({ from, to }: LineageGraph['lines'][number]): boolean =>
    selected !== undefined && (from === selected || to === selected);
  const sorted = graph.lines.toSorted((a, b) => Number(isLit(a)) - Number(isLit(b)));
  return (
    <svg
      className={lines.lines}
      width={graph.width}
      height={graph.height}
      viewBox={`0 0 ${graph.width} ${graph.height}`}
      aria-hidden="true"
    >
      <ArrowHeads name="flow" looks={['untaken', 'taken']} />
      {sorted.map((line) => {
        const look = isLit(line) ? 'taken' : 'plain';
        return (
          <path
            key={line.id}
            className={lines.line}
            data-look={look}
            data-kind={line.kind === 'indirect' || line.kind === 'more' ? 'catch' : 'next'}
            d={roundedPath(line.points, CORNER)}
            markerEnd={`url(#flow-${look === 'taken' ? 'taken' : 'untaken'})`}
          />
        );
      })}
    </svg>
  );
}
