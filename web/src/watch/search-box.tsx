/**
 * A box for a search in the one grammar. Searched when it is entered: half a term is no search.
 * @module
 */
import { type ReactElement, useState } from 'react';
import field from '../parts/field.module.css';

/** Give it the search as its key: an address that changes elsewhere changes the box. */
export function SearchBox({
  text,
  example,
  onSearch,
}: {
  text: string;
  /** Shown while it is empty. */
  example: string;
  onSearch: (text: string) => void;
}): ReactElement {
  const [typed, setTyped] = useState(text);
  return (
    <search>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onSearch(typed.trim());
        }}
      >
        <input
          className={field.field}
          type="search"
          data-filter
          aria-label={`Search, such as ${example}`}
          placeholder={`Search: ${example}`}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            if (event.target.value === '') onSearch('');
          }}
        />
      </form>
    </search>
  );
}
