/**
 * A state machine as a picture. The server has laid it out.
 * @module
 */
import type { Node } from '@xyflow/react';
import { type ReactElement, useMemo } from 'react';
import type { Graph, GraphNode } from '../api/types.js';
import { statusWord } from '../parts/status.js';
import { Canvas } from './canvas.js';
import { ContainerNode, EndpointNode, StateNode } from './graph-nodes.js';
import { Lines } from './lines.js';
import { countsText, type MachineProgress, type StateProgress } from './machine-progress.js';

export interface MachineNodeData extends Record<string, unknown> {
  node: GraphNode;
  progress: StateProgress | undefined;
}

export type MachineNode = Node<MachineNodeData>;

const NODE_TYPES = {
  state: StateNode,
  container: ContainerNode,
  start: EndpointNode,
  end: EndpointNode,
};

export function MachineGraph({
  graph,
  progress,
  selected,
  onSelect,
}: {
  graph: Graph;
  /** How far an execution came; undefined: the machine alone. */
  progress: MachineProgress | undefined;
  selected?: string | undefined;
  onSelect?: (state: string) => void;
}): ReactElement {
  const nodes = useMemo(
    () =>
      graph.nodes.map((node) =>
        toNode(node, graph.nodes, progress, selected, onSelect !== undefined),
      ),
    [graph, progress, selected, onSelect],
  );
  return (
    <Canvas
      label="State machine"
      size={graph}
      nodes={nodes}
      nodeTypes={NODE_TYPES}
      lines={<Lines graph={graph} taken={progress?.taken} />}
      onSelect={
        onSelect &&
        ((chosen) => {
          const node = graph.nodes.find(({ id }) => id === chosen);
          if (node?.kind === 'state') onSelect(node.name);
        })
      }
    />
  );
}

function toNode(
  node: GraphNode,
  all: readonly GraphNode[],
  progress: MachineProgress | undefined,
  selected: string | undefined,
  canSelect: boolean,
): MachineNode {
  const { id, kind, name, parent, x, y, width, height } = node;
  const own = kind === 'state' ? progress?.states.get(name) : undefined;
  const holds = all.some((other) => other.parent === id);
  const operable = kind === 'state' && canSelect;
  return {
    id,
    type: kind === 'state' && holds ? 'container' : kind,
    position: { x, y },
    width,
    height,
    // Sizes are known from the layout: nothing has to be measured before the first picture.
    measured: { width, height },
    data: { node, progress: own },
    selected: kind === 'state' && name === selected,
    focusable: operable,
    selectable: operable,
    ariaLabel: ariaLabel(node, own),
    ...(parent === undefined ? {} : { parentId: parent }),
    domAttributes: {
      'aria-roledescription': kind === 'state' ? 'state' : kind,
      ...(operable ? {} : { tabIndex: -1 }),
    },
  };
}

function ariaLabel({ name, type }: GraphNode, progress: StateProgress | undefined): string {
  if (progress === undefined) return `${name}, ${type}`;
  const counts = countsText(progress);
  return `${name}, ${type}, ${statusWord(progress.status)}${counts === '' ? '' : `, ${counts}`}`;
}
