/**
 * A state machine as a picture. The server has laid it out; here it is drawn, moved and zoomed.
 * @module
 */
import {
  type Node,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  type Viewport,
  ViewportPortal,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type CSSProperties, type ReactElement, useMemo, useRef } from 'react';
import type { Graph, GraphNode } from '../api/types.js';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import { statusWord } from '../parts/status.js';
import { ContainerNode, EndpointNode, StateNode } from './graph-nodes.js';
import { Lines } from './lines.js';
import styles from './machine-graph.module.css';
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
/** Beyond this many boxes only those in sight are drawn. */
const ALL_DRAWN = 150;
const FIT = { padding: 0.06, maxZoom: 1 };
/** Smaller than this nobody reads the names; then the picture begins at its top and is moved. */
const READABLE = 0.8;
const MARGIN = 20;

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
  const box = useRef<HTMLDivElement>(null);
  const nodes = useMemo(
    () =>
      graph.nodes.map((node) =>
        toNode(node, graph.nodes, progress, selected, onSelect !== undefined),
      ),
    [graph, progress, selected, onSelect],
  );
  return (
    <div
      ref={box}
      className={styles.graph}
      style={{ '--wanted': `${Math.ceil(graph.height) + 2 * MARGIN}px` } as CSSProperties}
    >
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={[]}
          nodeTypes={NODE_TYPES}
          onInit={(flow) => void flow.setViewport(firstView(graph, box.current))}
          minZoom={0.1}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={onSelect !== undefined}
          elementsSelectable={onSelect !== undefined}
          onlyRenderVisibleElements={graph.nodes.length > ALL_DRAWN}
          // The wheel scrolls the page; with Ctrl it zooms.
          zoomOnScroll={false}
          preventScrolling={false}
          zoomActivationKeyCode="Control"
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          // A click and the Enter key both select.
          onNodesChange={(changes) => {
            const chosen = changes.find((change) => change.type === 'select' && change.selected);
            const node = graph.nodes.find(
              ({ id }) => chosen?.type === 'select' && id === chosen.id,
            );
            if (node?.kind === 'state') onSelect?.(node.name);
          }}
          aria-label="State machine"
        >
          <ViewportPortal>
            <Lines graph={graph} taken={progress?.taken} />
          </ViewportPortal>
          <ZoomButtons />
        </ReactFlow>
      </ReactFlowProvider>
    </div>
  );
}

function ZoomButtons(): ReactElement {
  const flow = useReactFlow();
  return (
    <div className={styles.zoom}>
      <Button aria-label="Zoom in" title="Zoom in" onClick={() => void flow.zoomIn()}>
        <Icon name="plus" />
      </Button>
      <Button aria-label="Zoom out" title="Zoom out" onClick={() => void flow.zoomOut()}>
        <Icon name="minus" />
      </Button>
      <Button aria-label="Show all" title="Show all" onClick={() => void flow.fitView(FIT)}>
        <Icon name="fit" />
      </Button>
    </div>
  );
}

/** All of it when that can be read, else its upper part in the middle. */
function firstView(graph: Graph, box: HTMLElement | null): Viewport {
  const width = box?.clientWidth ?? graph.width;
  const height = box?.clientHeight ?? graph.height;
  const fitting = Math.min(
    1,
    (width - 2 * MARGIN) / graph.width,
    (height - 2 * MARGIN) / graph.height,
  );
  const zoom = Math.max(READABLE, fitting);
  return {
    zoom,
    x: Math.max(MARGIN, (width - graph.width * zoom) / 2),
    y: Math.max(MARGIN, (height - graph.height * zoom) / 2),
  };
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
