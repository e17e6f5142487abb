/**
 * Rows of a long list in a page that scrolls: only those in sight are there. Short lists are simply there.
 * @module
 */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import {
  Fragment,
  type ReactElement,
  type ReactNode,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import styles from './virtual-rows.module.css';

/** Up to here all rows are there, so that the browser's own search finds everything. */
const ALL = 150;

export interface VirtualRowsProps {
  count: number;
  /** Height of a row before it was measured, pixels. */
  height: number;
  keyOf: (index: number) => string;
  render: (index: number) => ReactNode;
  /** Called when the last rows come into sight. */
  onEnd?: () => void;
}

export function VirtualRows(props: VirtualRowsProps): ReactElement {
  if (props.count > ALL || props.onEnd !== undefined) return <Windowed {...props} />;
  return (
    <div role="rowgroup">
      {Array.from({ length: props.count }, (_, index) => (
        <Fragment key={props.keyOf(index)}>{props.render(index)}</Fragment>
      ))}
    </div>
  );
}

function Windowed({ count, height, keyOf, render, onEnd }: VirtualRowsProps): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const place = (box.current?.getBoundingClientRect().top ?? 0) + window.scrollY;
    if (Math.abs(place - top) > 1) setTop(place);
  });
  const rows = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    getItemKey: keyOf,
    overscan: 12,
    scrollMargin: top,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useLayoutEffect(() => {
    if (last >= count - 1) onEnd?.();
  }, [last, count, onEnd]);
  return (
    <div role="rowgroup" ref={box} className={styles.rows} style={{ height: rows.getTotalSize() }}>
      {shown.map(({ index, key, start }) => (
        <div
          key={key}
          ref={rows.measureElement}
          data-index={index}
          role="presentation"
          className={styles.row}
          style={{ transform: `translateY(${start - top}px)` }}
        >
          {render(index)}
        </div>
      ))}
    </div>
  );
}
