/**
 * Where a picture that the server has laid out is moved and zoomed: boxes at their places, lines under them.
 * @module
 */
import {
  type Node,
  type NodeTypes,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type Viewport,
  ViewportPortal,
} from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { type CSSProperties, type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../parts/button.js';
import { Icon } from '../parts/icon.js';
import styles from './canvas.module.css';

/** Beyond this many boxes only those in sight are drawn. */
const ALL_DRAWN = 150;
const FIT = { padding: 0.06, maxZoom: 1 };
/** Smaller than this nobody reads the names; then the picture begins at its beginning and is moved. */
const READABLE = 0.8;
const MARGIN = 20;

/** A place in the picture, pixels. */
export interface Spot {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function Canvas({
  label,
  size,
  nodes,
  nodeTypes,
  lines,
  first,
  chosen,
  onSelect,
}: {
  /** What it shows, for screen readers. */
  label: string;
  size: { width: number; height: number };
  nodes: Node[];
  nodeTypes: NodeTypes;
  lines: ReactNode;
  /** What is in the middle when not all of it can be read; undefined: its beginning. */
  first?: Spot | undefined;
  /** What is looked at: it comes into sight when it is not. */
  chosen?: Spot | undefined;
  /** undefined: nothing can be chosen. A click and the Enter key both do. */
  onSelect?: ((id: string) => void) | undefined;
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const canSelect = onSelect !== undefined;
  return (
    <div
      ref={box}
      className={styles.graph}
      style={{ '--wanted': `${Math.ceil(size.height) + 2 * MARGIN}px` } as CSSProperties}
    >
      <ReactFlowProvider>
        <ReactFlow
          nodes={nodes}
          edges={[]}
          nodeTypes={nodeTypes}
          onInit={(flow) => void flow.setViewport(firstView(size, box.current, first))}
          minZoom={0.1}
          maxZoom={1.6}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={canSelect}
          elementsSelectable={canSelect}
          onlyRenderVisibleElements={nodes.length > ALL_DRAWN}
          // The wheel scrolls the page; with Ctrl it zooms.
          zoomOnScroll={false}
          preventScrolling={false}
          zoomActivationKeyCode="Control"
          zoomOnDoubleClick={false}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          onNodesChange={(changes) => {
            const chosen = changes.find((change) => change.type === 'select' && change.selected);
            if (chosen?.type === 'select') onSelect?.(chosen.id);
          }}
          aria-label={label}
        >
          <ViewportPortal>{lines}</ViewportPortal>
          <ZoomButtons />
          <InView spot={chosen} />
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

/**
 * Moves the picture when what is looked at is out of sight, as when something came beside it; and back when nothing is looked at
 * any more.
 */
function InView({ spot }: { spot: Spot | undefined }): null {
  const flow = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const before = useRef<Viewport>(undefined);
  const { x, y, width: wide = 0, height: high = 0 } = spot ?? {};
  useEffect(() => {
    if (width === 0) return;
    const view = flow.getViewport();
    if (x === undefined || y === undefined) {
      if (before.current !== undefined) void flow.setViewport(before.current);
      before.current = undefined;
      return;
    }
    const left = x * view.zoom + view.x;
    const top = y * view.zoom + view.y;
    const isSeen =
      left >= 0 && top >= 0 && left + wide * view.zoom <= width && top + high * view.zoom <= height;
    if (isSeen) return;
    before.current ??= view;
    void flow.setCenter(x + wide / 2, y + high / 2, { zoom: view.zoom });
  }, [flow, x, y, wide, high, width, height]);
  return null;
}

/** All of it when that can be read, else what comes first. */
function firstView(
  size: { width: number; height: number },
  box: HTMLElement | null,
  first: Spot | undefined,
): Viewport {
  const width = box?.clientWidth ?? size.width;
  const height = box?.clientHeight ?? size.height;
  const fitting = Math.min(
    1,
    (width - 2 * MARGIN) / size.width,
    (height - 2 * MARGIN) / size.height,
  );
  const zoom = Math.max(READABLE, fitting);
  const middle = (outer: number, inner: number): number => (outer - inner * zoom) / 2;
  const whole = {
    x: Math.max(MARGIN, middle(width, size.width)),
    y: Math.max(MARGIN, middle(height, size.height)),
  };
  if (first === undefined || fitting >= READABLE) return { zoom, ...whole };
  const fits = (outer: number, inner: number): boolean => inner * zoom + 2 * MARGIN <= outer;
  return {
    zoom,
    x: fits(width, size.width) ? whole.x : width / 2 - (first.x + first.width / 2) * zoom,
    y: fits(height, size.height) ? whole.y : height / 2 - (first.y + first.height / 2) * zoom,
  };
}
